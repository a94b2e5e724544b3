-- Made by `make generate` from the contract of hr.staffing_requirements: change that, not this.
with

delivered as {{ inlined() }} (select * from {{ source('raw', 'hr__staffing_requirements') }}),

-- instants as delivered
with_offset as {{ inlined() }} (
    select
        delivered.interval_starts_at,
        delivered.business_line,
        delivered.required_agents,
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
        case
            when concat(',', delivered.local_columns, ',') like '%,interval_starts_at,%'
                then {{ to_utc("delivered.interval_starts_at", default_time_zone()) }}
            else delivered.interval_starts_at
        end as interval_starts_at,
        delivered.business_line,
        delivered.required_agents,
        delivered.error_column,
        delivered.error_reason,
        delivered.row_text,
        delivered.delivery_id,
        delivered.line_number,
        delivered.delivery_order
    from delivered
    where delivered.local_columns is not null
),

final as {{ inlined() }} (
    select * from with_offset
    union all
    select * from without_offset
)

select * from final
