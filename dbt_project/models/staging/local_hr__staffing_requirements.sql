-- Made by `make generate` from the contract of hr.staffing_requirements: change that, not this.
{{ config(materialized='table') }}

with

delivered as (
    select * from {{ source('raw', 'hr__staffing_requirements') }}
    where local_columns is not null
),

default_zone as (select {{ default_time_zone() }} as time_zone),

-- a time without an offset is local to the site where the row's person was that day
zoned as (
    select
        delivered.*,
        default_zone.time_zone as interval_starts_at_zone
    from delivered
    cross join default_zone
),

final as (
    select
        case
            when concat(',', zoned.local_columns, ',') like '%,interval_starts_at,%'
                then {{ to_utc('zoned.interval_starts_at', 'zoned.interval_starts_at_zone') }}
            else zoned.interval_starts_at
        end as interval_starts_at,
        zoned.business_line,
        zoned.required_agents,
        zoned.error_column,
        zoned.error_reason,
        zoned.row_text,
        zoned.delivery_id,
        zoned.line_number,
        zoned.delivery_order
    from zoned
)

select * from final
