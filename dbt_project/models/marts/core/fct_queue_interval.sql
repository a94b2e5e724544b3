{{ config(
    materialized='incremental',
    incremental_strategy='replace_months',
    on_schema_change='append_new_columns',
    meta={'month_of': 'business_date'},
) }}

with

legs as (

    select * from {{ ref('stg_acd__contact_legs') }}
    where
        direction = 'inbound'
        and ended_at <= {{ as_of() }}
        and {{ within_selected_months('offered_at') }}

),

queues as (

    select * from {{ ref('stg_acd__queues') }}

),

timed as (

    select
        legs.queue_id,
        {{ half_hour_number('legs.offered_at') }} as half_hour,
        legs.outcome,
        {{ is_short_abandon('legs', 'queues') }} as is_short_abandon,
        case when legs.outcome = 'answered' then {{ microseconds_between('legs.offered_at', 'legs.answered_at') }} end
            as wait_microseconds,
        queues.service_level_seconds * 1000000 as service_level_microseconds,
        case when legs.outcome = 'answered' then legs.talk_seconds + legs.hold_seconds + legs.wrap_seconds end
            as handle_seconds
    from legs
    inner join queues on queues.queue_id = legs.queue_id

),

counted as (

    select
        half_hour,
        queue_id,
        sum(case when not is_short_abandon then 1 else 0 end) as offered,
        sum(case when outcome = 'answered' then 1 else 0 end) as answered,
        sum(case when outcome = 'abandoned' and not is_short_abandon then 1 else 0 end) as abandoned,
        sum(case when is_short_abandon then 1 else 0 end) as short_abandons,
        sum(case when wait_microseconds <= service_level_microseconds then 1 else 0 end) as within_service_level,
        sum(coalesce(wait_microseconds, 0)) as wait_microseconds,
        sum(coalesce(handle_seconds, 0)) as handle_seconds
    from timed
    group by half_hour, queue_id

),

dated as (

    select
        *,
        {{ half_hour_start('half_hour') }} as interval_starts_at,
        {{ local_date(half_hour_start('half_hour'), default_time_zone()) }} as business_date
    from counted

),

final as (

    select
        interval_starts_at,
        queue_id,
        business_date,
        cast(offered as bigint) as offered,
        cast(answered as bigint) as answered,
        cast(abandoned as bigint) as abandoned,
        cast(short_abandons as bigint) as short_abandons,
        cast(within_service_level as bigint) as within_service_level,
        {{ seconds_of('wait_microseconds') }} as wait_seconds,
        cast(handle_seconds as bigint) as handle_seconds
    from dated
    where {{ in_selected_months('business_date') }}

)

select * from final
