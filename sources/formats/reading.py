"""Readers: a delivered file as a relation of the engine, each row with its line.

What belongs here: file formats. What does not: types and contracts (`typing_sql`), order and replacement (`loading`).
A line that can't be read never stops the others: it comes out in `refused`, with its number and what is wrong with it.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from sources.formats.encoding import TextFile, as_utf8, unpacked
from sources.formats.landed_file import LandedFile
from sources.formats.lines import load_lines, split_records
from sources.reasons import sentence
from sources.sql import literal, quoted

_DELIMITERS = (",", ";", "\t", "|")


class UnreadableFile(Exception):
    """The whole file can't be used: `code` and `params` are of `reasons.FILE_REASONS`, the message is its sentence."""

    def __init__(self, code: str, **params: str | list[str]) -> None:
        self.code, self.params = code, params
        super().__init__(sentence(code, params=params))


@dataclass(frozen=True)
class ReaderOptions:
    """What a mapping may say about its files; the defaults find it out."""

    format: str | None = None
    delimiter: str | None = None
    sheet: str | int = 0


_AS_FOUND = ReaderOptions()


@dataclass(frozen=True)
class Reading:
    """A readable file.

    `relation` is SQL of its rows; `columns` their names (lower case, trimmed) and engine types. `line` is SQL of a
    row's line, or None where row n of the relation stands in line `first_line + n`. `refused`, where given, is a
    relation of the lines that can't be read: line_number, line_text, code, params (of `reasons`). `row_text` is SQL of the row as it came,
    where the columns do not show it whole. `rows` is how many rows there are if every line is a row of its own: where
    the engine finds another number, the file wants careful reading.
    """

    relation: str
    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    line: str | None = None
    first_line: int = 1
    refused: str | None = None
    row_text: str | None = None
    rows: int | None = None


def kind_of(landed: LandedFile, options: ReaderOptions) -> str:
    """The format to read the file by. Raises UnreadableFile where neither name nor mapping says."""
    kind = options.format or landed.kind
    if not kind:
        raise UnreadableFile(
            "unknown_format", suffix_list=[".csv", ".tsv", ".json", ".jsonl", ".parquet"], suffix=".xlsx"
        )
    return kind


def read(
    con: duckdb.DuckDBPyConnection,
    landed: LandedFile,
    temporary: Path,
    expected: Sequence[str],
    options: ReaderOptions = _AS_FOUND,
    *,
    careful: bool = False,
) -> Reading:
    """The file as a relation on `con`. `expected` are the columns looked for, which settle a csv's delimiter.

    A csv is read by the engine's own reader; `careful` takes it apart line by line instead, for files in which some
    line is not like the others. Raises UnreadableFile.
    """
    kind = kind_of(landed, options)
    try:
        path = unpacked(landed, temporary)
        match kind:
            case "parquet":
                return _parquet(con, path)
            case "xlsx":
                return _workbook(con, path, options.sheet)
            case "json":
                return _json(con, as_utf8(path, temporary))
            case "jsonl" | "ndjson":
                return _json_lines(con, as_utf8(path, temporary), expected)
            case _:
                delimiter = options.delimiter or ("\t" if kind == "tsv" else None)
                return _delimited(con, as_utf8(path, temporary), delimiter, expected, careful=careful)
    except (OSError, EOFError, ValueError, duckdb.Error) as error:
        if isinstance(error, duckdb.OutOfMemoryException) or _is_full_disk(error):
            raise
        what = str(error).splitlines()[0].replace(f"{landed.path.parent}/", "").replace(f"{temporary}/", "")
        raise UnreadableFile("cannot_be_read", format=kind, error=what) from error


def _is_full_disk(error: Exception) -> bool:
    return getattr(error, "errno", None) == 28 or "No space left" in str(error)


def _delimited(
    con: duckdb.DuckDBPyConnection,
    text: TextFile,
    delimiter: str | None,
    expected: Sequence[str],
    *,
    careful: bool,
) -> Reading:
    header_line, header = _first_line(text.path)
    if not header.strip():
        return Reading("(select 1 where false)")
    delimiter = delimiter or _likeliest_delimiter(header, expected)
    names = _unique(next(csv.reader([header], delimiter=delimiter)))
    columns = dict.fromkeys(names, "VARCHAR")
    if not careful and header_line == 1 and not text.is_damaged:
        relation = _engine_csv(text.path, names, delimiter)
        return Reading(relation, columns, line=None, first_line=2, rows=text.lines - 1)
    if header_line == 1 and not text.is_damaged:
        folded = _folded(con, _engine_csv(text.path, names, delimiter), names, text.lines)
        if folded:
            return folded
    load_lines(con, text.path)
    split_records(con, header_line, delimiter, len(names), text.is_damaged)
    fields = ", ".join(f"nullif(fields[{n}], '') as {quoted(name)}" for n, name in enumerate(names, start=1))
    return Reading(
        f"(select line_number, {fields} from delivered_record where code is null)",
        columns | {"line_number": "BIGINT"},
        line="line_number",
        refused="(select line_number, line_text, code, params from delivered_record where code is not null)",
    )


