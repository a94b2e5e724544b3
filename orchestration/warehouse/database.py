"""Small helpers over DuckDB connections: which tables there are, names quoted, databases attached."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from sources.sql import literal, quoted


def tables_of(
    connection: duckdb.DuckDBPyConnection, schema: str, *, database: str | None = None
) -> list[str]:
    """The names of the tables and views in `schema`, in order; empty where there is no such schema."""
    rows = connection.execute(
        "select table_name from information_schema.tables where table_schema = ? "
        "and table_catalog = coalesce(?, current_database()) order by table_name",
        [schema, database],
    ).fetchall()
    return [row[0] for row in rows]


def columns_of(
    connection: duckdb.DuckDBPyConnection, schema: str, table: str, *, database: str | None = None
) -> list[str]:
    """The names of a table's columns, in their order; empty where there is no such table."""
    rows = connection.execute(
        "select column_name from information_schema.columns where table_schema = ? and table_name = ? "
        "and table_catalog = coalesce(?, current_database()) order by ordinal_position",
        [schema, table, database],
    ).fetchall()
    return [row[0] for row in rows]


@contextmanager
def attached(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> Generator[None]:
    """Have the database at `path` under `name`, read-only, for a while."""
    connection.execute(f"attach {literal(path)} as {quoted(name)} (read_only)")
    try:
        yield
    finally:
        connection.execute(f"detach {quoted(name)}")


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Generator[None]:
    """All that is done in here, or nothing of it; and one flush to disk instead of one a statement."""
    connection.execute("begin")
    try:
        yield
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")
