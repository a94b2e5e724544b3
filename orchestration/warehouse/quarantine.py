"""What is in quarantine, table by table, in a form short enough to show: how many, why, and an example each."""

from dataclasses import dataclass
from typing import Literal

import duckdb

from orchestration.warehouse.database import tables_of

_REASONS_A_TABLE = 5


@dataclass(frozen=True)
class Reason:
    """One reason for refusing rows, how often it was given, and where the first such row stands: `file:line`, or
    the file where it is all of it."""

    reason: str
    rows: int
    example: str


@dataclass(frozen=True)
class TableQuarantine:
    """The refused rows of one source table, of `delivered` rows in force."""

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
            reasons as (
                select table_name, reason, count(*) as refused,
                    min_by(concat_ws(':', file, line), (file, line)) as example
                from {schema}.quarantined_row
                group by all
            ),
            delivered as (
                select table_name, sum(rows)::bigint as rows from {deliveries} where superseded_by is null group by all
            )
        select r.table_name, sum(r.refused)::bigint, coalesce(any_value(d.rows), 0),
            list({{'reason': r.reason, 'rows': r.refused, 'example': r.example}}
                order by r.refused desc, r.reason)[:{_REASONS_A_TABLE}]
        from reasons as r
        left join delivered as d using (table_name)
        group by r.table_name
        order by r.table_name
        """
    ).fetchall()
    return tuple(
        TableQuarantine(table, refused, delivered, tuple(Reason(**reason) for reason in reasons))
        for table, refused, delivered, reasons in rows
    )