def _engine_csv(path: Path, names: Sequence[str], delimiter: str) -> str:
    typed = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    return (
        f"read_csv({literal(str(path))}, header=true, auto_detect=false, columns={{{typed}}}, "
        f"delim={literal(delimiter)}, quote='\"', escape='\"')"
    )


def _folded(
    con: duckdb.DuckDBPyConnection, relation: str, names: Sequence[str], lines: int
) -> Reading | None:
    """A csv in which only line breaks inside quotes keep rows from being lines; None where it is more than that.

    A row's line then follows from the breaks in the rows before it, and the engine's own reader does the rest.
    """
    breaks = " + ".join(
        f"coalesce(len({quoted(n)}) - len(replace({quoted(n)}, chr(10), '')), 0)" for n in names
    )
    try:
        con.execute(
            f"""create or replace temp table delivered_row as
            select *, row_number() over () as "= row", {breaks} as "= breaks" from {relation}"""
        )
    except (duckdb.InvalidInputException, duckdb.ConversionException):
        return None
    found = con.execute('select count(*) + sum("= breaks") from delivered_row').fetchone()
    if not found or found[0] != lines - 1:
        return None
    counted = """(select * exclude ("= row", "= breaks"), 1 + "= row" + coalesce(sum("= breaks") over (
        order by "= row" rows between unbounded preceding and 1 preceding), 0)::bigint as line_number from delivered_row)"""
    return Reading(counted, dict.fromkeys(names, "VARCHAR") | {"line_number": "BIGINT"}, "line_number")


def _first_line(path: Path) -> tuple[int, str]:
    """Number and text of the first line that is not blank; (0, '') where there is none."""
    with path.open(encoding="utf-8", errors="replace", newline="") as text:
        for number, line in enumerate(text, start=1):
            if line.strip():
                return number, line.removeprefix("\ufeff").rstrip("\r\n")
    return 0, ""


def _likeliest_delimiter(header: str, expected: Sequence[str]) -> str:
    wanted = set(expected)

    def familiarity(delimiter: str) -> tuple[int, int]:
        names = _unique(next(csv.reader([header], delimiter=delimiter)))
        return len(wanted.intersection(names)), len(names)

    return max(_DELIMITERS, key=familiarity)


def _unique(header: Sequence[str]) -> list[str]:
    """Column names trimmed and in lower case; a name met again, or none, gets its position behind it."""
    names: list[str] = []
    for position, raw in enumerate(header, start=1):
        name = raw.strip().strip("\ufeff").lower()
        names.append(f"{name or 'column'}_{position}" if not name or name in names else name)
    return names


# --- json --------------------------------------------------------------------------------------------------------


def _json_lines(con: duckdb.DuckDBPyConnection, text: TextFile, expected: Sequence[str]) -> Reading:
    load_lines(con, text.path)
    damage = "when contains(line, '�') then 'bytes_not_text'" if text.is_damaged else ""
    con.execute(
        f"""create or replace temp table delivered_object as
        select line_number, ltrim(line, chr(65279)) as document,
            case
                {damage}
                when not json_valid(ltrim(line, chr(65279))) then 'line_not_json'
                when json_type(ltrim(line, chr(65279))) <> 'OBJECT' then 'line_not_object'
            end as code
        from delivered_line
        where trim(coalesce(line, '')) <> ''"""
    )
    return _objects(con)


def _json(con: duckdb.DuckDBPyConnection, text: TextFile) -> Reading:
    """A file that is one JSON array of rows (line n is element n), one object, or one object a line."""
    content = text.path.read_text(encoding="utf-8").removeprefix("\ufeff")
    if not content.strip():
        return Reading("(select 1 where false)")
    found = con.execute("select case when json_valid($1) then json_type($1) end", [content]).fetchone()
    kind = found[0] if found else None
    if kind is None:
        return _json_lines(con, text, ())
    elements = (
        "select unnest(json_extract($1, '$[*]')) as document" if kind == "ARRAY" else "select $1 as document"
    )
    con.execute(
        f"""create or replace temp table delivered_object as
        select row_number() over () as line_number, cast(document as varchar) as document,
            case when json_type(document) <> 'OBJECT' then 'element_not_object' end as code
        from ({elements})""",
        [content],
    )
    return _objects(con)


