"""What must hold for `marts.dim_date`: a calendar without gaps."""

from expectations.suite import OUR_DEFECT, Expectation, Suite, pack, unique_key

_TABLE = "dim_date"

_covers = Expectation(
    name="dim_date_covers_the_months",
    expected="every day of a month that is published",
    found="the day is missing",
    ask=OUR_DEFECT,
    is_structure=True,
    broken_rows=f"""
        with day as (
            select month, unnest(generate_series(month, next_month - 1, interval 1 day)) as missing_day from month_asked
        )
        select month, {pack(date="cast(missing_day as date)")} as keys, null as found
        from day
        where cast(missing_day as date) not in (select date from marts.dim_date)
    """,
)

SUITE = Suite(_TABLE, (unique_key(_TABLE, ("date",)), _covers))
