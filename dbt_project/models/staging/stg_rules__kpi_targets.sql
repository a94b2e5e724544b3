-- Made by `make generate` from the contract of rules.kpi_targets: change that, not this.
with

delivered as {{ inlined() }} (
    select * from {{ source('raw', 'rules__kpi_targets') }}
),

excluded as (select delivery_id, line_number from {{ ref('excluded_rules__kpi_targets') }}),

final as {{ inlined() }} (
    select
        delivered.kpi_id,
        delivered.scope,
        delivered.business_line,
        delivered.valid_from,
        delivered.target,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    left join excluded
        on delivered.delivery_id = excluded.delivery_id
        and delivered.line_number = excluded.line_number
    where excluded.delivery_id is null
)

select * from final
