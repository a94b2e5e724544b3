"""Writing deliveries: arrays to CSV through DuckDB, whole files only.

What belongs here: how rows become a file in landing. What does not: which rows (`acd_tables`, `crm_tables`, ...).
"""

import shutil
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from sources.sql import literal

#: Columns of one table's rows, all of the same length.
Columns = Mapping[str, NDArray[Any]]
#: Days of a small centre are written together: each write costs some milliseconds, however few its rows.
_ROWS_AT_ONCE = 200_000


class DeliveryFile:
    """A csv file of landing that grows by chunks and appears only when it is whole.

    `select` turns a chunk's columns (a relation named `chunk`) into the delivery's columns. Rows keep their order.
    Used as a context manager: leaving it renames the file into place, an exception removes what there is.
    """

    def __init__(self, engine: duckdb.DuckDBPyConnection, path: Path, select: str) -> None:
        self.path, self.rows, self._written = path, 0, 0
        self._waiting: list[Columns] = []
        self._engine, self._select = engine, select
        self._growing = path.with_name(f".{path.name}.growing")
        self._piece = path.with_name(f".{path.name}.piece")

    def __enter__(self) -> "DeliveryFile":
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._growing.write_bytes(b"")
        return self

    def append(self, chunk: Columns) -> None:
        """Adds the rows of one chunk."""
        self.rows += len(next(iter(chunk.values())))
        self._waiting.append(chunk)
        if self.rows - self._written >= _ROWS_AT_ONCE:
            self._write()

    def _write(self) -> None:
        """Writes what waits; the header goes before the first rows, also where there are none."""
        if not self._waiting:
            return
        names = self._waiting[0]
        rows = {name: np.concatenate([chunk[name] for chunk in self._waiting]) for name in names}
        header = "true" if self._written == 0 else "false"
        self._engine.register("chunk", rows)
        options = f"format csv, header {header}, timestampformat '%Y-%m-%dT%H:%M:%SZ'"
        self._engine.execute(f"copy ({self._select}) to {literal(self._piece)} ({options})")
        self._engine.unregister("chunk")
        with self._growing.open("ab") as growing, self._piece.open("rb") as piece:
            shutil.copyfileobj(piece, growing, 16 << 20)
        self._piece.unlink()
        self._waiting, self._written = [], self.rows

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._write()
                self._growing.replace(self.path)
        finally:
            self._growing.unlink(missing_ok=True)
            self._piece.unlink(missing_ok=True)


@contextmanager
def whole(file: Path) -> Generator[Path]:
    """A hidden file beside `file` to write to; it takes the name `file` when the block ends, and goes if that fails."""
    growing = file.with_name(f".{file.name}.growing")
    try:
        yield growing
        growing.replace(file)
    finally:
        growing.unlink(missing_ok=True)


def at(column: str) -> str:
    """SQL of a timestamp column held as seconds since 1970 (UTC); -1 is null."""
    return f"case when {column} >= 0 then make_timestamp({column} * 1000000) end as {column}"


def on(column: str) -> str:
    """SQL of a date column held as a day number; negative is null."""
    return f"case when {column} >= 0 then date '1970-01-01' + {column}::integer end as {column}"


def word(column: str, vocabulary: tuple[str, ...], name: str | None = None) -> str:
    """SQL of a text column held as a position in `vocabulary`; -1 is null."""
    return f"{words(vocabulary)}[{column} + 1] as {name or column}"


def words(vocabulary: tuple[str, ...]) -> str:
    """SQL of a list of texts."""
    return f"[{', '.join(literal(each) for each in vocabulary)}]"


def code(letter: str, column: str, name: str | None = None) -> str:
    """SQL of an identifier held as a number, with its letter in front; -1 is null."""
    return f"case when {column} >= 0 then '{letter}' || {column} end as {name or column}"


def pick(columns: Columns, mask: NDArray[np.bool_]) -> Columns:
    """The rows where `mask` holds."""
    return {name: values[mask] for name, values in columns.items()}
