"""SQL that turns delivered values into the contract's types.

What belongs here: how a text, or a value that a file format typed already, becomes a whole number, a date, an instant.
What does not: whether the typed value is allowed (that is the staging models' business).

Nothing is guessed: a value that is not of its type becomes null and the row carries the first such column in
`error_column`, and why in `error_code`. `row_text` keeps the row as it came wherever the typed values would not show it.
"""

from collections.abc import Mapping

from sources.contracts.contract import ColumnType, Contract
from sources.loading.forms import ValueForms
from sources.loading.values_sql import Typed, cleaned, shown, typed, utc_of_bound, utc_of_local
from sources.sql import literal, quoted

#: Why a value that is not of its type is refused (`reasons.ROW_REASONS`).
NOT_OF_TYPE: Mapping[ColumnType, str] = {
    "text": "rounded_id",
    "int": "not_whole_number",
    "decimal": "not_number",
    "bool": "not_boolean",
    "date": "not_date",
    "timestamp": "not_timestamp",
}

#: Stands in `local_columns` of a row that is none: a segment of which a clock change skips all (macro base_rows).
SKIPPED = "skipped"

_DEFAULT_FORMS = ValueForms()
_ERROR = '"= error"'


def typed_select(
    contract: Contract,
    delivered: Mapping[str, str],
    relation: str,
    *,
    line: str,
    row: str = "cast(null as BIGINT)",
    time_zone: str | None = None,
    row_text: str | None = None,
    forms: ValueForms = _DEFAULT_FORMS,
) -> str:
    """A select that types the rows of `relation` for `raw.<system>__<table>`.

    `delivered` names the relation's columns and their engine types; those outside the contract only go into
    `row_text`. `line` is SQL of a row's line in its file, `row` of its number within the line. `time_zone` is the zone in which a mapping's local times
    are; without it they stay local and are marked in `local_columns`. `row_text` is SQL of the row as it came, where
    the columns do not show it whole. `forms` are how its values are written.
    """
    sources = {name: _source(name, delivered[name], forms) for name in contract.columns if name in delivered}
    columns = {
        name: typed(
            column.type, column.vocabulary, sources[name], delivered[name], forms, is_id=is_id(contract, name)
        )
        for name, column in contract.columns.items()
        if name in delivered
    }
    clean = [
        f"{cleaned(quoted(name), forms)} as {sources[name]}"
        for name in sources
        if sources[name] != quoted(name)
    ]
    parsed = [f"{t.value} as {quoted('= ' + name)}" for name, t in columns.items()]
    parsed += [
        f"{t.is_local} as {quoted('~ ' + name)}" for name, t in columns.items() if t.is_local != "false"
    ]
    error = _error(contract, columns, sources, delivered, forms)
    local = {name: quoted("~ " + name) for name, t in columns.items() if t.is_local != "false"}
    return f"""
        select {", ".join(_final(contract, name, columns, local, time_zone) for name in contract.columns)},
            {_local_columns(contract, local, time_zone)} as local_columns,
            {_ERROR} as error_column,
            {_code(contract, _ERROR)} as error_code,
            {_params(contract, _ERROR, sources)} as error_params,
            {row_text or _row_text(contract, delivered, _ERROR, columns, sources)} as row_text,
            {line} as line_number, {row} as row_number
        from (select *, {error} as {_ERROR} from (select *, {", ".join(parsed) or "1 as no_column"}
            from {f"(select *, {', '.join(clean)} from {relation})" if clean else relation}))"""


def is_id(contract: Contract, name: str) -> bool:
    """Whether a column names something, so that a number that lost its digits is none."""
    return (
        name in contract.key
        or name in contract.refs
        or name.endswith("_id")
        or (contract.leads_to is not None and name == contract.leads_to.column)
    )


def is_needed_id(contract: Contract, name: str) -> bool:
    """Whether a row is refused where this id has lost its digits; in any other column it is empty then."""
    return is_id(contract, name) and (
        name in contract.key or name in contract.refs or contract.columns[name].required
    )


def _source(name: str, engine_type: str, forms: ValueForms) -> str:
    return quoted("* " + name) if forms.is_odd and engine_type == "VARCHAR" else quoted(name)


