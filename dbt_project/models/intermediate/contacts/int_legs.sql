with

legs as (

    select
        *,
        coalesce(agent_id, '') as agent_key,
        cast(offered_at as date) as utc_date
    from {{ ref('stg_acd__contact_legs') }}
    where
        direction = 'inbound'
        and ended_at <= {{ as_of() }}
        and {{ within_selected_months('offered_at') }}

),

queues as (

    select * from {{ ref('stg_acd__queues') }}

),

days as (

    select * from {{ ref('int_login_utc_days') }}
    where is_selected

),

timed as (

    select
        legs.*,
        queues.business_line,
        queues.service_level_seconds,
        legs.outcome = 'answered' as is_answered,
        legs.talk_seconds + legs.hold_seconds + legs.wrap_seconds as known_handle_seconds,
        case when legs.outcome = 'answered' then {{ microseconds_between('legs.offered_at', 'legs.answered_at') }} end
            as wait_microseconds,
        {{ is_short_abandon('legs', 'queues') }} as is_short_abandon
    from legs
    inner join queues on queues.queue_id = legs.queue_id

),

final as (

    select
        days.month,
        days.local_date,
        days.period_id,
        timed.leg_id,
        timed.queue_id,
        timed.offered_at,
        timed.business_line,
        timed.delivery_id,
        timed.line_number,
        timed.row_number,
        case when timed.is_short_abandon then 1 else 0 end as short_abandons,
        case when timed.is_short_abandon then 0 else 1 end as offered_legs,
        case when timed.is_answered then 1 else 0 end as answered_legs,
        case when timed.outcome = 'abandoned' and not timed.is_short_abandon then 1 else 0 end as abandoned_legs,
        case
            when timed.is_short_abandon or (timed.is_answered and timed.wait_microseconds is null) then 0
            else 1
        end as offered_legs_with_known_wait,
        case when timed.wait_microseconds is not null then 1 else 0 end as answered_legs_with_known_wait,
        case when timed.wait_microseconds <= timed.service_level_seconds * 1000000 then 1 else 0 end
            as legs_within_service_level,
        coalesce(timed.wait_microseconds, 0) as wait_microseconds,
        case when timed.is_answered and timed.transferred is not null then 1 else 0 end as legs_with_known_transfer,
        case when timed.is_answered and timed.transferred then 1 else 0 end as transferred_legs,
        case when timed.is_answered then coalesce(timed.talk_seconds, 0) else 0 end as talk_seconds,
        case when timed.is_answered then coalesce(timed.hold_seconds, 0) else 0 end as hold_seconds,
        case when timed.is_answered then coalesce(timed.wrap_seconds, 0) else 0 end as wrap_seconds,
        case when timed.is_answered and timed.known_handle_seconds is not null then 1 else 0 end
            as legs_with_known_handle_time,
        case when timed.is_answered then coalesce(timed.known_handle_seconds, 0) else 0 end as handle_seconds
    from timed
    inner join days
        on
            days.agent_key = timed.agent_key
            and days.utc_date = timed.utc_date
            and timed.offered_at >= days.starts_at
            and timed.offered_at < days.ends_at

)

select * from final
