"""Readers: a delivered file as a relation of the engine, each row with its line.

What belongs here: which reader takes a file, and what is said where it can't. What does not: types and contracts
(`typing_sql`), order and replacement (`loading`).
A line that can't be read never stops the others: it comes out in `refused`, with its number and what is wrong with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from sources.formats.code_pages import Decision, Known, UndecidedEncoding
from sources.formats.delimited import read_delimited
from sources.formats.encoding import TextFile, TooLarge, as_utf8, unpacked
from sources.formats.json_rows import read_json, read_json_lines
from sources.formats.landed_file import LandedFile
from sources.formats.options import AS_FOUND, ReaderOptions
from sources.formats.relation import NO_ROWS, Reading
from sources.formats.typed import renamed
from sources.formats.unreadable import UnreadableFile
from sources.formats.workbook import read_workbook
from sources.sql import literal, quoted

__all__ = ["NO_ROWS", "ReaderOptions", "Reading", "UnreadableFile", "kind_of", "read"]

_TOTALS = r"((grand |sub-?)?totals?|sum|summe|gesamt|somme|suma|合计|总计|小计|共计)([:： ].*)?"
_OLD_WORKBOOKS = (".xls", ".xlsb", ".ods")
_ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".tgz", ".bz2", ".xz", ".zst")


@dataclass(frozen=True)
class Limits:
    """What a reader may do and know besides the file: how many bytes an archive may unpack to, and what files beyond
    doubt say, which settles code pages."""

    unpacked: int = 4 << 30
    known: Known | None = None


_DEFAULT_LIMITS = Limits()


def kind_of(landed: LandedFile, options: ReaderOptions) -> str:
    """The format to read the file by. Raises UnreadableFile where neither name nor mapping says."""
    kind = options.format or landed.kind
    if not kind:
        suffix = landed.path.suffix.lower()
        if suffix in _OLD_WORKBOOKS:
            raise UnreadableFile("cannot_be_old_workbook", suffix=suffix)
        if suffix == ".xlsm":
            raise UnreadableFile("cannot_be_macro_workbook", suffix=suffix)
        if suffix in _ARCHIVES:
            raise UnreadableFile("cannot_be_archive", suffix=suffix)
        raise UnreadableFile(
            "unknown_format", suffix_list=[".csv", ".tsv", ".json", ".jsonl", ".parquet"], suffix=".xlsx"
        )
    return kind


def read(
    con: duckdb.DuckDBPyConnection,
    landed: LandedFile,
    temporary: Path,
    expected: Sequence[str],
    options: ReaderOptions = AS_FOUND,
    limits: Limits = _DEFAULT_LIMITS,
    *,
    careful: bool = False,
) -> Reading:
    """The file as a relation on `con`. `expected` are the columns looked for, which settle a header and a delimiter.

    A csv is read by the engine's own reader; `careful` takes it apart line by line instead, for files in which some
    line is not like the others. Raises UnreadableFile, and UndecidedEncoding where `limits` knows nothing and what
    other files say could settle the code page.
    """
    kind = kind_of(landed, options)
    try:
        path = unpacked(landed, temporary, limits.unpacked)
        if kind == "parquet":
            return _parquet(con, path)
        if kind == "xlsx":
            return _without_totals(read_workbook(con, path, expected, options), options)
        text = as_utf8(path, temporary, options.encoding, limits.known)
        reading = _of_text(con, kind, text, temporary, expected, options, careful=careful)
        noted = replace(reading, notes=(*_note(text.decision), *reading.notes))
        return _without_totals(noted, options)
    except UndecidedEncoding as undecided:
        if limits.known is None:
            raise
        raise _undecided(undecided) from undecided
    except TooLarge as error:
        raise UnreadableFile("unpacks_past_limit", limit=str(error)) from error
    except (OSError, EOFError, ValueError, duckdb.Error) as error:
        if isinstance(error, duckdb.OutOfMemoryException) or _is_full_disk(error):
            raise
        what = str(error).splitlines()[0].replace(f"{landed.path.parent}/", "").replace(f"{temporary}/", "")
        raise UnreadableFile("cannot_be_read", format=kind, error=what) from error


def _of_text(
    con: duckdb.DuckDBPyConnection,
    kind: str,
    text: TextFile,
    temporary: Path,
    expected: Sequence[str],
    options: ReaderOptions,
    *,
    careful: bool,
) -> Reading:
    if kind == "json":
        return read_json(con, text, temporary)
    if kind in ("jsonl", "ndjson"):
        return read_json_lines(con, text, temporary)
    delimiter = options.delimiter or ("\t" if kind == "tsv" else None)
    return read_delimited(con, text, delimiter, expected, options, careful=careful)


def _without_totals(reading: Reading, options: ReaderOptions) -> Reading:
    """The rows but for those that begin with a word for a total, where the options say so."""
    names = [quoted(name) for name in reading.columns if name != "line_number"]
    if not options.skip_totals or not names:
        return reading
    values = ", ".join(f"nullif(trim(cast({name} as varchar)), '')" for name in names)
    begins = f"regexp_full_match(lower(coalesce({values}, '')), {literal(_TOTALS)})"
    return replace(reading, relation=f"(select * from {reading.relation} where not {begins})")


def _note(decision: Decision | None) -> tuple[tuple[str, dict[str, str]], ...]:
    """What a code page was decided by, written down with the delivery."""
    if decision is None:
        return ()
    if decision.known_word:
        return (("encoding_by_word", {"encoding": decision.encoding, "word": decision.known_word}),)
    if decision.country:
        return (("encoding_by_country", {"encoding": decision.encoding, "country": decision.country}),)
    if decision.other:
        named = {"encoding": decision.encoding, "other": decision.other, "value": decision.value}
        return (("encoding_by_value", named),)
    return (("encoding_alone", {"encoding": decision.encoding}),)


def _undecided(undecided: UndecidedEncoding) -> UnreadableFile:
    readings = [f"{name} ({value})" for name, value in undecided.readings]
    names = [name for name, _ in undecided.readings]
    return UnreadableFile(
        "encoding_in_doubt", reading_list=readings, encoding=names[0] if names else "gb18030"
    )


def _is_full_disk(error: Exception) -> bool:
    return getattr(error, "errno", None) == 28 or "No space left" in str(error)


def _parquet(con: duckdb.DuckDBPyConnection, path: Path) -> Reading:
    source = f"read_parquet({literal(str(path))}, file_row_number=true)"
    described = con.execute(f"describe select * exclude (file_row_number) from {source}").fetchall()
    return renamed([(str(row[0]), str(row[1])) for row in described], source, "file_row_number + 1")
