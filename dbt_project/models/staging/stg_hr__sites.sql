-- Made by `make generate` from the contract of hr.sites: change that, not this.
with

delivered as {{ inlined() }} (
    select * from {{ source('raw', 'hr__sites') }}
),

excluded as (select delivery_id, line_number from {{ ref('excluded_hr__sites') }}),

final as {{ inlined() }} (
    select
        delivered.site_id,
        delivered.site_name,
        delivered.time_zone,
        delivered.country,
        delivered.delivery_id,
        delivered.line_number
    from delivered
    left join excluded
        on delivered.delivery_id = excluded.delivery_id
        and delivered.line_number = excluded.line_number
    where excluded.delivery_id is null
)

select * from final
