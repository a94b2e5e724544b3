-- Made by `make generate` from the contract of hr.requisitions: change that, not this.
with

delivered as {{ inlined() }} (
    select * from {{ source('raw', 'hr__requisitions') }}
),

excluded as (select delivery_id, line_number from {{ ref('excluded_hr__requisitions') }}),

final as {{ inlined() }} (
    select
        delivered.requisition_id,
        delivered.role,
        delivered.opened_on,
        delivered.due_on,
        delivered.requested,
        delivered.filled,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    left join excluded
        on delivered.delivery_id = excluded.delivery_id
        and delivered.line_number = excluded.line_number
    where excluded.delivery_id is null
)

select * from final
