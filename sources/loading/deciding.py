"""Which signs the numbers of a file have and in which order its dates stand, where that is not what contracts say.

What belongs here: evidence in the file's values. What does not: reading by it (`values_sql`). A sign or an order is taken
where some value of the file allows no other; where the values allow two that differ, the file is refused with both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb

from sources.contracts.contract import Contract
from sources.formats.options import ReaderOptions
from sources.formats.relation import Reading
from sources.formats.unreadable import UnreadableFile
from sources.loading.forms import ValueForms
from sources.loading.values_sql import BLANKS
from sources.sql import literal, quoted

Note = tuple[str, dict[str, str]]

_POINT, _COMMA = r"\.", ","


@dataclass(frozen=True)
class _Found:
    """A value of one kind and the line it stands in; how many there are."""

    count: int
    value: str = ""
    line: str = ""


def decided_forms(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    reading: Reading,
    options: ReaderOptions,
    forms: ValueForms,
) -> tuple[ValueForms, tuple[Note, ...]]:
    """The forms in which the file's numbers and dates are written, and by which values that was found.

    Raises UnreadableFile where two readings are possible and differ.
    """
    texts = [name for name in contract.columns if reading.columns.get(name) == "VARCHAR"]
    kinds = {name: contract.columns[name].type for name in texts}
    notes: list[Note] = []
    if options.decimal is None and options.thousands is None:
        numbers = [name for name, kind in kinds.items() if kind in ("int", "decimal")]
        if numbers:
            forms, note = _number_forms(con, reading, numbers, forms)
            notes += note
    if options.dates is None:
        dates = [name for name, kind in kinds.items() if kind in ("date", "timestamp")]
        if dates:
            forms, note = _date_forms(con, reading, dates, forms)
            notes += note
    return forms, tuple(notes)


def _number_forms(
    con: duckdb.DuckDBPyConnection, reading: Reading, names: Sequence[str], forms: ValueForms
) -> tuple[ValueForms, list[Note]]:
    found = _looked_for(con, reading, names, {
        "point": _decimals(_POINT, _COMMA), "comma": _decimals(_COMMA, _POINT),
        "point_in_doubt": rf"[1-9]\d{{0,2}}{_POINT}\d{{3}}", "comma_in_doubt": rf"[1-9]\d{{0,2}}{_COMMA}\d{{3}}",
        "blank": r"\d{1,3}([ \x{00A0}\x{202F}\x{2009}]\d{3})+([.,]\d+)?", "quote": r"\d{1,3}(['\x{2019}]\d{3})+([.,]\d+)?",
    })  # fmt: skip
    point, comma = found["point"], found["comma"]
    in_doubt = _first(found["comma_in_doubt"], found["point_in_doubt"])
    grouped = " " if found["blank"].count else "'" if found["quote"].count else ""
    if comma.count and point.count:
        if in_doubt.count:
            raise _numbers_in_doubt(in_doubt, comma, point)
        return forms, []
    if comma.count:
        note = {"decimal": ",", "value": comma.value, "line": comma.line}
        return replace(forms, decimal=",", thousands=grouped or "."), [("decimal_by_value", note)]
    if point.count or grouped:
        if not (found["comma_in_doubt"].count or grouped or _is_grouped(point.value)):
            return forms, []
        value = point if point.count else _first(found["blank"], found["quote"])
        note = {"decimal": ".", "value": value.value, "line": value.line}
        return replace(forms, thousands=grouped or ","), [("decimal_by_value", note)]
    # a list parted by commas is written where the decimal sign is a point
    is_usual = reading.delimiter in (",", None)
    if found["comma_in_doubt"].count or (found["point_in_doubt"].count and not is_usual):
        raise _numbers_in_doubt(in_doubt)
    return forms, []


def _decimals(sign: str, other: str) -> str:
    """Texts that only a decimal `sign` allows: 2.5, 1234.567, 0.125, 1,234.5, 1 234.5, 1,234,567."""
    alone = rf"\d+{sign}(\d{{1,2}}|\d{{4,}})|0{sign}\d+|\d{{4,}}{sign}\d{{3}}"
    spaced = rf"\d{{1,3}}([ \x{{00A0}}\x{{202F}}\x{{2009}}'\x{{2019}}]\d{{3}})+{sign}\d+"
    return rf"{alone}|{spaced}|\d{{1,3}}({other}\d{{3}})+{sign}\d+|\d{{1,3}}({other}\d{{3}}){{2,}}"


def _is_grouped(value: str) -> bool:
    return "," in value


def _numbers_in_doubt(value: _Found, *others: _Found) -> UnreadableFile:
    plain = value.value.replace(",", "").replace(".", "")
    return UnreadableFile(
        "numbers_in_doubt",
        value=value.value,
        line=value.line,
        reading_list=[plain, value.value.replace(",", ".")],
        other_list=[f"{other.value} ({other.line})" for other in others] or ["-"],
    )


def _date_forms(
    con: duckdb.DuckDBPyConnection, reading: Reading, names: Sequence[str], forms: ValueForms
) -> tuple[ValueForms, list[Note]]:
    clock = r"(?:(?:T|, ?| +)\d{1,2}:\d\d(?::\d\d)?(?: ?[AaPp][Mm])?)?"
    first, second = r"(?:1[3-9]|2\d|3[01])", r"0?[1-9]|1[0-2]"
    kinds = {
        "iso": r"\d{4}-?\d{2}-?\d{2}(?:[Tt ].*)?",
        "dmy": rf"{first}[./-](?:{second})[./-]\d{{4}}{clock}",
        "mdy": rf"(?:{second})[./-]{first}[./-]\d{{4}}{clock}",
        "either": rf"(?:{second})[./-](?:{second})[./-]\d{{4}}{clock}",
        "ymd": rf"\d{{4}}[./-]\d{{1,2}}[./-]\d{{1,2}}{clock}",
    }
    each = {name: _looked_for(con, reading, [name], kinds) for name in names}
    # a column that has dates as contracts want them is written so: what is not is wrong, and refused by itself
    foreign = [found for found in each.values() if not found["iso"].count]
    dmy, mdy, either, ymd = (
        _first(*(found[kind] for found in foreign)) for kind in ("dmy", "mdy", "either", "ymd")
    )
    if (dmy.count and mdy.count) or (either.count and not dmy.count and not mdy.count):
        value = either if either.count else dmy
        readings = _both_dates(value.value)
        raise UnreadableFile("dates_in_doubt", value=value.value, line=value.line, reading_list=readings)
    for order, found in (("dmy", dmy), ("mdy", mdy), ("ymd", ymd)):
        if found.count:
            note = {"order": order, "value": found.value, "line": found.line}
            return replace(forms, dates=order), [("dates_by_value", note)]
    return forms, []


def _both_dates(value: str) -> list[str]:
    """The ISO dates that 03/08/2026 can be."""
    one, two, year = value.replace(".", "/").replace("-", "/")[:10].split("/")[:3]
    year = year[:4]
    return [f"{year}-{int(two):02}-{int(one):02}", f"{year}-{int(one):02}-{int(two):02}"]


def _looked_for(
    con: duckdb.DuckDBPyConnection, reading: Reading, names: Sequence[str], kinds: Mapping[str, str]
) -> dict[str, _Found]:
    """How many values of the columns fit each kind's pattern, and the first of them."""
    line = reading.line or f"(row_number() over () + {reading.first_line - 1})"
    values = " union all ".join(
        f"select {line} as line, regexp_replace(trim({quoted(name)}, {literal(BLANKS)}), '^[+-]', '') as text "
        f"from {reading.relation}"
        for name in names
    )
    tests: list[str] = []
    for pattern in kinds.values():
        test = f"regexp_full_match(text, {literal(pattern)})"
        tests += [f"count(*) filter (where {test})", f"arg_min(text, line) filter (where {test})",
                  f"min(line) filter (where {test})"]  # fmt: skip
    row = con.execute(f"select {', '.join(tests)} from ({values}) where text is not null").fetchone()
    assert row is not None
    return {
        kind: _Found(int(row[n]), str(row[n + 1] or ""), str(row[n + 2] or ""))
        for n, kind in zip(range(0, 3 * len(kinds), 3), kinds, strict=True)
    }


def _first(*found: _Found) -> _Found:
    return next((each for each in found if each.count), _Found(0))
