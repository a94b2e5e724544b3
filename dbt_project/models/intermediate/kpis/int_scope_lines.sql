with

months as (
    {{ selected_months_relation() }}
),

periods as (

    select * from {{ ref('int_assignment_periods') }}
    where employee_id is not null and business_line is not null

),

teams as (

    select * from {{ ref('dim_team') }}

),

lines as (

    select business_line from periods
    union
    select business_line from {{ ref('stg_acd__queues') }}

),

final as (

    select
        months.month,
        'employee' as scope,
        periods.employee_id as scope_id,
        periods.business_line
    from months
    inner join periods on periods.first_on <= months.last_on and periods.next_first_on > months.last_on

    union all

    select
        months.month,
        'team' as scope,
        teams.team_id as scope_id,
        teams.business_line
    from months
    inner join teams
        on
            teams.valid_from <= months.last_on
            and (teams.valid_to is null or teams.valid_to >= months.last_on)

    union all

    select
        months.month,
        'business_line' as scope,
        lines.business_line as scope_id,
        lines.business_line
    from months
    cross join lines

)

select * from final
