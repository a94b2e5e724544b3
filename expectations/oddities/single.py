"""Single values that carry a month, sources that touched every trailing month and not this one, and words that vanish."""

_EARLIER = """
    earlier as (
        select trailing_month.month, source_profile.* exclude (month)
        from source_profile
        join trailing_month on trailing_month.earlier = source_profile.month
    )
"""

#: The greatest value of a column, where it is a twentieth of the month's sum and far above all that was there before.
CARRIES_THE_MONTH = f"""
    with {_EARLIER},
    usual as (
        select month, source, column_name, max(value) as highest, count(*) as months from earlier
        where measure = 'max' and part_kind = 'all' group by all
    ),
    now as (
        select month, source, column_name, rows, max(value) filter (measure = 'max') as highest_now,
            max(value) filter (measure = 'mean') as mean, max(value) filter (measure = 'q90') as q90
        from source_profile
        where month in (select month from month_asked) and part_kind = 'all' group by all
    )
    select month, 'one_value_carries_the_month' as code, source, column_name, 'all' as part_kind, 'all' as part,
        'max' as measure, null as word, highest_now as observed, coalesce(highest, q90) as usual, rows,
        highest_now / (if(highest is null, 100 * q90, 5 * highest)) as excess, 'to_confirm' as severity
    from now
    left join usual using (month, source, column_name)
    where rows >= 20 and highest_now > 0.02 * mean * rows
        and highest_now > if(highest is null, 100 * q90, 5 * highest) and coalesce(highest, q90) > 0
"""

#: A source that touched each trailing month and not this one.
WITHOUT_ROWS = f"""
    with {_EARLIER},
    usual as (
        select month, source, median(rows) as usual_rows from earlier
        where measure = 'rows_a_day' and part_kind = 'all' and rows > 0
        group by all having count(*) >= getvariable('trailing_months')
    )
    select month, 'no_rows_this_month' as code, source, null as column_name, 'all' as part_kind, 'all' as part,
        'rows' as measure, null as word, 0 as observed, usual_rows as usual, usual_rows as rows, 5 as excess,
        'to_confirm' as severity
    from usual join month_reach using (month)
    where is_closed and source not in (
        select source from source_profile as now where now.month = usual.month and measure = 'rows_a_day'
            and part_kind = 'all' and value > 0
    )
"""

#: A share that is 0 all at once, of which chance would have left dozens of rows; and emptiness where there was none.
VANISHED = f"""
    with {_EARLIER},
    usual as (
        select month, source, column_name, measure, coalesce(word, '') as word, median(value) as usual,
            min(value) as lowest, count(*) as months
        from earlier
        where part_kind = 'all' and measure in ('share', 'empty', 'zero') group by all
        having count(*) >= getvariable('trailing_months')
    ),
    is_now as (
        select month, source, column_name, measure, coalesce(word, '') as word, value
        from source_profile where month in (select month from month_asked) and part_kind = 'all'
            and measure in ('share', 'empty', 'zero')
    ),
    present as (
        select month, source, column_name, rows * if(measure = 'empty', 1 - value, 1) as filled, rows
        from source_profile
        where month in (select month from month_asked) and part_kind = 'all' and measure = 'empty'
    )
    select month, 'share_vanished' as code, source, column_name, 'all' as part_kind, 'all' as part, measure,
        nullif(word, '') as word, coalesce(value, 0) as observed, usual, cast(present.rows as bigint) as rows,
        if(measure = 'empty', present.rows, filled) * usual / 20 as excess, 'to_confirm' as severity
    from usual
    join present using (month, source, column_name)
    left join is_now using (month, source, column_name, measure, word)
    join month_reach using (month)
    where is_closed and coalesce(value, 0) <= 0.05 * usual and lowest > 0.4 * usual
        and if(measure = 'empty', present.rows, filled) * usual > 20
"""

#: Empty here and there, where no row of any trailing month was.
APPEARED = f"""
    with {_EARLIER},
    never as (
        select month, source, column_name from earlier where part_kind = 'all' and measure = 'empty' group by all
        having count(*) >= getvariable('trailing_months') and max(value) = 0
    )
    select month, 'emptiness_appeared' as code, source, column_name, 'all' as part_kind, 'all' as part, measure, null as word,
        value as observed, 0 as usual, rows, greatest(value / 0.002, 1.1) as excess, 'to_confirm' as severity
    from source_profile
    join never using (month, source, column_name)
    where part_kind = 'all' and measure = 'empty' and value >= 0.002 and value * rows >= 5
"""

#: Nothing but 0 in a column that counts what was done, where there was always some.
ALL_ZERO = f"""
    with {_EARLIER},
    usual as (
        select month, source, column_name, max(value) as highest from earlier
        where part_kind = 'all' and measure = 'zero' group by all
    )
    select month, 'zero_throughout' as code, source, column_name, 'all' as part_kind, 'all' as part, measure, null as word,
        value as observed, highest as usual, rows, 2 as excess, 'to_confirm' as severity
    from source_profile left join usual using (month, source, column_name)
    where month in (select month from month_asked) and part_kind = 'all' and measure = 'zero' and value = 1
        and coalesce(highest, 0) <= 0.5 and rows >= if(highest is null, 3, 2)
        and (source, column_name) in (('hr.requisitions', 'filled'), ('hr.budget_lines', 'spent'),
            ('hr.budget_lines', 'budgeted'), ('hr.training_sessions', 'held_to_planned'), ('qa.evaluation_items', 'points'),
            ('hr.staffing_requirements', 'required_agents'), ('crm.orders', 'amount'), ('qa.evaluations', 'score'))
"""

ALL = (APPEARED, ALL_ZERO, CARRIES_THE_MONTH, WITHOUT_ROWS, VANISHED)