def _objects(con: duckdb.DuckDBPyConnection) -> Reading:
    """The objects of `delivered_object` as rows, every value as text, whichever keys they have."""
    keys = con.execute(
        "select distinct unnest(json_keys(document)) from delivered_object where code is null order by 1"
    ).fetchall()
    spelt: dict[str, list[str]] = {}
    for (key,) in keys:
        spelt.setdefault(str(key).strip().lower(), []).append(str(key))
    refused = "(select line_number, document as line_text, code, null as params from delivered_object where code is not null)"
    if not spelt:
        return Reading("(select 1 where false)", {}, "line_number", refused=refused)
    # names of a struct's fields are read past case: what is spelt in several ways is taken out one by one
    alike = {name: keys[0] for name, keys in spelt.items() if len(keys) == 1}
    structure = "{" + ", ".join(f'{_json_text(key)}: "VARCHAR"' for key in alike.values()) + "}"
    fields = ", ".join(
        f"value[{literal(keys[0])}] as {quoted(name)}"
        if name in alike
        else f"coalesce({', '.join(_extracted(key) for key in keys)}) as {quoted(name)}"
        for name, keys in spelt.items()
    )
    relation = f"""(select line_number, document as "= document", {fields} from (
        select line_number, document, json_transform(document, {literal(structure)}) as value
        from delivered_object where code is null))"""
    columns = dict.fromkeys(spelt, "VARCHAR") | {"line_number": "BIGINT"}
    return Reading(relation, columns, "line_number", refused=refused, row_text='"= document"')


def _extracted(key: str) -> str:
    return f"json_extract_string(document, {literal('$.' + _json_text(key))})"


def _json_text(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _parquet(con: duckdb.DuckDBPyConnection, path: Path) -> Reading:
    source = f"read_parquet({literal(str(path))}, file_row_number=true)"
    described = con.execute(f"describe select * exclude (file_row_number) from {source}").fetchall()
    return _renamed([(str(row[0]), str(row[1])) for row in described], source, "file_row_number + 1")


def _workbook(con: duckdb.DuckDBPyConnection, path: Path, sheet: str | int) -> Reading:
    import fastexcel  # only workbooks pay for it

    try:
        table = fastexcel.read_excel(path).load_sheet(sheet, schema_sample_rows=None).to_arrow()
    except fastexcel.FastExcelError as error:
        raise UnreadableFile("cannot_be_read", format="xlsx", error=str(error).splitlines()[0]) from error
    if table.num_columns == 0:
        return Reading("(select 1 where false)")
    con.register("delivered_sheet", table)
    described = con.execute("describe select * from delivered_sheet").fetchall()
    source = "(select *, row_number() over () as sheet_row from delivered_sheet)"
    return _renamed([(str(row[0]), str(row[1])) for row in described], source, "sheet_row + 1")


def _renamed(described: Sequence[tuple[str, str]], source: str, line: str) -> Reading:
    """The relation with trimmed lower-case names; a type that no contract knows is read as text."""
    columns: dict[str, str] = {}
    fields: list[str] = []
    for name, (raw, kind) in zip(_unique([raw for raw, _ in described]), described, strict=True):
        plain = kind.split("(")[0]
        is_text = plain not in _SCALARS
        columns[name] = "VARCHAR" if is_text else kind
        fields.append(f"{f'cast({quoted(raw)} as VARCHAR)' if is_text else quoted(raw)} as {quoted(name)}")
    relation = f"(select {', '.join(fields)}, {line} as line_number from {source})"
    return Reading(relation, columns | {"line_number": "BIGINT"}, "line_number")


_SCALARS = frozenset(
    [
        "BOOLEAN",
        "BIGINT",
        "INTEGER",
        "SMALLINT",
        "TINYINT",
        "UBIGINT",
        "UINTEGER",
        "USMALLINT",
        "UTINYINT",
        "HUGEINT",
        "DOUBLE",
        "FLOAT",
        "DECIMAL",
        "DATE",
        "TIMESTAMP",
        "TIMESTAMP_S",
        "TIMESTAMP_MS",
        "TIMESTAMP_NS",
        "VARCHAR",
    ]
) | {"TIMESTAMP WITH TIME ZONE"}
