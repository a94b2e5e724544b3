"""From what a file holds to the columns of a contract, by a mapping or by their names.

What belongs here: running a mapping. What does not: reading it (`mapping`), types (`typing_sql`).
"""

from dataclasses import replace

import duckdb

from sources.contracts.contract import Contract
from sources.formats.reading import Reading, UnreadableFile
from sources.mappings.mapping import Mapping
from sources.sql import quoted

_SHOWN_COLUMNS = 20


def apply_mapping(con: duckdb.DuckDBPyConnection, mapping: Mapping, reading: Reading) -> Reading:
    """The canonical rows that a mapping's select makes of a vendor's file."""
    named = ", ".join(quoted(name) for name in reading.columns)
    con.execute(f"create or replace temp table delivered as select {named or '*'} from {reading.relation}")
    canonical = selected(con, mapping)
    return replace(canonical, refused=reading.refused, delimiter=reading.delimiter, notes=reading.notes)


def selected(con: duckdb.DuckDBPyConnection, mapping: Mapping) -> Reading:
    """What a mapping's select makes of the table `delivered`. Raises UnreadableFile."""
    try:
        con.execute(f"create or replace temp table canonical as {mapping.select}")
    except duckdb.Error as error:
        raise UnreadableFile(
            "mapping_fails", mapping=mapping.name, error=str(error).splitlines()[0]
        ) from error
    described = con.execute("describe canonical").fetchall()
    columns = {str(name).lower(): str(kind) for name, kind, *_ in described}
    if "line_number" not in columns:
        raise UnreadableFile("mapping_without_line", mapping=mapping.name)
    # rows of one line are numbered in the order in which the select gives them
    of_line = "file, line_number" if mapping.together and "file" in columns else "line_number"
    numbered = (
        f"""(select *, row_number() over (partition by {of_line} order by rowid) as "= row" from canonical)"""
    )
    return Reading(numbered, columns, "line_number", row='"= row"')


def check_columns(contract: Contract, reading: Reading) -> None:
    """Raises UnreadableFile where nothing in the file is a column of the contract."""
    if reading.columns and not set(reading.columns).intersection(contract.columns):
        found = [name for name in reading.columns if name != "line_number"]
        raise UnreadableFile(
            "no_known_column",
            source=contract.name,
            column_list=list(contract.columns),
            found_list=found[:_SHOWN_COLUMNS],
        )
