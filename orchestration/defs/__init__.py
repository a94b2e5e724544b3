"""The Dagster code location: assets, checks, jobs, schedules, sensors, resources and the instance they run on.

Belongs here: everything that imports Dagster, and `refresh`, which decides whether Dagster has to start at all.
Does not: what a step does (`refresh`) and how dbt is called (`warehouse.dbt`).
"""
