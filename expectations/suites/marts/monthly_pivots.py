"""The forms that the four wide monthly marts share: one row per team and one for the centre."""

from expectations.suite import OUR_DEFECT, Expectation, pack, unique_key

CENTRE = "all"


def wide_mart(table: str) -> tuple[Expectation, ...]:
    """One row for each month and team, and one for the centre wherever there are any."""
    return (
        unique_key(table, ("month", "team_id"), "month"),
        Expectation(
            name=f"{table}_has_a_row_for_the_centre",
            expected="where a month has teams, it has the centre",
            found="{teams} teams and no row for the centre",
            ask=OUR_DEFECT,
            is_structure=True,
            broken_rows=f"""
                select month, {pack("month")} as keys, {pack(teams="count(*)")} as found
                from marts.{table}
                where month in (select month from month_asked)
                group by month
                having not bool_or(team_id = '{CENTRE}')
            """,
        ),
    )
