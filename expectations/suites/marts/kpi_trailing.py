"""Whether the months of `marts.kpi_monthly` look like the months before them. Part of that table's suite.

Every KPI of the centre is held against the median of its trailing months, by its value and by its denominator, which is
the volume behind it. Bands are wide enough for seasons, growth and holidays, and wider where few events stand behind a
number: what they must not let through is another unit, a delivery that is missing and one that came twice.

What leaves its band is odd, and a person confirms it: a site closes, a campaign doubles what is offered. It is refused where no
ordinary month explains it: another unit, nothing left of what there always was. A KPI that only multiplies another one
is not judged beside it.
"""

from expectations.suite import IMPOSSIBLE_DROP, IMPOSSIBLE_GROWTH, Expectation, pack

# How far chance may carry a number, in standard errors.
_CHANCE = 3

# Factor by which a value may leave the trailing median, by unit. Contacts per hour doubles when legs come twice;
# waiting times answer to crises; no unit error is smaller than 7 (days for weeks).
_FACTORS = "case unit when 'per_hour' then 1.6 when 'seconds' then 5 when 'money' then 4 else 3 end"

# Factor beyond which it is another unit: 60 is minutes for seconds, 100 cents; waiting times answer to crises.
_IMPOSSIBLE_FACTORS = "case unit when 'per_hour' then 4 else 30 end"

# Ratios and points may also leave it by so much, as a share of their scale.
_SMALL_STEP = 0.05
_LARGE_STEP = 0.35
# Percent for shares, points of another scale: no ordinary month takes so large a step.
_IMPOSSIBLE_STEP = 0.6

# The twelvefold of attrition_rate, which is judged itself.
_MULTIPLES = "('annualised_attrition_rate')"

# Unit, scale and size of an event of each KPI, from its definition.
_DEFINITION = (
    "(select kpi_id, unit, scale_width, event_size, is_cohort from intermediate.int_kpi_definitions)"
)

# Medians of the trailing months, of KPIs that had a row in each of them.
_USUAL = """
    usual as (
        select
            trailing_month.month,
            kpi_id,
            median(value) as usual_value,
            median(denominator) as usual_denominator,
            median(denominator / day(last_day(earlier))) as usual_denominator_a_day
        from trailing_month
        join centre_kpi on centre_kpi.month = trailing_month.earlier
        group by all
        having count(*) >= getvariable('trailing_months')
    )
"""

_COMPARED = f"""
    with {_USUAL},
    measured as (
        select
            *,
            ({_FACTORS}) as factor,
            ({_IMPOSSIBLE_FACTORS}) as impossible_factor,
            abs(numerator) / event_size as events,
            abs(usual_value) * denominator / event_size as usual_events,
            denominator / event_size as cases,
            usual_denominator / event_size as usual_cases
        from centre_kpi
        join usual using (month, kpi_id)
        join {_DEFINITION} using (kpi_id)
        where kpi_id not in {_MULTIPLES}
    )
    select
        *,
        abs(value - usual_value) / scale_width as step,
        sqrt(0.25 / cases + 0.25 / usual_cases) as step_by_chance,
        -- Three events more or less are chance wherever events are counted.
        abs(ln(
            case
                when unit in ('ratio', 'per_hour') then (events + 3) / (usual_events + 3)
                else greatest(value, 1e-9) / greatest(usual_value, 1e-9)
            end
        )) as log_distance,
        case
            when unit in ('ratio', 'per_hour') then sqrt(1 / (events + 3) + 1 / (usual_events + 3))
            else sqrt(1 / cases + 1 / usual_cases)
        end as log_distance_by_chance
    from measured
"""

# Whether so many events are usual that none at all is no chance.
_NOTHING_LEFT = "events = 0 and usual_events >= getvariable('min_expected_rows_for_gap')"

