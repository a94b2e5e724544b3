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
    select * from oddity
    where measure <> 'value'
    qualify row_number() over (
        partition by month, source, coalesce(column_name, '') order by severity <> 'refused', part_kind <> 'all', excess desc, code, part
    ) = 1
"""

#: Contacts of which some legs are missing seem to have been somebody else's.
_ALSO_OTHERS = """
    update oddity set source = 'acd.contact_legs'
    where measure = 'other_agent' and month in (
        select month from oddity where measure = 'unknown_contact' and source = 'acd.contact_legs'
    )
"""

ALL = (_LEGS_ARE_MISSING, _ALSO_OTHERS, _CLOCKS, _CLOCK_TO_BLAME)
