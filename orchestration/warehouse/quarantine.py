"""What is in quarantine, table by table, in a form short enough to show: how many, why, and an example each."""

from dataclasses import dataclass
from typing import Any, Literal

import duckdb

from orchestration.warehouse.database import tables_of
from sources.reasons import refusal

_REASONS_A_TABLE = 5


#: What every quarantine has, as SQL behind its table: a build has no sentences, an older release no codes.
WITH_REASONS = (
    "union all by name select null::varchar as reason, null::varchar as reason_code, null::varchar as reason_params "
    "where false"
)


@dataclass(frozen=True)
class Reason:
    """One reason for refusing rows, how often it was given, and where the first such row stands: `file:line`, or the
    file where it is all of it. `reason` is in English; code, column and params say it in any language, and are null
    where a release of an older Callboard has only the sentence."""

    reason: str
    rows: int
    example: str
    reason_code: str | None = None
    column_name: str | None = None
    reason_params: str | None = None


@dataclass(frozen=True)
class TableQuarantine:
    """The refused rows of one source table, of `delivered` current rows."""

    table_name: str
    refused: int
    delivered: int
    reasons: tuple[Reason, ...]


def quarantine_summary(
    connection: duckdb.DuckDBPyConnection, place: Literal["build", "release"]
) -> tuple[TableQuarantine, ...]:
    """The quarantine of a build database or of a release, most common reasons first."""
    schema, deliveries = ("quarantine", "raw.delivery") if place == "build" else ("audit", "audit.delivery")
    if "quarantined_row" not in tables_of(connection, schema):
        return ()
    rows = connection.execute(
        f"""
        with
            refused as (from {schema}.quarantined_row {WITH_REASONS}),
            reasons as (
                select table_name, reason, reason_code, column_name, reason_params, count(*) as refused,
                    min_by(concat_ws(':', file, line), (file, line)) as example
                from refused
                group by all
            ),
            delivered as (
                select table_name, sum(rows)::bigint as rows from {deliveries} where superseded_by is null group by all
            )
        select r.table_name, sum(r.refused)::bigint, coalesce(any_value(d.rows), 0),
            list({{'reason': r.reason, 'rows': r.refused, 'example': r.example, 'reason_code': r.reason_code,
                'column_name': r.column_name, 'reason_params': r.reason_params}}
                order by r.refused desc, r.column_name, r.reason_code, r.reason_params)[:{_REASONS_A_TABLE}]
        from reasons as r
        left join delivered as d using (table_name)
        group by r.table_name
        order by r.table_name
        """
    ).fetchall()
    return tuple(
        TableQuarantine(table, refused, delivered, tuple(_reason(**reason) for reason in reasons))
        for table, refused, delivered, reasons in rows
    )


def _reason(**found: Any) -> Reason:
    if found["reason"] is None:
        found["reason"] = refusal(found["reason_code"], found["column_name"], found["reason_params"])
    return Reason(**found)


def write_sentences(connection: duckdb.DuckDBPyConnection, refused: str) -> None:
    """The English sentence of every reason among `refused` (SQL with reason_code, column_name, reason_params), as
    temporary table `reason_sentence`: a few, whatever the number of rows."""
    found = connection.execute(
        f"select distinct reason_code, column_name, reason_params from {refused} order by all"
    ).fetchall()
    connection.execute(
        "create or replace temp table reason_sentence "
        "(reason_code varchar, column_name varchar, reason_params varchar, reason varchar)"
    )
    if found:
        connection.executemany(
            "insert into reason_sentence values (?, ?, ?, ?)",
            [[*reason, refusal(*reason)] for reason in found],
        )


#: Joins a row's sentence to relation `refused`.
JOIN_SENTENCES = """left join reason_sentence as sentence
    on refused.reason_code = sentence.reason_code
    and refused.column_name is not distinct from sentence.column_name
    and refused.reason_params is not distinct from sentence.reason_params"""
