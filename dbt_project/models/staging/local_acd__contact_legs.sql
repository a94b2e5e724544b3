-- Made by `make generate` from the contract of acd.contact_legs: change that, not this.
{{ config(materialized='table') }}

with

delivered as (
    select * from {{ source('raw', 'acd__contact_legs') }}
    where local_columns is not null
),

zones as (select * from {{ ref('zone_by_person') }}),

default_zone as (select {{ default_time_zone() }} as time_zone),

-- a time without an offset is local to the site where the row's person was that day
zoned as (
    select
        delivered.*,
        coalesce(offered_at_zone.time_zone, default_zone.time_zone) as offered_at_zone,
        coalesce(answered_at_zone.time_zone, default_zone.time_zone) as answered_at_zone,
        coalesce(ended_at_zone.time_zone, default_zone.time_zone) as ended_at_zone
    from delivered
    cross join default_zone
    left join zones as offered_at_zone
        on delivered.agent_id = offered_at_zone.agent_id
        and cast(delivered.offered_at as date) >= offered_at_zone.from_on
        and cast(delivered.offered_at as date) < offered_at_zone.until_on
    left join zones as answered_at_zone
        on delivered.agent_id = answered_at_zone.agent_id
        and cast(delivered.answered_at as date) >= answered_at_zone.from_on
        and cast(delivered.answered_at as date) < answered_at_zone.until_on
    left join zones as ended_at_zone
        on delivered.agent_id = ended_at_zone.agent_id
        and cast(delivered.ended_at as date) >= ended_at_zone.from_on
        and cast(delivered.ended_at as date) < ended_at_zone.until_on
),

final as (
    select
        zoned.leg_id,
        zoned.contact_id,
        zoned.leg_number,
        zoned.direction,
        zoned.queue_id,
        zoned.agent_id,
        zoned.customer_id,
        zoned.topic,
        case
            when concat(',', zoned.local_columns, ',') like '%,offered_at,%'
                then {{ to_utc('zoned.offered_at', 'zoned.offered_at_zone') }}
            else zoned.offered_at
        end as offered_at,
        case
            when concat(',', zoned.local_columns, ',') like '%,answered_at,%'
                then {{ to_utc('zoned.answered_at', 'zoned.answered_at_zone') }}
            else zoned.answered_at
        end as answered_at,
        case
            when concat(',', zoned.local_columns, ',') like '%,ended_at,%'
                then {{ to_utc('zoned.ended_at', 'zoned.ended_at_zone') }}
            else zoned.ended_at
        end as ended_at,
        zoned.talk_seconds,
        zoned.hold_seconds,
        zoned.wrap_seconds,
        zoned.outcome,
        zoned.transferred,
        zoned.error_column,
        zoned.error_reason,
        zoned.row_text,
        zoned.delivery_id,
        zoned.line_number,
        zoned.delivery_order
    from zoned
)

select * from final
