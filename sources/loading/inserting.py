"""The rows of one file into its table, typed by the contract and in the forms that the file is written in.

What belongs here: from a file to rows. What does not: which files (`load`), the ledger's shape (`ledger`).
"""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import duckdb

from sources.contracts.contract import Contract
from sources.formats.code_pages import Known
from sources.formats.reading import Limits, Reading, UnreadableFile, read
from sources.loading.deciding import decided_forms
from sources.loading.forms import ValueForms, told_forms
from sources.loading.landing import Fingerprint
from sources.loading.ledger import Ledger, Notes, Record, write_record
from sources.loading.targets import Target, expected_folder
from sources.loading.typing_sql import is_id, is_needed_id, typed_select
from sources.loading.values_sql import ROUNDED
from sources.mappings.apply import apply_mapping, check_columns
from sources.mappings.mapping import Mapping
from sources.sql import literal, quoted


class _NotAsFound(Exception):
    """The file is to be read again: line by line, or in other forms."""


def contract_of(target: Target) -> Contract:
    """Raises UnreadableFile where the file is a link that is not followed, or for no table."""
    if target.landed.leads_out:
        raise UnreadableFile("leads_out_of_landing")
    if target.landed.is_folder:
        raise UnreadableFile("link_to_folder")
    if target.contract is None:
        raise UnreadableFile("unknown_table", folder=expected_folder(target.table_name))
    return target.contract


def insert_file(
    con: duckdb.DuckDBPyConnection,
    target: Target,
    ledger: Ledger,
    content: Fingerprint,
    delivery_id: int,
    temporary: Path,
    known: tuple[Known, str] | None,
) -> Record:
    """The rows of one file and its entry in the ledger, in one transaction. Raises UnreadableFile, UndecidedEncoding."""
    contract = contract_of(target)
    limits = Limits(target.max_unpacked, known[0] if known else None)

    def insert(*, careful: bool) -> Record:
        reading = read(
            con, target.landed, temporary, list(contract.columns), target.options, limits, careful=careful
        )
        if target.mapping:
            reading = apply_mapping(con, target.mapping, reading)
        check_columns(contract, reading)
        return _insert(con, target, ledger, content, delivery_id, reading, known[1] if known else None)

    if target.mapping is None:
        with suppress(_NotAsFound, duckdb.InvalidInputException, duckdb.ConversionException):
            return insert(careful=False)
    try:
        return insert(careful=True)
    except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
        raise UnreadableFile("rows_not_taken", error=str(error).splitlines()[0]) from error


def _insert(
    con: duckdb.DuckDBPyConnection,
    target: Target,
    ledger: Ledger,
    content: Fingerprint,
    delivery_id: int,
    reading: Reading,
    known_sha256: str | None,
) -> Record:
    """Raises _NotAsFound where the file has blank, folded or broken lines that want careful reading."""
    contract = contract_of(target)
    forms, notes = told_forms(target.options, is_odd=reading.is_odd), reading.notes
    con.execute("begin")
    try:
        first_row = count(con, contract)
        insert_rows(con, contract, reading, delivery_id, target.mapping, forms)
        errors, keyless = _errors(con, contract, first_row)
        rows = count(con, contract) - first_row
        if reading.rows is not None and (rows != reading.rows or keyless):
            raise _NotAsFound
        if errors or reading.delimiter not in (",", None):
            decided, found = decided_forms(con, contract, reading, target.options, forms)
            notes += found
            if decided != forms:
                con.execute("rollback")
                con.execute("begin")
                insert_rows(con, contract, reading, delivery_id, target.mapping, decided)
        notes += rounded_ids(con, contract, reading) if forms.is_odd else ()
        record = Record(
            delivery_id, content, rows, first_row, reading.first_line, notes=notes, known_sha256=known_sha256
        )
        write_record(con, target, ledger, record)
        con.execute("commit")
    except BaseException:
        con.execute("rollback")
        raise
    return record


def insert_rows(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    reading: Reading,
    delivery_id: int,
    mapping: Mapping | None,
    forms: ValueForms,
) -> None:
    """Append the typed rows and the lines that can't be read."""
    table = f"loaded.{contract.model_name}"
    if reading.columns:
        rows = typed_select(
            contract,
            reading.columns,
            reading.relation,
            line=reading.line or "cast(null as BIGINT)",
            row=reading.row or "cast(null as BIGINT)",
            time_zone=mapping.time_zone if mapping else None,
            row_text=reading.row_text,
            forms=forms,
        )
        con.execute(f"insert into {table} by name select *, {delivery_id} as delivery_id from ({rows})")
    if reading.refused:
        con.execute(
            f"""insert into {table} by name
            select code as error_code, params as error_params, line_text as row_text, line_number, {delivery_id} as delivery_id
            from {reading.refused}"""
        )


def count(con: duckdb.DuckDBPyConnection, contract: Contract) -> int:
    """How many rows the table holds, of all deliveries ever."""
    found = con.execute(f"select count(*) from loaded.{contract.model_name}").fetchone()
    return int(found[0]) if found else 0


def _errors(con: duckdb.DuckDBPyConnection, contract: Contract, first_row: int) -> tuple[int, int]:
    """How many of the rows from `first_row` on hold a value that is not of its type, and how many name nothing."""
    key = " and ".join(f"{quoted(column)} is null" for column in contract.key)
    found = con.execute(
        f"""select count(error_code), count(*) filter (where {key}) from loaded.{contract.model_name}
        where rowid >= {first_row}"""
    ).fetchone()
    return (int(found[0]), int(found[1])) if found else (0, 0)


def rounded_ids(con: duckdb.DuckDBPyConnection, contract: Contract, reading: Reading) -> Notes:
    """A note for each column in which rounded ids read as empty; where they are needed, their rows are refused."""
    names = [
        name
        for name in contract.columns
        if reading.columns.get(name) == "VARCHAR"
        and is_id(contract, name)
        and not is_needed_id(contract, name)
    ]
    return tuple(_noted(con, contract, reading, names)) if names else ()


def _noted(
    con: duckdb.DuckDBPyConnection, contract: Contract, reading: Reading, names: Sequence[str]
) -> list[tuple[str, dict[str, str]]]:
    tests = ", ".join(
        f"count(*) filter (where {is_rounded}), any_value({quoted(name)}) filter (where {is_rounded})"
        for name in names
        for is_rounded in [
            f"(contains({quoted(name)}, '+') and regexp_full_match(trim({quoted(name)}), {ROUNDED}))"
        ]
    )
    row = con.execute(f"select {tests} from {reading.relation}").fetchone() or ()
    return [
        (
            "rounded_ids",
            {"count": str(row[2 * n]), "name": name, "value": _masked(contract, name, row[2 * n + 1])},
        )
        for n, name in enumerate(names)
        if row and row[2 * n]
    ]


def _masked(contract: Contract, name: str, value: object) -> str:
    return "***" if contract.columns[name].pii else str(value).strip()


def in_file(reading: Reading, file: str) -> Reading:
    """The part of a reading of several files that is of one."""
    relation = f"(select * exclude (file) from {reading.relation} where file = {literal(file)})"
    columns = {name: kind for name, kind in reading.columns.items() if name != "file"}
    return Reading(
        relation, columns, reading.line, row=reading.row, is_odd=reading.is_odd, delimiter=reading.delimiter
    )
