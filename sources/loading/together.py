"""Files that a mapping sees together: a log that is rotated while people talk is one log.

What belongs here: one select over several files. What does not: a file by itself (`inserting`).
A file that comes, changes or goes makes all of them be read again, for what it says can change the rows of any.
"""

from pathlib import Path

import duckdb

from sources.formats.code_pages import Known
from sources.formats.reading import Limits, Reading, UnreadableFile, read
from sources.loading.deciding import decided_forms
from sources.loading.forms import told_forms
from sources.loading.inserting import contract_of, count, in_file, insert_rows
from sources.loading.landing import Fingerprint
from sources.loading.ledger import Ledger, Record, write_record
from sources.loading.targets import Target
from sources.mappings.apply import check_columns, selected
from sources.sql import literal, quoted


def insert_together(
    con: duckdb.DuckDBPyConnection,
    group: list[Target],
    ledger: Ledger,
    contents: dict[str, Fingerprint],
    ids: dict[str, int],
    temporary: Path,
    known: tuple[Known, str] | None,
) -> list[tuple[Target, Record]]:
    """The rows of the files that one mapping sees together, and their entries in the ledger, in one transaction.

    A file that can't be read is entered with its reason; a select that does not run refuses all of them. Raises
    UndecidedEncoding.
    """
    readings: dict[str, Reading] = {}
    why: dict[str, UnreadableFile] = {}
    for number, target in enumerate(group):
        try:
            readings[target.landed.file] = _read(con, target, temporary / str(number), number, known)
        except UnreadableFile as error:
            why[target.landed.file] = error
    canonical = None
    try:
        canonical = _canonical(con, group, readings) if readings else None
    except UnreadableFile as error:
        why |= dict.fromkeys(readings, error)
    made: list[tuple[Target, Record]] = []
    con.execute("begin")
    try:
        for target in group:
            file = target.landed.file
            delivery_id, content = ids[file], contents[file]
            known_sha256 = known[1] if known else None
            record = Record(delivery_id, content, unreadable=why.get(file), known_sha256=known_sha256)
            if file not in why and canonical:
                rows, first_row = _insert(con, target, canonical, readings[file], delivery_id)
                notes = readings[file].notes
                record = Record(delivery_id, content, rows, first_row, notes=notes, known_sha256=known_sha256)
            write_record(con, target, ledger, record)
            made.append((target, record))
        con.execute("commit")
    except BaseException:
        con.execute("rollback")
        raise
    return made


def _read(
    con: duckdb.DuckDBPyConnection,
    target: Target,
    temporary: Path,
    number: int,
    known: tuple[Known, str] | None,
) -> Reading:
    """One file, kept as tables of its own: readers use the same names for each."""
    temporary.mkdir()
    contract = contract_of(target)
    limits = Limits(target.max_unpacked, known[0] if known else None)
    reading = read(
        con, target.landed, temporary, list(contract.columns), target.options, limits, careful=True
    )
    named = ", ".join(quoted(name) for name in reading.columns)
    rows = (
        f"{named}, {literal(target.landed.file)} as file"
        if named
        else f"{literal(target.landed.file)} as file"
    )
    con.execute(f"create or replace temp table delivered_{number} as select {rows} from {reading.relation}")
    refused = None
    if reading.refused:
        refused = f"refused_{number}"
        con.execute(f"create or replace temp table {refused} as select * from {reading.refused}")
    columns = dict(reading.columns) | {"file": "VARCHAR"}
    return Reading(f"delivered_{number}", columns, reading.line, refused=refused, notes=reading.notes)


def _canonical(con: duckdb.DuckDBPyConnection, group: list[Target], readings: dict[str, Reading]) -> Reading:
    """What the mapping's select makes of all files. Raises UnreadableFile."""
    mapping, contract = group[0].mapping, contract_of(group[0])
    assert mapping is not None
    union = " union all by name ".join(f"select * from {reading.relation}" for reading in readings.values())
    try:
        con.execute(f"create or replace temp table delivered as {union}")
    except duckdb.Error as error:
        raise UnreadableFile(
            "mapping_fails", mapping=mapping.name, error=str(error).splitlines()[0]
        ) from error
    reading = selected(con, mapping)
    if "file" not in reading.columns:
        raise UnreadableFile("mapping_without_file", mapping=mapping.name, file="none")
    files = ", ".join(literal(file) for file in readings)
    other = con.execute(
        f"select file from canonical where file is null or file not in ({files}) limit 1"
    ).fetchone()
    if other:
        raise UnreadableFile("mapping_without_file", mapping=mapping.name, file=str(other[0]))
    check_columns(contract, reading)
    return reading


def _insert(
    con: duckdb.DuckDBPyConnection, target: Target, canonical: Reading, own: Reading, delivery_id: int
) -> tuple[int, int]:
    """The rows of one of the files, with its lines that can't be read; how many, and after how many others."""
    contract = contract_of(target)
    part = in_file(canonical, target.landed.file)
    forms, _ = decided_forms(con, contract, part, target.options, told_forms(target.options, is_odd=True))
    first_row = count(con, contract)
    insert_rows(con, contract, part, delivery_id, target.mapping, forms)
    if own.refused:
        insert_rows(con, contract, Reading("", refused=own.refused), delivery_id, target.mapping, forms)
    return count(con, contract) - first_row, first_row
