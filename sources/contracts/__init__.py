"""What each source table must look like: one YAML file per source system, their shape, and what is generated from them.

What belongs here: the contracts, the reasons for which a row can be refused, the generator of the dbt project's data
and YAML. What does not: SQL that enforces a contract (`dbt_project/macros/contracts`, `loading.typing_sql`).
"""
