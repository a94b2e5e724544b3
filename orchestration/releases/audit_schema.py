"""Schema `audit` of a release: its tables, their columns, and what each column says.

Filled by `release`; the SQL that fills each table stands there. Here is only the shape that people rely on.
"""

from collections.abc import Mapping

import duckdb

from sources.sql import literal, quoted

#: table → (description, {column → (type, description)})
AUDIT_TABLES: Mapping[str, tuple[str, Mapping[str, tuple[str, str]]]] = {
    "release": (
        "One row per release that was ever published here, this one included.",
        {
            "release_id": ("varchar", "The release; ids sort by the time of publication."),
            "published_at": ("timestamp", "When it was published, UTC."),
            "as_of": ("timestamp", "The instant it looks from, UTC: what is dated later had not happened."),
            "months": (
                "date[]",
                "First days of the months it made; the others were carried from the release before.",
            ),
            "trigger": (
                "varchar",
                "What started it: command, a schedule or sensor and its name, or dagster for a run by hand there.",
            ),
            "code_version": ("varchar", "Version of Callboard and a fingerprint of its code."),
            "config_sha256": ("varchar", "Fingerprint of the configuration it was made under."),
            "previous_release_id": ("varchar", "The release it followed; null for the first."),
        },
    ),
    "delivery": (
        "One row per file of landing that was ever loaded.",
        {
            "delivery_id": ("bigint", "Number of the delivery in the build database."),
            "table_name": ("varchar", "Source table, such as acd.contact_legs."),
            "file": ("varchar", "Path relative to landing."),
            "sha256": ("varchar", "Fingerprint of the file as it came."),
            "bytes": ("bigint", "Size of the file."),
            "rows": ("bigint", "Rows found in it."),
            "quarantined_rows": ("bigint", "Rows of it that were refused; 0 once it is superseded."),
            "first_seen_at": ("timestamp", "When it was loaded, UTC."),
            "superseded_by": (
                "bigint",
                "The delivery of the same file name that took its place; null while in force.",
            ),
        },
    ),
    "source_month": (
        "One row per month and source table: what stands behind the month's numbers.",
        {
            "month": ("date", "First day of the month."),
            "source_table": ("varchar", "Source table, such as acd.contact_legs."),
            "is_delivered": (
                "boolean",
                "Whether landing held a file of it that could be read, be it without a row.",
            ),
            "has_rows": (
                "boolean",
                "Whether a row of it happened in the month, or was planned for it where it is a plan; of tables without "
                "dates, whether there is any row.",
            ),
        },
    ),
    "quarantined_row": (
        "One row per refused source row of deliveries in force, with the first reason found.",
        {
            "table_name": ("varchar", "Source table, such as acd.contact_legs."),
            "file": ("varchar", "Path relative to landing."),
            "line": ("bigint", "Line of the row in the file."),
            "column_name": ("varchar", "The column at fault; null where it is the whole row."),
            "reason": ("varchar", "Why the row does not count, in plain words."),
            "row_text": ("varchar", "The row as it came, columns about people shown as ***."),
            "reason_code": ("varchar", "The reason as a code, the same whatever the language of `reason`."),
            "reason_params": (
                "varchar",
                "What the reason names besides its column, as JSON; null for nothing.",
            ),
            "row_number": (
                "bigint",
                "Number of the row within its line: 1, unless a mapping makes several rows of a line.",
            ),
        },
    ),
    "gate_result": (
        "One row per expectation, table and month: what the gate said when the month was published.",
        {
            "expectation": ("varchar", "Name of the expectation, as callboard waive takes it."),
            "table_name": ("varchar", "The table it is about."),
            "month": ("date", "First day of the month it is about; null where it is about the whole table."),
            "severity": ("varchar", "error: failing refuses the release. warning: it does not."),
            "passed": ("boolean", "Whether it held."),
            "observed": ("varchar", "What was found."),
            "expected": ("varchar", "What would have been right."),
            "waived_by": ("varchar", "Who let it pass though it failed; null where nobody did."),
            "waived_reason": ("varchar", "Why."),
        },
    ),
    "restatement": (
        "One row per number of an already published month that a later release changed, withdrew or added.",
        {
            "month": ("date", "First day of the month."),
            "kpi_id": ("varchar", "The KPI, as in marts.dim_kpi."),
            "scope": ("varchar", "centre, site, business_line, team or employee."),
            "scope_id": ("varchar", "Which one of them; all for the centre."),
            "value_before": ("double", "Value in the release before; null where there was none."),
            "value_after": ("double", "Value in this release; null where there is none any more."),
            "release_id": ("varchar", "The release that changed it."),
            "delivery_ids": ("bigint[]", "Deliveries that arrived between the two releases."),
        },
    ),
    "column_lineage": (
        "One row per column of a mart and source column that goes into it.",
        {
            "table_name": ("varchar", "The mart."),
            "column_name": ("varchar", "Its column."),
            "source_table": ("varchar", "Source table, such as acd.contact_legs, or a seed of the project."),
            "source_column": ("varchar", "The column there."),
        },
    ),
}

#: table → the columns that tell its rows apart; gate_result has none, since its month may be null.
AUDIT_KEYS: Mapping[str, tuple[str, ...]] = {
    "release": ("release_id",),
    "delivery": ("delivery_id",),
    "source_month": ("month", "source_table"),
    "quarantined_row": ("table_name", "file", "line", "row_number"),
    "restatement": ("release_id", "month", "kpi_id", "scope", "scope_id"),
    "column_lineage": ("table_name", "column_name", "source_table", "source_column"),
}


def create_audit_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the empty tables of schema `audit`, with their comments."""
    connection.execute("create schema audit")
    for table, (description, columns) in AUDIT_TABLES.items():
        shape = ", ".join(f"{quoted(name)} {kind}" for name, (kind, _) in columns.items())
        connection.execute(f"create table {quoted('audit', table)} ({shape})")
        comment_on(
            connection, "audit", table, description, {name: text for name, (_, text) in columns.items()}
        )


def comment_on(
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    table: str,
    description: str,
    columns: Mapping[str, str],
) -> None:
    """Set the comments of a table and its columns."""
    name = quoted(schema, table)
    connection.execute(f"comment on table {name} is {_literal(description)}")
    for column, text in columns.items():
        connection.execute(f"comment on column {name}.{quoted(column)} is {_literal(text)}")


def _literal(text: str) -> str:
    # COMMENT ON takes no bind parameters.
    return literal(" ".join(text.split()))
