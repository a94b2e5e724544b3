with

intervals as (

    select
        *,
        offered - coalesce(short_abandoned, 0) as offered_legs,
        abandoned - coalesce(short_abandoned, 0) as abandoned_legs,
        talk_seconds + hold_seconds + wrap_seconds as handle_seconds,
        {{ local_date('interval_starts_at', default_time_zone()) }} as local_date
    from {{ ref('stg_acd__queue_intervals') }}
    where
        {{ within_selected_months('interval_starts_at') }}
        and {{ add_minutes('interval_starts_at', 'interval_minutes') }} <= {{ as_of() }}

),

queues as (

    select * from {{ ref('stg_acd__queues') }}

),

-- Legs are the better witness: no interval counts on a day of which its queue has any, whatever became of them.
days_with_legs as (

    select distinct
        legs.queue_id,
        {{ local_date('legs.offered_at', default_time_zone()) }} as local_date
    from {{ ref('stg_acd__contact_legs') }} as legs
    where
        {{ within_selected_months('legs.offered_at') }}
        and legs.queue_id in (select intervals.queue_id from intervals)

),

final as (

    select
        {{ first_of_month('intervals.local_date') }} as month,
        intervals.local_date,
        intervals.queue_id,
        intervals.interval_starts_at,
        intervals.interval_minutes,
        cast(null as varchar) as employee_id,
        cast(null as varchar) as site_id,
        cast(null as varchar) as team_id,
        queues.business_line,
        intervals.delivery_id,
        intervals.line_number,
        intervals.row_number,
        0 as pending_rows,
        coalesce(intervals.short_abandoned, 0) as short_abandons,
        intervals.offered_legs,
        case when intervals.answered is not null then intervals.offered_legs else 0 end as offered_legs_with_known_answer,
        coalesce(intervals.answered, 0) as answered_legs,
        case when intervals.abandoned is not null then intervals.offered_legs else 0 end as offered_legs_with_known_abandon,
        coalesce(intervals.abandoned_legs, 0) as abandoned_legs,
        case when intervals.answered_within is not null then intervals.offered_legs else 0 end
            as offered_legs_with_known_wait,
        coalesce(intervals.answered_within, 0) as legs_within_service_level,
        -- where nobody says how many were answered, all that were offered may have been
        coalesce(intervals.answered, intervals.offered_legs) as answered_or_unknown_legs,
        case when intervals.wait_seconds is not null then coalesce(intervals.answered, 0) else 0 end
            as answered_legs_with_known_wait,
        case when intervals.answered is not null then coalesce(intervals.wait_seconds, 0) else 0 end * 1000000
            as wait_microseconds,
        case when intervals.handle_seconds is not null then coalesce(intervals.answered, 0) else 0 end
            as legs_with_known_handle_time,
        case when intervals.answered is not null then coalesce(intervals.handle_seconds, 0) else 0 end as handle_seconds,
        case when intervals.transferred is not null then coalesce(intervals.answered, 0) else 0 end
            as legs_with_known_transfer,
        case when intervals.answered is not null then coalesce(intervals.transferred, 0) else 0 end as transferred_legs
    from intervals
    inner join queues on queues.queue_id = intervals.queue_id
    left join days_with_legs
        on days_with_legs.queue_id = intervals.queue_id and days_with_legs.local_date = intervals.local_date
    where days_with_legs.queue_id is null and {{ in_selected_months('intervals.local_date') }}

)

select * from final
