-- Made by `make generate` from the contract of hr.staffing_requirements: change that, not this.
with

delivered as {{ inlined() }} (
    select
        interval_starts_at,
        business_line,
        required_agents,
        error_column,
        error_reason,
        row_text,
        delivery_id,
        line_number,
        delivery_order
    from {{ source('raw', 'hr__staffing_requirements') }}
    where local_columns is null
    union all
    select * from {{ ref('local_hr__staffing_requirements') }}
),

excluded as (select delivery_id, line_number from {{ ref('excluded_hr__staffing_requirements') }}),

final as {{ inlined() }} (
    select
        delivered.interval_starts_at,
        delivered.business_line,
        delivered.required_agents,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    left join excluded
        on delivered.delivery_id = excluded.delivery_id
        and delivered.line_number = excluded.line_number
    where excluded.delivery_id is null
)

select * from final
