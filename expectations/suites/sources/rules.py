"""What must hold for what managers deliver: targets, weights, bands and exemptions name KPIs and lines that there are.

Current weights are judged further, in `scorecard_weight.py`.
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
            where {column} not in (select kpi_id from intermediate.int_kpi_definitions)
            group by {column}
        """,
    )


def _used(table: str) -> Expectation:
    # A line spelt differently from the roster makes a rule that applies to no employee.
    return Expectation(
        name=f"{table}_business_line_is_worked_in",
        by_month=False,
        severity="warning",
        expected="every business_line is any, or one that an assignment or a queue has",
        broken_rows=f"""
            select 'business_line=' || business_line as key,
                count(*) || ' rows are for the line ' || business_line || ', in which nobody works' as observed
            from staging.stg_rules__{table}
            where business_line <> 'any'
                and business_line not in (select business_line from marts.dim_queue)
                and business_line not in (select business_line from marts.dim_employee where business_line is not null)
            group by business_line
        """,
    )


EXPECTATIONS = {
    "rules.kpi_targets": (_known("kpi_targets", "kpi_id"), _used("kpi_targets")),
    "rules.scorecard_weights": (_used("scorecard_weights"),),
    "rules.scorecard_bands": (_known("scorecard_bands", "kpi_id"), _used("scorecard_bands")),
    "rules.scorecard_exemptions": (
        _known("scorecard_exemptions", "kpi_id"),
        _known("scorecard_exemptions", "condition_kpi_id"),
        _used("scorecard_exemptions"),
    ),
}
