"""A release copied into PostgreSQL, in one transaction of PostgreSQL's: readers find the whole old one or the whole new one.

The release is written into schemas staging_schema those that are read. Where the tables there have its shape, the rows that
differ are then replaced: no reader waits, and views on them go on working. Where they have another shape, or there are
none, the schemas change names.
DuckDB's postgres extension does it over one connection, so a copy that dies anywhere leaves what was there.
"""

import re
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.home.errors import CallboardError, UsageError
from orchestration.postgres.address import Address, client_settings
from orchestration.releases.shape import SCHEMAS, Table, digest, read_shape
from orchestration.warehouse.database import attached, transaction
from sources.sql import literal, quoted

_MARK = re.compile(r"Callboard release (\S+) \(shape (\w+)\)\. Its tables: (.*)")
_READERS = "callboard_tables_in_use"


@dataclass(frozen=True)
class CopyRequest:
    """What to copy where. `prefix` None gives schemas `marts` and `audit`, else `prefix` and `prefix_audit`;
    `lock_timeout_s` is how many seconds to wait for readers that hold a lock."""

    release_id: str
    database: Path
    address: Address
    prefix: str | None = None
    reader: str = "callboard_reader"
    lock_timeout_s: int = 30

    def schema(self, of: str) -> str:
        """The schema over there for one of the release's."""
        if self.prefix is None:
            return of
        return self.prefix if of == "marts" else f"{self.prefix}_{of}"

    def staging_schema(self, of: str) -> str:
        """The schema in which a copy is prepared, which no reader sees."""
        return f"callboard_new_{self.schema(of)}"


@dataclass(frozen=True)
class Copied:
    """What was done: rows by table as they are called over there, `is_swap` where the tables were made anew, and
    `notes` on what the login may not do."""

    rows: dict[str, int]
    keys: int
    is_swap: bool
    notes: tuple[str, ...]


def copy_release(request: CopyRequest) -> Copied:
    """Copy a release. Raises UsageError where other software filled its schemas, CallboardError where PostgreSQL or its
    readers do not let it through; what was there before is then still there."""
    with client_settings(request.address), _connected(request) as connection:
        tables = read_shape(connection, "release")
        try:
            with transaction(connection):
                return _copy(_Server(connection), request, tables)
        except duckdb.Error as error:
            raise _refused(error) from None


def _copy(server: "_Server", request: CopyRequest, tables: Sequence[Table]) -> Copied:
    server.run(
        "set local standard_conforming_strings = on; set local statement_timeout = 0; "
        # Whole tables are joined and indexed; the defaults would do it on disk.
        "set local work_mem = '128MB'; set local maintenance_work_mem = '256MB'; "
        f"set local idle_in_transaction_session_timeout = 0; set local lock_timeout = '{request.lock_timeout_s}s'"
    )
    _take_turn(server, request)
    marks = {schema: _mark(server, request.schema(schema)) for schema in SCHEMAS}
    shape = digest(tables)
    is_swap = any(mark is None or mark[0] != shape for mark in marks.values())
    _write_staging(server, request, tables)
    if is_swap:
        _change_names(server, request, tables, marks)
    else:
        _replace_rows(server, request, tables)
    _describe(server, request, tables, shape)
    notes = _let_read(server, request)
    _count_again(server, request, tables)
    rows = {f"{request.schema(t.schema)}.{t.name}": t.rows for t in tables}
    return Copied(rows, sum(1 for t in tables if t.key), is_swap, notes)


