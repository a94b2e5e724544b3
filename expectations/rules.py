"""What must hold for what managers deliver: the KPIs that targets, bands and exemptions name are in the catalogue.

Weights are judged where they are in force, in `scorecard_weight.py`.
"""

from expectations.suite import Expectation


def _known(table: str, column: str) -> Expectation:
    return Expectation(
        name=f"{table}_{column}_is_in_the_catalogue",
        by_month=False,
        expected=f"every {column} is a KPI of the catalogue (docs/kpis.md)",
        broken_rows=f"""
            select 'kpi_id=' || {column} as key, count(*) || ' rows name the KPI ' || {column} || ', which is none' as observed
            from staging.stg_rules__{table}
            where {column} not in (select kpi_id from intermediate.kpi_definitions)
            group by {column}
        """,
    )


EXPECTATIONS = {
    "rules.kpi_targets": (_known("kpi_targets", "kpi_id"),),
    "rules.scorecard_bands": (_known("scorecard_bands", "kpi_id"),),
    "rules.scorecard_exemptions": (
        _known("scorecard_exemptions", "kpi_id"),
        _known("scorecard_exemptions", "condition_kpi_id"),
    ),
}
