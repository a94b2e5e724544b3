"""From files in landing to typed rows in the build database: contracts, readers, mappings, loading, the simulator.

Belongs here: what a source delivers and how it is read. Does not: Dagster, dbt, KPIs, releases (`orchestration`), and what
the gate expects of a month (`expectations`).
"""
