-- Made by `make generate` from the contract of crm.cases: change that, not this.
with

delivered as {{ inlined() }} (select * from {{ source('raw', 'crm__cases') }}),

zones as (select * from {{ ref('zone_by_person') }}),

-- instants as delivered
with_offset as {{ inlined() }} (
    select
        delivered.case_id,
        delivered.contact_id,
        delivered.customer_id,
        delivered.agent_id,
        delivered.category,
        delivered.opened_at,
        delivered.due_at,
        delivered.closed_at,
        delivered.reopened,
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
        delivered.case_id,
        delivered.contact_id,
        delivered.customer_id,
        delivered.agent_id,
        delivered.category,
        case
            when concat(',', delivered.local_columns, ',') like '%,opened_at,%'
                then {{ to_utc("delivered.opened_at", "coalesce(opened_at_zone.time_zone, " ~ default_time_zone() ~ ")") }}
            else delivered.opened_at
        end as opened_at,
        case
            when concat(',', delivered.local_columns, ',') like '%,due_at,%'
                then {{ to_utc("delivered.due_at", "coalesce(due_at_zone.time_zone, " ~ default_time_zone() ~ ")") }}
            else delivered.due_at
        end as due_at,
        case
            when concat(',', delivered.local_columns, ',') like '%,closed_at,%'
                then {{ to_utc("delivered.closed_at", "coalesce(closed_at_zone.time_zone, " ~ default_time_zone() ~ ")") }}
            else delivered.closed_at
        end as closed_at,
        delivered.reopened,
        delivered.error_column,
        delivered.error_reason,
        delivered.row_text,
        delivered.delivery_id,
        delivered.line_number,
        delivered.delivery_order
    from delivered
    left join zones as opened_at_zone
        on delivered.agent_id = opened_at_zone.agent_id
        and cast(delivered.opened_at as date) >= opened_at_zone.from_on
        and cast(delivered.opened_at as date) < opened_at_zone.until_on
    left join zones as due_at_zone
        on delivered.agent_id = due_at_zone.agent_id
        and cast(delivered.due_at as date) >= due_at_zone.from_on
        and cast(delivered.due_at as date) < due_at_zone.until_on
    left join zones as closed_at_zone
        on delivered.agent_id = closed_at_zone.agent_id
        and cast(delivered.closed_at as date) >= closed_at_zone.from_on
        and cast(delivered.closed_at as date) < closed_at_zone.until_on
    where delivered.local_columns is not null
),

final as {{ inlined() }} (
    select * from with_offset
    union all
    select * from without_offset
)

select * from final
