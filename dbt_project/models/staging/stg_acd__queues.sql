-- Made by `make generate` from the contract of acd.queues: change that, not this.
with

delivered as {{ inlined() }} (
    select * from {{ source('raw', 'acd__queues') }}
),

excluded as (select delivery_id, line_number from {{ ref('excluded_acd__queues') }}),

final as {{ inlined() }} (
    select
        delivered.queue_id,
        delivered.queue_name,
        delivered.business_line,
        delivered.channel,
        delivered.service_level_seconds,
        delivered.short_abandon_seconds,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    left join excluded
        on delivered.delivery_id = excluded.delivery_id
        and delivered.line_number = excluded.line_number
    where excluded.delivery_id is null
)

select * from final
