"""Which months a change of deliveries can touch.

What belongs here: from deliveries that came or went to months. What does not: which of them to build (`orchestration`).
Too many months cost time, one too few costs a wrong number: where a change can't be pinned down, every published month
counts as touched.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from sources.contracts.contract import Contract, days, load_contracts
from sources.sql import literal, quoted

#: No local date is further than this from the date in UTC.
_WIDEST_OFFSET = "interval 14 hours"
_EVER = date(1900, 1, 1)
_UNDATED = ("hr.sites", "hr.employees", "hr.assignments", "acd.queues")


def touched_months(warehouse: Path, changed: Collection[int], published: Collection[date] = ()) -> list[date]:
    """First days of the months that the deliveries `changed` (ids; come, gone or replaced) touch.

    A month counts where something that happened in it is among them (a contract's `begins`), and a month already
    `published` also where rows are dated in it or only reach into it: by what is due or planned in it, by a day's margin,
    by a repeat contact, by what they change about an employee, a site or a queue.
    """
    if not changed:
        return []
    with duckdb.connect(str(warehouse), read_only=True) as con:
        con.execute("set TimeZone = 'UTC'")
        known = {row[0] for row in con.execute("select delivery_id from raw.delivery").fetchall()}
        if not known.issuperset(changed):
            return sorted({*published, *_dated(con, known.intersection(changed), corrects=True).begun})
        everything = set(changed) | _left_dangling(con, changed)
        found = _dated(con, everything, corrects=bool(published))
        reached = found.reached | _of_contacts(con, everything, set(published) - found.reached)
        begun = found.begun | _hires_and_leavings(con, changed, min(published or found.begun, default=_EVER))
        since = _since(con, changed)
    if since is not None:
        reached.update(month for month in published if month >= since.replace(day=1))
    return sorted(begun | reached.intersection(published))


def dated_months(warehouse: Path, deliveries: Collection[int]) -> set[date]:
    """First days of the months in which any row of the deliveries (ids) is dated, planned ones included."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        con.execute("set TimeZone = 'UTC'")
        return _dated(con, deliveries, corrects=False).dated


@dataclass(frozen=True)
class _Months:
    """Months that begin by rows, those in which rows surely are, and those into which they may reach."""

    begun: set[date] = field(default_factory=set[date])
    dated: set[date] = field(default_factory=set[date])
    reached: set[date] = field(default_factory=set[date])


def _dated(con: duckdb.DuckDBPyConnection, changed: Collection[int], *, corrects: bool) -> _Months:
    """The months of the deliveries' rows.

    `corrects`: there were deliveries before, so that rows may replace others that were dated elsewhere.
    """
    months = _Months()
    for contract in _contracts_of(con, changed):
        for column, source in _dates(contract, changed, corrects=corrects):
            is_instant = _is_instant(contract, column)
            margin = _WIDEST_OFFSET if is_instant else "interval 0 hours"
            back = f"interval {contract.reaches_back_days} day"
            begins = contract.begins_where if column in contract.begins else "false"
            rows = con.execute(
                f"""select distinct coalesce({begins}, false), date_trunc('month', {column} - {back})::date,
                    date_trunc('month', {column} + interval 1 day)::date,
                    date_trunc('month', {column} - {margin})::date,
                    date_trunc('month', {column} + {margin})::date
                from {source} where {column} is not null"""
            ).fetchall()
            for begins_it, earliest, latest, at_least, at_most in rows:
                months.reached.update((earliest, latest))
                if at_least == at_most:
                    months.dated.add(at_least)
                    if begins_it:
                        months.begun.add(at_least)
    return months


def _contracts_of(con: duckdb.DuckDBPyConnection, changed: Collection[int]) -> list[Contract]:
    contracts = load_contracts()
    names = con.execute(
        f"select distinct table_name from raw.delivery where delivery_id in ({_ids(changed)}) order by 1"
    ).fetchall()
    return [contracts[name] for (name,) in names if name in contracts]


def _ids(deliveries: Collection[int]) -> str:
    return ", ".join(str(int(delivery)) for delivery in deliveries) or "null"


def _dates(contract: Contract, changed: Collection[int], *, corrects: bool) -> list[tuple[str, str]]:
    """The columns that date a table's rows, each with the relation it is found in."""
    rows = _rows(contract, changed, corrects=corrects)
    if contract.dated_through is None:
        return [(column, rows) for column in contract.dated_by]
    table, key = contract.refs[contract.dated_through]
    parent = load_contracts()[table]
    joined = (
        f"(select parent.* from loaded.{parent.model_name} as parent "
        f"semi join {rows} as child on child.{contract.dated_through} = parent.{key})"
    )
    return [(column, joined) for column in parent.dated_by]


def _rows(contract: Contract, changed: Collection[int], *, corrects: bool) -> str:
    """The deliveries' rows; where they correct others, every version of them: what moves a row to another month also
    takes it out of the one before."""
    rows = f"(select * from loaded.{contract.model_name} where delivery_id in ({_ids(changed)}))"
    if not corrects:
        return rows
    key = ", ".join(quoted(column) for column in contract.key)
    return f"(select version.* from loaded.{contract.model_name} as version semi join {rows} using ({key}))"


def _of_contacts(
    con: duckdb.DuckDBPyConnection, changed: Collection[int], candidates: Collection[date]
) -> set[date]:
    """Those of the months in which a contact that a changed row names, or what it repeats, may have begun."""
    found: set[date] = set()
    for contract in _contracts_of(con, changed):
        if contract.contact is None or not candidates:
            continue
        column = quoted(contract.contact)
        rows = _rows(contract, changed, corrects=True)
        instant = contract.dated_by[0]
        # Legs of one contact lie no further apart; an order may name a contact of any time before it.
        # A day more, for other clocks.
        apart = f"interval {days('longest_contact_days') + 1} day"
        span = f"""leg.offered_at between (select min({instant}) - {apart} from {rows})
            and (select max({instant}) + {apart} from {rows})"""
        nearby = span if contract.name == "acd.contact_legs" else "true"
        back = f"interval {contract.reaches_back_days} day"
        for month in candidates:
            beginning = f"date '{month}' - interval 1 day"
            end = f"date '{month}' + interval 1 month + {back} + interval 1 day"
            row = con.execute(
                f"""select 1 from loaded.acd__contact_legs as leg semi join {rows} as named
                    on named.{column} = leg.contact_id
                where leg.offered_at >= {beginning} and leg.offered_at < {end} and {nearby} limit 1"""
            ).fetchone()
            if row is not None:
                found.add(month)
    return found


def _is_instant(contract: Contract, column: str) -> bool:
    found = contract.columns.get(column)
    if found is None and contract.dated_through:
        found = load_contracts()[contract.refs[contract.dated_through][0]].columns[column]
    return found is not None and found.type == "timestamp"


def _left_dangling(con: duckdb.DuckDBPyConnection, changed: Collection[int]) -> set[int]:
    """Deliveries with rows in quarantine for naming what was not there: a new employee or queue may repair them."""
    targets = {table for contract in load_contracts().values() for table, _ in contract.refs.values()}
    if not targets.intersection(contract.name for contract in _contracts_of(con, changed)):
        return set()
    if not _has_quarantine(con):
        return set()
    rows = con.execute(
        "select distinct delivery_id from quarantine.quarantined_row where reason_code = 'no_current_row'"
    ).fetchall()
    return {row[0] for row in rows}


def _has_quarantine(con: duckdb.DuckDBPyConnection) -> bool:
    """Not where it is from before reasons had codes: then every file is read again, and every month is touched."""
    columns = con.execute(
        "select 1 from duckdb_columns() where schema_name = 'quarantine' and table_name = 'quarantined_row' "
        "and column_name = 'reason_code'"
    )
    return columns.fetchone() is not None


def _are_quarantined(con: duckdb.DuckDBPyConnection, tables: Collection[str]) -> bool:
    """Whether a row of the tables was in quarantine when the models were built last."""
    if not _has_quarantine(con):
        return False
    named = ", ".join(literal(table) for table in tables)
    found = con.execute(f"select 1 from quarantine.quarantined_row where table_name in ({named}) limit 1")
    return found.fetchone() is not None


# --- what is not dated: employees, assignments, sites, queues, rules ----------------------------------------------


def _since(con: duckdb.DuckDBPyConnection, changed: Collection[int]) -> date | None:
    """From which day on the changes to employees, assignments, sites, queues and rules matter; None where there are none."""
    names = {contract.name for contract in _contracts_of(con, changed)}
    found: list[date] = []
    if names.intersection(_UNDATED) and _are_quarantined(con, _UNDATED):
        # what a repaired row says may hold since any day, and what it was before is not to be seen any more
        return _EVER
    for name in names.intersection(("hr.sites", "acd.queues")):
        if _changes(con, name, changed, "before.delivery_id is not null"):
            found.append(_EVER)
    if "hr.employees" in names:
        since = _EMPLOYEE_SINCE.format(early_leaver_days=days("early_leaver_days"))
        found += _changes(con, "hr.employees", changed, "true", since)
    if "hr.assignments" in names:
        found += _changes(con, "hr.assignments", changed, "true", _ASSIGNMENT_SINCE)
    for name in names:
        if name.startswith("rules."):
            found += _changes(con, name, changed, "true", "coalesce(before.valid_from, after.valid_from)")
    return min(found) if found else None


def _hires_and_leavings(con: duckdb.DuckDBPyConnection, changed: Collection[int], first: date) -> set[date]:
    """Months from `first` on of the hires and leavings that the deliveries `changed` brought.

    Every roster lists those of many years, of which nothing else was ever delivered: they begin no history of their own.
    """
    name = "hr.employees"
    if name not in {contract.name for contract in _contracts_of(con, changed)}:
        return set()
    found: set[date] = set()
    for column in load_contracts()[name].begins:
        condition = f"after.{column} is not null and before.{column} is distinct from after.{column}"
        found.update(_changes(con, name, changed, condition, f"date_trunc('month', after.{column})::date"))
    return {month for month in found if month >= first}


#: A leaver matters from the last day employed on, and to the month of the hire of one who left early.
_EMPLOYEE_SINCE = """least(
    case when after.delivery_id is null then date '1900-01-01' end,
    case when before.hired_on is distinct from after.hired_on or before.agent_id is distinct from after.agent_id
        then least(before.hired_on, after.hired_on) end,
    case when before.left_on is distinct from after.left_on or before.left_reason is distinct from after.left_reason
        then least(before.left_on, after.left_on) end,
    case when before.left_on is distinct from after.left_on
            and least(before.left_on, after.left_on) < least(before.hired_on, after.hired_on) + {early_leaver_days}
        then least(before.hired_on, after.hired_on) end,
    case when before.probation_ends_on is distinct from after.probation_ends_on
            or before.probation_result is distinct from after.probation_result
        then least(before.probation_ends_on, after.probation_ends_on) end)"""

#: An employee's first assignment also holds before its date: changed for somebody known, it reaches back for ever.
_ASSIGNMENT_SINCE = """case
    when coalesce(before.valid_from, after.valid_from) <= (
            select min(other.valid_from) from before_rows as other
            where other.employee_id = coalesce(before.employee_id, after.employee_id))
        then date '1900-01-01'
    else coalesce(before.valid_from, after.valid_from) - 1 end"""


def _changes(
    con: duckdb.DuckDBPyConnection,
    name: str,
    changed: Collection[int],
    condition: str,
    since: str = "date '1900-01-01'",
) -> list[date]:
    """The day from which each row matters that is not what it was before the deliveries `changed` came and went."""
    contract = load_contracts()[name]
    compared = [column for column, its in contract.columns.items() if its.pii != "direct"]
    key = ", ".join(contract.key)
    same = " and ".join(
        f"before.{quoted(column)} is not distinct from after.{quoted(column)}" for column in compared
    )
    gone = f"delivery.delivery_id in ({_ids(changed)}) and delivery.superseded_by is not null"
    kept = f"delivery.superseded_by is null and delivery.delivery_id not in ({_ids(changed)})"

    def delivered(which: str) -> str:
        return f"""
            select row.*, delivery.order_key, row.rowid as place from loaded.{contract.model_name} as row
            join raw.delivery as delivery using (delivery_id)
            where delivery.table_name = {literal(name)} and ({which})"""

    def winners(rows: str) -> str:
        newest = f"""select * from {rows}
            qualify row_number() over (partition by {key} order by order_key desc, place desc) = 1"""
        return f"select * from ({newest}) as row where not {_overtaken(contract, rows)}"

    rows = con.execute(
        f"""with before_all as ({delivered(f"({gone}) or ({kept})")}), before_rows as ({winners("before_all")}),
        after_all as ({delivered("delivery.superseded_by is null")}), after_rows as ({winners("after_all")})
        select {since} as since
        from before_rows as before
        full join after_rows as after using ({key})
        where not ({same}) and ({condition})"""
    ).fetchall()
    return [row[0] for row in rows if row[0] is not None]


def _overtaken(contract: Contract, rows: str) -> str:
    """SQL of whether a later row of `rows` has a day in common with `row`, and so corrects it under another key."""
    its = contract.periods
    if its is None:
        return "false"
    ever = "date '9999-12-31'"
    return f"""exists (
        select 1 from {rows} as later
        where later.{its.of} = row.{its.of} and later.{its.starts} <> row.{its.starts}
            and (later.order_key, later.place) > (row.order_key, row.place)
            and later.{its.starts} <= coalesce(row.{its.ends}, {ever})
            and row.{its.starts} <= coalesce(later.{its.ends}, {ever}))"""
