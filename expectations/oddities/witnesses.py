"""Systems vouch for each other: what one source says of a month, held against what another says of the same contacts,
agents and shifts.

The numbers go into `source_profile` as further measures of the source that they speak about, so that they are held
against a centre's own months; and against limits of `limits.py` where there are none, since nearly all of them are 0
in a good month. What a system does not know (null) is no evidence. Nothing is said where one of two sources was not
delivered at all.
"""

from datetime import date

import duckdb

from expectations.oddities.profiled import staged

#: Of a larger centre a sample of so many agents is looked at, each with all of the month's rows.
_ENOUGH_AGENTS = 40

_FOLLOWERS = {
    "crm.surveys": "responded_at",
    "crm.cases": "opened_at",
    "crm.complaints": "received_at",
    "crm.orders": "created_at",
    "qa.evaluations": "evaluated_at",
}

_OCCUPIED = "('talking', 'holding', 'wrap_up')"


def make_witnesses(connection: duckdb.DuckDBPyConnection, month: date) -> None:
    """Add a month's measures to `source_profile`."""
    delivered = {row[0] for row in connection.execute("from delivered").fetchall()}
    has_legs, has_states = "acd.contact_legs" in delivered, "acd.agent_states" in delivered
    _sample(connection, month)
    if "crm.surveys" in delivered:
        _add(connection, month, _RATINGS)
    if has_legs:
        _add(connection, month, _named_contacts(delivered))
        _add(connection, month, _LEGS)
    if has_states:
        _add(connection, month, _STATES)
    if has_states and has_legs:
        _add(connection, month, _LEGS_AND_STATES)
    if has_states and "hr.schedules" in delivered:
        _add(connection, month, _SHIFTS)
        _add(connection, month, _AGENT_DAYS)
    if has_legs and "hr.schedules" in delivered:
        _add(connection, month, _LEGS_AND_PLAN)
    for table in _SAMPLES:
        connection.execute(f"drop table {table}")


def _add(connection: duckdb.DuckDBPyConnection, month: date, query: str) -> None:
    connection.execute(
        f"""
        insert into source_profile by name
        select date '{month}' as month, * from ({_of_month(query, month)}) where value is not null and rows > 0
        """
    )


_NTH = f"""
    (select greatest(1, count(distinct agent_id) // {_ENOUGH_AGENTS}) from marts.dim_employee where agent_id is not null)
"""
_WITHIN = """{dated_by} >= (select since from odd_month where month = $MONTH)
            and {dated_by} < (select until from odd_month where month = $MONTH)"""

#: The month's rows of the same agents, legs that nobody answered by customer; and the shifts that these make, in this order.
_SAMPLES = {
    "odd_leg": f"""
        with nth as (select {_NTH} as nth)
        select leg_id, queue_id, agent_id, customer_id, offered_at, answered_at, ended_at, talk_seconds, hold_seconds,
            wrap_seconds, outcome, channel, person.site_id, person.team_id
        from {staged("acd.contact_legs")} as leg
        join {staged("acd.queues")} using (queue_id)
        left join odd_person as person on person.month = $MONTH and person_id = agent_id
        where {_WITHIN.format(dated_by="offered_at")} and hash(coalesce(agent_id, customer_id)) % (select nth from nth) = 0
        """,
    "odd_state": f"""
        with nth as (select {_NTH} as nth)
        select agent_id, state, started_at, ended_at, person.site_id, person.team_id
        from {staged("acd.agent_states")}
        left join odd_person as person on person.month = $MONTH and person_id = agent_id
        where {_WITHIN.format(dated_by="started_at")} and hash(agent_id) % (select nth from nth) = 0
        """,
    "odd_plan": f"""
        with nth as (select {_NTH} as nth),
        agent as (
            select employee_id, arg_max(agent_id, valid_from) as agent_id
            from marts.dim_employee where agent_id is not null group by all
        )
        select agent_id, activity, starts_at, ends_at, person.site_id, person.team_id
        from {staged("hr.schedules")}
        join agent using (employee_id)
        left join odd_person as person on person.month = $MONTH and person_id = employee_id
        where {_WITHIN.format(dated_by="starts_at")} and hash(agent_id) % (select nth from nth) = 0
        """,
    "odd_shift": """
        with shift as (
            select agent_id, site_id, starts_at from odd_plan where activity <> 'leave'
            qualify starts_at >= coalesce(max(ends_at) over (
                partition by agent_id order by starts_at rows between unbounded preceding and 1 preceding
            ), timestamp '1970-01-01') + interval 4 hours
        ),
        first_state as (
            select agent_id, started_at from odd_state
            qualify started_at >= coalesce(max(coalesce(ended_at, started_at)) over (
                partition by agent_id order by started_at rows between unbounded preceding and 1 preceding
            ), timestamp '1970-01-01') + interval 4 hours
        ),
        met as (
            select shift.*, started_at
            from shift asof join first_state
                on shift.agent_id = first_state.agent_id and first_state.started_at >= shift.starts_at - interval 6 hours
        )
        select *, date_diff('second', starts_at, started_at) as late_seconds
        from met where started_at < starts_at + interval 14 hours
        """,
}


