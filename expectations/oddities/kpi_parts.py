"""KPIs of the centre and of its sites, lines and teams in a narrow band around their trailing months.

The tolerance is the largest of four times the range of the trailing months, chance, and a floor of a twentieth of the
value (a tenth for parts). Chance is read from the people: how far each one's number lies from the whole says how far the
whole may move by itself, however long calls and shifts hang together. KPIs without numbers of people have the chance of
their events.
"""

#: Twelvefolds and scores are made of other KPIs; cohorts are few people of their own each month.
_NOT_JUDGED = "('annualised_attrition_rate', 'performance_score', 'operations_kpi_score')"

_CHANCE, _RANGES, _FLOOR, _PART_FLOOR, _OF_SCALE = 5, 4, 0.05, 0.10, 0.01

FOUND = f"""
    with usual as (
        select trailing_month.month, kpi_id, scope, scope_id, median(value) as usual,
            max(value) - min(value) as range_of_months, median(denominator) as usual_denominator,
            count(*) as months
        from trailing_month
        join scope_kpi on scope_kpi.month = trailing_month.earlier
        group by all
        having count(*) >= getvariable('trailing_months')
    ),
    met as (
        select scope_kpi.*, usual, range_of_months, unit, scale_width, event_size,
            denominator / event_size as cases
        from scope_kpi
        join usual using (month, kpi_id, scope, scope_id)
        join month_reach using (month)
        join (
            select kpi_id, unit, scale_width, event_size, is_denominator_one, is_cohort
            from intermediate.int_kpi_definitions
        ) using (kpi_id)
        where is_closed and not is_denominator_one and not is_cohort and kpi_id not in {_NOT_JUDGED}
            and denominator / event_size >= 20
    ),
    person as (
        select kpi.month, kpi_id, kpi.numerator, kpi.denominator, unnest(['centre', 'site', 'business_line', 'team']) as scope,
            unnest(['all', site_id, business_line, team_id]) as scope_id
        from marts.kpi_monthly as kpi
        join odd_person on odd_person.month = kpi.month and person_id = scope_id
        where scope = 'employee' and kpi.month in (select month from month_asked)
    ),
    apart as (
        select met.month, kpi_id, scope, scope_id,
            sqrt(sum(power(person.numerator - value * person.denominator, 2))) / max(met.denominator)
                * sqrt(count(*) / (count(*) - 1.0)) as by_people
        from met join person using (month, kpi_id, scope, scope_id)
        group by all having count(*) >= 3
    ),
    compared as (
        select met.*, greatest(
                if(scope = 'centre', {_FLOOR}, {_PART_FLOOR}) * abs(usual),
                if(unit in ('ratio', 'points'), {_OF_SCALE} * scale_width, 0),
                {_RANGES} * greatest(0, range_of_months - 2 * by_chance) + {_CHANCE} * 1.2 * by_chance
            ) as tolerance
        from (
            select met.*, coalesce(by_people, case
                    when unit = 'ratio' then 2 * sqrt(greatest((usual * cases + 1) / (cases + 2), 0) * greatest(1 - usual, 0.02) / cases)
                    when unit = 'points' then 0.5 * scale_width / sqrt(cases)
                    else 2 * abs(usual) / sqrt(cases) end) as by_chance
            from met left join apart using (month, kpi_id, scope, scope_id)
        ) as met
    )
    select month, 'kpi_left_usual_range' as code, '' as source, kpi_id as column_name,
        scope as part_kind, scope_id as part, 'value' as measure, null as word, value as observed, usual,
        cast(cases as bigint) as rows, abs(value - usual) / tolerance as excess, 'to_confirm' as severity
    from compared
    where abs(value - usual) > tolerance
"""

#: A KPI that the centre or a part had in every trailing month and has no more, though the part has others.
VANISHED = f"""
    with usual as (
        select trailing_month.month, kpi_id, scope, scope_id, median(denominator) as usual_denominator
        from trailing_month
        join scope_kpi on scope_kpi.month = trailing_month.earlier
        group by all
        having count(*) >= getvariable('trailing_months')
    )
    select month, 'kpi_vanished' as code, '' as source, kpi_id as column_name,
        scope as part_kind, scope_id as part, 'value' as measure, null as word, null as observed, null as usual,
        cast(usual_denominator / event_size as bigint) as rows, usual_denominator / event_size / 10 as excess,
        'to_confirm' as severity
    from usual
    join month_reach using (month)
    join (select kpi_id, event_size, is_cohort from intermediate.int_kpi_definitions) using (kpi_id)
    anti join scope_kpi using (month, kpi_id, scope, scope_id)
    where is_closed and not is_cohort and kpi_id not in {_NOT_JUDGED} and usual_denominator / event_size >= 10
        and (month, scope, scope_id) in (select month, scope, scope_id from scope_kpi)
"""

ALL = (FOUND, VANISHED)
