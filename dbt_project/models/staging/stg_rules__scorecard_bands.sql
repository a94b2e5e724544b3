-- Made by `make generate` from the contract of rules.scorecard_bands: change that, not this.
with

delivered as {{ inlined() }} (
    select * from {{ source('raw', 'rules__scorecard_bands') }}
),

excluded as (select delivery_id, line_number from {{ ref('excluded_rules__scorecard_bands') }}),

final as {{ inlined() }} (
    select
        delivered.business_line,
        delivered.role,
        delivered.valid_from,
        delivered.kpi_id,
        delivered.band,
        delivered.bound,
        delivered.share,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    left join excluded
        on delivered.delivery_id = excluded.delivery_id
        and delivered.line_number = excluded.line_number
    where excluded.delivery_id is null
)

select * from final