def _sample(connection: duckdb.DuckDBPyConnection, month: date) -> None:
    for table, query in _SAMPLES.items():
        connection.execute(f"create temp table {table} as {_of_month(query, month)}")


def _of_month(query: str, month: date) -> str:
    return query.replace("$MONTH", f"date '{month}'")


def _by(kinds: tuple[str, ...]) -> str:
    """SQL of part_kind and part for `group by grouping sets` of these columns."""
    cases = " ".join(f"when grouping({kind}) = 0 then '{kind}'" for kind in kinds)
    return f"case {cases} else 'all' end as part_kind, coalesce({', '.join(kinds)}, 'all') as part"


def _sets(*kinds: str) -> str:
    return f"group by grouping sets ((), {', '.join(f'({kind})' for kind in kinds)})"


_SITE_TEAM = ("site_id", "team_id")


def _named_contacts(delivered: set[str]) -> str:
    named = " union all ".join(
        f"""
        select '{source}' as source, contact_id, agent_id
        from {staged(source)}
        where contact_id is not null and {dated_by} >= (select since from odd_month where month = $MONTH)
            and {dated_by} < (select until from odd_month where month = $MONTH)
            and hash(contact_id) % (
                select greatest(1, count(*) // 4000) from {staged(source)}
                where {dated_by} >= (select since from odd_month where month = $MONTH)
                    and {dated_by} < (select until from odd_month where month = $MONTH)
            ) = 0
        """
        for source, dated_by in _FOLLOWERS.items()
        if source in delivered
    )
    if not named:
        return "select null as value, 0 as rows"
    return f"""
        with named as ({named}),
        answered as (
            select contact_id, list(distinct agent_id) filter (agent_id is not null) as agents,
                count(*) filter (outcome = 'answered' and agent_id is null) as unknown_agents
            from {staged("acd.contact_legs")}
            semi join named using (contact_id)
            where offered_at >= (select since from odd_month where month = $MONTH) - interval 35 day
                and offered_at < (select until from odd_month where month = $MONTH)
            group by contact_id
        ),
        vouched as (
            select source, answered.contact_id is null as is_unknown,
                case when named.agent_id is not null and agents is not null and unknown_agents = 0
                    then not list_contains(agents, named.agent_id) end as is_other, site_id
            from named
            left join answered using (contact_id)
            left join odd_person on odd_person.month = $MONTH and person_id = named.agent_id
        ),
        grouped as (
            select source, {_by(("site_id",))}, avg(cast(is_unknown as int)) as unknown_contact,
                avg(cast(is_other as int)) as other_agent, count(*) as rows, count(is_other) as known_rows
            from vouched group by grouping sets ((source), (source, site_id))
        )
        select source, 'contact_id' as column_name, part_kind, part, 'unknown_contact' as measure,
            unknown_contact as value, rows
        from grouped
        union all
        select source, 'agent_id', part_kind, part, 'other_agent', other_agent, known_rows from grouped
    """


