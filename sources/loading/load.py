"""Loading: deliveries in landing become rows of schema `raw`, each with its delivery and line.

What belongs here: which files are new, changed or gone, and getting their rows in, each file in one transaction.
What does not: which table a file is for (`targets`), formats (`formats`), types (`typing_sql`), which rows count (dbt).

Rows are only ever appended to `loaded.<system>__<table>`; the views `raw.<system>__<table>` show those of current
deliveries. A row's line is found from its place in the table where the file has one row a line, so that large files are
read by all cores at once and the line number costs nothing.
"""

import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from sources.contracts.contract import Contract
from sources.formats.landed_file import LandedFile
from sources.formats.reading import ReaderOptions, Reading, UnreadableFile, read
from sources.loading.landing import Fingerprint, fingerprint
from sources.loading.raw_schema import DEFAULTS, LoadSettings, prepare
from sources.loading.targets import Target, targets_of
from sources.loading.typing_sql import typed_select
from sources.mappings.apply import apply_mapping, check_columns
from sources.mappings.mapping import Mapping, load_mappings
from sources.reasons import params_text

#: Called for each file loaded: `acd.contact_legs/2026-08.csv`, rows, seconds.
Progress = Callable[[str, int, float], None]

GONE = 0


@dataclass(frozen=True)
class WaitingFile:
    """A file that the next load will take in, give up, or read again, and why."""

    table_name: str
    file: str
    reason: str


@dataclass(frozen=True)
class LoadedDelivery:
    """One delivery taken in."""

    delivery_id: int
    table_name: str
    file: str
    rows: int
    seconds: float
    unreadable_reason: str | None = None


@dataclass(frozen=True)
class LoadReport:
    """What a load changed: deliveries taken in, and files that are no longer in landing."""

    loaded: tuple[LoadedDelivery, ...] = ()
    withdrawn: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        return sum(delivery.rows for delivery in self.loaded)


@dataclass
class _Ledger:
    """What `raw.delivery` says is in force: (table, file) → (delivery_id, recipe, size, mtime_ns, ctime_ns)."""

    in_force: dict[tuple[str, str], tuple[int, str, int, int, int]] = field(default_factory=dict)  # pyright: ignore[reportUnknownVariableType]

    def knows(self, target: Target) -> bool:
        landed = target.landed
        found = self.in_force.get((target.table_name, landed.file))
        return found is not None and found[1:] == (
            target.recipe,
            landed.size,
            landed.mtime_ns,
            landed.ctime_ns,
        )


def waiting(warehouse: Path, landing: Path, settings: LoadSettings = DEFAULTS) -> list[WaitingFile]:
    """What the next load would do, without writing anything.

    Raises MappingError, and duckdb.IOException where another process holds the warehouse.
    """
    targets = targets_of(landing, load_mappings(settings.mappings))
    ledger = _Ledger()
    if warehouse.exists():
        with duckdb.connect(str(warehouse), read_only=True) as con:
            ledger = _read_ledger(con)
    found = [
        WaitingFile(
            t.table_name,
            t.landed.file,
            "changed" if (t.table_name, t.landed.file) in ledger.in_force else "new",
        )
        for t in targets
        if not ledger.knows(t)
    ]
    present = {(t.table_name, t.landed.file) for t in targets}
    gone = [
        WaitingFile(table, file, "gone") for table, file in ledger.in_force if (table, file) not in present
    ]
    return found + gone


def files_of(table_name: str, landing: Path, settings: LoadSettings = DEFAULTS) -> list[LandedFile]:
    """The files in landing that are deliveries of `table_name`, in the order in which they are taken.

    Raises MappingError.
    """
    return files_by_table(landing, settings).get(table_name, [])


def files_by_table(landing: Path, settings: LoadSettings = DEFAULTS) -> dict[str, list[LandedFile]]:
    """The files in landing by the table that they are deliveries of, in the order in which they are taken.

    Raises MappingError.
    """
    found: dict[str, list[LandedFile]] = {}
    for target in targets_of(landing, load_mappings(settings.mappings)):
        found.setdefault(target.table_name, []).append(target.landed)
    return found


