-- Made by `make generate` from the contract of rules.scorecard_exemptions: change that, not this.
with

delivered as {{ inlined() }} (
    select * from {{ source('raw', 'rules__scorecard_exemptions') }}
),

excluded as (select delivery_id, line_number from {{ ref('excluded_rules__scorecard_exemptions') }}),

final as {{ inlined() }} (
    select
        delivered.business_line,
        delivered.role,
        delivered.kpi_id,
        delivered.condition_kpi_id,
        delivered.condition_value,
        delivered.valid_from,
        delivered.valid_to,
        delivered.reason,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    left join excluded
        on delivered.delivery_id = excluded.delivery_id
        and delivered.line_number = excluded.line_number
    where excluded.delivery_id is null
)

select * from final