class _Server:
    """Statements for PostgreSQL itself, in the transaction in which DuckDB writes there."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.duckdb = connection

    def run(self, sql: str) -> None:
        self.duckdb.execute("call postgres_execute('target', ?)", [sql])

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        return self.duckdb.execute("select * from postgres_query('target', ?)", [sql]).fetchall()


@contextmanager
def _connected(request: CopyRequest) -> Generator[duckdb.DuckDBPyConnection]:
    from duckdb_extensions import import_extension

    with (
        tempfile.TemporaryDirectory(prefix="callboard-copy-") as scratch,
        duckdb.connect(config={"temp_directory": scratch, "extension_directory": scratch}) as connection,
    ):
        # The extension lies in a package and is put in place from there: no network, nor a HOME to write to.
        import_extension("postgres_scanner", con=connection)
        connection.execute("load postgres")
        # PostgreSQL's texts hold no NUL; a refused row's may.
        connection.execute("set pg_null_byte_replacement = '\ufffd'")
        with attached(connection, request.database, "release"):
            address = literal(request.address.public)
            try:
                connection.execute(f"attach {address} as target (type postgres)")
            except duckdb.Error as error:
                raise _no_connection(request.address, error) from None
            yield connection


def _take_turn(server: _Server, request: CopyRequest) -> None:
    key = literal(f"callboard serve-to {request.schema('marts')}")
    if server.ask(f"select pg_try_advisory_xact_lock(hashtextextended({key}, 0)) as mine") != [(True,)]:
        raise CallboardError(
            f"Another copy into schema {request.schema('marts')} is under way, so this one was not begun.",
            hint="Wait for it, and run this again.",
        )


def _mark(server: _Server, schema: str) -> tuple[str, list[str]] | None:
    """The shape and the names of the tables that a copy left in `schema`; None where there is no such schema.

    Raises UsageError where another owner keeps something there.
    """
    found = server.ask(
        "select coalesce(obj_description(n.oid, 'pg_namespace'), '') as mark, "
        "pg_has_role(n.nspowner, 'usage') as is_mine, "
        "exists (select from pg_class where relnamespace = n.oid) as is_filled "
        f"from pg_namespace as n where n.nspname = {literal(schema)}"
    )
    if not found:
        return None
    mark, is_mine, is_filled = found[0]
    match = _MARK.fullmatch(str(mark))
    if match is None and is_filled:
        raise UsageError(
            f"Schema {schema} over there was not written by Callboard and is not empty, so nothing was copied.",
            hint="Name another schema: --schema callboard",
        )
    if not is_mine:
        raise CallboardError(
            f"Schema {schema} belongs to a login that this one may not act for, so nothing was copied.",
            hint="Copy as the login that made the first copy, or have its owner drop the schema.",
        )
    return (match[2], match[3].split(", ")) if match else ("", [])


def _write_staging(server: _Server, request: CopyRequest, tables: Sequence[Table]) -> None:
    """Write the whole release into schemas that only this transaction sees."""
    if server.ask("select has_database_privilege(current_database(), 'create') as may") != [(True,)]:
        raise CallboardError(
            "The login may not make schemas in that database, so nothing was copied.",
            hint="Ask the database's owner to grant it, once: grant create on database … to …;",
        )
    for schema in SCHEMAS:
        # By DuckDB, which remembers the schemas it saw first and would not find one made behind its back.
        server.duckdb.execute(f"create schema target.{quoted(request.staging_schema(schema))}")
    for table in tables:
        place = quoted(request.staging_schema(table.schema), table.name)
        source = quoted("release", table.schema, table.name)
        server.duckdb.execute(f"create table target.{place} as from {source}")
        server.run(f"analyze {place}")


def _replace_rows(server: _Server, request: CopyRequest, tables: Sequence[Table]) -> None:
    """Take out rows that are not the release's, put in those that are missing; a row that did not change is not touched.

    Not truncate: a reader with an open transaction goes on seeing the old rows.
    """
    _lock(server, request, [quoted(request.schema(t.schema), t.name) for t in tables], "row exclusive")
    for table in tables:
        place, new = (
            quoted(request.schema(table.schema), table.name),
            quoted(request.staging_schema(table.schema), table.name),
        )
        columns = ", ".join(quoted(column) for column, _ in table.columns)
        ours, theirs = (
            ", ".join(f"{side}.{quoted(column)}" for column, _ in table.columns) for side in ("o", "n")
        )
        same_key = " and ".join(f"o.{quoted(column)} = n.{quoted(column)}" for column in table.key)
        # *= compares what is stored, so that -0 and 0 differ too.
        is_kept = f"exists (select from {new} as n where {same_key} and row({ours})::record *= row({theirs})::record)"
        is_there = f"exists (select from {place} as o where {same_key})"
        server.run(f"delete from {place} as o" + (f" where not {is_kept}" if table.key else ""))
        server.run(
            f"insert into {place} ({columns}) select {columns} from {new} as n"
            + (f" where not {is_there}" if table.key else "")
        )
        server.run(f"analyze {place}")
    server.run("set constraints all immediate")
    for table in tables:
        server.run(f"drop table {quoted(request.staging_schema(table.schema), table.name)}")
    for schema in SCHEMAS:
        server.run(f"drop schema {quoted(request.staging_schema(schema))}")


def _change_names(
    server: _Server,
    request: CopyRequest,
    tables: Sequence[Table],
    marks: dict[str, tuple[str, list[str]] | None],
) -> None:
    """Take the old tables away and give the new schemas their names. Readers wait for this only."""
    for table in tables:
        for statement in _constraints(request, table):
            server.run(statement)
    old = {request.schema(schema): mark[1] for schema, mark in marks.items() if mark}
    there = [
        quoted(schema, name)
        for schema, names in old.items()
        for (name,) in server.ask(
            f"select tablename::text as name from pg_tables where schemaname = {literal(schema)} "
            f"and tablename in ({', '.join(map(literal, ['', *names]))}) order by 1"
        )
    ]
    if there:
        _lock(server, request, there, "access exclusive")
        server.run(f"drop table {', '.join(there)}")
    for schema in old:
        server.run(f"drop schema {quoted(schema)}")
    for schema in SCHEMAS:
        server.run(
            f"alter schema {quoted(request.staging_schema(schema))} rename to {quoted(request.schema(schema))}"
        )


def _constraints(request: CopyRequest, table: Table) -> list[str]:
    place, key = quoted(request.staging_schema(table.schema), table.name), ", ".join(map(quoted, table.key))
    return [
        *([f"alter table {place} add primary key ({key})"] if key else []),
        *(f"create index on {place} ({', '.join(map(quoted, columns))})" for columns in table.indexes),
        # Deferred: a row of a dimension that changed is taken out and put in again.
        *(
            f"alter table {place} add foreign key ({quoted(column)}) references "
            f"{quoted(request.staging_schema(table.schema), dimension)} deferrable initially deferred"
            for column, dimension in table.refers_to
        ),
    ]


def _lock(server: _Server, request: CopyRequest, places: Sequence[str], mode: str) -> None:
    """Take the locks on all tables at once or on none, again and again: who never waits while holding some of them
    cannot be part of a deadlock, so no reader is ever sent away for this copy's sake."""
    server.run(
        f"""do $lock$
        declare last_try timestamptz := clock_timestamp() + interval '{request.lock_timeout_s} seconds';
        begin
            loop
                begin
                    lock table {", ".join(places)} in {mode} mode nowait;
                    return;
                exception when lock_not_available then
                    if clock_timestamp() > last_try then
                        raise exception '{_READERS}';
                    end if;
                end;
                perform pg_sleep(0.02);
            end loop;
        end $lock$"""
    )


