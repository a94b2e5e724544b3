with

employees as (

    select
        employee_id,
        max(case when agent_id is not null then hired_on end) as login_hired_on
    from {{ ref('stg_hr__employees') }}
    group by employee_id

),

-- Of several employments, the login of the newest that has one.
logins as (

    select
        employees.employee_id,
        newest.agent_id
    from employees
    left join {{ ref('stg_hr__employees') }} as newest
        on newest.employee_id = employees.employee_id and newest.hired_on = employees.login_hired_on

),

assignments as (

    select * from {{ ref('stg_hr__assignments') }}

),

sites as (

    select * from {{ ref('stg_hr__sites') }}

),

-- An employee without an assignment counts for the centre in the default site's time zone, as a row without an
-- employee does.
assigned as (

    select
        logins.employee_id,
        logins.agent_id,
        assignments.valid_from,
        assignments.site_id,
        assignments.team_id,
        assignments.team_name,
        assignments.business_line,
        assignments.role,
        assignments.supervisor_id,
        coalesce(sites.time_zone, {{ default_time_zone() }}) as time_zone
    from logins
    left join assignments on assignments.employee_id = logins.employee_id
    left join sites on sites.site_id = assignments.site_id

),

numbered as (

    select
        *,
        row_number() over (order by employee_id, valid_from) as period_id,
        row_number() over (partition by employee_id order by valid_from) as assignment_number,
        lead(valid_from) over (partition by employee_id order by valid_from) as next_valid_from,
        {{ to_utc('cast(valid_from as timestamp)', 'time_zone') }} as own_start_at
    from assigned

),

-- The earliest of all later starts: after a move far enough east, the new assignment starts before the old one.
followed as (

    select
        *,
        min(own_start_at) over (
            partition by employee_id
            order by assignment_number
            rows between 1 following and unbounded following
        ) as next_start_at
    from numbered

),

final as (

    select
        period_id,
        employee_id,
        agent_id,
        agent_id as agent_key,
        site_id,
        team_id,
        team_name,
        business_line,
        role,
        supervisor_id,
        time_zone,
        case when assignment_number = 1 then {{ first_day() }} else valid_from end as first_on,
        coalesce(next_valid_from, {{ last_day() }}) as next_first_on,
        case when assignment_number = 1 then {{ beginning_of_time() }} else own_start_at end as starts_at,
        coalesce(next_start_at, {{ end_of_time() }}) as ends_at
    from followed

    union all

    select
        0 as period_id,
        null as employee_id,
        null as agent_id,
        '' as agent_key,
        null as site_id,
        null as team_id,
        null as team_name,
        null as business_line,
        null as role,
        null as supervisor_id,
        {{ default_time_zone() }} as time_zone,
        {{ first_day() }} as first_on,
        {{ last_day() }} as next_first_on,
        {{ beginning_of_time() }} as starts_at,
        {{ end_of_time() }} as ends_at

)

select * from final
