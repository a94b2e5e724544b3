-- Made by `make generate` from the contract of qa.report_deliveries: change that, not this.
with

delivered as {{ inlined() }} (select * from {{ source('raw', 'qa__report_deliveries') }}),

zones as (select * from {{ ref('zone_by_person') }}),

-- instants as delivered
with_offset as {{ inlined() }} (
    select
        delivered.report_id,
        delivered.report_name,
        delivered.owner_id,
        delivered.due_at,
        delivered.delivered_at,
        delivered.defects,
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
        delivered.report_id,
        delivered.report_name,
        delivered.owner_id,
        case
            when concat(',', delivered.local_columns, ',') like '%,due_at,%'
                then {{ to_utc("delivered.due_at", "coalesce(due_at_zone.time_zone, " ~ default_time_zone() ~ ")") }}
            else delivered.due_at
        end as due_at,
        case
            when concat(',', delivered.local_columns, ',') like '%,delivered_at,%'
                then {{ to_utc("delivered.delivered_at", "coalesce(delivered_at_zone.time_zone, " ~ default_time_zone() ~ ")") }}
            else delivered.delivered_at
        end as delivered_at,
        delivered.defects,
        delivered.error_column,
        delivered.error_reason,
        delivered.row_text,
        delivered.delivery_id,
        delivered.line_number,
        delivered.delivery_order
    from delivered
    left join zones as due_at_zone
        on delivered.owner_id = due_at_zone.employee_id
        and cast(delivered.due_at as date) >= due_at_zone.from_on
        and cast(delivered.due_at as date) < due_at_zone.until_on
    left join zones as delivered_at_zone
        on delivered.owner_id = delivered_at_zone.employee_id
        and cast(delivered.delivered_at as date) >= delivered_at_zone.from_on
        and cast(delivered.delivered_at as date) < delivered_at_zone.until_on
    where delivered.local_columns is not null
),

final as {{ inlined() }} (
    select * from with_offset
    union all
    select * from without_offset
)

select * from final
