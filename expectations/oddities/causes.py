"""Which source is to blame where two disagree, and which finding stands for a cause.

Two witnesses against one: where several sources name contacts that no leg has, it is the legs that are missing; where
plan and legs agree on a shift and the states do not, it is the states that are off.
"""

#: How many of the sources that name contacts must disagree with the legs before the legs are to blame.
_ENOUGH = 2

_LEGS_ARE_MISSING = f"""
    update oddity set source = 'acd.contact_legs', column_name = if(oddity.measure = 'unknown_contact', 'contact_id', 'agent_id')
    from (
        select month, measure from oddity
        where measure in ('unknown_contact', 'other_agent') group by all having count(distinct source) >= {_ENOUGH}
    ) as disagreeing
    where oddity.month = disagreeing.month and oddity.measure = disagreeing.measure
"""

#: Plan, states and legs, two by two.
_CLOCKS = """
    create or replace temp table odd_clock as
    select month,
        bool_or(measure = 'late_seconds') as plan_states,
        bool_or(measure = 'outside_states') as legs_states,
        bool_or(measure = 'legs_outside_plan') as legs_plan,
        bool_or(source = 'acd.agent_states' and measure not in ('without_states', 'value')) as states_odd,
        bool_or(source = 'acd.contact_legs' and measure not in ('outside_states', 'handle_to_occupied', 'value')) as legs_odd
    from oddity group by month
"""

_CLOCK_TO_BLAME = """
    update oddity set source = case
            when plan_states and legs_states and not legs_plan then 'acd.agent_states'
            when plan_states and legs_plan and not legs_states then 'hr.schedules'
            when legs_states and legs_plan and not plan_states then 'acd.contact_legs'
            when oddity.measure in ('outside_states', 'handle_to_occupied') and states_odd and not legs_odd then 'acd.agent_states'
            when oddity.measure = 'legs_outside_plan' and legs_odd then 'acd.contact_legs'
            else oddity.source end
    from odd_clock
    where odd_clock.month = oddity.month
        and oddity.measure in ('late_seconds', 'outside_states', 'legs_outside_plan', 'handle_to_occupied', 'without_states')
"""

#: A KPI of the centre stands for its parts, which follow from it.
KPIS = """
    select * from oddity
    where measure = 'value'
    qualify row_number() over (
        partition by month, column_name order by part_kind <> 'centre', excess desc, part_kind, part
    ) = 1
"""

#: What stands for a column of a source in a month: the centre's own number, or else the farthest part.
ONE_EACH = """
    select *,
        -- More or fewer rows than usual are another mixture of rows: a campaign is one cause.
        if(code = 'left_usual_range' and part_kind = 'all' and bool_or(measure = 'rows_a_day' and part_kind = 'all')
            over (partition by month, source), 'rows', coalesce(column_name, 'rows')) as cause
    from oddity
    where measure <> 'value'
    qualify row_number() over (
        partition by month, source, coalesce(column_name, '') order by severity <> 'refused', part_kind <> 'all', excess desc, code, part
    ) = 1
"""

#: Sites, teams and lines that everybody has left: what they bring no more follows from that.
_CLOSED = """
    create temp table odd_closed as
    with belonging as (
        select odd_month.month, employee_id,
            arg_max(struct_pack(site_id, team_id, business_line, left_on), valid_from) as place
        from marts.dim_employee
        join odd_month on valid_from < odd_month.month + interval 1 month
        where is_asked
        group by all
    ),
    part as (
        select month, place.left_on as left_on, unnest(['site_id', 'team_id', 'business_line']) as part_kind,
            unnest([place.site_id, place.team_id, place.business_line]) as part
        from belonging
    )
    select month, part_kind, part, max(left_on) as closed_on, count(*) as people
    from part where part is not null
    group by all
    having bool_and(left_on is not null and left_on < month + interval 1 month)
"""

_FORGET_CLOSED = """
    delete from oddity where (month, if(part_kind in ('site', 'team'), part_kind || '_id', part_kind), part) in (
        select month, part_kind, part from odd_closed
    )
"""

_SAY_CLOSED = """
    insert into oddity by name
    select month, 'part_has_closed' as code, 'hr.employees' as source, 'left_on' as column_name, part_kind, part,
        'closed' as measure, cast(closed_on as varchar) as word, people as observed, 0 as usual, people as rows, 3 as excess,
        'to_confirm' as severity
    from odd_closed
    where closed_on >= month
    -- One closing is said of its widest part.
    qualify row_number() over (partition by month, closed_on order by people desc, part_kind = 'site_id' desc, part_kind, part) = 1
"""

#: Contacts of which some legs are missing seem to have been somebody else's.
_ALSO_OTHERS = """
    update oddity set source = 'acd.contact_legs'
    where measure = 'other_agent' and month in (
        select month from oddity where measure = 'unknown_contact' and source = 'acd.contact_legs'
    )
"""

ALL = (_CLOSED, _FORGET_CLOSED, _SAY_CLOSED, _LEGS_ARE_MISSING, _ALSO_OTHERS, _CLOCKS, _CLOCK_TO_BLAME)
