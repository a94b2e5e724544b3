"""A month's profile against the trailing months' own spread: what left its usual range by more than chance.

The tolerance of a number is the largest of four times the range of its trailing months, what chance gives for so many
rows, and a floor below which nobody would look. Shares are shrunk, so that a word that was never there before is not
infinitely rare. A profile is compared once every trailing month has a number.
"""

#: How far chance may carry a number, in standard errors: hundreds of numbers are compared each month.
_CHANCE = 5
#: Range of the trailing months, times this.
_RANGES = 4
#: Floors for the whole source and for a part of it: of shares, of how often a column is empty, of means (relative to
#: their size, of logarithms, relative to the spread of single rows), and of rows a day (logarithm).
_SHARE, _EMPTY, _RELATIVE, _LOG, _OF_SPREAD, _ROWS = (
    f"if(part_kind = 'all', {whole}, {part})"
    for whole, part in ((0.04, 0.15), (0.03, 0.15), (0.08, 0.25), (0.08, 0.25), (0.1, 0.3), (0.4, 0.8))
)
#: Days that the last row may be short of the month's end.
_DAYS = 3
#: Fewer rows are no evidence.
_FEWEST_ROWS = 20

#: Numbers that follow from others of the same column and are kept for people to look at.
_NOT_COMPARED = """(
    'common', 'q10', 'q50', 'q90', 'max', 'days', 'unknown_contact', 'other_agent', 'overlap', 'doubled', 'off_duration', 'gap',
    'outside_states', 'legs_outside_plan', 'exact_start', 'unplanned', 'absent', 'without_legs', 'without_states', 'contradicts',
    'handle_to_occupied', 'late_seconds'
)"""

SHARES = "('share', 'hours', 'empty', 'distinct', 'zero', 'whole', 'midnight', 'hour')"