_LEGS = f"""
    with answered as (
        select *,
            channel = 'voice' and answered_at < max(if(channel = 'voice', ended_at, null)) over (
                partition by agent_id order by answered_at, leg_id rows between unbounded preceding and 1 preceding
            ) - interval 1 second as is_overlapping,
            abs(talk_seconds + hold_seconds - date_diff('second', answered_at, ended_at))
                > 5 + 0.1 * (talk_seconds + hold_seconds) as is_off
        from odd_leg
        where outcome = 'answered' and agent_id is not null and answered_at is not null
    ),
    alike as (
        select queue_id, site_id, date_diff('second', lag(offered_at) over same, offered_at) between 0 and 600 as is_double
        from odd_leg
        where customer_id is not null or agent_id is not null
        window same as (
            partition by agent_id, customer_id, queue_id, outcome, talk_seconds, hold_seconds, wrap_seconds,
                date_diff('second', offered_at, ended_at)
            order by offered_at, leg_id
        )
    ),
    of_answered as (
        select {_by(("site_id", "team_id", "queue_id"))}, avg(cast(is_overlapping as int)) as overlap,
            avg(cast(is_off as int)) as off_duration, count(*) as rows, count(is_off) as known_rows
        from answered {_sets("site_id", "team_id", "queue_id")}
    ),
    of_alike as (
        select {_by(("queue_id",))}, avg(cast(coalesce(is_double, false) as int)) as doubled, count(*) as rows
        from alike {_sets("queue_id")}
    )
    select 'acd.contact_legs' as source, 'answered_at' as column_name, part_kind, part, 'overlap' as measure,
        overlap as value, rows from of_answered
    union all
    select 'acd.contact_legs', 'talk_seconds', part_kind, part, 'off_duration', off_duration, known_rows from of_answered
    union all
    select 'acd.contact_legs', 'leg_id', part_kind, part, 'doubled', doubled, rows from of_alike
"""

_RATINGS = f"""
    with rated as (
        select (csat >= 4 and nps <= 3) or (csat <= 2 and nps >= 9) as contradicts, site_id
        from {staged("crm.surveys")}
        left join odd_person on odd_person.month = $MONTH and person_id = agent_id
        where responded_at >= (select since from odd_month where month = $MONTH)
            and responded_at < (select until from odd_month where month = $MONTH)
    ),
    grouped as (
        select {_by(("site_id",))}, avg(cast(contradicts as int)) as contradicts, count(contradicts) as rows
        from rated {_sets("site_id")}
    )
    select 'crm.surveys' as source, 'csat' as column_name, part_kind, part, 'contradicts' as measure,
        contradicts as value, rows
    from grouped
"""

_STATES = f"""
    with followed as (
        select site_id, team_id, date_diff('second', max(ended_at) over earlier, started_at) as pause
        from odd_state
        window earlier as (
            partition by agent_id order by started_at rows between unbounded preceding and 1 preceding
        )
    ),
    grouped as (
        select {_by(_SITE_TEAM)}, avg(cast(pause between 2 and 14400 as int)) as gap,
            avg(cast(pause < -1 as int)) as overlap, count(pause) as rows
        from followed {_sets(*_SITE_TEAM)}
    )
    select 'acd.agent_states' as source, 'ended_at' as column_name, part_kind, part, unnest(['gap', 'overlap']) as measure,
        unnest([gap, overlap]) as value, rows
    from grouped
"""

