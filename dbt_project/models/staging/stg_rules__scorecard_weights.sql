-- Made by `make generate` from the contract of rules.scorecard_weights: change that, not this.
with

delivered as {{ inlined() }} (
    select * from {{ source('raw', 'rules__scorecard_weights') }}
),

excluded as (select delivery_id, line_number from {{ ref('excluded_rules__scorecard_weights') }}),

final as {{ inlined() }} (
    select
        delivered.business_line,
        delivered.role,
        delivered.valid_from,
        delivered.kpi_id,
        delivered.weight,
        delivered.method,
        delivered.measured_at,
        delivered.counted,
        delivered.points_per_unit,
        delivered.allowance,
        delivered.cap,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    left join excluded
        on delivered.delivery_id = excluded.delivery_id
        and delivered.line_number = excluded.line_number
    where excluded.delivery_id is null
)

select * from final
