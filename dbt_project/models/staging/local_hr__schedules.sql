-- Made by `make generate` from the contract of hr.schedules: change that, not this.
{{ config(materialized='table') }}

with

delivered as (
    select * from {{ source('raw', 'hr__schedules') }}
    where local_columns is not null
),

zones as (select * from {{ ref('zone_by_person') }}),

default_zone as (select {{ default_time_zone() }} as time_zone),

-- a time without an offset is local to the site where the row's person was that day
zoned as (
    select
        delivered.*,
        coalesce(starts_at_zone.time_zone, default_zone.time_zone) as starts_at_zone,
        coalesce(ends_at_zone.time_zone, default_zone.time_zone) as ends_at_zone
    from delivered
    cross join default_zone
    left join zones as starts_at_zone
        on delivered.employee_id = starts_at_zone.employee_id
        and cast(delivered.starts_at as date) >= starts_at_zone.from_on
        and cast(delivered.starts_at as date) < starts_at_zone.until_on
    left join zones as ends_at_zone
        on delivered.employee_id = ends_at_zone.employee_id
        and cast(delivered.ends_at as date) >= ends_at_zone.from_on
        and cast(delivered.ends_at as date) < ends_at_zone.until_on
),

final as (
    select
        zoned.employee_id,
        zoned.activity,
        case
            when concat(',', zoned.local_columns, ',') like '%,starts_at,%'
                then {{ to_utc('zoned.starts_at', 'zoned.starts_at_zone') }}
            else zoned.starts_at
        end as starts_at,
        case
            when concat(',', zoned.local_columns, ',') like '%,ends_at,%'
                then {{ to_utc('zoned.ends_at', 'zoned.ends_at_zone') }}
            else zoned.ends_at
        end as ends_at,
        zoned.error_column,
        zoned.error_reason,
        zoned.row_text,
        zoned.delivery_id,
        zoned.line_number,
        zoned.delivery_order
    from zoned
)

select * from final
