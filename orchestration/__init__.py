"""Callboard's shell: the command, the Dagster code location, a refresh from landing to a release, and all that reads releases.

Belongs here: one package per concern, imported downwards only (the layers stand in pyproject.toml; `make lint` holds them).
Does not: readers of source files and contracts (`sources`), what the gate expects (`expectations`), SQL of a KPI (`dbt_project`).
"""
