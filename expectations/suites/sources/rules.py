"""What must hold for what managers deliver: targets, weights, bands and exemptions name KPIs and lines that there are.

Current weights are judged further, in `scorecard_weight.py`.
"""

from expectations.suite import Expectation, pack


def _known(table: str, column: str) -> Expectation:
    return Expectation(
        name=f"{table}_{column}_is_in_the_catalogue",
        by_month=False,
        expected="every {column} is a KPI of the catalogue (docs/kpis.md)",
        found="{rows} rows name the KPI {kpi}, which is none",
        params={"column": column},
        ask="Deliver {table} again, its KPIs spelt as in docs/kpis.md.",
        broken_rows=f"""
            select {pack(kpi_id=column)} as keys, {pack(kpi=column, rows="count(*)")} as found, [] as kpis
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
        severity="noted",
        expected="every business_line is any, or one that an assignment or a queue has",
        found="{rows} rows are for the line {line}, in which nobody works",
        ask="Deliver {table} again, its lines spelt as in the roster.",
        broken_rows=f"""
            select {pack("business_line")} as keys, {pack(line="business_line", rows="count(*)")} as found
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
