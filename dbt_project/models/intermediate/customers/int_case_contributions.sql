with

cases as (

    select
        *,
        coalesce(agent_id, '') as agent_key
    from {{ ref('stg_crm__cases') }}

),

days as (

    select * from {{ ref('int_login_utc_days') }}
    where is_selected

),

periods as (

    select * from {{ ref('int_assignment_periods') }}

),

logins as (

    select * from {{ ref('int_logins') }}

),

-- A case counts twice: in the month it was opened, and in the month it was due.
opened as (

    select
        *,
        opened_at as dated_at,
        1 as opened_cases,
        0 as due_cases,
        0 as cases_closed_on_time
    from cases
    where opened_at <= {{ as_of() }} and {{ within_selected_months('opened_at') }}

),

due as (

    select
        *,
        due_at as dated_at,
        0 as opened_cases,
        1 as due_cases,
        case when closed_at <= due_at then 1 else 0 end as cases_closed_on_time
    from cases
    where due_at <= {{ as_of() }} and {{ within_selected_months('due_at') }}

),

dated as (

    select * from opened
    union all
    select * from due

),

months as (
    {{ selected_months_relation() }}
),

zones as (

    select distinct time_zone from periods

),

-- The instant at which a month ends in each time zone, computed once: a case closed before it was closed in the month.
month_ends as (

    select
        months.month,
        zones.time_zone,
        {{ to_utc('cast(' ~ add_days('months.last_on', 1) ~ ' as timestamp)', 'zones.time_zone') }} as ended_at
    from months
    cross join zones

),

-- A left join, so that no engine joins all closings to all periods by their times before it looks at the employee.
closed_by_employee as (

    select
        cases.case_id,
        cases.closed_at,
        logins.employee_key
    from cases
    left join logins on logins.agent_key = cases.agent_key
    where cases.closed_at <= {{ as_of() }} and {{ within_selected_months('cases.opened_at') }}

),

-- The month of a closing ends in the time zone of the site where the agent was then.
closed as (

    select
        cases.case_id,
        cases.closed_at,
        periods.time_zone
    from closed_by_employee as cases
    inner join periods
        on
            coalesce(periods.employee_id, '') = cases.employee_key
            and cases.closed_at >= periods.starts_at
            and cases.closed_at < periods.ends_at

),

final as (

    select
        days.month,
        days.local_date,
        days.period_id,
        periods.employee_id,
        periods.site_id,
        periods.team_id,
        periods.business_line,
        dated.delivery_id,
        dated.line_number,
        dated.row_number,
        0 as pending_rows,
        dated.opened_cases,
        case when dated.opened_cases = 1 and closed.closed_at < month_ends.ended_at then 1 else 0 end
            as cases_closed_in_month,
        dated.due_cases,
        dated.cases_closed_on_time
    from dated
    inner join days
        on
            days.agent_key = dated.agent_key
            and days.utc_date = cast(dated.dated_at as date)
            and dated.dated_at >= days.starts_at
            and dated.dated_at < days.ends_at
    inner join periods on periods.period_id = days.period_id
    left join closed on closed.case_id = dated.case_id
    left join month_ends on month_ends.month = days.month and month_ends.time_zone = closed.time_zone

)

select * from final
