-- Made by `make generate` from the contract of qa.evaluations: change that, not this.
with

delivered as {{ inlined() }} (select * from {{ ref('base_qa__evaluations') }}),

excluded as (select delivery_id, line_number from {{ ref('excluded_qa__evaluations') }}),

final as {{ inlined() }} (
    select
        delivered.evaluation_id,
        delivered.contact_id,
        delivered.agent_id,
        delivered.evaluator_id,
        delivered.evaluated_at,
        delivered.method,
        delivered.score,
        delivered.critical_error,
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
