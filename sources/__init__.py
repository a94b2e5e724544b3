"""Everything from a delivered file to the typed rows of schema `raw`, and the centre that is simulated for tests.

What belongs here: contracts, file formats, mappings, loading, the simulator. What does not: Dagster, dbt and the gate;
which rows count is decided by the dbt project's macros, from the contracts' data.
"""
