-- Made by `make generate` from the contract of qa.evaluation_items: change that, not this.
with

delivered as {{ inlined() }} (
    select * from {{ source('raw', 'qa__evaluation_items') }}
),

excluded as (select delivery_id, line_number from {{ ref('excluded_qa__evaluation_items') }}),

final as {{ inlined() }} (
    select
        delivered.evaluation_id,
        delivered.criterion,
        delivered.points,
        delivered.max_points,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    left join excluded
        on delivered.delivery_id = excluded.delivery_id
        and delivered.line_number = excluded.line_number
    where excluded.delivery_id is null
)

select * from final
