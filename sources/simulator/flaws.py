"""Deliveries as real systems make them, beside the clean ones: bad rows, duplicates, corrections, odd files.

What belongs here: which flawed files a month gets and how many rows are in them. What does not: what is wrong with a row
(`spoiling`). A clean file is never changed. Files are taken in the order of their names, so `2026-08-early.csv` comes
before `2026-08.csv` and everything with an underscore after it.
"""

import gzip
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from sources.contracts.contract import Contract, load_contracts
from sources.simulator.spoiling import (
    CORRECTIONS,
    LOCAL_TIMES,
    NEVER_CLOSED,
    UNDECIDED,
    Change,
    respelt,
    violations,
)
from sources.simulator.writing import whole
from sources.sql import literal, quoted

#: Of a table's rows, the part that is spoilt (the gate's limit is 2 %), and how many at most.
BAD_SHARE, MAX_BAD = 0.006, 600
#: A line cut short is one more refused row: small tables go without.
MIN_BAD_FOR_CUT_LINES = 5
#: Rows of each harmless kind (duplicates, respelt ones, corrections): at most this many.
MAX_HARMLESS = 300
_SLICES = ("bad", "twice", "respelt", "late", "early", "open")


def deliver_flaws(
    engine: duckdb.DuckDBPyConnection, clean: Path, table: str, rows: int
) -> Iterator[tuple[Path, int]]:
    """Writes the flawed files of one clean delivery (`<month>.csv` with `rows` rows); gives each file and its rows."""
    contract = load_contracts()[table]
    bad, harmless = min(int(rows * BAD_SHARE), MAX_BAD), min(rows // 20, MAX_HARMLESS)
    if harmless == 0:
        return
    _take_sample(engine, clean, rows, max(bad, harmless))
    month = clean.stem
    parts = [
        _changed(contract, {}, "twice", harmless),
        _changed(contract, respelt(contract), "respelt", harmless),
    ]
    parts += _bad_parts(contract, bad)
    can_be_cut = bad >= MIN_BAD_FOR_CUT_LINES
    cut = f"{contract.key[0]}-cut\n" if can_be_cut else ""
    yield _write(engine, clean.with_name(f"{month}_flaws.csv"), " union all ".join(parts), tail=cut)
    for name, changes, slice_, compressed in (
        (f"{month}-early.csv", UNDECIDED, "early", False),
        (f"{month}_late.csv.gz", CORRECTIONS, "late", True),
        (f"{month}_late.csv", NEVER_CLOSED, "open", False),
        (f"{month}_local.csv", LOCAL_TIMES, "open", False),
    ):
        if table in changes:
            select = _changed(contract, changes[table], slice_, harmless)
            yield _write(engine, clean.with_name(name), select, compressed=compressed)
    if table == "crm.surveys":
        yield _write_json_lines(
            engine, clean.with_name(f"{month}_export.jsonl"), contract, harmless, broken=can_be_cut
        )
    if table == "hr.employees":
        select = _changed(contract, {}, "twice", harmless)
        yield _write(engine, clean.with_name(f"{month}_names.csv"), select, encoding="gb18030")


def _take_sample(engine: duckdb.DuckDBPyConnection, clean: Path, rows: int, wanted: int) -> None:
    """The table `sample`: rows spread over the delivery as texts, with their line, dealt out to the slices."""
    step = max(1, rows // (wanted * len(_SLICES)))
    engine.execute(
        """
        create or replace temp table sample as
        select *, line // ? % ? as slice, row_number() over (partition by line // ? % ? order by line) as place
        from (select *, row_number() over () as line from read_csv(?, all_varchar = true, header = true))
        where line % ? = 0
        """,
        [step, len(_SLICES), step, len(_SLICES), str(clean), step],
    )


def _changed(contract: Contract, change: Change, slice_: str, most: int, skip: int = 0) -> str:
    """SQL of up to `most` rows of a slice with the change made."""
    columns = ", ".join(f"{change.get(name, quoted(name))} as {quoted(name)}" for name in contract.columns)
    place = f"slice = {_SLICES.index(slice_)} and place > {skip} and place <= {skip + most}"
    return f"(select {columns} from sample where {place})"


def _bad_parts(contract: Contract, bad: int) -> list[str]:
    """The ways to break the contract, each on its share of the bad rows; the first ones where rows are few."""
    changes = list(violations(contract))[:bad]
    each = bad // len(changes) if changes else 0
    return [_changed(contract, change, "bad", each, turn * each) for turn, change in enumerate(changes)]


def _write(
    engine: duckdb.DuckDBPyConnection,
    file: Path,
    select: str,
    *,
    tail: str = "",
    encoding: str = "utf-8",
    compressed: bool = False,
) -> tuple[Path, int]:
    """Writes a csv file whole; gives it and its rows."""
    with whole(file) as growing:
        copied = engine.execute(
            f"copy ({select}) to {literal(growing)} (format csv, header, compression none)"
        ).fetchone()
        count = int(copied[0]) if copied else 0
        content = (growing.read_text(encoding="utf-8") + tail).encode(encoding)
        # No name and no time in the head of the compressed file: the same rows are the same bytes.
        growing.write_bytes(gzip.compress(content, mtime=0) if compressed else content)
    return file, count + (1 if tail else 0)


def _write_json_lines(
    engine: duckdb.DuckDBPyConnection, file: Path, contract: Contract, most: int, *, broken: bool
) -> tuple[Path, int]:
    """Duplicates as JSON lines, and one line that is no JSON."""
    found = engine.execute(_changed(contract, {}, "twice", most)).fetchall()
    lines = [json.dumps(_typed(contract, row), ensure_ascii=False) for row in found]
    lines += ['{"survey_id": "S-cut", "contact_id": '] if broken else []
    with whole(file) as growing:
        growing.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return file, len(lines)


def _typed(contract: Contract, row: Sequence[str | None]) -> dict[str, str | int | None]:
    return {
        name: int(text) if text is not None and column.type == "int" else text
        for (name, column), text in zip(contract.columns.items(), row, strict=True)
    }
