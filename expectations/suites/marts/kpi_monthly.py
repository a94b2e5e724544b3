"""What must hold for `marts.kpi_monthly` row by row: keys, the arithmetic of a row, bounds by unit.

Whether its scopes add up stands in `kpi_scopes.py`, whether its months look like the months before them in
`kpi_trailing.py`; both belong to this table's suite.
"""

from expectations.suite import OUR_DEFECT, Expectation, Suite, numbers, pack, rule, unique_key
from expectations.suites.marts import kpi_parts, kpi_scopes, kpi_trailing

_TABLE = "kpi_monthly"
_KEY = ("month", "kpi_id", "scope", "scope_id")
_NUMBERS = ("numerator", "denominator", "value")

# Doubles leave the last bits open.
_SLACK = 1e-9

_out_of_bounds = Expectation(
    name="kpi_monthly_values_are_within_bounds",
    expected="ratios from 0 to 1 (some may exceed 1), points on their scale, all else not below 0",
    found=numbers(*_NUMBERS, "unit"),
    ask=OUR_DEFECT,
    is_structure=True,
    broken_rows=f"""
        select month, {pack(*_KEY)} as keys, {pack(*_NUMBERS, "unit")} as found
        from marts.kpi_monthly
        join (
            select kpi_id, unit, lower_bound, upper_bound from intermediate.int_kpi_definitions
        ) using (kpi_id)
        where month in (select month from month_asked)
            and (value < lower_bound - {_SLACK} or value > upper_bound + {_SLACK})
    """,
)

_described = Expectation(
    name="kpi_monthly_kpis_are_in_the_catalogue",
    expected="every {column} stands in {dimension}",
    found="{rows} rows of a KPI that dim_kpi does not know",
    params={"column": "kpi_id", "dimension": "dim_kpi"},
    ask=OUR_DEFECT,
    is_structure=True,
    broken_rows=f"""
        select month, {pack("kpi_id")} as keys, {pack(rows="count(*)")} as found
        from marts.kpi_monthly
        where month in (select month from month_asked)
        group by month, kpi_id
        having kpi_id not in (select kpi_id from marts.dim_kpi)
    """,
)

_has_rows = Expectation(
    name="kpi_monthly_has_rows",
    expected="at least one row for every month that is to be published",
    found="no row at all: nothing was delivered for this month, or all of it is in quarantine",
    is_structure=True,
    broken_rows=f"""
        select month, {pack("month")} as keys, null as found
        from month_asked
        where month not in (select month from marts.kpi_monthly)
    """,
)

_delivered = Expectation(
    name="kpi_monthly_needs_are_delivered",
    expected="no number of a KPI of which a source table was never delivered",
    found="{need} was never delivered",
    ask=OUR_DEFECT,
    is_structure=True,
    broken_rows=f"""
        select month, {pack("kpi_id", "scope", "scope_id")} as keys, {pack("need")} as found
        from marts.kpi_monthly
        join intermediate.int_kpi_needs using (kpi_id)
        where month in (select month from month_asked) and not is_delivered
    """,
)

_provisional = rule(
    _TABLE,
    "kpi_monthly_running_months_are_provisional",
    month="month",
    expected="is_provisional in every row of a month that has not ended",
    broken="not is_provisional and month in (select month from month_asked where not is_ended)",
    shown=("is_provisional",),
    found="is_provisional = false in a running month",
    key=_KEY,
)

SUITE = Suite(
    _TABLE,
    (
        _has_rows,
        unique_key(_TABLE, _KEY, "month"),
        rule(
            _TABLE,
            "kpi_monthly_denominators_are_positive",
            month="month",
            expected="denominator > 0: where there is none, there is no row",
            broken="denominator is null or not denominator > 0",
            shown=_NUMBERS,
            key=_KEY,
        ),
        rule(
            _TABLE,
            "kpi_monthly_value_is_numerator_by_denominator",
            month="month",
            expected="value = numerator / denominator, to 1e-9 of it",
            broken=f"""
                numerator is null or value is null or not isfinite(value)
                or abs(value - numerator / denominator) > {_SLACK} * greatest(abs(value), 1e-6)
            """,
            shown=_NUMBERS,
            key=_KEY,
        ),
        rule(
            _TABLE,
            "kpi_monthly_coverage_is_a_share",
            month="month",
            expected="coverage above 0 and at most 1: where nothing is known, there is no row",
            broken=f"coverage is null or not coverage > 0 or coverage > 1 + {_SLACK}",
            shown=("coverage",),
            key=_KEY,
        ),
        _delivered,
        _out_of_bounds,
        _described,
        rule(
            _TABLE,
            "kpi_monthly_months_are_first_days",
            month="cast(date_trunc('month', month) as date)",
            expected="month is the first day of a month",
            broken="day(month) <> 1",
            shown=("month",),
            key=_KEY,
        ),
        rule(
            _TABLE,
            "kpi_monthly_scopes_are_known",
            month="month",
            expected="scope is centre (scope_id all), site, business_line, team or employee",
            broken="""
                scope not in ('centre', 'site', 'business_line', 'team', 'employee')
                or (scope = 'centre') <> (scope_id = 'all')
            """,
            shown=(
                "scope",
                "scope_id",
            ),
            key=_KEY,
        ),
        _provisional,
        *kpi_scopes.EXPECTATIONS,
        *kpi_trailing.EXPECTATIONS,
        *kpi_parts.EXPECTATIONS,
    ),
)
