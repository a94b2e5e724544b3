"""What a release's database holds: the marts as the gate saw them, and schema `audit` filled.

All of it is SQL from the build database, attached as `build`, and from the release before, attached as `previous`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb

from expectations.items import Item
from expectations.verdicts import Verdict
from orchestration.home.errors import CallboardError
from orchestration.releases.audit_schema import AUDIT_TABLES, comment_on, create_audit_tables
from orchestration.releases.findings import audit_row, fill_to_confirm
from orchestration.releases.manifest import DeliveryRecord, Manifest
from orchestration.warehouse import ledger
from orchestration.warehouse.database import columns_of, tables_of
from orchestration.warehouse.descriptions import mart_descriptions
from orchestration.warehouse.lineage import LINEAGE_FILE
from orchestration.warehouse.quarantine import JOIN_SENTENCES, write_sentences
from sources.sql import quoted

if TYPE_CHECKING:
    from sources.contracts.contract import Column


@dataclass(frozen=True)
class AuditInputs:
    """What schema `audit` is filled from besides the build database."""

    build: ledger.Build
    verdicts: Sequence[Verdict]
    items: Sequence[Item]
    previous: Manifest | None
    published_at: datetime


def copy_marts(connection: duckdb.DuckDBPyConnection) -> int:
    """Copy every mart, rows in a settled order, with its descriptions; gives the number of rows.

    Raises CallboardError where a mart has a column that the contracts keep inside the build database.
    """
    connection.execute("create schema marts")
    descriptions = mart_descriptions()
    rows = 0
    for table in tables_of(connection, "marts", database="build"):
        columns = columns_of(connection, "marts", table, database="build")
        _refuse_private_columns(table, columns)
        name = quoted("marts", table)
        connection.execute(
            f"create table {name} as select * from {quoted('build', 'marts', table)} order by all"
        )
        counted = connection.execute(f"select count(*) from {name}").fetchone()
        rows += counted[0] if counted else 0
        described = descriptions.get(table)
        if described:
            known = {column: text for column, text in described.columns.items() if column in columns}
            comment_on(connection, "marts", table, described.text, known)
    return rows


def fill_audit(connection: duckdb.DuckDBPyConnection, inputs: AuditInputs) -> None:
    """Make schema `audit`: this release's rows, after those of the release before where a table is a history."""
    create_audit_tables(connection)
    _fill_deliveries(connection)
    if inputs.previous:
        _carry_history(connection, inputs.build)
        _fill_restatement(connection, inputs.build, inputs.previous)
    _fill_source_months(connection, inputs.build)
    _fill_release(connection, inputs)
    _fill_profile(connection, inputs)
    _fill_gate_results(connection, inputs.verdicts)
    fill_to_confirm(connection, inputs.items)
    connection.execute(
        "insert into audit.column_lineage from read_csv(?, header = true, all_varchar = true)",
        [str(LINEAGE_FILE)],
    )


def deliveries(connection: duckdb.DuckDBPyConnection) -> tuple[DeliveryRecord, ...]:
    """Every delivery of this release, for its manifest."""
    names = ("delivery_id", "table_name", "file", "sha256", "bytes", "rows", "superseded_by")
    rows = connection.execute(
        f"select {', '.join(names)} from audit.delivery order by delivery_id"
    ).fetchall()
    return tuple(DeliveryRecord.model_validate(dict(zip(names, row, strict=True))) for row in rows)


def _refuse_private_columns(table: str, columns: Sequence[str]) -> None:
    from sources.contracts.contract import load_contracts

    private = {name for contract in load_contracts().values() for name in contract.hidden_columns}
    found = private.intersection(columns)
    if found:
        raise CallboardError(
            f"marts.{table} has the column {', '.join(sorted(found))}, which the contracts keep inside the build "
            "database, so nothing was published.",
            hint="Take it out of the model, or publish a keyed hash under another name.",
        )


def _fill_deliveries(connection: duckdb.DuckDBPyConnection) -> None:
    write_sentences(connection, "build.quarantine.quarantined_row")
    connection.execute(
        f"""
        insert into audit.quarantined_row
        select
            refused.table_name, refused.file, refused.line, refused.column_name, sentence.reason,
            refused.row_text_public, refused.reason_code, refused.reason_params, refused.row_number
        from build.quarantine.quarantined_row as refused
        {JOIN_SENTENCES}
        order by all
        """
    )
    connection.execute(
        """
        insert into audit.delivery
        select
            d.delivery_id, d.table_name, d.file, d.sha256, d.bytes, d.rows, coalesce(q.refused, 0),
            d.first_seen_at, d.superseded_by
        from build.raw.delivery as d
        left join (
            select table_name, file, count(*) as refused from audit.quarantined_row group by all
        ) as q on q.table_name = d.table_name and q.file = d.file and d.superseded_by is null
        order by d.delivery_id
        """
    )


