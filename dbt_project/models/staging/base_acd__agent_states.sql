-- Made by `make generate` from the contract of acd.agent_states: change that, not this.
with

delivered as {{ inlined() }} (select * from {{ source('raw', 'acd__agent_states') }}),

zones as (select * from {{ ref('zone_by_person') }}),

-- instants as delivered
with_offset as {{ inlined() }} (
    select
        delivered.agent_id,
        delivered.state,
        delivered.started_at,
        delivered.ended_at,
        delivered.reason_code,
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
        delivered.agent_id,
        delivered.state,
        case
            when concat(',', delivered.local_columns, ',') like '%,started_at,%'
                then {{ to_utc("delivered.started_at", "coalesce(started_at_zone.time_zone, " ~ default_time_zone() ~ ")") }}
            else delivered.started_at
        end as started_at,
        case
            when concat(',', delivered.local_columns, ',') like '%,ended_at,%'
                then {{ to_utc("delivered.ended_at", "coalesce(ended_at_zone.time_zone, " ~ default_time_zone() ~ ")") }}
            else delivered.ended_at
        end as ended_at,
        delivered.reason_code,
        delivered.error_column,
        delivered.error_reason,
        delivered.row_text,
        delivered.delivery_id,
        delivered.line_number,
        delivered.delivery_order
    from delivered
    left join zones as started_at_zone
        on delivered.agent_id = started_at_zone.agent_id
        and cast(delivered.started_at as date) >= started_at_zone.from_on
        and cast(delivered.started_at as date) < started_at_zone.until_on
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
