-- Made by `make generate` from the contract of hr.assignments: change that, not this.
with

delivered as {{ inlined() }} (
    select * from {{ source('raw', 'hr__assignments') }}
),

excluded as (select delivery_id, line_number from {{ ref('excluded_hr__assignments') }}),

final as {{ inlined() }} (
    select
        delivered.employee_id,
        delivered.valid_from,
        delivered.site_id,
        delivered.team_id,
        delivered.team_name,
        delivered.business_line,
        delivered.role,
        delivered.supervisor_id,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    left join excluded
        on delivered.delivery_id = excluded.delivery_id
        and delivered.line_number = excluded.line_number
    where excluded.delivery_id is null
)

select * from final
