"""Loading: deliveries in landing become rows of schema `raw`, each with its delivery and line.

What belongs here: which files are new, changed or gone, and getting their rows in, each file in one transaction.
What does not: rows of a file (`inserting`, `together`), the ledger (`ledger`), which rows count (the dbt project).

Rows are only ever appended to `loaded.<system>__<table>`; the views `raw.<system>__<table>` show those of deliveries in
force. A row's line is found from its place in the table where the file has one row a line, so that large files are
read by all cores at once and the line number costs nothing.
"""

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from sources.formats.code_pages import Known, UndecidedEncoding
from sources.formats.landed_file import LandedFile
from sources.formats.unreadable import UnreadableFile
from sources.loading.inserting import insert_file
from sources.loading.known import known_of
from sources.loading.landing import Fingerprint, fingerprint
from sources.loading.ledger import Ledger, Record, read_ledger, reinstate, withdraw, write_record
from sources.loading.raw_schema import DEFAULTS, LoadSettings, prepare
from sources.loading.targets import LOADER_VERSION, Target, targets_of
from sources.loading.together import insert_together
from sources.mappings.mapping import load_mappings
from sources.reasons import sentence

__all__ = ["LOADER_VERSION", "LoadSettings", "files_by_table", "files_of", "load", "prepare", "waiting"]

#: Told of each file loaded: `acd.contact_legs/2026-08.csv`, rows, seconds.
Progress = Callable[[str, int, float], None]


@dataclass(frozen=True)
class WaitingFile:
    """A file that the next load will take in, give up, or read again, and why."""

    table_name: str
    file: str
    reason: str


@dataclass(frozen=True)
class LoadedDelivery:
    """One delivery taken in; `notes` say what was decided in reading it, a sentence each. `is_known`: the file was loaded
    before with the same bytes, and is read anew because the contract, Callboard, its mapping or its options changed."""

    delivery_id: int
    table_name: str
    file: str
    rows: int
    seconds: float
    unreadable_reason: str | None = None
    notes: tuple[str, ...] = ()
    is_known: bool = False


@dataclass(frozen=True)
class LoadReport:
    """What a load changed: deliveries taken in, and files that are no longer in landing."""

    loaded: tuple[LoadedDelivery, ...] = ()
    withdrawn: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        return sum(delivery.rows for delivery in self.loaded)

    @property
    def read_anew(self) -> int:
        """How many files were loaded before, with the same bytes."""
        return sum(delivery.is_known for delivery in self.loaded)


