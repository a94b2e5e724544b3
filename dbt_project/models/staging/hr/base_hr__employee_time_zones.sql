{{ config(materialized='table') }}

with

-- somebody who left and came back has several employments, and may have several logins
logins as (select distinct employee_id, agent_id from {{ ref('stg_hr__employees') }}),

assignments as (select * from {{ ref('stg_hr__assignments') }}),

sites as (select * from {{ ref('stg_hr__sites') }}),

-- before the first assignment, the first
periods as (
    select
        employee_id,
        site_id,
        case
            when row_number() over (partition by employee_id order by valid_from) = 1 then date '0001-01-01'
            else valid_from
        end as from_on,
        coalesce(lead(valid_from) over (partition by employee_id order by valid_from), date '9999-12-31') as until_on
    from assignments
),

final as (
    select
        periods.employee_id,
        logins.agent_id,
        periods.from_on,
        periods.until_on,
        sites.time_zone
    from periods
    inner join logins on periods.employee_id = logins.employee_id
    inner join sites on periods.site_id = sites.site_id
)

select * from final
