-- Made by `make generate` from the contract of crm.surveys: change that, not this.
with

delivered as {{ inlined() }} (
    select
        survey_id,
        contact_id,
        agent_id,
        responded_at,
        csat,
        nps,
        resolution,
        attitude,
        speed,
        ease,
        comment,
        review,
        review_reason,
        error_column,
        error_reason,
        row_text,
        delivery_id,
        line_number,
        delivery_order
    from {{ source('raw', 'crm__surveys') }}
    where local_columns is null
    union all
    select * from {{ ref('local_crm__surveys') }}
),

excluded as (select delivery_id, line_number from {{ ref('excluded_crm__surveys') }}),

final as {{ inlined() }} (
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
        delivered.delivery_id,
        delivered.line_number
    from delivered
    left join excluded
        on delivered.delivery_id = excluded.delivery_id
        and delivered.line_number = excluded.line_number
    where excluded.delivery_id is null
)

select * from final
