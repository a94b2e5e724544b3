"""`source_profile`: what each source looked like in each month, by column and part, in one pass of SQL a source.

Made for the months asked for, and for those trailing months of which the published release keeps no profile.

odd_month(month, since, until, clock)   the months, as instants of the default site's clock
odd_person(month, person_id, ...)       where employees and agents belonged in each of them
source_profile(month, source, column_name, part_kind, part, measure, word, value, rows, spread)
"""

from collections.abc import Iterator
from datetime import date

import duckdb

from expectations.oddities.profiled import PROFILED, Kind, Profiled

#: A month of a source that has more rows than this is sampled.
_ENOUGH_ROWS = 20_000
#: Parts smaller than this are not profiled by themselves.
_FEWEST_ROWS = 5
#: A column with more words than this in a month is text, not a vocabulary, and its words stay in the build database.
_MOST_WORDS = 100

PROFILE_COLUMNS = {
    "month": "date",
    "source": "varchar",
    "column_name": "varchar",
    "part_kind": "varchar",
    "part": "varchar",
    "measure": "varchar",
    "word": "varchar",
    "value": "double",
    "rows": "bigint",
    "spread": "double",
}

_MONTHS = """
    create temp table odd_month as
    with zone as (select time_zone from site_zone where site_id is null),
    known as (select month from month_asked union select earlier from trailing_month)
    select month,
        timezone('UTC', timezone(time_zone, cast(month as timestamp))) as since,
        -- What is dated after as_of has not happened.
        least(timezone('UTC', timezone(time_zone, cast(month + interval 1 month as timestamp))), getvariable('as_of')) as until,
        cast(month as timestamp) - since as clock,
        month in (select month from month_asked) as is_asked
    from known, zone
"""

_PERSONS = """
    create temp table odd_person as
    with belonging as (
        select month, employee_id,
            arg_max(struct_pack(agent_id, site_id, team_id, business_line), valid_from) as place
        from marts.dim_employee
        join odd_month on valid_from < month + interval 1 month
        group by all
    )
    select month, person_id, place.site_id, place.team_id, place.business_line
    from (
        select month, employee_id, employee_id as person_id, place from belonging
        union all
        select month, employee_id, place.agent_id, place from belonging
    )
    qualify row_number() over (partition by month, person_id order by employee_id) = 1 and person_id is not null
"""


def make_profile(connection: duckdb.DuckDBPyConnection, kept: str | None) -> list[date]:
    """Make the temporary tables. `kept` is SQL for the rows of an earlier release's profile; gives the months that
    were profiled anew."""
    connection.execute(_MONTHS)
    connection.execute(_PERSONS)
    shape = ", ".join(f"{name} {kind}" for name, kind in PROFILE_COLUMNS.items())
    connection.execute(f"create temp table source_profile ({shape})")
    if kept:
        connection.execute(
            f"insert into source_profile by name {kept} where month in (select month from odd_month where not is_asked)"
        )
    missing = connection.execute(
        "select month from odd_month where month not in (select month from source_profile) order by month"
    ).fetchall()
    for (month,) in missing:
        for profiled in PROFILED:
            nth = _every_nth(connection, profiled, month)
            connection.execute(f"insert into source_profile by name {_profile_sql(profiled, month, nth)}")
    return [month for (month,) in missing]


def within_month(dated_by: str, month: date) -> str:
    """SQL condition: the instant falls into the month by the default site's clock."""
    return f"""{dated_by} >= (select since from odd_month where month = date '{month}')
        and {dated_by} < (select until from odd_month where month = date '{month}')"""


def _within(profiled: Profiled, month: date) -> str:
    if profiled.is_instant:
        return within_month(profiled.dated_by, month)
    return (
        f"{profiled.dated_by} >= date '{month}' and {profiled.dated_by} < date '{month}' + interval 1 month "
        f"and {profiled.dated_by} <= getvariable('as_of')"
    )


