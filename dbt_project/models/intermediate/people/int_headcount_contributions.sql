with

employments as (

    select * from {{ ref('int_employments') }}
    where hired_on <= {{ as_of_date() }}

),

periods as (

    select * from {{ ref('int_assignment_periods') }}

),

months as (

    select
        month,
        {{ add_days('month', -1) }} as opening_on,
        least(last_on, {{ as_of_date() }}) as closing_on
    from ({{ selected_months_relation() }}) as selected
    where month <= {{ as_of_date() }}

),

changes as (

    select
        employee_id,
        first_on as moved_on,
        team_id,
        lag(team_id) over (partition by employee_id order by first_on) as previous_team_id
    from periods

),

moves as (

    select employee_id, moved_on, 'move in' as event, moved_on as event_on
    from changes
    where team_id <> previous_team_id

    union all

    select employee_id, moved_on, 'move out' as event, {{ add_days('moved_on', -1) }} as event_on
    from changes
    where team_id <> previous_team_id

),

-- Each event has its own day, and it counts for the assignment on that day.
events as (

    select
        employments.*,
        months.month,
        'opening' as event,
        months.opening_on as event_on
    from months
    inner join employments
        on
            employments.hired_on <= months.opening_on
            and (employments.left_on is null or employments.left_on > months.opening_on)

    union all

    select
        employments.*,
        months.month,
        'closing' as event,
        months.closing_on as event_on
    from months
    inner join employments
        on
            employments.hired_on <= months.closing_on
            and (employments.left_on is null or employments.left_on > months.closing_on)

    union all

    select
        employments.*,
        months.month,
        'hire' as event,
        employments.hired_on as event_on
    from months
    inner join employments on employments.hired_on between months.month and months.closing_on

    union all

    select
        employments.*,
        months.month,
        'separation' as event,
        employments.left_on as event_on
    from months
    inner join employments on employments.left_on between months.month and months.closing_on

    union all

    -- A move counts if the employee is employed on the first day of the new assignment and on the day before.
    select
        employments.*,
        months.month,
        moves.event,
        moves.event_on
    from months
    inner join moves on moves.moved_on between months.month and months.closing_on
    inner join employments
        on
            employments.employee_id = moves.employee_id
            and employments.hired_on < moves.moved_on
            and (employments.left_on is null or employments.left_on >= moves.moved_on)

),

final as (

    select
        events.month,
        events.event_on as local_date,
        events.event,
        periods.employee_id,
        periods.site_id,
        periods.team_id,
        periods.business_line,
        events.delivery_id,
        events.line_number,
        events.row_number,
        0 as pending_rows,
        case when events.event = 'opening' then 1 else 0 end as opening_headcount,
        case when events.event = 'closing' then 1 else 0 end as closing_headcount,
        case when events.event in ('opening', 'closing') then 1 else 0 end as opening_and_closing_headcount,
        case when events.event = 'hire' then 1 else 0 end as hires,
        case when events.event = 'hire' and events.left_on < {{ add_days('events.hired_on', var('early_leaver_days')) }} then 1 else 0 end
            as early_separations,
        case when events.event = 'separation' then 1 else 0 end as separations,
        case when events.event = 'separation' and events.left_reason = 'voluntary' then 1 else 0 end
            as voluntary_separations,
        case when events.event = 'move in' then 1 else 0 end as moves_in,
        case when events.event = 'move out' then 1 else 0 end as moves_out
    from events
    inner join periods
        on
            periods.employee_id = events.employee_id
            and events.event_on >= periods.first_on
            and events.event_on < periods.next_first_on

)

select * from final
