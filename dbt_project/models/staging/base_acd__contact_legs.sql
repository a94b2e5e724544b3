-- Made by `make generate` from the contract of acd.contact_legs: change that, not this.
with

delivered as {{ inlined() }} (select * from {{ source('raw', 'acd__contact_legs') }}),

zones as (select * from {{ ref('zone_by_person') }}),

-- instants as delivered
with_offset as {{ inlined() }} (
    select
        delivered.leg_id,
        delivered.contact_id,
        delivered.leg_number,
        delivered.direction,
        delivered.queue_id,
        delivered.agent_id,
        delivered.customer_id,
        delivered.topic,
        delivered.offered_at,
        delivered.answered_at,
        delivered.ended_at,
        delivered.talk_seconds,
        delivered.hold_seconds,
        delivered.wrap_seconds,
        delivered.outcome,
        delivered.transferred,
        delivered.error_column,
        delivered.error_reason,
        delivered.row_text,
        delivered.delivery_id,
        delivered.line_number,
        delivered.delivery_order
    from delivered
    where delivered.local_columns is null
),

-- times without an offset are local to the site where the row's person was that day
without_offset as {{ inlined() }} (
    select
        delivered.leg_id,
        delivered.contact_id,
        delivered.leg_number,
        delivered.direction,
        delivered.queue_id,
        delivered.agent_id,
        delivered.customer_id,
        delivered.topic,
        case
            when concat(',', delivered.local_columns, ',') like '%,offered_at,%'
                then {{ to_utc("delivered.offered_at", "coalesce(offered_at_zone.time_zone, " ~ default_time_zone() ~ ")") }}
            else delivered.offered_at
        end as offered_at,
        case
            when concat(',', delivered.local_columns, ',') like '%,answered_at,%'
                then {{ to_utc("delivered.answered_at", "coalesce(answered_at_zone.time_zone, " ~ default_time_zone() ~ ")") }}
            else delivered.answered_at
        end as answered_at,
        case
            when concat(',', delivered.local_columns, ',') like '%,ended_at,%'
                then {{ to_utc("delivered.ended_at", "coalesce(ended_at_zone.time_zone, " ~ default_time_zone() ~ ")") }}
            else delivered.ended_at
        end as ended_at,
        delivered.talk_seconds,
        delivered.hold_seconds,
        delivered.wrap_seconds,
        delivered.outcome,
        delivered.transferred,
        delivered.error_column,
        delivered.error_reason,
        delivered.row_text,
        delivered.delivery_id,
        delivered.line_number,
        delivered.delivery_order
    from delivered
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
    where delivered.local_columns is not null
),

final as {{ inlined() }} (
    select * from with_offset
    union all
    select * from without_offset
)

select * from final