def _every_nth(connection: duckdb.DuckDBPyConnection, profiled: Profiled, month: date) -> int:
    if profiled.sample_by is None:
        return 1
    counted = connection.execute(
        f"select count(*) {profiled.relation} where {_within(profiled, month)}"
    ).fetchone()
    return max(1, (counted[0] if counted else 0) // _ENOUGH_ROWS)


#: Each number of each column and group as a row of its own.
_FLAT = """        select date '{month}' as month, '{source}' as source, * from (
            select null as column_name, part_kind, part,
                unnest(['rows_a_day', 'days_short', 'days']) as measure, null as word,
                unnest([rows * {nth} / day(last_day(date '{month}')), days_short, days]) as value,
                rows, null as spread
            from kept
            union all
            select c.name, part_kind, part, unnest(['empty', 'distinct', 'common']), null,
                unnest([1 - c.present / rows, c.distincts / nullif(c.present, 0), c.common / nullif(c.present, 0)]),
                rows, null
            from spread
            union all
            select c.name, part_kind, part,
                unnest(['mean', 'max', 'q10', 'q50', 'q90', 'zero', 'whole', 'midnight', 'hour']), null,
                unnest([c.mean, c.highest, c.q[1], c.q[2], c.q[3], c.zero, c.whole, c.midnight, c.hour]), c.present, c.spread
            from spread
            union all
            select c.name, part_kind, part, 'log_mean', null, c.log_mean, c.present, c.log_spread from spread
            union all
            select c.name, part_kind, part, if(c.name = '{dated_by}', 'hours', 'share'), unnest(map_keys(c.words)),
                unnest(list_transform(map_values(c.words), x -> x / c.present)),
                -- Hours of the day are those of people's shifts, and so is what they do in them.
                least(c.present, if(c.name = '{dated_by}', persons, people)), null
            from spread
            where c.words is not null and c.present > 0 and part_kind <> 'team_id'
                and c.name in (
                    select whole.c.name from spread as whole
                    where whole.part_kind = 'all' and cardinality(whole.c.words) <= {most_words}
                )
        )
        where value is not null
"""


def _profile_sql(profiled: Profiled, month: date, nth: int) -> str:
    kinds = (["site_id", "team_id", "business_line"] if profiled.person else []) + list(profiled.parts)
    sampled = f"and hash({profiled.sample_by}) % {nth} = 0" if nth > 1 else ""
    person = (
        f"left join odd_person on odd_person.month = date '{month}' and person_id = base.{profiled.person}"
        if profiled.person
        else ""
    )
    place = "odd_person.site_id, odd_person.team_id, odd_person.business_line," if profiled.person else ""
    parts = " ".join(f"when grouping({kind}) = 0 then '{kind}'" for kind in kinds)
    return f"""
        with row as (
            select {place} base.*
            from (select *, {_moment(profiled, month)} as moment {profiled.relation} where {_within(profiled, month)} {sampled}) as base {person}
        ),
        grouped as (
            select {f"case {parts} else 'all' end" if kinds else "'all'"} as part_kind,
                {f"coalesce({', '.join(kinds)}, 'all')" if kinds else "'all'"} as part,
                count(*) as rows, {_people(profiled)} as people,
                {f"count(distinct {profiled.person})" if profiled.person else "count(*)"} as persons,
                count(distinct cast(moment as date)) as days,
                day(last_day(date '{month}')) - day(max(moment)) as days_short,
                [{", ".join(_column(profiled, name, kind) for name, kind in profiled.columns.items())}] as columns
            from row
            group by grouping sets ((){"".join(f", ({kind})" for kind in kinds)})
            having count(*) >= {_FEWEST_ROWS} or part_kind = 'all'
        ),
        kept as (select * from grouped where rows > 0 and (part_kind = 'all' or part <> 'all')),
        spread as (select part_kind, part, rows, people, persons, unnest(columns) as c from kept)
        {_FLAT.format(month=month, source=profiled.source, dated_by=profiled.dated_by, nth=nth, most_words=_MOST_WORDS)}
    """


def _people(profiled: Profiled) -> str:
    """SQL of how many independent things stand behind the words of a group."""
    if profiled.person is None:
        return "count(*)"
    people = f"count(distinct {profiled.person})"
    return f"5 * {people}" if profiled.source in ("hr.schedules", "acd.agent_states") else "count(*)"


def _moment(profiled: Profiled, month: date) -> str:
    clock = (
        f"(select clock from odd_month where month = date '{month}')"
        if profiled.is_instant
        else "interval 0 day"
    )
    return f"cast({profiled.dated_by} as timestamp) + {clock}"


def _column(profiled: Profiled, name: str, kind: Kind) -> str:
    """SQL of one column's numbers in a group, as a struct that is alike for every kind."""
    return "{" + ", ".join(f"'{key}': {sql}" for key, sql in _numbers(profiled, name, kind)) + "}"


def _numbers(profiled: Profiled, name: str, kind: Kind) -> Iterator[tuple[str, str]]:
    """Each number of a column, null where its kind has none."""
    yield "name", f"'{name}'"
    is_dating = name == profiled.dated_by
    name = f'"{name}"'  # some are words of SQL
    lag = f"date_diff('second', cast({profiled.dated_by} as timestamp), cast({name} as timestamp))"
    number = {"number": f"cast({name} as double)", "time": lag}.get(kind) if not is_dating else None
    words = {
        "word": f"cast({name} as varchar)",
        "time": "cast(hour(moment) // 4 * 4 as varchar)" if is_dating else None,
    }.get(kind)
    none = "cast(null as double)"
    yield "present", f"count({name})"
    yield "distincts", f"count(distinct hash({name}))" if kind == "identity" else "cast(null as bigint)"
    yield (
        "common",
        f"list_max(map_values(histogram({number or words or name})))"
        if kind != "identity"
        else "cast(null as ubigint)",
    )
    yield "words", f"histogram({words})" if words else "cast(null as map(varchar, ubigint))"
    yield "mean", f"avg({number})" if number else none
    yield "highest", f"max({number})" if number else none
    yield "spread", f"stddev_samp({number})" if number else none
    is_amount = kind == "number"
    yield "log_mean", f"avg(ln(nullif(greatest({number}, 0), 0)))" if is_amount else none
    yield "log_spread", f"stddev_samp(ln(nullif(greatest({number}, 0), 0)))" if is_amount else none
    yield "q", f"quantile_cont({number}, [0.1, 0.5, 0.9])" if number else "cast(null as double[])"
    yield "zero", f"avg(cast({number} = 0 as int))" if number else none
    yield "whole", f"avg(cast({name} = floor({name}) as int))" if kind == "number" else none
    local = f"cast({name} as timestamp) - cast({profiled.dated_by} as timestamp) + moment"
    is_instant = kind == "time" and profiled.is_instant
    yield "midnight", f"avg(cast(cast({local} as time) = time '00:00:00' as int))" if is_instant else none
    yield "hour", f"avg(cast(date_trunc('hour', {local}) = {local} as int))" if is_instant else none
