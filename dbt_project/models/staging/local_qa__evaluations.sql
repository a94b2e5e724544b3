-- Made by `make generate` from the contract of qa.evaluations: change that, not this.
{{ config(materialized='table') }}

with

delivered as (
    select * from {{ source('raw', 'qa__evaluations') }}
    where local_columns is not null
),

zones as (select * from {{ ref('zone_by_person') }}),

default_zone as (select {{ default_time_zone() }} as time_zone),

-- a time without an offset is local to the site where the row's person was that day
zoned as (
    select
        delivered.*,
        coalesce(evaluated_at_zone.time_zone, default_zone.time_zone) as evaluated_at_zone
    from delivered
    cross join default_zone
    left join zones as evaluated_at_zone
        on delivered.agent_id = evaluated_at_zone.agent_id
        and cast(delivered.evaluated_at as date) >= evaluated_at_zone.from_on
        and cast(delivered.evaluated_at as date) < evaluated_at_zone.until_on
),

final as (
    select
        zoned.evaluation_id,
        zoned.contact_id,
        zoned.agent_id,
        zoned.evaluator_id,
        case
            when concat(',', zoned.local_columns, ',') like '%,evaluated_at,%'
                then {{ to_utc('zoned.evaluated_at', 'zoned.evaluated_at_zone') }}
            else zoned.evaluated_at
        end as evaluated_at,
        zoned.method,
        zoned.score,
        zoned.critical_error,
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
