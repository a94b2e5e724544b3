{%- set ranges = selected_ranges(2, longest_shift_days() + 1) -%}

with

segments as (

    select * from {{ ref('int_schedule_segments') }}

),

days as (

    select * from {{ ref('int_assignment_utc_days') }}
    where employee_id is not null

),

agents as (

    select distinct employee_id
    from {{ ref('int_assignment_periods') }}
    where employee_id is not null and agent_key is not null

),

planned as (

    select
        employee_id,
        starts_at,
        ends_at,
        activity,
        shift_starts_at,
        shift_ends_at,
        delivery_id,
        line_number,
        row_number
    from segments

),

-- Time after a segment in which nothing is scheduled; within a shift it belongs to the shift.
unplanned_after as (

    select
        segments.employee_id,
        segments.ends_at as starts_at,
        coalesce(segments.next_starts_at, {{ end_of_time() }}) as ends_at,
        cast(null as varchar) as activity,
        segments.shift_starts_at,
        segments.shift_ends_at,
        cast(null as bigint) as delivery_id,
        cast(null as bigint) as line_number,
        cast(null as bigint) as row_number
    from segments
    inner join agents on agents.employee_id = segments.employee_id
    where segments.next_starts_at is null or segments.next_starts_at > segments.ends_at

),

unplanned_before as (

    select
        agents.employee_id,
        {{ beginning_of_time() }} as starts_at,
        coalesce(min(segments.starts_at), {{ end_of_time() }}) as ends_at,
        cast(null as varchar) as activity,
        cast(null as timestamp) as shift_starts_at,
        cast(null as timestamp) as shift_ends_at,
        cast(null as bigint) as delivery_id,
        cast(null as bigint) as line_number,
        cast(null as bigint) as row_number
    from agents
    left join segments on segments.employee_id = agents.employee_id
    group by agents.employee_id

),

whole as (

    select * from planned
    union all
    select * from unplanned_after
    union all
    select * from unplanned_before

),

utc_days as (

    select
        *,
        {{ each_date(
            "cast(greatest(starts_at, timestamp '" ~ (ranges[0][0] if ranges else '1970-01-01') ~ "') as date)",
            "cast(least(ends_at - interval 1 microsecond, timestamp '" ~ (ranges[-1][1] if ranges else '1970-01-01') ~ "') as date)"
        ) }} as utc_date
    from whole

),

clipped as (

    select
        utc_days.employee_id,
        days.agent_key,
        days.period_id,
        days.utc_date,
        days.local_date,
        days.month,
        days.is_selected and days.is_employed as is_selected,
        days.is_employed,
        days.is_after_a_change,
        utc_days.activity,
        case when utc_days.ends_at <= utc_days.shift_ends_at then utc_days.shift_starts_at end as shift_starts_at,
        greatest(utc_days.starts_at, days.starts_at) as starts_at,
        least(utc_days.ends_at, days.ends_at, {{ as_of() }}) as ends_at,
        utc_days.delivery_id,
        utc_days.line_number,
        utc_days.row_number
    from utc_days
    inner join days
        on
            days.employee_id = utc_days.employee_id
            and days.utc_date = utc_days.utc_date

),

final as (

    select
        row_number() over (order by employee_id, starts_at) as interval_id,
        *
    from clipped
    where
        starts_at < ends_at
        and (
            is_selected
            -- of days after the last one employed, half hours that began before and shifts that did
            or (
                activity = 'on_queue'
                and (is_employed or is_after_a_change)
                and {{ within_selected_months('starts_at') }}
            )
            or {{ within_selected_months('shift_starts_at') }}
        )

)

select * from final
