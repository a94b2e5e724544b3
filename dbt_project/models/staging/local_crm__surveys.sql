-- Made by `make generate` from the contract of crm.surveys: change that, not this.
{{ config(materialized='table') }}

with

delivered as (
    select * from {{ source('raw', 'crm__surveys') }}
    where local_columns is not null
),

zones as (select * from {{ ref('zone_by_person') }}),

default_zone as (select {{ default_time_zone() }} as time_zone),

-- a time without an offset is local to the site where the row's person was that day
zoned as (
    select
        delivered.*,
        coalesce(responded_at_zone.time_zone, default_zone.time_zone) as responded_at_zone
    from delivered
    cross join default_zone
    left join zones as responded_at_zone
        on delivered.agent_id = responded_at_zone.agent_id
        and cast(delivered.responded_at as date) >= responded_at_zone.from_on
        and cast(delivered.responded_at as date) < responded_at_zone.until_on
),

final as (
    select
        zoned.survey_id,
        zoned.contact_id,
        zoned.agent_id,
        case
            when concat(',', zoned.local_columns, ',') like '%,responded_at,%'
                then {{ to_utc('zoned.responded_at', 'zoned.responded_at_zone') }}
            else zoned.responded_at
        end as responded_at,
        zoned.csat,
        zoned.nps,
        zoned.resolution,
        zoned.attitude,
        zoned.speed,
        zoned.ease,
        zoned.comment,
        zoned.review,
        zoned.review_reason,
        zoned.error_column,
        zoned.error_reason,
        zoned.row_text,
        zoned.delivery_id,
        zoned.line_number,
        zoned.delivery_order
    from zoned
)

select * from final
