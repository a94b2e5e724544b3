-- Made by `make generate` from the contract of qa.evaluations: change that, not this.
with

delivered as {{ inlined() }} (
    select
        evaluation_id,
        contact_id,
        agent_id,
        evaluator_id,
        evaluated_at,
        method,
        score,
        critical_error,
        status,
        error_column,
        error_reason,
        row_text,
        delivery_id,
        line_number,
        delivery_order
    from {{ source('raw', 'qa__evaluations') }}
    where local_columns is null
    union all
    select * from {{ ref('local_qa__evaluations') }}
),

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
