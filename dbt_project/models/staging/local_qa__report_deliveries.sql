-- Made by `make generate` from the contract of qa.report_deliveries: change that, not this.
{{ config(materialized='table') }}

with

delivered as (
    select * from {{ source('raw', 'qa__report_deliveries') }}
    where local_columns is not null
),

zones as (select * from {{ ref('zone_by_person') }}),

default_zone as (select {{ default_time_zone() }} as time_zone),

-- a time without an offset is local to the site where the row's person was that day
zoned as (
    select
        delivered.*,
        coalesce(due_at_zone.time_zone, default_zone.time_zone) as due_at_zone,
        coalesce(delivered_at_zone.time_zone, default_zone.time_zone) as delivered_at_zone
    from delivered
    cross join default_zone
    left join zones as due_at_zone
        on delivered.owner_id = due_at_zone.employee_id
        and cast(delivered.due_at as date) >= due_at_zone.from_on
        and cast(delivered.due_at as date) < due_at_zone.until_on
    left join zones as delivered_at_zone
        on delivered.owner_id = delivered_at_zone.employee_id
        and cast(delivered.delivered_at as date) >= delivered_at_zone.from_on
        and cast(delivered.delivered_at as date) < delivered_at_zone.until_on
),

final as (
    select
        zoned.report_id,
        zoned.report_name,
        zoned.owner_id,
        case
            when concat(',', zoned.local_columns, ',') like '%,due_at,%'
                then {{ to_utc('zoned.due_at', 'zoned.due_at_zone') }}
            else zoned.due_at
        end as due_at,
        case
            when concat(',', zoned.local_columns, ',') like '%,delivered_at,%'
                then {{ to_utc('zoned.delivered_at', 'zoned.delivered_at_zone') }}
            else zoned.delivered_at
        end as delivered_at,
        zoned.defects,
        zoned.error_column,
        zoned.error_reason,
        zoned.row_text,
        zoned.delivery_id,
        zoned.line_number,
        zoned.delivery_order
    from zoned
)

select * from final
