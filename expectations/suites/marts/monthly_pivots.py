"""The forms that the four wide monthly marts share: one row per team and one for the centre, with the values of `kpi_monthly`."""

from collections.abc import Sequence

from expectations.suite import Expectation, unique_key

CENTRE = "all"


def wide_mart(table: str) -> tuple[Expectation, ...]:
    """One row for each month and team, and one for the centre wherever there are any."""
    return (
        unique_key(table, ("month", "team_id"), "month"),
        Expectation(
            name=f"{table}_has_a_row_for_the_centre",
            expected="where a month has teams, it has the centre",
            broken_rows=f"""
                select month, 'month=' || month as key, count(*) || ' teams and no row for the centre' as observed
                from marts.{table}
                where month in (select month from month_asked)
                group by month
                having not bool_or(team_id = '{CENTRE}')
            """,
        ),
    )


def agrees_with_kpi_monthly(table: str, kpis: Sequence[str]) -> Expectation:
    """Each of these columns of `table` is the value of the KPI of its name for the same month and team."""
    rows = " union all ".join(
        f"""select month, '{kpi}' as kpi_id, if(team_id = '{CENTRE}', 'centre', 'team') as scope, team_id as scope_id,
            {kpi} as mart_value from marts.{table} where month in (select month from month_asked)"""
        for kpi in kpis
    )
    return Expectation(
        name=f"{table}_agrees_with_kpi_monthly",
        expected=f"{', '.join(kpis)}: the same value as in kpi_monthly, and none where that has no row",
        broken_rows=f"""
            with pivot_row as ({rows})
            select month, 'month=' || month || ', team_id=' || scope_id || ', kpi_id=' || kpi_id as key,
                'mart_value = ' || coalesce(mart_value || '', 'null') || ', kpi_monthly = ' || coalesce(value || '', 'no row') as observed
            from pivot_row
            left join marts.kpi_monthly using (month, kpi_id, scope, scope_id)
            where (mart_value is null) <> (value is null) or abs(mart_value - value) > 1e-9 * greatest(1, abs(value))
        """,
    )
