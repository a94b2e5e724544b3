"""Workbooks as relations of the engine: a sheet's rows by their numbers, each cell by its type.

What belongs here: which sheet, where the names stand, cells of durations. What does not: what the columns mean.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from sources.formats.names import FURTHEST_HEADER, header_among, unique_names
from sources.formats.options import ReaderOptions
from sources.formats.relation import NO_ROWS, Reading
from sources.formats.typed import renamed
from sources.formats.unreadable import UnreadableFile
from sources.sql import literal, quoted

if TYPE_CHECKING:
    from fastexcel import ExcelReader

#: How a duration reads in a column that holds texts too: a time counted from the last days of 1899.
_DURATION = re.compile(r"(1899-12-3[01]|1900-\d\d-\d\d) \d\d:\d\d:\d\d")


def read_workbook(
    con: duckdb.DuckDBPyConnection, path: Path, expected: Sequence[str], options: ReaderOptions
) -> Reading:
    """The rows of a sheet below its names; `expected` are the columns looked for, which settle where those stand.

    Without a sheet named, the first that is not hidden. Blank rows, and rows that repeat the names, are no rows.
    Raises UnreadableFile.
    """
    import fastexcel  # only workbooks pay for it

    try:
        book = fastexcel.read_excel(path)
        sheet = _sheet(book, options.sheet)
        head = book.load_sheet(
            sheet, header_row=None, skip_rows=0, n_rows=FURTHEST_HEADER, dtypes="string"
        ).to_arrow()
        rows = [[str(cell or "") for cell in row] for row in zip(*head.to_pydict().values(), strict=True)]
        at = 0
        if options.header:
            at = options.header - 1
        elif not options.columns:
            at = header_among(rows, expected)
        names = list(options.columns) or unique_names(_row(book, sheet, rows, at))
        skipped = at + 1 if options.header or not options.columns else 0
        table = _typed(book, sheet, skipped)
    except fastexcel.FastExcelError as error:
        raise UnreadableFile("cannot_be_read", format="xlsx", error=str(error).splitlines()[0]) from error
    if table.num_columns == 0:
        return NO_ROWS
    columns = table.column_names
    names += [f"column_{n}" for n in range(len(names) + 1, len(columns) + 1)]
    con.register("delivered_cells", table)
    fields = ", ".join(
        f"{quoted(column)} as {quoted(name)}" for column, name in zip(columns, names, strict=False)
    )
    filled = " or ".join(f"trim(coalesce(cast({quoted(column)} as varchar), '')) <> ''" for column in columns)
    repeated = " and ".join(
        f"lower(trim(coalesce(cast({quoted(column)} as varchar), ''))) = {literal(name)}"
        for column, name in zip(columns, names, strict=False)
        if not name.startswith("column")
    )
    con.execute(
        f"""create or replace temp table delivered_sheet as
        select {fields}, sheet_row as "= row" from (select *, {skipped} + row_number() over () as sheet_row from delivered_cells)
        where ({filled}) and not ({repeated or "false"})"""
    )
    con.unregister("delivered_cells")
    described = con.execute('describe select * exclude ("= row") from delivered_sheet').fetchall()
    return renamed([(str(row[0]), str(row[1])) for row in described], "delivered_sheet", '"= row"')


def _sheet(book: "ExcelReader", wanted: str | int | None) -> str | int:
    names = book.sheet_names
    if wanted is None:
        visible = [
            name for name in names if book.load_sheet(name, n_rows=0, header_row=None).visible == "visible"
        ]
        return (visible or names)[0]
    if isinstance(wanted, int) or wanted in names:
        return wanted
    alike = [name for name in names if name.strip().lower() == wanted.strip().lower()]
    if len(alike) == 1:
        return alike[0]
    raise UnreadableFile("no_such_sheet", sheet=wanted, sheet_list=names)


def _row(book: "ExcelReader", sheet: str | int, rows: list[list[str]], at: int) -> list[str]:
    """A row of the sheet as texts, also one further down than those looked through."""
    if at < len(rows):
        return rows[at]
    found = book.load_sheet(sheet, header_row=None, skip_rows=at, n_rows=1, dtypes="string").to_arrow()
    return [str(column[0].as_py() or "") for column in found.columns] if found.num_rows else []


def _typed(book: "ExcelReader", sheet: str | int, skipped: int) -> Any:
    """The cells below the names. A column in which durations stand beside texts is read as texts such as 27:15:00."""
    import fastexcel
    import pyarrow as pa

    def load(columns: list[int] | None, *, as_texts: bool = False) -> Any:
        return book.load_sheet(
            sheet,
            header_row=None,
            skip_rows=skipped,
            schema_sample_rows=None,
            use_columns=columns,
            dtypes="string" if as_texts else None,
        ).to_arrow()

    try:
        return load(None)
    except fastexcel.UnsupportedColumnTypeCombinationError:
        width = load(None, as_texts=True).num_columns
    columns: dict[str, Any] = {}
    for position in range(width):
        try:
            columns[f"c{position}"] = load([position]).column(0)
        except fastexcel.UnsupportedColumnTypeCombinationError:
            texts = load([position], as_texts=True).column(0).to_pylist()
            columns[f"c{position}"] = pa.array([_duration(text) for text in texts], pa.string())
    return pa.RecordBatch.from_pydict(columns)


def _duration(text: str | None) -> str | None:
    """1900-01-01 03:15:00, which a sheet counts from 1899-12-31, is 27:15:00; another text is itself."""
    from datetime import datetime, timedelta

    if text is None or not _DURATION.fullmatch(text):
        return text
    passed = datetime.fromisoformat(text) - datetime(1899, 12, 31)
    passed += timedelta(days=1) if passed < timedelta() else timedelta()
    minutes, seconds = divmod(int(passed.total_seconds()), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