def _fill_source_months(connection: duckdb.DuckDBPyConnection, build: ledger.Build) -> None:
    """What stands behind each month: rows that happened in it where the contract knows which do, else planned ones."""
    from sources.contracts.contract import load_contracts

    if "source_month" in tables_of(connection, "audit", database="previous"):
        connection.execute(
            "insert into audit.source_month from previous.audit.source_month where not list_contains($1::date[], month)",
            [list(build.months)],
        )
    contracts = load_contracts()
    for name, contract in contracts.items():
        if name.startswith("rules."):
            continue
        current = f"(from build.raw.delivery where superseded_by is null and table_name = '{name}')"
        rows = f"build.loaded.{contract.model_name} semi join {current} as delivery using (delivery_id)"
        dated = contract
        if contract.dated_through:
            table, key = contract.refs[contract.dated_through]
            dated = contracts[table]
            rows = (
                f"build.loaded.{dated.model_name} as parent semi join (from {rows}) as child "
                f"on child.{contract.dated_through} = parent.{key}"
            )
        # A roster lists everybody, not the hires of a month.
        dates = (dated.begins or dated.dated_by) if dated.dated_by else ()
        connection.execute(
            f"""
            insert into audit.source_month
            select made.first_day, '{name}', exists (from {current} where unreadable_reason is null),
                exists (from {rows} where {_in_month(dated.columns, dates)})
            from unnest($1::date[]) as made(first_day)
            """,
            [list(build.months)],
        )


def _in_month(columns: "Mapping[str, Column]", dates: Sequence[str]) -> str:
    """SQL: one of the dates is in month `made.first_day`, wherever the row's local time is."""
    conditions = [
        f"(({date} - {margin}) >= made.first_day and ({date} + {margin}) < made.first_day + interval 1 month)"
        for date in dates
        for margin in [f"interval {14 if columns[date].type == 'timestamp' else 0} hours"]
    ]
    return " or ".join(conditions) or "true"


def _carry_history(connection: duckdb.DuckDBPyConnection, build: ledger.Build) -> None:
    for table in ("release", "restatement"):
        columns = ", ".join(quoted(column) for column in AUDIT_TABLES[table][1])
        connection.execute(
            f"insert into {quoted('audit', table)} select {columns} from {quoted('previous', 'audit', table)}"
        )
    # What the gate said of a month stays with the month until it is made again.
    for table in set(tables_of(connection, "audit", database="previous")) & {"gate_result", "to_confirm"}:
        connection.execute(
            f"""
            insert into audit.{table} by name
            from previous.audit.{table} where month is not null and not list_contains($built::date[], month)
            """,
            {"built": list(build.months)},
        )
    # Releases made before findings were codes knew two severities.
    connection.execute(
        "update audit.gate_result set severity = if(severity = 'error', 'refused', 'noted') "
        "where severity in ('error', 'warning')"
    )


def _fill_profile(connection: duckdb.DuckDBPyConnection, inputs: AuditInputs) -> None:
    if "source_profile" in tables_of(connection, "ledger", database="build"):
        connection.execute(
            "insert into audit.source_profile by name from build.ledger.source_profile order by all"
        )
    if inputs.previous and "source_profile" in tables_of(connection, "audit", database="previous"):
        connection.execute(
            """
            insert into audit.source_profile by name from previous.audit.source_profile
            where month not in (select month from audit.source_profile)
            """
        )


def _fill_restatement(connection: duckdb.DuckDBPyConnection, build: ledger.Build, previous: Manifest) -> None:
    connection.execute(
        """
        insert into audit.restatement
        with
            months as (select unnest(list_intersect($built::date[], $already::date[])) as month),
            before as (select * from previous.marts.kpi_monthly semi join months using (month)),
            after as (select * from marts.kpi_monthly semi join months using (month)),
            arrived as (
                select coalesce(list(delivery_id order by delivery_id), []) as delivery_ids
                from audit.delivery
                anti join previous.audit.delivery using (delivery_id)
            )
        select
            month, kpi_id, scope, scope_id, b.value, a.value, $release_id, arrived.delivery_ids
        from before as b
        full join after as a using (month, kpi_id, scope, scope_id)
        cross join arrived
        where b.value is distinct from a.value
        order by all
        """,
        {
            "built": list(build.months),
            "already": [month.month for month in previous.months],
            "release_id": build.build_id,
        },
    )


def _fill_release(connection: duckdb.DuckDBPyConnection, inputs: AuditInputs) -> None:
    build = inputs.build
    connection.execute(
        "insert into audit.release values (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            build.build_id,
            inputs.published_at.replace(tzinfo=None),
            build.as_of.astimezone(UTC).replace(tzinfo=None),
            list(build.months),
            build.trigger,
            build.code_version,
            build.config_sha256,
            inputs.previous.release_id if inputs.previous else None,
        ],
    )


def _fill_gate_results(connection: duckdb.DuckDBPyConnection, verdicts: Sequence[Verdict]) -> None:
    columns = AUDIT_TABLES["gate_result"][1]
    rows = [audit_row(verdict) for verdict in verdicts]
    if rows:
        connection.executemany(
            f"insert into audit.gate_result values ({', '.join('?' * len(columns))})", rows
        )
