-- Made by `make generate` from the contract of hr.training_sessions: change that, not this.
with

delivered as {{ inlined() }} (
    select * from {{ source('raw', 'hr__training_sessions') }}
),

excluded as (select delivery_id, line_number from {{ ref('excluded_hr__training_sessions') }}),

final as {{ inlined() }} (
    select
        delivered.session_id,
        delivered.programme,
        delivered.title,
        delivered.planned_on,
        delivered.planned_hours,
        delivered.held_hours,
        delivered.ended_on,
        delivered.status,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    left join excluded
        on delivered.delivery_id = excluded.delivery_id
        and delivered.line_number = excluded.line_number
    where excluded.delivery_id is null
)

select * from final
