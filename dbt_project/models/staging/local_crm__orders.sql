-- Made by `make generate` from the contract of crm.orders: change that, not this.
{{ config(materialized='table') }}

with

delivered as (
    select * from {{ source('raw', 'crm__orders') }}
    where local_columns is not null
),

zones as (select * from {{ ref('zone_by_person') }}),

default_zone as (select {{ default_time_zone() }} as time_zone),

-- a time without an offset is local to the site where the row's person was that day
zoned as (
    select
        delivered.*,
        coalesce(created_at_zone.time_zone, default_zone.time_zone) as created_at_zone,
        coalesce(paid_at_zone.time_zone, default_zone.time_zone) as paid_at_zone,
        coalesce(refunded_at_zone.time_zone, default_zone.time_zone) as refunded_at_zone
    from delivered
    cross join default_zone
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
),

final as (
    select
        zoned.order_id,
        zoned.contact_id,
        zoned.agent_id,
        zoned.customer_id,
        case
            when concat(',', zoned.local_columns, ',') like '%,created_at,%'
                then {{ to_utc('zoned.created_at', 'zoned.created_at_zone') }}
            else zoned.created_at
        end as created_at,
        zoned.amount,
        case
            when concat(',', zoned.local_columns, ',') like '%,paid_at,%'
                then {{ to_utc('zoned.paid_at', 'zoned.paid_at_zone') }}
            else zoned.paid_at
        end as paid_at,
        case
            when concat(',', zoned.local_columns, ',') like '%,refunded_at,%'
                then {{ to_utc('zoned.refunded_at', 'zoned.refunded_at_zone') }}
            else zoned.refunded_at
        end as refunded_at,
        zoned.status,
        zoned.error_column,
        zoned.error_reason,
        zoned.row_text,
        zoned.delivery_id,
        zoned.line_number,
        zoned.delivery_order
    from zoned
)

select * from final
