"""SQL that turns delivered values into the contract's types.

What belongs here: how a text, or a value that a file format typed already, becomes a whole number, a date, an instant.
What does not: whether the typed value is allowed (that is the staging models' business).

Nothing is guessed: a value that is not of its type becomes null and the row carries the first such column in
`error_column`, and why in `error_code`. `row_text` keeps the row as it came wherever the typed values would not show it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sources.contracts.contract import ColumnType, Contract
from sources.sql import literal, quoted

#: Why a value that is not of its type is refused (`reasons.ROW_REASONS`).
NOT_OF_TYPE: Mapping[ColumnType, str] = {
    "text": "not_text",
    "int": "not_whole_number",
    "decimal": "not_number",
    "bool": "not_boolean",
    "date": "not_date",
    "timestamp": "not_timestamp",
}

_OFFSET = r"'\d{2}:?\d{2}(:?\d{2}([.,]\d+)?)? ?([+-]\d{2}(:?\d{2})?|[zZ])$'"
_CLOCK = r"'^\d{4}-?\d{2}-?\d{2}[Tt ]\d{2}:?\d{2}(:?\d{2}([.,]\d+)?)? ?([+-]\d{2}(:?\d{2})?|[zZ])?$'"
_BASIC = r"'^(\d{4})(\d{2})(\d{2})[Tt ](\d{2}):?(\d{2}):?(\d{2})?'"


@dataclass(frozen=True)
class _Typed:
    """SQL of one column: its value, whether it is a local time, and whether the value shows the text as it came."""

    value: str
    is_local: str = "false"
    is_plain: str = "true"


def utc_of_local(local: str, time_zone: str) -> str:
    """SQL of the instant of a local time; the same reading as the dbt macro `to_utc`, which explains it."""
    zone = literal(time_zone)
    day_before = f"(timezone('UTC', timezone({zone}, {local} - interval 1 day)) + interval 1 day)"
    engine = f"timezone('UTC', timezone({zone}, {local}))"
    return f"case when timezone({zone}, timezone('UTC', {day_before})) = {local} then {day_before} else {engine} end"


def typed_select(
    contract: Contract,
    delivered: Mapping[str, str],
    relation: str,
    *,
    line: str,
    time_zone: str | None = None,
    row_text: str | None = None,
) -> str:
    """A select that types the rows of `relation` for `raw.<system>__<table>`.

    `delivered` names the relation's columns and their engine types; those outside the contract only go into
    `row_text`. `line` is SQL of a row's line in its file. `time_zone` is the zone in which a mapping's local times
    are; without it they stay local and are marked in `local_columns`. `row_text` is SQL of the row as it came, where
    the columns do not show it whole.
    """
    typed = {
        name: _typed(column.type, column.vocabulary, quoted(name), delivered[name])
        for name, column in contract.columns.items()
        if name in delivered
    }
    parsed = [f"{t.value} as {quoted('= ' + name)}" for name, t in typed.items()]
    parsed += [f"{t.is_local} as {quoted('~ ' + name)}" for name, t in typed.items() if t.is_local != "false"]
    error_cases = [
        f"when {quoted(name)} is not null and {quoted('= ' + name)} is null{_blank_is_absent(delivered[name], name)} "
        f"then {literal(name)}"
        for name in typed
        if contract.columns[name].type != "text"
    ]
    error = f"case {' '.join(error_cases)} end" if error_cases else "cast(null as varchar)"
    local = {name: quoted("~ " + name) for name, t in typed.items() if t.is_local != "false"}
    extras = [name for name in delivered if name not in contract.columns and name != "line_number"]
    plain = " and ".join(t.is_plain for t in typed.values() if t.is_plain != "true") or "true"
    as_it_came = ", ".join(f"{literal(name)}: {quoted(name)}" for name in delivered if name != "line_number")
    keep_text = "true" if extras else f"({error}) is not null or not ({plain})"
    text = row_text or f"case when {keep_text} then cast(to_json({{{as_it_came}}}) as varchar) end"
    columns = [
        f"{_final(name, column.engine_type, typed, local, time_zone)} as {quoted(name)}"
        for name, column in contract.columns.items()
    ]
    return f"""
        select {", ".join(columns)},
            {_local_columns(local, time_zone)} as local_columns,
            {error} as error_column,
            {_code(contract, error)} as error_code,
            {text} as row_text,
            {line} as line_number
        from (select *, {", ".join(parsed) or "1 as no_column"} from {relation})"""


def _final(
    name: str, engine_type: str, typed: Mapping[str, _Typed], local: Mapping[str, str], zone: str | None
) -> str:
    if name not in typed:
        return f"cast(null as {engine_type})"
    value = quoted("= " + name)
    if name in local and zone:
        return f"case when {local[name]} then {utc_of_local(value, zone)} else {value} end"
    return value


def _local_columns(local: Mapping[str, str], time_zone: str | None) -> str:
    if not local or time_zone:
        return "cast(null as varchar)"
    named = ", ".join(f"case when {is_local} then {literal(name)} end" for name, is_local in local.items())
    return f"case when {' or '.join(local.values())} then concat_ws(',', {named}) end"


def _code(contract: Contract, error: str) -> str:
    cases = " ".join(
        f"when {literal(name)} then {literal(NOT_OF_TYPE[column.type])}"
        for name, column in contract.columns.items()
    )
    return f"case {error} {cases} end"


def _blank_is_absent(engine_type: str, name: str) -> str:
    return f" and trim({quoted(name)}) <> ''" if engine_type == "VARCHAR" else ""


def _typed(kind: ColumnType, vocabulary: Sequence[str], source: str, engine_type: str) -> _Typed:
    is_text = engine_type == "VARCHAR"
    match kind:
        case "text":
            text = source if is_text else _text(source, engine_type)
            if vocabulary:
                # most values are spelt as the contract spells them, and need no folding
                is_spelt_so = f"{text} in ({', '.join(literal(word) for word in vocabulary)})"
                folded = f"case when {is_spelt_so} then {text} else nullif(lower({_bare(text)}), '') end"
                return _Typed(folded, is_plain=f"coalesce({is_spelt_so}, true)")
            is_bare = f"{text} <> '' and not prefix({text}, ' ') and not suffix({text}, ' ')"
            return _Typed(f"case when {is_bare} then {text} else nullif(trim({text}), '') end")
        case "int":
            return _Typed(_whole_number(source, engine_type))
        case "decimal":
            return _Typed(_decimal(source, is_text))
        case "bool":
            return _Typed(f"try_cast({f'trim({source})' if is_text else source} as BOOLEAN)")
        case "date":
            return _Typed(_date(source, engine_type))
        case "timestamp":
            return _timestamp(source, engine_type)


def _bare(source: str) -> str:
    """The text without the blanks, tabs and line ends around it."""
    return f"trim({source}, ' ' || chr(9) || chr(10) || chr(13))"


def _text(source: str, engine_type: str) -> str:
    """A workbook keeps the number 10026 as 10026.0: an identifier in it is still 10026."""
    text = f"cast({source} as varchar)"
    if engine_type not in {"DOUBLE", "FLOAT"}:
        return text
    whole = f"{source} = floor({source}) and abs({source}) < 1e15"
    return f"case when {whole} then cast(cast({source} as BIGINT) as varchar) else {text} end"


def _number(source: str, engine_type: str, is_text: bool) -> str:
    """The engine reads 1_000 as a thousand; people do not."""
    number = f"try_cast({source} as {engine_type})"
    return f"case when not contains({source}, '_') then {number} end" if is_text else number


def _decimal(source: str, is_text: bool) -> str:
    """Texts go through 64 bits where they are short enough: the engine takes a hundred times as long for 128."""
    wide = _number(source, "DECIMAL(26,10)", is_text)
    if not is_text:
        return wide
    narrow = f"case when strlen({source}) <= 9 then {_number(source, 'DECIMAL(18,8)', is_text)} end"
    return f"coalesce(cast({narrow} as DECIMAL(26,10)), {wide})"


def _whole_number(source: str, engine_type: str) -> str:
    """12 and 12.0 are whole, 12.5 is not: the engine alone would round it."""
    if engine_type in {"BIGINT", "INTEGER", "SMALLINT", "TINYINT", "UINTEGER", "USMALLINT", "UTINYINT"}:
        return f"cast({source} as BIGINT)"
    if engine_type == "BOOLEAN":
        return "cast(null as BIGINT)"
    number = _number(source, "BIGINT", engine_type == "VARCHAR")
    return f"case when try_cast({source} as DOUBLE) = try_cast({source} as BIGINT) then {number} end"


def _date(source: str, engine_type: str) -> str:
    if engine_type == "DATE":
        return source
    if engine_type == "VARCHAR":
        midnight = f"try_cast({source} as TIMESTAMP)"
        is_clock = f"regexp_full_match({_bare(source)}, {_CLOCK})"
        return (
            f"case when length(trim({source})) = 10 then try_cast({source} as DATE) "
            f"when {is_clock} and {midnight} = date_trunc('day', {midnight}) then cast({midnight} as DATE) end"
        )
    if engine_type.startswith("TIMESTAMP"):
        value = f"cast({source} as TIMESTAMP)"
        return f"case when {value} = date_trunc('day', {value}) then cast({value} as DATE) end"
    return "cast(null as DATE)"


def _timestamp(source: str, engine_type: str) -> _Typed:
    if engine_type == "TIMESTAMP WITH TIME ZONE":
        return _Typed(f"timezone('UTC', {source})")
    if engine_type.startswith("TIMESTAMP"):
        return _Typed(f"cast({source} as TIMESTAMP)", is_local=f"{source} is not null")
    if engine_type != "VARCHAR":
        return _Typed("cast(null as TIMESTAMP)")
    is_usual = f"suffix({source}, 'Z') and strlen({source}) = 20"
    # only what does not look like 2026-08-01T02:33:50Z pays for the closer look
    spread = rf"regexp_replace(replace({_bare(source)}, ',', '.'), {_BASIC}, '\1-\2-\3 \4:\5:\6')"
    joined = rf"regexp_replace({spread}, ' ([+-]\d|[zZ]$)', '\1')"
    tidy = rf"upper(regexp_replace({joined}, '([Tt ]\d\d:\d\d)([zZ]|[+-][0-9:]+)$', '\1:00\2'))"
    has_offset = f"regexp_matches({_bare(source)}, {_OFFSET})"
    # a cast to TIMESTAMP reads past an offset without applying it: only TIMESTAMPTZ does
    value = (
        f"case when {is_usual} then try_cast({source} as TIMESTAMP) "
        f"when not regexp_full_match({_bare(source)}, {_CLOCK}) then null "
        f"when {has_offset} then timezone('UTC', try_cast({tidy} as TIMESTAMPTZ)) "
        f"else try_cast({tidy} as TIMESTAMP) end"
    )
    # a case looks no further than it must, where an `or` would look at everything
    is_local = f"case when {source} is null or {is_usual} then false else not {has_offset} end"
    return _Typed(value, is_local=is_local, is_plain=f"coalesce({is_usual}, true)")
