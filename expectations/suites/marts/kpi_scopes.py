"""Whether the scopes of `marts.kpi_monthly` add up: a coarser scope is the sum of its parts and of what belongs to none.

Part of that table's suite. What belongs to none (rows that name nobody, people nobody assigned, parts without a
denominator, which have no row) is read from `intermediate.int_kpi_measures`, where every row that counts stands with
the employee, team, line and site that it counts for.
"""

from expectations.suite import OUR_DEFECT, Expectation, pack

# The denominator is 1 at every scope and is not added up.
_DENOMINATOR_IS_NOT_ADDED = "(select kpi_id from intermediate.int_kpi_definitions where is_denominator_one)"

# The numerator may be below 0, so that a part of it may exceed the whole.
_MAY_BE_NEGATIVE = "(select kpi_id from intermediate.int_kpi_definitions where lower_bound < 0)"

# Scores of scorecards are made of no measures and are not added up.
_ADDED_UP = (
    "kpi_id in (select kpi_id from intermediate.int_kpi_definitions where denominator_measure is not null)"
)

_PART_AND_CENTRE = f"""
    part as (
        select month, kpi_id, scope, sum(numerator) as numerator, sum(denominator) as denominator
        from marts.kpi_monthly
        where scope <> 'centre' and month in (select month from month_asked) and {_ADDED_UP}
        group by all
    ),
    centre as (
        select month, kpi_id, numerator, denominator from marts.kpi_monthly
        where scope = 'centre' and month in (select month from month_asked)
    )
"""


def _sums(parts: str) -> str:
    """The struct of what the parts add up to and what the centre has."""
    return pack(
        numerator=f"{parts}.numerator",
        denominator=f"{parts}.denominator",
        whole_numerator="centre.numerator",
        whole_denominator="centre.denominator",
    )


# Doubles leave the last bits open.
_SLACK = 1e-9

_not_above_centre = Expectation(
    name="kpi_monthly_parts_do_not_exceed_the_centre",
    expected="numerators and denominators of a scope's rows add up to no more than the centre's",
    found={
        "": "the {scope} rows add up to {numerator} / {denominator}, the centre has {whole_numerator} / {whole_denominator}",
        "no_centre": "the {scope} rows add up to {numerator} / {denominator}, the centre has no row",
    },
    ask=OUR_DEFECT,
    is_structure=True,
    broken_rows=f"""
        with {_PART_AND_CENTRE}
        select month, {pack("kpi_id", "scope")} as keys, {_sums("part")} as found,
            if(centre.month is null, 'no_centre', '') as variant
        from part
        left join centre using (month, kpi_id)
        where centre.month is null
            or (part.denominator - centre.denominator > {_SLACK} * greatest(1, abs(centre.denominator))
                and kpi_id not in {_DENOMINATOR_IS_NOT_ADDED})
            or (part.numerator - centre.numerator > {_SLACK} * greatest(1, abs(centre.numerator))
                and kpi_id not in {_MAY_BE_NEGATIVE})
    """,
)

_equal_to_centre = Expectation(
    name="kpi_monthly_parts_add_up_to_the_centre",
    expected="the rows of a scope and the rows that belong to none of its parts add up to exactly the centre",
    found="parts and the rest of scope {scope} add up to {numerator} / {denominator}, the centre has {whole_numerator} / "
    "{whole_denominator}",
    ask=OUR_DEFECT,
    is_structure=True,
    broken_rows=f"""
        with {_PART_AND_CENTRE},
        belonging as (
            select month, measure, amount,
                unnest(['site', 'business_line', 'team', 'employee']) as scope,
                unnest([site_id, business_line, team_id, employee_id]) as scope_id
            from intermediate.int_kpi_measures
            where month in (select month from month_asked)
        ),
        measured as (
            select month, measure, scope, scope_id, sum(amount) as amount from belonging group by all
        ),
        definition as (
            select kpi_id, string_split(scopes, '|') as scopes,
                numerator_measure, numerator_factor / numerator_divisor as numerator_size,
                denominator_measure, 1 / denominator_divisor as denominator_size
            from intermediate.int_kpi_definitions
        ),
        -- What has no row of its own in the scope, numerators and denominators one under the other.
        side as (
            select kpi_id, scopes, numerator_measure as measure, numerator_size, 0 as denominator_size from definition
            union all
            select kpi_id, scopes, denominator_measure, 0, denominator_size from definition
        ),
        rest as (
            select month, kpi_id, scope,
                sum(amount * numerator_size) as numerator, sum(amount * denominator_size) as denominator
            from side
            join measured using (measure)
            anti join marts.kpi_monthly using (month, kpi_id, scope, scope_id)
            where list_contains(scopes, scope)
            group by all
        ),
        summed as (
            select month, kpi_id, scope, sum(numerator) as numerator, sum(denominator) as denominator
            from (select * from part union all by name select * from rest)
            group by all
        )
        select month, {pack("kpi_id", "scope")} as keys, {_sums("summed")} as found
        from summed
        join centre using (month, kpi_id)
        where abs(summed.numerator - centre.numerator) > {_SLACK} * greatest(1, abs(centre.numerator))
            or (abs(summed.denominator - centre.denominator) > {_SLACK} * greatest(1, abs(centre.denominator))
                and kpi_id not in {_DENOMINATOR_IS_NOT_ADDED})
    """,
)

EXPECTATIONS = (_not_above_centre, _equal_to_centre)
