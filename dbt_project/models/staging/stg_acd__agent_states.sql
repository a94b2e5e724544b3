-- Made by `make generate` from the contract of acd.agent_states: change that, not this.
with

delivered as {{ inlined() }} (
    select
        agent_id,
        state,
        started_at,
        ended_at,
        reason_code,
        error_column,
        error_reason,
        row_text,
        delivery_id,
        line_number,
        delivery_order
    from {{ source('raw', 'acd__agent_states') }}
    where local_columns is null
    union all
    select * from {{ ref('local_acd__agent_states') }}
),

excluded as (select delivery_id, line_number from {{ ref('excluded_acd__agent_states') }}),

final as {{ inlined() }} (
    select
        delivered.agent_id,
        delivered.state,
        delivered.started_at,
        delivered.ended_at,
        delivered.reason_code,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    left join excluded
        on delivered.delivery_id = excluded.delivery_id
        and delivered.line_number = excluded.line_number
    where excluded.delivery_id is null
)

select * from final
