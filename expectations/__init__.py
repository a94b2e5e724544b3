"""The gate: what must hold for a build before it is published, and the verdicts on it.

Belongs here: suites of expectations, the tables they lean on, running them through Great Expectations. Does not: how a
table is built (`dbt_project`), what a refusal does (`orchestration.refresh`).
"""
