"""The build database and dbt: calling dbt, the ledger of builds, the gate's stored verdicts, quarantine, fingerprints.

Belongs here: what reads or writes `build/warehouse.duckdb` for more than one step. Does not: loading it (`sources`), its
models (`dbt_project`).
"""
