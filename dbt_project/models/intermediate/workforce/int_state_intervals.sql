with

states as (

    select
        *,
        {{ each_date('cast(started_at as date)', "cast(ended_at - interval 1 microsecond as date)") }} as utc_date
    from {{ ref('int_agent_states') }}

),

intervals as (

    select * from {{ ref('int_schedule_intervals') }}
    where agent_key is not null

),

final as (

    select
        intervals.interval_id,
        intervals.period_id,
        intervals.month,
        intervals.local_date,
        intervals.is_selected,
        intervals.activity,
        states.employee_id,
        states.state,
        greatest(states.started_at, intervals.starts_at) as starts_at,
        least(states.ended_at, intervals.ends_at) as ends_at,
        {{ microseconds_between(
            'greatest(states.started_at, intervals.starts_at)',
            'least(states.ended_at, intervals.ends_at)'
        ) }} as microseconds,
        states.delivery_id,
        states.line_number,
        states.row_number
    from states
    inner join intervals
        on
            intervals.employee_id = states.employee_id
            and intervals.utc_date = states.utc_date
            and intervals.starts_at < states.ended_at
            and states.started_at < intervals.ends_at

)

select * from final