def load(
    warehouse: Path,
    landing: Path,
    *,
    settings: LoadSettings = DEFAULTS,
    progress: Progress | None = None,
) -> LoadReport:
    """Take in what is new or changed in landing and give up what is gone.

    Each file is one transaction: a load that is cut off has taken in the files before, and the next one goes on. A
    file that can't be read at all is recorded with its reason and stops no other.

    Raises MappingError for a mapping that is wrong, duckdb.IOException where another process holds the warehouse.
    """
    targets = targets_of(landing, load_mappings(settings.mappings))
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(warehouse)) as con:
        prepare(con, settings)
        ledger = _read_ledger(con)
        loaded: list[LoadedDelivery] = []
        for target in targets:
            if ledger.knows(target):
                continue
            delivery = _take_in(con, target, ledger, settings)
            if delivery is not None:
                loaded.append(delivery)
                if progress:
                    progress(
                        f"{delivery.table_name} {target.landed.path.name}", delivery.rows, delivery.seconds
                    )
        withdrawn = _withdraw(con, ledger, {(t.table_name, t.landed.file) for t in targets})
    return LoadReport(tuple(loaded), tuple(withdrawn))


def _read_ledger(con: duckdb.DuckDBPyConnection) -> _Ledger:
    tables = con.execute(
        "select 1 from duckdb_tables() where schema_name = 'raw' and table_name = 'delivery'"
    )
    if not tables.fetchone():
        return _Ledger()
    rows = con.execute(
        "select table_name, file, delivery_id, recipe, bytes, mtime_ns, ctime_ns from raw.delivery "
        "where superseded_by is null"
    ).fetchall()
    return _Ledger({(row[0], row[1]): (row[2], row[3], row[4], row[5], row[6]) for row in rows})


def _take_in(
    con: duckdb.DuckDBPyConnection, target: Target, ledger: _Ledger, settings: LoadSettings
) -> LoadedDelivery | None:
    """Load one file, or only note its new time stamps where its bytes are the ones already in force."""
    started = time.perf_counter()
    landed = target.landed
    try:
        content = fingerprint(landed.path)
    except OSError as error:
        why = UnreadableFile("cannot_be_opened", error=error.strerror or str(error))
        return _record_unreadable(con, target, ledger, Fingerprint("", landed.size), why, started)
    delivery_id = target.delivery_id(content)
    current = ledger.in_force.get((target.table_name, landed.file))
    seen = con.execute(
        "select superseded_by from raw.delivery where delivery_id = ?", [delivery_id]
    ).fetchone()
    if seen:
        con.execute("begin")
        con.execute(
            "update raw.delivery set superseded_by = null, mtime_ns = ?, ctime_ns = ? where delivery_id = ?",
            [landed.mtime_ns, landed.ctime_ns, delivery_id],
        )
        if current and current[0] != delivery_id:
            _supersede(con, current[0], delivery_id)
        con.execute("commit")
        return (
            None if seen[0] is None else LoadedDelivery(delivery_id, target.table_name, landed.file, 0, 0.0)
        )
    try:
        with tempfile.TemporaryDirectory(dir=settings.temporary, prefix="callboard-") as temporary:
            rows = _insert(
                con, target, content, delivery_id, current[0] if current else None, Path(temporary)
            )
    except UnreadableFile as error:
        return _record_unreadable(con, target, ledger, content, error, started)
    return LoadedDelivery(delivery_id, target.table_name, landed.file, rows, time.perf_counter() - started)


