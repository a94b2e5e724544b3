-- Made by `make generate` from the contract of crm.cases: change that, not this.
{{ config(materialized='table') }}

with

delivered as (
    select * from {{ source('raw', 'crm__cases') }}
    where local_columns is not null
),

zones as (select * from {{ ref('zone_by_person') }}),

default_zone as (select {{ default_time_zone() }} as time_zone),

-- a time without an offset is local to the site where the row's person was that day
zoned as (
    select
        delivered.*,
        coalesce(opened_at_zone.time_zone, default_zone.time_zone) as opened_at_zone,
        coalesce(due_at_zone.time_zone, default_zone.time_zone) as due_at_zone,
        coalesce(closed_at_zone.time_zone, default_zone.time_zone) as closed_at_zone
    from delivered
    cross join default_zone
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
),

final as (
    select
        zoned.case_id,
        zoned.contact_id,
        zoned.customer_id,
        zoned.agent_id,
        zoned.category,
        case
            when concat(',', zoned.local_columns, ',') like '%,opened_at,%'
                then {{ to_utc('zoned.opened_at', 'zoned.opened_at_zone') }}
            else zoned.opened_at
        end as opened_at,
        case
            when concat(',', zoned.local_columns, ',') like '%,due_at,%'
                then {{ to_utc('zoned.due_at', 'zoned.due_at_zone') }}
            else zoned.due_at
        end as due_at,
        case
            when concat(',', zoned.local_columns, ',') like '%,closed_at,%'
                then {{ to_utc('zoned.closed_at', 'zoned.closed_at_zone') }}
            else zoned.closed_at
        end as closed_at,
        zoned.reopened,
        zoned.error_column,
        zoned.error_reason,
        zoned.row_text,
        zoned.delivery_id,
        zoned.line_number,
        zoned.delivery_order
    from zoned
)

select * from final
