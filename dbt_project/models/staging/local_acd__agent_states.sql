-- Made by `make generate` from the contract of acd.agent_states: change that, not this.
{{ config(materialized='table') }}

with

delivered as (
    select * from {{ source('raw', 'acd__agent_states') }}
    where local_columns is not null
),

zones as (select * from {{ ref('zone_by_person') }}),

default_zone as (select {{ default_time_zone() }} as time_zone),

-- a time without an offset is local to the site where the row's person was that day
zoned as (
    select
        delivered.*,
        coalesce(started_at_zone.time_zone, default_zone.time_zone) as started_at_zone,
        coalesce(ended_at_zone.time_zone, default_zone.time_zone) as ended_at_zone
    from delivered
    cross join default_zone
    left join zones as started_at_zone
        on delivered.agent_id = started_at_zone.agent_id
        and cast(delivered.started_at as date) >= started_at_zone.from_on
        and cast(delivered.started_at as date) < started_at_zone.until_on
    left join zones as ended_at_zone
        on delivered.agent_id = ended_at_zone.agent_id
        and cast(delivered.ended_at as date) >= ended_at_zone.from_on
        and cast(delivered.ended_at as date) < ended_at_zone.until_on
),

final as (
    select
        zoned.agent_id,
        zoned.state,
        case
            when concat(',', zoned.local_columns, ',') like '%,started_at,%'
                then {{ to_utc('zoned.started_at', 'zoned.started_at_zone') }}
            else zoned.started_at
        end as started_at,
        case
            when concat(',', zoned.local_columns, ',') like '%,ended_at,%'
                then {{ to_utc('zoned.ended_at', 'zoned.ended_at_zone') }}
            else zoned.ended_at
        end as ended_at,
        zoned.reason_code,
        zoned.error_column,
        zoned.error_reason,
        zoned.row_text,
        zoned.delivery_id,
        zoned.line_number,
        zoned.delivery_order
    from zoned
)

select * from final
