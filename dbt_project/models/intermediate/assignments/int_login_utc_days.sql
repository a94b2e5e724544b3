{{ config(materialized='view') }}

select
    days.period_id,
    days.employee_id,
    logins.agent_key,
    days.utc_date,
    days.local_date,
    days.month,
    days.starts_at,
    days.ends_at,
    days.is_employed,
    days.is_selected
from {{ ref('int_assignment_utc_days') }} as days
inner join {{ ref('int_logins') }} as logins on logins.employee_key = coalesce(days.employee_id, '')
