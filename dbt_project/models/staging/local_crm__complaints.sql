-- Made by `make generate` from the contract of crm.complaints: change that, not this.
{{ config(materialized='table') }}

with

delivered as (
    select * from {{ source('raw', 'crm__complaints') }}
    where local_columns is not null
),

zones as (select * from {{ ref('zone_by_person') }}),

default_zone as (select {{ default_time_zone() }} as time_zone),

-- a time without an offset is local to the site where the row's person was that day
zoned as (
    select
        delivered.*,
        coalesce(received_at_zone.time_zone, default_zone.time_zone) as received_at_zone
    from delivered
    cross join default_zone
    left join zones as received_at_zone
        on delivered.agent_id = received_at_zone.agent_id
        and cast(delivered.received_at as date) >= received_at_zone.from_on
        and cast(delivered.received_at as date) < received_at_zone.until_on
),

final as (
    select
        zoned.complaint_id,
        zoned.contact_id,
        zoned.agent_id,
        zoned.customer_id,
        case
            when concat(',', zoned.local_columns, ',') like '%,received_at,%'
                then {{ to_utc('zoned.received_at', 'zoned.received_at_zone') }}
            else zoned.received_at
        end as received_at,
        zoned.category,
        zoned.upheld,
        zoned.error_column,
        zoned.error_reason,
        zoned.row_text,
        zoned.delivery_id,
        zoned.line_number,
        zoned.delivery_order
    from zoned
)

select * from final