#: Every number of the months asked beside its trailing months: observed, usual, tolerance, excess.
COMPARED = f"""
    with asked as (select * from source_profile where month in (select month from month_asked)),
    earlier as (
        select trailing_month.month, source_profile.* exclude (month)
        from source_profile
        join trailing_month on trailing_month.earlier = source_profile.month
        where measure not in {_NOT_COMPARED}
    ),
    -- Columns and parts that every trailing month had, with the rows that stood behind them.
    base as (
        select month, source, coalesce(column_name, '') as column_name, part_kind, part, sum(rows) as usual_rows
        from earlier
        where measure in ('empty', 'rows_a_day')
        group by all
        having count(*) >= getvariable('trailing_months')
    ),
    rows_now as (
        select month, source, coalesce(column_name, '') as column_name, part_kind, part, max(rows) as rows
        from asked where measure in ('empty', 'rows_a_day') group by all
    ),
    was as (
        select month, source, coalesce(column_name, '') as column_name, part_kind, part, measure,
            coalesce(word, '') as word, list(value) as numbers, avg(spread) as was_spread,
            sum(rows) as present
        from earlier group by all
    ),
    is_now as (
        select month, source, coalesce(column_name, '') as column_name, part_kind, part, measure,
            coalesce(word, '') as word, value, rows, spread
        from asked where measure not in {_NOT_COMPARED}
    ),
    paired as (
        select * from was full join is_now using (month, source, column_name, part_kind, part, measure, word)
    ),
    met as (
        select month, source, column_name, part_kind, part, measure, word, value, numbers,
            greatest(spread, was_spread) as row_spread,
            coalesce(paired.rows, rows_now.rows, 0) as rows, if(measure in ('share', 'hours', 'mean', 'log_mean', 'zero'), coalesce(present, usual_rows), usual_rows) as usual_rows,
            is_closed
        from base
        join paired using (month, source, column_name, part_kind, part)
        left join rows_now using (month, source, column_name, part_kind, part)
        join month_reach using (month)
    ),
    filled as (
        select * replace (
                -- A word that a month lacks has a share of 0 there; a source that it lacks has no row.
                case when measure in ('share', 'hours') and rows > 0 then coalesce(value, 0)
                    when measure = 'rows_a_day' then coalesce(value, 0) else value end as value,
                case when measure in ('share', 'hours')
                    then list_concat(coalesce(numbers, []), list_value(0.0))[:getvariable('trailing_months')]
                    else numbers end as numbers
            )
        from met
    ),
    usual as (
        select *,
            list_aggregate(numbers, 'median') as usual,
            (usual * usual_rows + 2) / (usual_rows + 4) as share,
            sqrt(1 / greatest(rows, 1) + 1 / greatest(usual_rows, 1)) as by_rows,
            case when measure in ('mean', 'log_mean') then row_spread
                when measure in {SHARES} then sqrt(greatest(share * (1 - share), 0)) else 0 end as of_one_row,
            -- What the trailing months differ by more than chance would have them differ.
            greatest(0, list_max(numbers) - list_min(numbers)
                - 2 * of_one_row / sqrt(greatest(usual_rows / len(numbers), 1))) as range_of_months
        from filled
        where value is not null and (measure in ('share', 'hours') or len(numbers) >= getvariable('trailing_months'))
    ),
    tolerated as (
        select *,
            case
                when measure in {SHARES} then greatest(
                    case measure when 'empty' then {_EMPTY} when 'zero' then 0.1 when 'distinct' then 0.1 else {_SHARE} end,
                    {_RANGES} * range_of_months + {_CHANCE} * of_one_row * by_rows)
                when measure = 'days_short' then greatest({_RANGES} * range_of_months, {_DAYS})
                when measure = 'log_mean' then greatest(
                    {_LOG}, {_RANGES} * range_of_months + {_CHANCE} * row_spread * by_rows)
                when measure = 'mean' then greatest(
                    {_RELATIVE} * abs(usual), {_OF_SPREAD} * row_spread,
                    {_RANGES} * range_of_months + {_CHANCE} * row_spread * by_rows)
            end as tolerance
        from usual
    ),
    steady as (
        -- Registers bring the same number of rows every day of every month.
        select *, source = 'qa.report_deliveries' and usual >= 0.1 and range_of_months <= 0.02 * usual as is_steady from tolerated
    )
    select month, source, nullif(column_name, '') as column_name, part_kind, part, measure, nullif(word, '') as word,
        value as observed, usual, rows,
        case
            -- Another unit is no chance, however few the rows.
            when measure = 'log_mean' and rows >= 5 and abs(value - usual) > 1.6
                and list_max(numbers) - list_min(numbers) < 0.7
                then greatest(abs(value - usual) / tolerance, 1.1)
            when (measure in {SHARES} or measure in ('mean', 'log_mean'))
                and least(rows, usual_rows / 2) < {_FEWEST_ROWS} then 0
            -- Fewer rows have relatively more different customers.
            when measure = 'distinct' and greatest(rows / usual_rows, usual_rows / rows / power(len(numbers), 2))
                > 1.2 / len(numbers) then 0
            when measure <> 'rows_a_day' then abs(value - usual) / tolerance
            when value < usual and not is_closed then 0
            when value = 0 then usual * day(last_day(month)) / 20
            else abs(ln((abs(value) + 0.01) / (abs(usual) + 0.01))) / greatest(
                {_RANGES} * ln((abs(list_max(numbers)) + 0.01) / (abs(list_min(numbers)) + 0.01)),
                if(is_steady, 0.03, {_ROWS}),
                if(is_steady, 0, {_CHANCE} * by_rows))
        end as excess
    from steady
    -- Distinct people and customers say something of their number of rows only where these are alike.
    where not (measure = 'days_short' and part_kind not in ('all', 'site_id', 'queue_id'))
        and not (part_kind = 'evaluator_id' and measure = 'rows_a_day')
        and not (source = 'hr.staffing_requirements' and part_kind <> 'all' and measure in ('mean', 'log_mean'))
        and not (measure = 'days_short' and (not is_closed or value < usual or source like 'hr.%' and source not in ('hr.schedules', 'hr.staffing_requirements')))
"""

SQL = f"""
    select 'left_usual_range' as code, *, 'to_confirm' as severity
    from ({COMPARED})
    where excess > 1
"""
