with

intervals as (

    select * from {{ ref('int_schedule_intervals') }}
    where agent_key is not null

),

spent as (

    select
        interval_id,
        sum(microseconds) as logged_in_microseconds,
        sum(case when {{ is_productive('state') }} then microseconds else 0 end) as productive_microseconds,
        sum(case when {{ is_occupied('state') }} then microseconds else 0 end) as occupied_microseconds,
        sum(case when state = 'available' then microseconds else 0 end) as available_microseconds,
        sum(case when {{ suits_activity('state', 'activity') }} then microseconds else 0 end)
            as adherent_microseconds
    from {{ ref('int_state_intervals') }}
    group by interval_id

),

measured as (

    select
        intervals.*,
        {{ microseconds_between('intervals.starts_at', 'intervals.ends_at') }} as microseconds,
        cast(coalesce(spent.logged_in_microseconds, 0) as bigint) as logged_in_microseconds,
        cast(coalesce(spent.productive_microseconds, 0) as bigint) as productive_microseconds,
        cast(coalesce(spent.occupied_microseconds, 0) as bigint) as occupied_microseconds,
        cast(coalesce(spent.available_microseconds, 0) as bigint) as available_microseconds,
        cast(coalesce(spent.adherent_microseconds, 0) as bigint) as adherent_microseconds
    from intervals
    left join spent on spent.interval_id = intervals.interval_id

),

final as (

    select
        *,
        case when activity <> 'leave' then microseconds else 0 end as scheduled_microseconds,
        case when activity is not null then microseconds else 0 end as planned_microseconds,
        case when activity is not null then microseconds - productive_microseconds else 0 end
            as unproductive_microseconds
    from measured

)

select * from final
