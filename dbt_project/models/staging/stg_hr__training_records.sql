-- Made by `make generate` from the contract of hr.training_records: change that, not this.
with

delivered as {{ inlined() }} (
    select * from {{ source('raw', 'hr__training_records') }}
),

excluded as (select delivery_id, line_number from {{ ref('excluded_hr__training_records') }}),

final as {{ inlined() }} (
    select
        delivered.session_id,
        delivered.employee_id,
        delivered.absences,
        delivered.exam_score,
        delivered.exam_passed,
        delivered.left,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    left join excluded
        on delivered.delivery_id = excluded.delivery_id
        and delivered.line_number = excluded.line_number
    where excluded.delivery_id is null
)

select * from final
