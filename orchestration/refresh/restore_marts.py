"""Putting the marts of the build database back to what is published, before months are made on top of them.

A build that was refused, or that died, leaves months in the marts that never passed the gate. A later build of other
months would carry them into its release unseen. The same way a lost build database gets its history back.
"""

from pathlib import Path

import duckdb

from orchestration.releases.manifest import Manifest
from orchestration.warehouse import ledger
from orchestration.warehouse.database import attached, columns_of, tables_of, transaction
from sources.sql import quoted


def restore_marts(
    connection: duckdb.DuckDBPyConnection, published: Manifest | None, release_database: Path
) -> None:
    """Make `marts` what the `published` release holds, unless the newest build is that release already.

    Without a release the marts are emptied of what was never published.
    """
    newest = ledger.latest_build(connection)
    if published is None:
        if newest is not None:
            _drop(connection, tables_of(connection, "marts"))
        return
    # A refresh killed after the switch has published, even where the ledger does not know.
    if newest is not None and newest.build_id == published.release_id:
        return
    with attached(connection, release_database, "published"), transaction(connection):
        connection.execute("create schema if not exists marts")
        tables = tables_of(connection, "marts", database="published")
        for table in tables:
            _restore(connection, table)
        _drop(connection, [table for table in tables_of(connection, "marts") if table not in tables])


def _restore(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    here, there = quoted("marts", table), quoted("published", "marts", table)
    # Kept where its shape is the same: dropping it would lose the constraints that dbt gave it.
    if columns_of(connection, "marts", table) == columns_of(connection, "marts", table, database="published"):
        connection.execute(f"delete from {here}")
        connection.execute(f"insert into {here} select * from {there}")
    else:
        _drop(connection, [table])
        connection.execute(f"create table {here} as select * from {there}")


def _drop(connection: duckdb.DuckDBPyConnection, tables: list[str]) -> None:
    for table in tables:
        if table in tables_of(connection, "marts"):
            row = connection.execute(
                "select table_type from information_schema.tables where table_schema = 'marts' "
                "and table_name = ? and table_catalog = current_database()",
                [table],
            ).fetchone()
            kind = "view" if row and row[0] == "VIEW" else "table"
            connection.execute(f"drop {kind} {quoted('marts', table)}")
