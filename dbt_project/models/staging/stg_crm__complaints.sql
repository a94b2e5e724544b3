-- Made by `make generate` from the contract of crm.complaints: change that, not this.
with

delivered as {{ inlined() }} (
    select
        complaint_id,
        contact_id,
        agent_id,
        customer_id,
        received_at,
        category,
        upheld,
        error_column,
        error_reason,
        row_text,
        delivery_id,
        line_number,
        delivery_order
    from {{ source('raw', 'crm__complaints') }}
    where local_columns is null
    union all
    select * from {{ ref('local_crm__complaints') }}
),

excluded as (select delivery_id, line_number from {{ ref('excluded_crm__complaints') }}),

final as {{ inlined() }} (
    select
        delivered.complaint_id,
        delivered.contact_id,
        delivered.agent_id,
        delivered.customer_id,
        delivered.received_at,
        delivered.category,
        delivered.upheld,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    left join excluded
        on delivered.delivery_id = excluded.delivery_id
        and delivered.line_number = excluded.line_number
    where excluded.delivery_id is null
)

select * from final
