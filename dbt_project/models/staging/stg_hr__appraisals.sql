-- Made by `make generate` from the contract of hr.appraisals: change that, not this.
with

delivered as {{ inlined() }} (
    select * from {{ source('raw', 'hr__appraisals') }}
),

excluded as (select delivery_id, line_number from {{ ref('excluded_hr__appraisals') }}),

final as {{ inlined() }} (
    select
        delivered.employee_id,
        delivered.month,
        delivered.self_score,
        delivered.manager_score,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    left join excluded
        on delivered.delivery_id = excluded.delivery_id
        and delivered.line_number = excluded.line_number
    where excluded.delivery_id is null
)

select * from final
