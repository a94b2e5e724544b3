with

required as (

    select
        *,
        interval_starts_at + interval 30 minute as interval_ends_at,
        {{ local_date('interval_starts_at', default_time_zone()) }} as local_date
    from {{ ref('stg_hr__staffing_requirements') }}
    where {{ within_selected_months('interval_starts_at') }}

),

-- A required half hour may begin at any minute, so it overlaps one or two half hours of the UTC clock, the join key.
counted as (

    select
        *,
        {{ each_number(
            half_hour_number('interval_starts_at'),
            half_hour_number('interval_ends_at - interval 1 microsecond')
        ) }} as half_hour
    from required
    where interval_ends_at <= {{ as_of() }} and {{ in_selected_months('local_date') }}

),

periods as (

    select * from {{ ref('int_assignment_periods') }}

),

-- Shortly after a move, a hire or a last day, what held at the start of the required half hour decides.
on_queue as (

    select
        intervals.employee_id,
        intervals.starts_at,
        intervals.ends_at,
        intervals.is_employed,
        periods.business_line,
        intervals.is_after_a_change or periods.starts_at > intervals.starts_at - interval 30 minute as is_near_change
    from {{ ref('int_schedule_intervals') }} as intervals
    inner join periods on periods.period_id = intervals.period_id
    where intervals.activity = 'on_queue'

),

-- Agents scheduled on the same line for the same time are one row with their number.
planned as (

    select
        business_line,
        starts_at,
        ends_at,
        count(*) as agents,
        {{ each_number(
            half_hour_number('starts_at'),
            half_hour_number('ends_at - interval 1 microsecond')
        ) }} as half_hour
    from on_queue
    where is_employed and not is_near_change
    group by business_line, starts_at, ends_at

),

planned_near_change as (

    select
        *,
        {{ each_number(
            half_hour_number('starts_at'),
            half_hour_number('ends_at - interval 1 microsecond')
        ) }} as half_hour
    from on_queue
    where is_near_change

),

-- Of those few alone: an engine may join days to half hours before it looks at the employee.
days as (

    select * from {{ ref('int_assignment_utc_days') }}
    where is_employed and employee_id in (select planned_near_change.employee_id from planned_near_change)

),

scheduled_parts as (

    select
        counted.interval_starts_at,
        counted.business_line,
        counted.half_hour,
        planned.agents * {{ microseconds_between(
            'greatest(planned.starts_at, counted.interval_starts_at, ' ~ half_hour_start('counted.half_hour') ~ ')',
            'least(planned.ends_at, counted.interval_ends_at, ' ~ half_hour_start('counted.half_hour + 1') ~ ')'
        ) }} as microseconds
    from counted
    inner join planned
        on planned.half_hour = counted.half_hour and planned.business_line = counted.business_line

    union all

    select
        counted.interval_starts_at,
        counted.business_line,
        counted.half_hour,
        {{ microseconds_between(
            'greatest(planned.starts_at, counted.interval_starts_at, ' ~ half_hour_start('counted.half_hour') ~ ')',
            'least(planned.ends_at, counted.interval_ends_at, ' ~ half_hour_start('counted.half_hour + 1') ~ ')'
        ) }} as microseconds
    from counted
    inner join planned_near_change as planned on planned.half_hour = counted.half_hour
    inner join days
        on
            days.employee_id = planned.employee_id
            and days.utc_date = cast(counted.interval_starts_at as date)
            and counted.interval_starts_at >= days.starts_at
            and counted.interval_starts_at < days.ends_at
    inner join periods on periods.period_id = days.period_id and periods.business_line = counted.business_line

),

scheduled as (

    select
        interval_starts_at,
        business_line,
        cast(sum(greatest(microseconds, 0)) as bigint) as scheduled_microseconds
    from scheduled_parts
    group by interval_starts_at, business_line

),

measured as (

    select
        required.*,
        coalesce(scheduled.scheduled_microseconds, 0) as staffed_microseconds,
        required.required_agents * 1800000000 as required_microseconds
    from required
    left join scheduled
        on
            scheduled.interval_starts_at = required.interval_starts_at
            and scheduled.business_line = required.business_line
    where required.interval_ends_at <= {{ as_of() }} and {{ in_selected_months('required.local_date') }}

),

final as (

    select
        {{ first_of_month('local_date') }} as month,
        local_date,
        interval_starts_at,
        cast(null as varchar) as employee_id,
        cast(null as varchar) as site_id,
        cast(null as varchar) as team_id,
        business_line,
        delivery_id,
        line_number,
        row_number,
        0 as pending_rows,
        staffed_microseconds,
        required_microseconds,
        least(staffed_microseconds, required_microseconds) as fitting_microseconds
    from measured

)

select * from final
