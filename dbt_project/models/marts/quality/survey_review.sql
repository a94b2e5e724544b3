{{ config(
    materialized='incremental',
    incremental_strategy='replace_months',
    on_schema_change='append_new_columns',
    meta={'month_of': 'month'},
) }}

with

surveys as (

    select * from {{ ref('stg_crm__surveys') }}
    where
        responded_at <= {{ as_of() }}
        and {{ within_selected_months('responded_at') }}
        and (csat <= 2 or review is not null)

),

employees as (

    select * from {{ ref('stg_hr__employees') }}

),

periods as (

    select * from {{ ref('int_assignment_periods') }}

),

days as (

    select * from {{ ref('int_login_utc_days') }}
    where is_selected

),

names as (

    select distinct full_name from employees
    where length(full_name) > 1

),

reasons as (

    select distinct review_reason from surveys

),

-- No person's name leaves the build database, not even inside a reason.
naming_reasons as (

    select distinct reasons.review_reason
    from reasons
    inner join names on contains(reasons.review_reason, names.full_name)

),

final as (

    select
        days.month,
        surveys.survey_id,
        days.local_date as business_date,
        periods.employee_id,
        surveys.agent_id,
        periods.site_id,
        periods.team_id,
        periods.business_line,
        surveys.contact_id,
        surveys.responded_at,
        surveys.csat,
        surveys.nps,
        surveys.resolution,
        surveys.attitude,
        surveys.speed,
        surveys.ease,
        coalesce(surveys.review, 'open') as state,
        surveys.review,
        case when naming_reasons.review_reason is null then surveys.review_reason else '***' end as review_reason
    from surveys
    inner join days
        on
            days.agent_key = coalesce(surveys.agent_id, '')
            and days.utc_date = cast(surveys.responded_at as date)
            and surveys.responded_at >= days.starts_at
            and surveys.responded_at < days.ends_at
    inner join periods on periods.period_id = days.period_id
    left join naming_reasons on naming_reasons.review_reason = surveys.review_reason

)

select
    month,
    survey_id,
    business_date,
    employee_id,
    agent_id,
    site_id,
    team_id,
    business_line,
    contact_id,
    responded_at,
    csat,
    nps,
    resolution,
    attitude,
    speed,
    ease,
    state,
    review,
    review_reason
from final
