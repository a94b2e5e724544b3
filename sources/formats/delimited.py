"""Csv and its kin as relations of the engine.

What belongs here: delimiters, headers, which of the two readers takes a file. What does not: lines taken apart
(`lines`), bytes (`encoding`).

Where every line is a row of its own the engine's own reader does it all. Files in which some line is not like the others
(blank, folded or broken lines, a header in the middle, delimiters at the end) are taken apart line by line.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import duckdb

from sources.formats.encoding import TextFile
from sources.formats.lines import Shape, load_lines, split_records
from sources.formats.names import FURTHEST_HEADER, header_among, unique_names
from sources.formats.options import ReaderOptions
from sources.formats.relation import NO_ROWS, Reading
from sources.sql import literal, quoted

_DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class _Layout:
    """Where the names stand (line 0: nowhere in the file), what they are, and by what values are parted.

    `extra` is how many nameless columns the header ends in: delimiters at the end of lines.
    """

    header_line: int
    names: list[str]
    delimiter: str
    header_text: str = ""
    extra: int = 0


def read_delimited(
    con: duckdb.DuckDBPyConnection,
    text: TextFile,
    delimiter: str | None,
    expected: Sequence[str],
    options: ReaderOptions,
    *,
    careful: bool,
) -> Reading:
    """The rows of a csv; `expected` are the columns looked for, which settle its header and delimiter."""
    layout = _layout(text.path, delimiter, expected, options)
    if layout is None:
        return NO_ROWS
    columns = dict.fromkeys(layout.names, "VARCHAR")
    is_plain = layout.header_line == 1 and not (text.is_damaged or text.header_repeats or layout.extra)
    if is_plain:
        engine = _engine_csv(text.path, layout.names, layout.delimiter)
        if not careful:
            return Reading(
                engine,
                columns,
                first_line=2,
                rows=text.lines - 1,
                is_odd=text.is_odd,
                delimiter=layout.delimiter,
            )
        if folded := _folded(con, engine, layout, text):
            return folded
    load_lines(con, text.path)
    shape = Shape(
        layout.header_line, layout.header_text, layout.delimiter, len(layout.names), layout.header_line == 0
    )
    split_records(con, shape, is_damaged=text.is_damaged)
    fields = ", ".join(
        f"nullif(fields[{n}], '') as {quoted(name)}" for n, name in enumerate(layout.names, start=1)
    )
    return Reading(
        f"(select line_number, {fields} from delivered_record where code is null)",
        columns | {"line_number": "BIGINT"},
        line="line_number",
        refused="(select line_number, line_text, code, params from delivered_record where code is not null)",
        is_odd=text.is_odd,
        delimiter=layout.delimiter,
    )


def _layout(
    path: Path, delimiter: str | None, expected: Sequence[str], options: ReaderOptions
) -> _Layout | None:
    """None where the file has no line that is not blank."""
    with path.open(encoding="utf-8", errors="replace", newline="") as text:
        furthest = max(FURTHEST_HEADER, options.header or 0)
        lines = [line.rstrip("\r\n") for line in islice(text, furthest)]
        rest = any(line.strip() for line in text) if not any(line.strip() for line in lines) else True
    if lines:
        lines[0] = lines[0].removeprefix("\ufeff")
    if not rest:
        return None
    start = 0
    if lines and lines[0].lower().startswith("sep=") and len(lines[0].rstrip()) <= 5:
        # Excel's own way to say the delimiter
        delimiter, start = delimiter or lines[0][4:5] or ",", 1
    if options.columns:
        return _Layout(options.header or start, list(options.columns), delimiter or ",")
    if options.header:
        at = min(options.header, len(lines)) - 1
    else:
        split = delimiter or _likeliest_delimiter(lines[start:], expected)
        at = start + header_among([_cells(line, split) for line in lines[start:]], expected)
    header = lines[at]
    delimiter = delimiter or _likeliest_delimiter([header], expected)
    cells = _cells(header, delimiter)
    extra = 0
    while len(cells) > 1 and not cells[-1].strip():
        cells, extra = cells[:-1], extra + 1
    return _Layout(at + 1, unique_names(cells), delimiter, header, extra)


def _cells(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])


def _likeliest_delimiter(lines: Sequence[str], expected: Sequence[str]) -> str:
    """The one under which a line shows most of the columns looked for."""
    wanted = set(expected)

    def familiarity(delimiter: str) -> tuple[int, int]:
        names = [unique_names(_cells(line, delimiter)) for line in lines if line.strip()]
        return max((len(wanted.intersection(each)) for each in names), default=0), max(
            map(len, names), default=0
        )

    return max(_DELIMITERS, key=familiarity)


def _engine_csv(path: Path, names: Sequence[str], delimiter: str) -> str:
    typed = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    return (
        f"read_csv({literal(str(path))}, header=true, auto_detect=false, columns={{{typed}}}, "
        f"delim={literal(delimiter)}, quote='\"', escape='\"')"
    )


def _folded(con: duckdb.DuckDBPyConnection, relation: str, layout: _Layout, text: TextFile) -> Reading | None:
    """A csv in which only line breaks inside quotes keep rows from being lines; None where it is more than that.

    A row's line then follows from the breaks in the rows before it, and the engine's own reader does the rest.
    """
    breaks = " + ".join(
        f"coalesce(len({quoted(n)}) - len(replace({quoted(n)}, chr(10), '')), 0)" for n in layout.names
    )
    try:
        con.execute(
            f"""create or replace temp table delivered_row as
            select *, row_number() over () as "= row", {breaks} as "= breaks" from {relation}"""
        )
    except (duckdb.InvalidInputException, duckdb.ConversionException):
        return None
    found = con.execute('select count(*) + sum("= breaks") from delivered_row').fetchone()
    if not found or found[0] != text.lines - 1:
        return None
    counted = """(select * exclude ("= row", "= breaks"), 1 + "= row" + coalesce(sum("= breaks") over (
        order by "= row" rows between unbounded preceding and 1 preceding), 0)::bigint as line_number from delivered_row)"""
    some = ", ".join(quoted(name) for name in layout.names)
    counted = f"(select * from {counted} where coalesce({some}) is not null)"
    columns = dict.fromkeys(layout.names, "VARCHAR") | {"line_number": "BIGINT"}
    return Reading(counted, columns, "line_number", is_odd=text.is_odd, delimiter=layout.delimiter)
