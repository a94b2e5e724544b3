with

segments as (

    select * from {{ ref('int_schedule_segments') }}
    where activity <> 'leave'

),

days as (

    select * from {{ ref('int_assignment_utc_days') }}
    where is_selected and is_employed and agent_key is not null

),

periods as (

    select * from {{ ref('int_assignment_periods') }}

),

spent as (

    select
        agent_key,
        shift_starts_at,
        sum(logged_in_microseconds) as logged_in_microseconds
    from {{ ref('int_schedule_interval_seconds') }}
    where shift_starts_at is not null
    group by agent_key, shift_starts_at

),

-- A shift is represented by its first segment, which dates it and gives its delivery and line.
shifts as (

    select
        *,
        cast(starts_at as date) as utc_date
    from segments
    where starts_at = shift_starts_at and shift_ends_at <= {{ as_of() }}

),

final as (

    select
        days.month,
        days.local_date,
        days.period_id,
        periods.employee_id,
        periods.site_id,
        periods.team_id,
        periods.business_line,
        shifts.shift_starts_at,
        shifts.shift_ends_at,
        shifts.delivery_id,
        shifts.line_number,
        shifts.row_number,
        0 as pending_rows,
        1 as shifts,
        case when spent.logged_in_microseconds >= 1000000 then 1 else 0 end as attended_shifts
    from shifts
    inner join days
        on
            days.employee_id = shifts.employee_id
            and days.utc_date = shifts.utc_date
            and shifts.starts_at >= days.starts_at
            and shifts.starts_at < days.ends_at
    inner join periods on periods.period_id = days.period_id
    left join spent
        on
            spent.agent_key = days.agent_key
            and spent.shift_starts_at = shifts.shift_starts_at

)

select * from final