def _error(
    contract: Contract,
    columns: Mapping[str, Typed],
    sources: Mapping[str, str],
    delivered: Mapping[str, str],
    forms: ValueForms,
) -> str:
    """SQL of the first column whose value is not of its type.

    Nested cases look no further than they must, where an `and` would look at everything in every row.
    """
    cases: list[str] = []
    wanted: list[str] = []
    for name, column in columns.items():
        found, source = literal(name), sources[name]
        if contract.columns[name].type == "text":
            if column.is_wrong and is_needed_id(contract, name):
                cases.append(f"case when {column.is_wrong} then {found} end")
                wanted.append(f"coalesce({column.is_wrong}, false)")
            continue
        if delivered[name] == "VARCHAR" and source == quoted(name):
            # each text is named once: what the engine finds twice it works out beforehand, for every row
            absent = ", ".join(literal(word) for word in ("", *forms.nothing))
            found = f"case when not list_contains([{absent}], lower(trim({source}))) then {found} end"
        is_none = f"({source} is not null and {quoted('= ' + name)} is null)"
        wanted.append(is_none)
        cases.append(f"case when {is_none} then {found} end")
    if not cases:
        return "cast(null as varchar)"
    return f"case when {' or '.join(wanted)} then coalesce({', '.join(cases)}) end"


def _row_text(
    contract: Contract,
    delivered: Mapping[str, str],
    error: str,
    columns: Mapping[str, Typed],
    sources: Mapping[str, str],
) -> str:
    """The row as it came, where its values do not show that; blanks that do not show are shown as signs."""
    extras = [name for name in delivered if name not in contract.columns and name != "line_number"]
    unlike = [f"{quoted(n)} is not distinct from {s}" for n, s in sources.items() if s != quoted(n)]
    plain = " and ".join([t.is_plain for t in columns.values() if t.is_plain != "true"] + unlike) or "true"
    as_it_came = ", ".join(
        f"{literal(name)}: {shown(quoted(name)) if sources.get(name, quoted(name)) != quoted(name) else quoted(name)}"
        for name in delivered
        if name != "line_number"
    )
    keep = "true" if extras else f"({error}) is not null or not ({plain})"
    return f"case when {keep} then cast(to_json({{{as_it_came}}}) as varchar) end"


def _params(contract: Contract, error: str, sources: Mapping[str, str]) -> str:
    """The value of an id that lost its digits: all that is left of it, and no secret."""
    cases = " ".join(
        f"when {literal(name)} then cast(to_json({{'value': cast({source} as varchar)}}) as varchar)"
        for name, source in sources.items()
        if contract.columns[name].type == "text" and is_needed_id(contract, name)
    )
    return f"case {error} {cases} end" if cases else "cast(null as varchar)"


def _final(
    contract: Contract, name: str, columns: Mapping[str, Typed], local: Mapping[str, str], zone: str | None
) -> str:
    value = quoted("= " + name)
    if name not in columns:
        value = f"cast(null as {contract.columns[name].engine_type})"
    elif name in local and zone:
        value = f"case when {local[name]} then {_instant(contract, name, zone)} else {value} end"
    return f"{value} as {quoted(name)}"


def _instant(contract: Contract, name: str, zone: str) -> str:
    is_bound = contract.segment is not None and name in (contract.segment.starts, contract.segment.ends)
    return (utc_of_bound if is_bound else utc_of_local)(quoted("= " + name), zone)


def _local_columns(contract: Contract, local: Mapping[str, str], time_zone: str | None) -> str:
    """The columns that are local times still; SKIPPED for a segment of which a clock change skips all."""
    if not local:
        return "cast(null as varchar)"
    if time_zone:
        return _skipped(contract, local, time_zone)
    named = ", ".join(f"case when {is_local} then {literal(name)} end" for name, is_local in local.items())
    return f"case when {' or '.join(local.values())} then concat_ws(',', {named}) end"


def _skipped(contract: Contract, local: Mapping[str, str], time_zone: str) -> str:
    bounds = (contract.segment.starts, contract.segment.ends) if contract.segment else ()
    if not bounds or any(name not in local for name in bounds):
        return "cast(null as varchar)"
    are_local = " and ".join(local[name] for name in bounds)
    starts, ends = (quoted("= " + name) for name in bounds)
    first, last = (_instant(contract, name, time_zone) for name in bounds)
    is_good = f"{_ERROR} is null and {are_local} and {starts} < {ends}"
    return f"case when {is_good} and {first} = {last} then {literal(SKIPPED)} end"


def _code(contract: Contract, error: str) -> str:
    cases = " ".join(
        f"when {literal(name)} then {literal(NOT_OF_TYPE[column.type])}"
        for name, column in contract.columns.items()
    )
    return f"case {error} {cases} end"