_LEGS_AND_STATES = f"""
    with answered as (
        select agent_id, site_id, answered_at + interval 1 second as moment from odd_leg
        where outcome = 'answered' and answered_at is not null and agent_id in (select agent_id from odd_state)
    ),
    met as (
        select answered.site_id, state in {_OCCUPIED} and (ended_at is null or ended_at >= answered.moment) as is_occupied
        from answered asof left join odd_state
            on answered.agent_id = odd_state.agent_id and answered.moment >= odd_state.started_at
    ),
    grouped as (
        select {_by(("site_id",))}, 1 - avg(cast(coalesce(is_occupied, false) as int)) as idle, count(*) as rows
        from met {_sets("site_id")}
    ),
    worked as (
        select {_by(_SITE_TEAM)},
            sum(talk_seconds + hold_seconds + wrap_seconds) / nullif(sum(occupied_seconds), 0) as handled,
            cast(sum(occupied_seconds) / 3600 as bigint) as hours
        from marts.fct_agent_day
        where agent_id is not null and business_date >= $MONTH and business_date < $MONTH + interval 1 month
        {_sets(*_SITE_TEAM)}
    )
    select 'acd.contact_legs' as source, 'answered_at' as column_name, part_kind, part, 'outside_states' as measure,
        idle as value, rows
    from grouped
    union all
    select 'acd.contact_legs', 'talk_seconds', part_kind, part, 'handle_to_occupied', cast(handled as double), hours
    from worked
"""

_SHIFTS = f"""
    with grouped as (
        select {_by(("site_id",))}, median(late_seconds) as late,
            avg(cast(late_seconds = 0 as int)) as exact, count(*) as rows
        from odd_shift {_sets("site_id")}
    )
    select 'hr.schedules' as source, 'starts_at' as column_name, part_kind, part,
        unnest(['late_seconds', 'exact_start']) as measure, unnest([late, exact]) as value, rows
    from grouped
"""

_LEGS_AND_PLAN = f"""
    with answered as (
        select agent_id, site_id, answered_at as moment from odd_leg
        where outcome = 'answered' and answered_at is not null and agent_id in (select agent_id from odd_plan)
    ),
    met as (
        select answered.site_id, activity <> 'leave' and ends_at >= moment as is_planned
        from answered asof left join odd_plan
            on answered.agent_id = odd_plan.agent_id and answered.moment >= odd_plan.starts_at
    ),
    grouped as (
        select {_by(("site_id",))}, 1 - avg(cast(coalesce(is_planned, false) as int)) as outside, count(*) as rows
        from met {_sets("site_id")}
    )
    select 'hr.schedules' as source, 'starts_at' as column_name, part_kind, part, 'legs_outside_plan' as measure,
        outside as value, rows
    from grouped
"""

_AGENT_DAYS = f"""
    with agent_day as (
        select * from marts.fct_agent_day
        where agent_id is not null and business_date >= $MONTH and business_date < $MONTH + interval 1 month
            -- The day of as_of still runs, at some sites the one before it as well.
            and business_date < cast(getvariable('as_of') as date) - 1
    ),
    grouped as (
        select {_by(_SITE_TEAM)},
            avg(cast(scheduled_seconds = 0 as int)) filter (logged_in_seconds > 3600) as unplanned,
            avg(cast(logged_in_seconds = 0 as int)) filter (scheduled_seconds > 3600) as absent,
            avg(cast(answered_legs = 0 as int)) filter (occupied_seconds > 3600) as without_legs,
            avg(cast(logged_in_seconds = 0 as int)) filter (answered_legs >= 5) as without_states,
            count(*) filter (logged_in_seconds > 3600) as logged_in,
            count(*) filter (scheduled_seconds > 3600) as scheduled,
            count(*) filter (answered_legs >= 5) as answering
        from agent_day {_sets(*_SITE_TEAM)}
    )
    select unnest(['hr.schedules', 'acd.agent_states', 'acd.contact_legs', 'acd.agent_states']) as source,
        unnest(['starts_at', 'started_at', 'agent_id', 'agent_id']) as column_name, part_kind, part,
        unnest(['unplanned', 'absent', 'without_legs', 'without_states']) as measure,
        unnest([unplanned, absent, without_legs, without_states]) as value,
        unnest([logged_in, scheduled, logged_in, answering]) as rows
    from grouped
"""
