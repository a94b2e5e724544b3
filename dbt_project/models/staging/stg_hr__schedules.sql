-- Made by `make generate` from the contract of hr.schedules: change that, not this.
with

delivered as {{ inlined() }} (
    select
        employee_id,
        activity,
        starts_at,
        ends_at,
        error_column,
        error_reason,
        row_text,
        delivery_id,
        line_number,
        delivery_order
    from {{ source('raw', 'hr__schedules') }}
    where local_columns is null
    union all
    select * from {{ ref('local_hr__schedules') }}
),

excluded as (select delivery_id, line_number from {{ ref('excluded_hr__schedules') }}),

final as {{ inlined() }} (
    select
        delivered.employee_id,
        delivered.activity,
        delivered.starts_at,
        delivered.ends_at,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    left join excluded
        on delivered.delivery_id = excluded.delivery_id
        and delivered.line_number = excluded.line_number
    where excluded.delivery_id is null
)

select * from final
