"""The tables and views of schema `raw`, and how the engine is set up to fill them.

What belongs here: their shape. What does not: their rows (`loading`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from sources.contracts.contract import Contract, load_contracts
from sources.formats.options import AS_FOUND, ReaderOptions
from sources.loading.order import order_key
from sources.sql import literal, quoted

_LEDGER = """
create table if not exists raw.delivery (
    delivery_id BIGINT primary key, table_name VARCHAR not null, file VARCHAR not null, sha256 VARCHAR not null,
    bytes BIGINT not null, rows BIGINT not null, first_seen_at TIMESTAMP not null, superseded_by BIGINT,
    unreadable_reason VARCHAR, mapping VARCHAR, recipe VARCHAR not null, mtime_ns BIGINT not null,
    ctime_ns BIGINT not null, first_row BIGINT not null, first_line BIGINT not null,
    unreadable_code VARCHAR, unreadable_params VARCHAR, order_key VARCHAR, notes VARCHAR, known_sha256 VARCHAR)
"""


@dataclass(frozen=True)
class LoadSettings:
    """How to load: the folder of the home's mappings, a folder for temporary files, the engine's limits; how the files of
    a table are read (`defaults`: of all that say nothing), and to how many bytes an archive may unpack."""

    mappings: Path | None = None
    temporary: Path | None = None
    threads: int | None = None
    memory_limit: str | None = None
    tables: Mapping[str, ReaderOptions] = field(default_factory=dict[str, ReaderOptions])
    defaults: ReaderOptions = AS_FOUND
    max_unpacked: int = 4 << 30

    def options_of(self, table_name: str) -> ReaderOptions:
        """How the files of a table are read that no mapping takes: as the configuration says of it, else of all."""
        return self.tables.get(table_name, self.defaults)


DEFAULTS = LoadSettings()


def prepare(con: duckdb.DuckDBPyConnection, settings: LoadSettings = DEFAULTS) -> None:
    """Set the engine up and make every table and view of `raw` that is not there yet."""
    con.execute("set TimeZone = 'UTC'")
    if settings.threads:
        con.execute(f"set threads = {int(settings.threads)}")
    if settings.memory_limit:
        con.execute(f"set memory_limit = {literal(settings.memory_limit)}")
    con.execute("begin")
    con.execute("create schema if not exists raw")
    con.execute("create schema if not exists loaded")
    con.execute(_LEDGER)
    _add_reason_columns(con)
    _add_reading_columns(con)
    for contract in load_contracts().values():
        _make_table(con, contract)
        names = ", ".join(f"row.{quoted(name)}" for name in contract.columns)
        con.execute(
            f"""create or replace view raw.{contract.model_name} as
            select {names}, row.local_columns, row.error_column, row.error_code, row.error_params,
                row.row_text, row.delivery_id, coalesce(row.line_number, row.rowid - delivery.first_row + delivery.first_line)
                as line_number, coalesce(row.row_number, 1) as row_number, delivery.delivery_order
            from loaded.{contract.model_name} as row
            join (
                select delivery_id, first_row, first_line,
                    row_number() over (order by order_key) as delivery_order
                from raw.delivery
                where superseded_by is null and table_name = {literal(contract.name)}
            ) as delivery using (delivery_id)"""
        )
    con.execute("commit")


#: What a loaded row carries besides the columns of its contract. `line_number` is null where it follows from the row's
#: place in its delivery, `row_number` where every row has a line of its own.
_CARRIED = {
    "local_columns": "VARCHAR",
    "error_column": "VARCHAR",
    "error_code": "VARCHAR",
    "error_params": "VARCHAR",
    "row_text": "VARCHAR",
    "line_number": "BIGINT",
    "row_number": "BIGINT",
    "delivery_id": "BIGINT",
}


def _make_table(con: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """The table of a contract, or what the one of an older Callboard lacks: a changed contract makes every file of its
    table be read again, so that older rows keep what they have."""
    columns = {name: column.engine_type for name, column in contract.columns.items()} | _CARRIED
    table = f"loaded.{contract.model_name}"
    typed = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns.items())
    con.execute(f"create table if not exists {table} ({typed})")
    found = dict(
        con.execute(
            "select column_name, data_type from duckdb_columns() where schema_name = 'loaded' and table_name = ?",
            [contract.model_name],
        ).fetchall()
    )
    for name, kind in columns.items():
        if name not in found:
            con.execute(f"alter table {table} add column {quoted(name)} {kind}")
        elif found[name] != kind:
            con.execute(
                f"alter table {table} alter {quoted(name)} type {kind} using try_cast({quoted(name)} as {kind})"
            )


def _add_reason_columns(con: duckdb.DuckDBPyConnection) -> None:
    """A warehouse from before reasons had codes gets their columns; its files are read again (`LOADER_VERSION`)."""
    rows = con.execute(
        """
        select schema_name, table_name from duckdb_tables()
        where schema_name = 'loaded' or (schema_name = 'raw' and table_name = 'delivery')
        except
        select schema_name, table_name from duckdb_columns()
        where column_name in ('error_params', 'unreadable_params')
        """
    ).fetchall()
    for schema, table in rows:
        prefix = "unreadable" if schema == "raw" else "error"
        for column in ("code", "params"):
            con.execute(f"alter table {schema}.{quoted(table)} add column {prefix}_{column} VARCHAR")


def _add_reading_columns(con: duckdb.DuckDBPyConnection) -> None:
    """A warehouse from before files were ordered as people count gets the columns of its ledger."""
    columns = con.execute(
        "select column_name from duckdb_columns() where schema_name = 'raw' and table_name = 'delivery'"
    ).fetchall()
    for column in {"order_key", "notes", "known_sha256"}.difference(name for (name,) in columns):
        con.execute(f"alter table raw.delivery add column {column} VARCHAR")
    unordered = con.execute("select distinct file from raw.delivery where order_key is null").fetchall()
    for (file,) in unordered:
        con.execute("update raw.delivery set order_key = ? where file = ?", [order_key(file), file])
