-- Made by `make generate` from the contract of qa.report_deliveries: change that, not this.
with

delivered as {{ inlined() }} (
    select
        report_id,
        report_name,
        owner_id,
        due_at,
        delivered_at,
        defects,
        error_column,
        error_reason,
        row_text,
        delivery_id,
        line_number,
        delivery_order
    from {{ source('raw', 'qa__report_deliveries') }}
    where local_columns is null
    union all
    select * from {{ ref('local_qa__report_deliveries') }}
),

excluded as (select delivery_id, line_number from {{ ref('excluded_qa__report_deliveries') }}),

final as {{ inlined() }} (
    select
        delivered.report_id,
        delivered.report_name,
        delivered.owner_id,
        delivered.due_at,
        delivered.delivered_at,
        delivered.defects,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    left join excluded
        on delivered.delivery_id = excluded.delivery_id
        and delivered.line_number = excluded.line_number
    where excluded.delivery_id is null
)

select * from final
