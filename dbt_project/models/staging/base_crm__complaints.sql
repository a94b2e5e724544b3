-- Made by `make generate` from the contract of crm.complaints: change that, not this.
with

delivered as {{ inlined() }} (select * from {{ source('raw', 'crm__complaints') }}),

zones as (select * from {{ ref('zone_by_person') }}),

-- instants as delivered
with_offset as {{ inlined() }} (
    select
        delivered.complaint_id,
        delivered.contact_id,
        delivered.agent_id,
        delivered.customer_id,
        delivered.received_at,
        delivered.category,
        delivered.upheld,
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
        delivered.complaint_id,
        delivered.contact_id,
        delivered.agent_id,
        delivered.customer_id,
        case
            when concat(',', delivered.local_columns, ',') like '%,received_at,%'
                then {{ to_utc("delivered.received_at", "coalesce(received_at_zone.time_zone, " ~ default_time_zone() ~ ")") }}
            else delivered.received_at
        end as received_at,
        delivered.category,
        delivered.upheld,
        delivered.error_column,
        delivered.error_reason,
        delivered.row_text,
        delivered.delivery_id,
        delivered.line_number,
        delivered.delivery_order
    from delivered
    left join zones as received_at_zone
        on delivered.agent_id = received_at_zone.agent_id
        and cast(delivered.received_at as date) >= received_at_zone.from_on
        and cast(delivered.received_at as date) < received_at_zone.until_on
    where delivered.local_columns is not null
),

final as {{ inlined() }} (
    select * from with_offset
    union all
    select * from without_offset
)

select * from final