def waiting(warehouse: Path, landing: Path, settings: LoadSettings = DEFAULTS) -> list[WaitingFile]:
    """What the next load would do, without writing anything.

    Raises MappingError, and duckdb.IOException where another process holds the warehouse.
    """
    found = targets_of(landing, load_mappings(settings.mappings), settings)
    ledger = Ledger()
    if warehouse.exists():
        with duckdb.connect(str(warehouse), read_only=True) as con:
            ledger = read_ledger(con)
    files = [
        WaitingFile(t.table_name, t.landed.file, "changed" if ledger.entry(t) else "new")
        for t in found
        if not ledger.knows(t)
    ]
    present = {(t.table_name, t.landed.file) for t in found}
    gone = [
        WaitingFile(table, file, "gone") for table, file in ledger.current if (table, file) not in present
    ]
    return files + gone


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
    for target in targets_of(landing, load_mappings(settings.mappings), settings):
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

    Each file, or each set of files that a mapping sees together, is one transaction: a load that is cut off has taken in
    the files before, and the next one goes on. A file that can't be read at all is recorded with its reason and stops
    no other. Files whose code page other files may settle come last.

    Raises MappingError for a mapping that is wrong, duckdb.IOException where another process holds the warehouse.
    """
    units = _units(targets_of(landing, load_mappings(settings.mappings), settings))
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(warehouse)) as con:
        prepare(con, settings)
        loading = _Loading(con, read_ledger(con), settings, progress)
        in_doubt = [unit for unit in units if not loading.take(unit, None)]
        withdrawn = withdraw(
            con, loading.ledger, {(t.table_name, t.landed.file) for unit in units for t in unit}
        )
        if in_doubt:
            known = known_of(con)
            for unit in in_doubt:
                loading.take(unit, known)
    return LoadReport(tuple(loading.loaded), tuple(withdrawn))


def _units(found: Sequence[Target]) -> list[list[Target]]:
    """What is loaded at once: each file by itself, or all that a mapping sees together, where the last of them stands."""
    units: dict[tuple[str, ...], list[Target]] = {}
    for target in found:
        key = (
            (target.mapping.name,)
            if target.mapping and target.is_together
            else (target.table_name, target.landed.file)
        )
        units.setdefault(key, []).append(target)
    return list(units.values())


class _Loading:
    """One load at work: what it has taken in so far."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        ledger: Ledger,
        settings: LoadSettings,
        progress: Progress | None,
    ) -> None:
        self.con, self.ledger, self.settings, self.progress = con, ledger, settings, progress
        self.loaded: list[LoadedDelivery] = []

    def take(self, unit: list[Target], known: tuple[Known, str] | None) -> bool:
        """Load what is new or changed of it; False where that has to wait for what is `known`."""
        entries = [self.ledger.entry(target) for target in unit]
        by_known = {entry.known_sha256 for entry in entries if entry and entry.known_sha256}
        is_known = self.ledger.knows_all(unit) if unit[0].is_together else self.ledger.knows(unit[0])
        if is_known and by_known and known is None:
            return False
        if is_known and (not by_known or (known and by_known == {known[1]})):
            return True
        started = time.perf_counter()
        before = {target.landed.file: entry for target, entry in zip(unit, entries, strict=True) if entry}
        try:
            with tempfile.TemporaryDirectory(dir=self.settings.temporary, prefix="callboard-") as temporary:
                records = self._records(unit, Path(temporary), known)
        except UndecidedEncoding:
            return False
        for target, record in records:
            entry = before.get(target.landed.file)
            is_known = (
                entry is not None and entry.recipe != target.recipe and entry.sha256 == record.content.sha256
            )
            self._tell(target, record, time.perf_counter() - started, is_known=is_known)
        return True

    def _records(
        self, unit: list[Target], temporary: Path, known: tuple[Known, str] | None
    ) -> list[tuple[Target, Record]]:
        """What was newly entered into the ledger. Raises UndecidedEncoding."""
        contents: dict[str, Fingerprint] = {}
        records: list[tuple[Target, Record]] = []
        for target in unit:
            try:
                contents[target.landed.file] = (
                    fingerprint(target.landed.path) if target.landed.is_followed else Fingerprint("", 0)
                )
            except OSError as error:
                why = UnreadableFile("cannot_be_opened", error=error.strerror or str(error))
                content = Fingerprint("", target.landed.size)
                records.append(
                    (target, self._unreadable(target, content, target.delivery_id(content), why, None))
                )
        there = [target for target in unit if target.landed.file in contents]
        others = [known[1]] if known else []
        if unit[0].is_together:
            others += [f"{file} {content.sha256}" for file, content in sorted(contents.items())]
        ids = {t.landed.file: t.delivery_id(contents[t.landed.file], *others) for t in there}
        again = self._reinstated(there, ids)
        if again is not None:
            return records + again
        if unit[0].is_together:
            made = insert_together(self.con, there, self.ledger, contents, ids, temporary, known)
            return records + made
        (target,) = there
        content = contents[target.landed.file]
        delivery_id = ids[target.landed.file]
        try:
            record = insert_file(self.con, target, self.ledger, content, delivery_id, temporary, known)
        except UnreadableFile as error:
            record = self._unreadable(target, content, delivery_id, error, known[1] if known else None)
        return [*records, (target, record)]

    def _reinstated(self, there: list[Target], ids: dict[str, int]) -> list[tuple[Target, Record]] | None:
        """What became current again, where all of it was loaded before; None where not."""
        named = ", ".join(map(str, ids.values())) or "null"
        found = self.con.execute(
            f"select count(*) from raw.delivery where delivery_id in ({named})"
        ).fetchone()
        if found is None or found[0] < len(ids):
            return None
        self.con.execute("begin")
        changed = [
            (t, i) for t in there for i in [ids[t.landed.file]] if reinstate(self.con, t, i, self.ledger)
        ]
        self.con.execute("commit")
        return [(target, Record(delivery_id, Fingerprint("", 0))) for target, delivery_id in changed]

    def _unreadable(
        self,
        target: Target,
        content: Fingerprint,
        delivery_id: int,
        why: UnreadableFile,
        known_sha256: str | None,
    ) -> Record:
        """Note a file that gives no rows; what it said before under its name no longer holds either."""
        record = Record(delivery_id, content, unreadable=why, known_sha256=known_sha256)
        self.con.execute("begin")
        write_record(self.con, target, self.ledger, record)
        self.con.execute("commit")
        return record

    def _tell(self, target: Target, record: Record, seconds: float, *, is_known: bool) -> None:
        notes = tuple(sentence(code, None, params) for code, params in record.notes)
        reason = str(record.unreadable) if record.unreadable else None
        file = target.landed.file
        self.loaded.append(
            LoadedDelivery(
                record.delivery_id, target.table_name, file, record.rows, seconds, reason, notes, is_known
            )
        )
        if self.progress:
            self.progress(f"{target.table_name} {target.landed.path.name}", record.rows, seconds)
