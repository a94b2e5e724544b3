"""SQL of single values: a text, or what a file format typed already, as a whole number, a date, an instant.

What belongs here: how one value is read in one of the forms of `forms`. What does not: rows (`typing_sql`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sources.contracts.contract import ColumnType
from sources.loading.forms import ValueForms
from sources.sql import literal

_OFFSET = r"'\d{2}:?\d{2}(:?\d{2}([.,]\d+)?)? ?([+-]\d{2}(:?\d{2})?|[zZ])$'"
_CLOCK = r"'^\d{4}-?\d{2}-?\d{2}[Tt ]\d{2}:?\d{2}(:?\d{2}([.,]\d+)?)? ?([+-]\d{2}(:?\d{2})?|[zZ])?$'"
#: Around values they are nothing: ASCII's, no-break, full-width and zero-width blanks, marks of order.
BLANKS = (
    " \t\n\v\f\r\u0085\u00a0\u1680"
    + "".join(map(chr, range(0x2000, 0x2010)))
    + "\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
)
_SIGNS = {"\t": "␉", "\u00a0": "⍽", "\u202f": "⍽", "\u3000": "␣"} | dict.fromkeys(
    "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff", "⬚"
)
#: What a spreadsheet makes of a long number, as text.
ROUNDED = r"'[+-]?\d([.,]\d+)?[eE]\+\d{1,3}|[+-]?\d[.,]\d+[eE]\d{2}'"
_BASIC = r"'^(\d{4})(\d{2})(\d{2})[Tt ](\d{2}):?(\d{2}):?(\d{2})?'"


@dataclass(frozen=True)
class Typed:
    """SQL of one column: its value, whether it is a local time, whether the value shows the text as it came, and, where
    a value that is none does not say so itself, whether it is wrong."""

    value: str
    is_local: str = "false"
    is_plain: str = "true"
    is_wrong: str | None = None


def utc_of_local(local: str, time_zone: str) -> str:
    """SQL of the instant of a local time; the same reading as the dbt macro `to_utc`, which explains it."""
    day_before, engine, is_there = _readings(local, time_zone)
    return f"case when {is_there(day_before)} then {day_before} else {engine} end"


def utc_of_bound(local: str, time_zone: str) -> str:
    """SQL of the instant of a bound of a segment; the same reading as the dbt macro `to_utc_or_jump`."""
    day_before, engine, is_there = _readings(local, time_zone)
    zone = literal(time_zone)
    minutes = f"range(0, datediff('minute', {local}, timezone({zone}, timezone('UTC', {engine}))) + 1)"
    instants = f"list_transform({minutes}, lambda m: date_trunc('minute', {engine}) - to_minutes(m))"
    after = f"list_filter({instants}, lambda i: timezone({zone}, timezone('UTC', i)) > {local})"
    return (
        f"case when {is_there(day_before)} then {day_before} when {is_there(engine)} then {engine} "
        f"else list_min({after}) end"
    )


def _readings(local: str, time_zone: str) -> tuple[str, str, Callable[[str], str]]:
    """By the offset of the day before, by the engine, and the condition that an instant has this local time."""
    zone = literal(time_zone)
    day_before = f"(timezone('UTC', timezone({zone}, {local} - interval 1 day)) + interval 1 day)"
    engine = f"timezone('UTC', timezone({zone}, {local}))"
    return day_before, engine, lambda instant: f"timezone({zone}, timezone('UTC', {instant})) = {local}"


def typed(
    kind: ColumnType,
    vocabulary: Sequence[str],
    source: str,
    engine_type: str,
    forms: ValueForms,
    *,
    is_id: bool,
) -> Typed:
    """One column as its contract's type. `source` is cleaned already where the forms are odd; `is_id`: a number that was
    rounded is none."""
    is_text = engine_type == "VARCHAR"
    match kind:
        case "text":
            return _text_value(vocabulary, source, engine_type, forms, is_id=is_id)
        case "int":
            return Typed(_whole_number(_plain_number(source, forms) if is_text else source, engine_type))
        case "decimal":
            return Typed(_decimal(_plain_number(source, forms) if is_text else source, is_text))
        case "bool":
            return Typed(f"try_cast({f'trim({source})' if is_text else source} as BOOLEAN)")
        case "date":
            iso = _date(source, engine_type)
            return Typed(f"coalesce({iso}, {_other_date(source, forms)})" if is_text and forms.dates else iso)
        case "timestamp":
            return _timestamp(source, engine_type, forms)


def cleaned(source: str, forms: ValueForms) -> str:
    """A text without the blanks around it and the guard of a spreadsheet (="00123"); null for words for nothing."""
    bare = f"trim({source}, {literal(BLANKS)})"
    free = f"""case when prefix({bare}, '="') and suffix({bare}, '"') and strlen({bare}) > 2 then {bare}[3:-2] else {bare} end"""
    return f"case when {is_nothing(bare, forms)} then null else nullif({free}, '') end"


def shown(text: str) -> str:
    """A text in which blanks that do not show are signs: A001␉ for one with a tab behind it."""
    return f"translate({text}, {literal(''.join(_SIGNS))}, {literal(''.join(_SIGNS.values()))})"


def is_nothing(text: str, forms: ValueForms) -> str:
    """SQL of whether a text is a word for nothing; texts longer than the longest word cost no look at their letters."""
    if not forms.nothing:
        return "false"
    longest = max(len(word.encode()) for word in forms.nothing)
    words = ", ".join(literal(word) for word in forms.nothing)
    # the engine would turn `in` with as many words into a join of every row
    return f"(strlen({text}) <= {longest + 3} and list_contains([{words}], lower(trim({text}))))"


def _text_value(
    vocabulary: Sequence[str], source: str, engine_type: str, forms: ValueForms, *, is_id: bool
) -> Typed:
    text = source if engine_type == "VARCHAR" else _text(source, engine_type)
    if vocabulary:
        # most values are spelt as the contract spells them, and need no folding
        is_spelt_so = f"{text} in ({', '.join(literal(word) for word in vocabulary)})"
        nothing = f"when {is_nothing(text, forms)} then null"
        folded = f"case when {is_spelt_so} then {text} {nothing} else nullif(lower({_bare(text)}), '') end"
        return Typed(folded, is_plain=f"coalesce({is_spelt_so}, true)")
    if forms.is_odd:
        if not is_id:
            return Typed(text)
        is_rounded = f"regexp_full_match({text}, {ROUNDED})"
        return Typed(
            f"case when not {is_rounded} then {text} end",
            is_plain=f"not coalesce({is_rounded}, false)",
            is_wrong=is_rounded,
        )
    # most values are neither short nor begin as a word for nothing does, and need no closer look
    firsts = sorted({ord(first) for word in forms.nothing for first in word[:1].lower() + word[:1].upper()})
    begins = f"not list_contains([{', '.join(map(str, firsts))}], ascii({text}))" if firsts else "true"
    longest = max((len(word.encode()) for word in forms.nothing), default=0)
    has_no_blanks = f"not prefix({text}, ' ') and not suffix({text}, ' ')"
    return Typed(
        f"case when strlen({text}) > {longest} and {has_no_blanks} then {text} "
        f"when {begins} and {text} <> '' and {has_no_blanks} then {text} "
        f"when {is_nothing(text, forms)} then null else nullif(trim({text}), '') end"
    )


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


def _plain_number(source: str, forms: ValueForms) -> str:
    """A number written with other signs, as the engine takes it; null where its signs are in no such order."""
    if forms.is_plain_number:
        return source
    decimal = rf"(?:\{forms.decimal}\d+)?"
    thousands = {"": "", " ": r"[ \x{00A0}\x{202F}\x{2009}]", "'": "['\u2019]"}.get(
        forms.thousands, rf"\{forms.thousands}"
    )
    grouped = rf"|\d{{1,3}}(?:{thousands}\d{{3}})+" if thousands else ""
    digits = (
        f"regexp_replace(trim({source}), {literal(thousands)}, '', 'g')" if thousands else f"trim({source})"
    )
    pattern = literal(rf"[+-]?(?:\d+{grouped}){decimal}")
    return f"case when regexp_full_match(trim({source}), {pattern}) then replace({digits}, {literal(forms.decimal)}, '.') end"


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


#: Clocks behind a date, as people write them.
_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", " %I:%M%p")


def _other_date(source: str, forms: ValueForms) -> str:
    """A date that is not ISO 8601, in the order or by the format that the forms say, as midnight's date."""
    instant = _other_instant(source, forms)
    return f"case when {instant} = date_trunc('day', {instant}) then cast({instant} as DATE) end"


