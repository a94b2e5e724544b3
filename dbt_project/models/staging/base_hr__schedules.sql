-- Made by `make generate` from the contract of hr.schedules: change that, not this.
with

delivered as {{ inlined() }} (select * from {{ source('raw', 'hr__schedules') }}),

zones as (select * from {{ ref('zone_by_person') }}),

-- instants as delivered
with_offset as {{ inlined() }} (
    select
        delivered.employee_id,
        delivered.activity,
        delivered.starts_at,
        delivered.ends_at,
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
        delivered.employee_id,
        delivered.activity,
        case
            when concat(',', delivered.local_columns, ',') like '%,starts_at,%'
                then {{ to_utc("delivered.starts_at", "coalesce(starts_at_zone.time_zone, " ~ default_time_zone() ~ ")") }}
            else delivered.starts_at
        end as starts_at,
        case
            when concat(',', delivered.local_columns, ',') like '%,ends_at,%'
                then {{ to_utc("delivered.ends_at", "coalesce(ends_at_zone.time_zone, " ~ default_time_zone() ~ ")") }}
            else delivered.ends_at
        end as ends_at,
        delivered.error_column,
        delivered.error_reason,
        delivered.row_text,
        delivered.delivery_id,
        delivered.line_number,
        delivered.delivery_order
    from delivered
    left join zones as starts_at_zone
        on delivered.employee_id = starts_at_zone.employee_id
        and cast(delivered.starts_at as date) >= starts_at_zone.from_on
        and cast(delivered.starts_at as date) < starts_at_zone.until_on
    left join zones as ends_at_zone
        on delivered.employee_id = ends_at_zone.employee_id
        and cast(delivered.ends_at as date) >= ends_at_zone.from_on
        and cast(delivered.ends_at as date) < ends_at_zone.until_on
    where delivered.local_columns is not null
),

final as {{ inlined() }} (
    select * from with_offset
    union all
    select * from without_offset
)

select * from final