def _describe(server: _Server, request: CopyRequest, tables: Sequence[Table], shape: str) -> None:
    for table in tables:
        place = quoted(request.schema(table.schema), table.name)
        server.run(
            "; ".join(
                [
                    f"comment on table {place} is {literal(table.comment or '')}",
                    *(
                        f"comment on column {place}.{quoted(column)} is {literal(text)}"
                        for column, text in table.column_comments
                    ),
                ]
            )
        )
    for schema in SCHEMAS:
        names = ", ".join(sorted(table.name for table in tables if table.schema == schema))
        mark = f"Callboard release {request.release_id} (shape {shape}). Its tables: {names}"
        server.run(f"comment on schema {quoted(request.schema(schema))} is {literal(mark)}")


def _let_read(server: _Server, request: CopyRequest) -> tuple[str, ...]:
    """Let the reader's role read everything, and make it where it is not there; gives what could not be done."""
    exists, may_make = server.ask(
        f"select exists (select from pg_roles where rolname = {literal(request.reader)}) as there, "
        "(select rolsuper or rolcreaterole from pg_roles where rolname = current_user) as may"
    )[0]
    role = quoted(request.reader)
    if not exists and not may_make:
        return (
            f"There is no role {request.reader} and the login may not make one, so no other login may read the copy yet. Ask "
            f"the database's owner to run: create role {role} nologin;   then run this again.",
        )
    if not exists:
        server.run(f"create role {role} nologin")
    schemas = ", ".join(quoted(request.schema(schema)) for schema in SCHEMAS)
    server.run(
        f"grant usage on schema {schemas} to {role}; grant select on all tables in schema {schemas} to {role}"
    )
    return ()


def _count_again(server: _Server, request: CopyRequest, tables: Sequence[Table]) -> None:
    counted = server.ask(
        " union all ".join(
            f"select {number} as place, count(*) as n from {quoted(request.schema(t.schema), t.name)}"
            for number, t in enumerate(tables)
        )
    )
    found = dict(counted)
    wrong = [t.name for number, t in enumerate(tables) if found.get(number) != t.rows]
    if wrong:
        raise CallboardError(
            f"PostgreSQL holds other numbers of rows than the release in {', '.join(wrong)}, so nothing was copied.",
            hint="See whether a trigger or a rule changes what is written there.",
        )


def _no_connection(address: Address, error: duckdb.Error) -> CallboardError:
    said = str(error).rpartition('": ')[2].strip().splitlines() or [""]
    return CallboardError(
        f"No connection to {address.public}: {said[0]}",
        hint="Look at host, port, database and user; the password comes from PGPASSWORD, ~/.pgpass or the address.",
    )


def _refused(error: duckdb.Error) -> CallboardError:
    """What PostgreSQL said, without the statement that it said it of."""
    said = re.split(r"\b(?:ERROR|FATAL):\s+", str(error), maxsplit=1)[-1].strip()
    if _READERS in said or "lock timeout" in said:
        return CallboardError(
            "Other sessions kept the tables locked for too long, so nothing was copied; readers still see the earlier copy.",
            hint="Run this again, or see in pg_stat_activity who leaves a transaction open.",
        )
    if "depend on it" in said or "depends on" in said:
        return CallboardError(
            f"The tables have a new shape, and something was built on the old ones, so nothing was copied. {said}",
            hint="Drop what depends on them, run this again and make it anew; or copy staging_schema them with another --schema.",
        )
    return CallboardError(
        f"PostgreSQL did not take the copy; readers have what they had. It said: {said}",
        hint="Put it right there, and run this again.",
    )
