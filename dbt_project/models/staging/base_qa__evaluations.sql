-- Made by `make generate` from the contract of qa.evaluations: change that, not this.
with

delivered as {{ inlined() }} (select * from {{ source('raw', 'qa__evaluations') }}),

zones as (select * from {{ ref('zone_by_person') }}),

-- instants as delivered
with_offset as {{ inlined() }} (
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
        delivered.error_column,
        delivered.error_reason,
        delivered.row_text,
        delivered.delivery_id,
        delivered.line_number,
        delivered.delivery_order
    from delivered
    where delivered.local_columns is null
),

-- times without an offset are local to the site where the row's person was that day
without_offset as {{ inlined() }} (
    select
        delivered.evaluation_id,
        delivered.contact_id,
        delivered.agent_id,
        delivered.evaluator_id,
        case
            when concat(',', delivered.local_columns, ',') like '%,evaluated_at,%'
                then {{ to_utc("delivered.evaluated_at", "coalesce(evaluated_at_zone.time_zone, " ~ default_time_zone() ~ ")") }}
            else delivered.evaluated_at
        end as evaluated_at,
        delivered.method,
        delivered.score,
        delivered.critical_error,
        delivered.status,
        delivered.error_column,
        delivered.error_reason,
        delivered.row_text,
        delivered.delivery_id,
        delivered.line_number,
        delivered.delivery_order
    from delivered
    left join zones as evaluated_at_zone
        on delivered.agent_id = evaluated_at_zone.agent_id
        and cast(delivered.evaluated_at as date) >= evaluated_at_zone.from_on
        and cast(delivered.evaluated_at as date) < evaluated_at_zone.until_on
    where delivered.local_columns is not null
),

final as {{ inlined() }} (
    select * from with_offset
    union all
    select * from without_offset
)

select * from final
