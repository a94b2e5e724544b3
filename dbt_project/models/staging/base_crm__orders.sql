-- Made by `make generate` from the contract of crm.orders: change that, not this.
with

delivered as {{ inlined() }} (select * from {{ source('raw', 'crm__orders') }}),

zones as (select * from {{ ref('zone_by_person') }}),

-- instants as delivered
with_offset as {{ inlined() }} (
    select
        delivered.order_id,
        delivered.contact_id,
        delivered.agent_id,
        delivered.customer_id,
        delivered.created_at,
        delivered.amount,
        delivered.paid_at,
        delivered.refunded_at,
        delivered.status,
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
        delivered.order_id,
        delivered.contact_id,
        delivered.agent_id,
        delivered.customer_id,
        case
            when concat(',', delivered.local_columns, ',') like '%,created_at,%'
                then {{ to_utc("delivered.created_at", "coalesce(created_at_zone.time_zone, " ~ default_time_zone() ~ ")") }}
            else delivered.created_at
        end as created_at,
        delivered.amount,
        case
            when concat(',', delivered.local_columns, ',') like '%,paid_at,%'
                then {{ to_utc("delivered.paid_at", "coalesce(paid_at_zone.time_zone, " ~ default_time_zone() ~ ")") }}
            else delivered.paid_at
        end as paid_at,
        case
            when concat(',', delivered.local_columns, ',') like '%,refunded_at,%'
                then {{ to_utc("delivered.refunded_at", "coalesce(refunded_at_zone.time_zone, " ~ default_time_zone() ~ ")") }}
            else delivered.refunded_at
        end as refunded_at,
        delivered.status,
        delivered.error_column,
        delivered.error_reason,
        delivered.row_text,
        delivered.delivery_id,
        delivered.line_number,
        delivered.delivery_order
    from delivered
    left join zones as created_at_zone
        on delivered.agent_id = created_at_zone.agent_id
        and cast(delivered.created_at as date) >= created_at_zone.from_on
        and cast(delivered.created_at as date) < created_at_zone.until_on
    left join zones as paid_at_zone
        on delivered.agent_id = paid_at_zone.agent_id
        and cast(delivered.paid_at as date) >= paid_at_zone.from_on
        and cast(delivered.paid_at as date) < paid_at_zone.until_on
    left join zones as refunded_at_zone
        on delivered.agent_id = refunded_at_zone.agent_id
        and cast(delivered.refunded_at as date) >= refunded_at_zone.from_on
        and cast(delivered.refunded_at as date) < refunded_at_zone.until_on
    where delivered.local_columns is not null
),

final as {{ inlined() }} (
    select * from with_offset
    union all
    select * from without_offset
)

select * from final
