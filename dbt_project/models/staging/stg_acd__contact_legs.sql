-- Made by `make generate` from the contract of acd.contact_legs: change that, not this.
with

delivered as {{ inlined() }} (
    select
        leg_id,
        contact_id,
        leg_number,
        direction,
        queue_id,
        agent_id,
        customer_id,
        topic,
        offered_at,
        answered_at,
        ended_at,
        talk_seconds,
        hold_seconds,
        wrap_seconds,
        outcome,
        transferred,
        error_column,
        error_reason,
        row_text,
        delivery_id,
        line_number,
        delivery_order
    from {{ source('raw', 'acd__contact_legs') }}
    where local_columns is null
    union all
    select * from {{ ref('local_acd__contact_legs') }}
),

excluded as (select delivery_id, line_number from {{ ref('excluded_acd__contact_legs') }}),

final as {{ inlined() }} (
    select
        delivered.leg_id,
        delivered.contact_id,
        delivered.leg_number,
        delivered.direction,
        delivered.queue_id,
        delivered.agent_id,
        delivered.customer_id,
        delivered.topic,
        delivered.offered_at,
        delivered.answered_at,
        delivered.ended_at,
        delivered.talk_seconds,
        delivered.hold_seconds,
        delivered.wrap_seconds,
        delivered.outcome,
        delivered.transferred,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    left join excluded
        on delivered.delivery_id = excluded.delivery_id
        and delivered.line_number = excluded.line_number
    where excluded.delivery_id is null
)

select * from final
