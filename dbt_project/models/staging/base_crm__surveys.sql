-- Made by `make generate` from the contract of crm.surveys: change that, not this.
with

delivered as {{ inlined() }} (select * from {{ source('raw', 'crm__surveys') }}),

zones as (select * from {{ ref('zone_by_person') }}),

-- instants as delivered
with_offset as {{ inlined() }} (
    select
        delivered.survey_id,
        delivered.contact_id,
        delivered.agent_id,
        delivered.responded_at,
        delivered.csat,
        delivered.nps,
        delivered.resolution,
        delivered.attitude,
        delivered.speed,
        delivered.ease,
        delivered.comment,
        delivered.review,
        delivered.review_reason,
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
        delivered.survey_id,
        delivered.contact_id,
        delivered.agent_id,
        case
            when concat(',', delivered.local_columns, ',') like '%,responded_at,%'
                then {{ to_utc("delivered.responded_at", "coalesce(responded_at_zone.time_zone, " ~ default_time_zone() ~ ")") }}
            else delivered.responded_at
        end as responded_at,
        delivered.csat,
        delivered.nps,
        delivered.resolution,
        delivered.attitude,
        delivered.speed,
        delivered.ease,
        delivered.comment,
        delivered.review,
        delivered.review_reason,
        delivered.error_column,
        delivered.error_reason,
        delivered.row_text,
        delivered.delivery_id,
        delivered.line_number,
        delivered.delivery_order
    from delivered
    left join zones as responded_at_zone
        on delivered.agent_id = responded_at_zone.agent_id
        and cast(delivered.responded_at as date) >= responded_at_zone.from_on
        and cast(delivered.responded_at as date) < responded_at_zone.until_on
    where delivered.local_columns is not null
),

final as {{ inlined() }} (
    select * from with_offset
    union all
    select * from without_offset
)

select * from final
