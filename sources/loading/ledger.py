"""The ledger of deliveries, `raw.delivery`: which are current, and how a new one takes the place of an old one.

What belongs here: reading and writing the ledger. What does not: the rows of a delivery (`inserting`).
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

import duckdb

from sources.formats.unreadable import UnreadableFile
from sources.loading.landing import Fingerprint
from sources.loading.order import order_key
from sources.loading.targets import Target
from sources.reasons import params_text

GONE = 0

#: What was decided in reading a file: code and params of `reasons.NOTES`.
Notes = tuple[tuple[str, dict[str, str]], ...]


@dataclass(frozen=True)
class Entry:
    """A current delivery; `sha256` of its bytes. `known_sha256`: what was known when its code page was settled by that, else
    None."""

    delivery_id: int
    recipe: str
    sha256: str
    stamps: tuple[int, int, int]
    mapping: str | None
    known_sha256: str | None


@dataclass
class Ledger:
    """The current deliveries by table and file."""

    current: dict[tuple[str, str], Entry] = field(default_factory=dict[tuple[str, str], Entry])

    def entry(self, target: Target) -> Entry | None:
        return self.current.get((target.table_name, target.landed.file))

    def knows(self, target: Target) -> bool:
        """Whether the file was read as it is now, by its recipe and by what the file system says of it."""
        entry, landed = self.entry(target), target.landed
        stamps = (landed.size, landed.mtime_ns, landed.ctime_ns)
        return entry is not None and (entry.recipe, entry.stamps) == (target.recipe, stamps)

    def knows_all(self, group: list[Target]) -> bool:
        """Whether the files that a mapping sees together are those it saw, each as it is now."""
        table, mapping = group[0].table_name, group[0].mapping
        seen = {
            file
            for (its, file), e in self.current.items()
            if its == table and mapping and e.mapping == mapping.name
        }
        return seen == {target.landed.file for target in group} and all(map(self.knows, group))


def read_ledger(con: duckdb.DuckDBPyConnection) -> Ledger:
    """The current deliveries; none where the warehouse is new or from before the ledger's newest columns."""
    columns = con.execute(
        "select column_name from duckdb_columns() where schema_name = 'raw' and table_name = 'delivery'"
    ).fetchall()
    if ("known_sha256",) not in columns:
        return Ledger()
    rows = con.execute(
        """select table_name, file, delivery_id, recipe, sha256, bytes, mtime_ns, ctime_ns, mapping, known_sha256
        from raw.delivery where superseded_by is null"""
    ).fetchall()
    return Ledger({(r[0], r[1]): Entry(r[2], r[3], r[4], (r[5], r[6], r[7]), r[8], r[9]) for r in rows})


def reinstate(
    con: duckdb.DuckDBPyConnection, target: Target, delivery_id: int, ledger: Ledger
) -> bool | None:
    """Make a delivery that was loaded before current again, with the file's new time stamps; whether it was not.

    None where no such delivery was ever loaded.
    """
    row = con.execute(
        "select superseded_by from raw.delivery where delivery_id = ?", [delivery_id]
    ).fetchone()
    if row is None:
        return None
    current = ledger.entry(target)
    con.execute(
        "update raw.delivery set superseded_by = null, mtime_ns = ?, ctime_ns = ? where delivery_id = ?",
        [target.landed.mtime_ns, target.landed.ctime_ns, delivery_id],
    )
    if current and current.delivery_id != delivery_id:
        supersede(con, current.delivery_id, delivery_id)
    return row[0] is not None


@dataclass(frozen=True)
class Record:
    """What the ledger keeps of one delivery besides its file and recipe."""

    delivery_id: int
    content: Fingerprint
    rows: int = 0
    first_row: int = 0
    first_line: int = 1
    unreadable: UnreadableFile | None = None
    notes: Notes = ()
    known_sha256: str | None = None


def write_record(con: duckdb.DuckDBPyConnection, target: Target, ledger: Ledger, record: Record) -> None:
    """Enter a delivery and supersede the one that its file was before."""
    landed, unreadable = target.landed, record.unreadable
    values = {
        "delivery_id": record.delivery_id,
        "table_name": target.table_name,
        "file": landed.file,
        "sha256": record.content.sha256,
        "bytes": record.content.size,
        "rows": record.rows,
        "first_seen_at": datetime.now(UTC).replace(tzinfo=None),
        "unreadable_reason": str(unreadable) if unreadable else None,
        "mapping": target.mapping.name if target.mapping else None,
        "recipe": target.recipe,
        "mtime_ns": landed.mtime_ns,
        "ctime_ns": landed.ctime_ns,
        "first_row": record.first_row,
        "first_line": record.first_line,
        "unreadable_code": unreadable.code if unreadable else None,
        "unreadable_params": params_text(unreadable.params) if unreadable else None,
        "order_key": order_key(landed.file),
        "notes": json.dumps(record.notes, ensure_ascii=False) if record.notes else None,
        "known_sha256": record.known_sha256,
    }
    con.execute(
        f"insert or replace into raw.delivery ({', '.join(values)}) values ({', '.join('?' * len(values))})",
        list(values.values()),
    )
    current = ledger.entry(target)
    if current and current.delivery_id != record.delivery_id:
        supersede(con, current.delivery_id, record.delivery_id)


def supersede(con: duckdb.DuckDBPyConnection, delivery_id: int, by: int) -> None:
    """Let a delivery no longer count; `by` is the one in its place, or GONE."""
    con.execute("update raw.delivery set superseded_by = ? where delivery_id = ?", [by, delivery_id])


def withdraw(con: duckdb.DuckDBPyConnection, ledger: Ledger, present: set[tuple[str, str]]) -> list[str]:
    """Files that were taken out of landing no longer count."""
    gone = {key: entry.delivery_id for key, entry in ledger.current.items() if key not in present}
    for delivery_id in gone.values():
        supersede(con, delivery_id, GONE)
    return [file for _, file in gone]