def _other_instant(source: str, forms: ValueForms) -> str:
    """A local time that is not ISO 8601. Years come first or have four digits; anything else wants a format."""
    bare = _bare(source)
    if forms.dates is None:
        return "cast(null as TIMESTAMP)"
    if "%" in forms.dates:
        return f"try_strptime({bare}, {literal(forms.dates)})"
    day = {"dmy": "%d/%m/%Y", "mdy": "%m/%d/%Y", "ymd": "%Y/%m/%d"}[forms.dates]
    parts = rf"regexp_replace({bare}, '^(\d+)[./-](\d+)[./-](\d+)', '\1/\2/\3')"
    spaced = rf"regexp_replace({parts}, '(\d)(?:T|, ?| +)(\d+:)', '\1 \2')"
    years_first = ", ".join(literal(f"%Y/%m/%d{clock}") for clock in _CLOCKS)
    others = ", ".join(literal(f"{day}{clock}") for clock in _CLOCKS)
    return (
        f"case when regexp_matches({bare}, '^\\d{{4}}[./-]') then try_strptime({spaced}, [{years_first}]) "
        f"when regexp_matches({bare}, '^\\d{{1,2}}[./-]\\d{{1,2}}[./-]\\d{{4}}\\b') then try_strptime({spaced}, [{others}]) end"
    )


def _timestamp(source: str, engine_type: str, forms: ValueForms) -> Typed:
    if engine_type == "TIMESTAMP WITH TIME ZONE":
        return Typed(f"timezone('UTC', {source})")
    if engine_type.startswith("TIMESTAMP"):
        return Typed(f"cast({source} as TIMESTAMP)", is_local=f"{source} is not null")
    if engine_type != "VARCHAR":
        return Typed("cast(null as TIMESTAMP)")
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
    if forms.dates:
        value = f"coalesce({value}, {_other_instant(source, forms)})"
    # a case looks no further than it must, where an `or` would look at everything
    is_local = f"case when {source} is null or {is_usual} then false else not {has_offset} end"
    return Typed(value, is_local=is_local, is_plain=f"coalesce({is_usual}, true)")
