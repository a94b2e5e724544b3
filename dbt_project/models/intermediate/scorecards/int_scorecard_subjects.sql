with

months as (

    select * from ({{ selected_months_relation() }}) as selected
    where month <= {{ as_of_date() }}

),

periods as (

    select * from {{ ref('int_assignment_periods') }}
    where employee_id is not null and team_id is not null

),

teams as (

    select * from {{ ref('dim_team') }}

),

employees as (

    select
        months.month,
        months.last_on,
        periods.employee_id,
        periods.agent_id,
        periods.site_id,
        periods.team_id,
        periods.business_line,
        periods.role
    from months
    inner join periods on periods.first_on <= months.last_on and periods.next_first_on > months.last_on
    where exists (
        select 1
        from {{ ref('int_employments') }} as employments
        where
            employments.employee_id = periods.employee_id
            and employments.hired_on <= least(months.last_on, {{ as_of_date() }})
            and (employments.left_on is null or employments.left_on >= months.month)
    )

),

-- A team is scored by the weights of its agents.
agent_teams as (

    select distinct
        employees.month,
        teams.team_id,
        teams.site_id,
        teams.business_line
    from employees
    inner join teams
        on
            teams.team_id = employees.team_id
            and teams.valid_from <= employees.last_on
            and (teams.valid_to is null or teams.valid_to >= employees.last_on)
    where employees.role = 'agent'

),

final as (

    select
        month,
        'employee' as subject,
        employee_id as subject_id,
        agent_id,
        site_id,
        team_id,
        business_line,
        role
    from employees

    union all

    select
        month,
        'team' as subject,
        team_id as subject_id,
        cast(null as varchar) as agent_id,
        site_id,
        team_id,
        business_line,
        'agent' as role
    from agent_teams

    union all

    select
        month,
        'centre' as subject,
        'all' as subject_id,
        cast(null as varchar) as agent_id,
        cast(null as varchar) as site_id,
        cast(null as varchar) as team_id,
        'any' as business_line,
        'centre' as role
    from {{ ref('int_kpi_values') }}
    where scope = 'centre'
    group by month

)

select * from final