_value = Expectation(
    name="kpi_monthly_centre_values_are_near_trailing_months",
    expected="each KPI of the centre near the median of its trailing months, in the same unit",
    found="{kpi_id} is {value}, usual is {usual_value}",
    severity="to_confirm",
    broken_rows=f"""
        select month, {pack("kpi_id", scope="'centre'", scope_id="'all'")} as keys,
            {pack("kpi_id", "value", "usual_value", "unit")} as found,
            case
                when unit in ('ratio', 'points') then
                    if(step > {_IMPOSSIBLE_STEP} + {_CHANCE} * step_by_chance or ({_NOTHING_LEFT}), 'refused', 'to_confirm')
                when value <= 0 or usual_value <= 0 then 'refused'
                when log_distance > ln(impossible_factor) + {_CHANCE} * log_distance_by_chance then 'refused'
                else 'to_confirm'
            end as severity,
            least(1e6, abs(value - usual_value) / greatest(abs(usual_value), 1e-9)) as damage
        from ({_COMPARED})
        join month_reach using (month)
        -- The first days of a month are no month.
        where reached_on >= month + 7 and case
            when unit in ('ratio', 'points') and step > {_LARGE_STEP} + {_CHANCE} * step_by_chance then true
            when unit = 'points' or (unit = 'ratio' and step <= {_SMALL_STEP}) then false
            when unit not in ('ratio', 'per_hour') and (value <= 0 or usual_value <= 0) then
                value <> usual_value and cases >= getvariable('min_expected_rows_for_gap')
            else log_distance > ln(factor) + {_CHANCE} * log_distance_by_chance
        end
    """,
)

_volume = Expectation(
    name="kpi_monthly_centre_volumes_are_near_trailing_months",
    expected="the denominator of each KPI of the centre, by day, near the median of its trailing months",
    found="{kpi_id} is made of {denominator}, usual are {usual_denominator}",
    severity="to_confirm",
    broken_rows=f"""
        with {_USUAL},
        compared as (
            select *,
                denominator / day(last_day(month)) as denominator_a_day,
                ln(denominator_a_day / usual_denominator_a_day) as log_distance,
                {_CHANCE} * sqrt(1 / denominator + 1 / usual_denominator) as chance
            from centre_kpi
            join usual using (month, kpi_id)
            join month_reach using (month)
            join {_DEFINITION} using (kpi_id)
            -- A class of thirty in one month and nobody in the next is ordinary.
            where not is_cohort and kpi_id not in {_MULTIPLES}
        )
        select month, {pack("kpi_id", scope="'centre'", scope_id="'all'")} as keys,
            {pack("kpi_id", "denominator", "usual_denominator")} as found,
            if(log_distance > ln({IMPOSSIBLE_GROWTH}) + chance or -log_distance > ln({IMPOSSIBLE_DROP}) + chance,
                'refused', 'to_confirm') as severity,
            abs(denominator - usual_denominator) / usual_denominator as damage
        from compared
        -- A month that is not closed has less by nature.
        where log_distance > ln(getvariable('max_volume_growth')) + chance
            or (is_closed and -log_distance > ln(getvariable('max_volume_drop')) + chance)
    """,
)

_missing = Expectation(
    name="kpi_monthly_centre_kpis_do_not_vanish",
    expected="a KPI that the centre had in every trailing month is there once the month is closed",
    found="{kpi_id} has no row, its usual denominator is {usual_denominator}",
    broken_rows=f"""
        with {_USUAL}
        select month, {pack("kpi_id", scope="'centre'", scope_id="'all'")} as keys,
            {pack("kpi_id", "usual_denominator")} as found, 1 as damage
        from usual
        join month_reach using (month)
        join {_DEFINITION} using (kpi_id)
        anti join centre_kpi using (month, kpi_id)
        where is_closed and not is_cohort
            and usual_denominator >= getvariable('min_expected_rows_for_gap')
    """,
)

EXPECTATIONS = (_value, _volume, _missing)