def _insert(
    con: duckdb.DuckDBPyConnection,
    target: Target,
    content: Fingerprint,
    delivery_id: int,
    replaces: int | None,
    temporary: Path,
) -> int:
    """The rows of one file and its line in the ledger, in one transaction; how many rows. Raises UnreadableFile."""
    contract = target.contract
    if contract is None:
        raise UnreadableFile("unknown_table")
    options = target.mapping.options if target.mapping else ReaderOptions()

    def insert(*, careful: bool) -> int | None:
        """None, and nothing inserted, where the file has blank, folded or broken lines that want careful reading."""
        reading = read(con, target.landed, temporary, list(contract.columns), options, careful=careful)
        if target.mapping:
            reading = apply_mapping(con, target.mapping, reading)
        check_columns(contract, reading)
        con.execute("begin")
        try:
            first_row = _count(con, f"loaded.{contract.model_name}")
            _insert_rows(con, contract, reading, delivery_id, target.mapping)
            rows = _count(con, f"loaded.{contract.model_name}") - first_row
            is_whole = reading.rows is None or rows == reading.rows
            if is_whole:
                _record(con, target, content, delivery_id, rows, first_row, reading.first_line, None)
                if replaces is not None and replaces != delivery_id:
                    _supersede(con, replaces, delivery_id)
            con.execute("commit" if is_whole else "rollback")
        except BaseException:
            con.execute("rollback")
            raise
        return rows if is_whole else None

    if target.mapping is None:
        with suppress(duckdb.InvalidInputException, duckdb.ConversionException):
            rows = insert(careful=False)
            if rows is not None:
                return rows
    try:
        return insert(careful=True) or 0
    except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
        raise UnreadableFile("rows_not_taken", error=str(error).splitlines()[0]) from error


def _insert_rows(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    reading: Reading,
    delivery_id: int,
    mapping: Mapping | None,
) -> None:
    table = f"loaded.{contract.model_name}"
    if reading.columns:
        rows = typed_select(
            contract,
            reading.columns,
            reading.relation,
            line=reading.line or "cast(null as BIGINT)",
            time_zone=mapping.time_zone if mapping else None,
            row_text=reading.row_text,
        )
        con.execute(f"insert into {table} by name select *, {delivery_id} as delivery_id from ({rows})")
    if reading.refused:
        con.execute(
            f"""insert into {table} by name
            select code as error_code, params as error_params, line_text as row_text, line_number, {delivery_id} as delivery_id
            from {reading.refused}"""
        )


def _count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    found = con.execute(f"select count(*) from {table}").fetchone()
    return int(found[0]) if found else 0


def _record(
    con: duckdb.DuckDBPyConnection,
    target: Target,
    content: Fingerprint,
    delivery_id: int,
    rows: int,
    first_row: int,
    first_line: int,
    unreadable: UnreadableFile | None,
) -> None:
    landed = target.landed
    con.execute(
        "insert or replace into raw.delivery values (?, ?, ?, ?, ?, ?, ?, null, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            delivery_id,
            target.table_name,
            landed.file,
            content.sha256,
            content.size,
            rows,
            datetime.now(UTC).replace(tzinfo=None),
            str(unreadable) if unreadable else None,
            target.mapping.name if target.mapping else None,
            target.recipe,
            landed.mtime_ns,
            landed.ctime_ns,
            first_row,
            first_line,
            unreadable.code if unreadable else None,
            params_text(unreadable.params) if unreadable else None,
        ],
    )


def _record_unreadable(
    con: duckdb.DuckDBPyConnection,
    target: Target,
    ledger: _Ledger,
    content: Fingerprint,
    why: UnreadableFile,
    started: float,
) -> LoadedDelivery:
    """Note a file that gives no rows; what it said before under its name no longer holds either."""
    delivery_id = target.delivery_id(content)
    current = ledger.in_force.get((target.table_name, target.landed.file))
    con.execute("begin")
    _record(con, target, content, delivery_id, 0, 0, 1, why)
    if current and current[0] != delivery_id:
        _supersede(con, current[0], delivery_id)
    con.execute("commit")
    return LoadedDelivery(
        delivery_id, target.table_name, target.landed.file, 0, time.perf_counter() - started, str(why)
    )


def _supersede(con: duckdb.DuckDBPyConnection, delivery_id: int, by: int) -> None:
    con.execute("update raw.delivery set superseded_by = ? where delivery_id = ?", [by, delivery_id])


def _withdraw(con: duckdb.DuckDBPyConnection, ledger: _Ledger, present: set[tuple[str, str]]) -> list[str]:
    """Files that were taken out of landing no longer count."""
    gone = {key: entry[0] for key, entry in ledger.in_force.items() if key not in present}
    for delivery_id in gone.values():
        _supersede(con, delivery_id, GONE)
    return [file for _, file in gone]
