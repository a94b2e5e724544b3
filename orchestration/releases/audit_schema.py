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
            "severity": (
                "varchar",
                "refused: failing keeps the month back. to_confirm: it marks the KPIs it touches. noted: neither.",
            ),
            "passed": ("boolean", "Whether it held."),
            "observed": ("varchar", "What was found, the worst of it, in English."),
            "expected": ("varchar", "What would have been right, in English."),
            "waived_by": ("varchar", "Who let it pass though it failed; null where it was not waived."),
            "waived_reason": ("varchar", "Why."),
            "places": ("bigint", "At how many places it did not hold; 0 where it held."),
            "findings": (
                "varchar",
                "Each of these places as JSON, the worst first: keys, the sentence's parameters, KPIs, who settled it.",
            ),
        },
    ),
    "to_confirm": (
        "One row per item that was odd: what one cause was found by, and whether it was confirmed.",
        {
            "item_id": ("varchar", "The item, as callboard confirm takes it."),
            "month": ("date", "First day of the month it is about; null where it is about all."),
            "source_table": (
                "varchar",
                "The source to ask for, such as acd.contact_legs; null where none is known.",
            ),
            "code": ("varchar", "The expectation that says most of it."),
            "keys": (
                "varchar",
                "Where that was found, as JSON: kpi_id, site_id, business_date and the like.",
            ),
            "params": (
                "varchar",
                "What was found there, as JSON: the parameters of its sentence, unrounded.",
            ),
            "observed": ("varchar", "The same in English."),
            "kpis": ("varchar[]", "The KPIs that it touches: they are marked until it is settled."),
            "damage": ("double", "By which share their numbers could be wrong; orders the list."),
            "state": ("varchar", "open or confirmed."),
            "confirmed_by": ("varchar", "Who confirmed it; null while it is open."),
            "confirmed_reason": ("varchar", "Why it is right."),
            "confirmed_at": ("timestamp", "When, UTC."),
            "entries": ("varchar", "All that it was found by, as JSON."),
        },
    ),
    "source_profile": (
        "One row per month, source, column, part and measure: what the source looked like, as the gate compared it.",
        {
            "month": ("date", "First day of the month."),
            "source": ("varchar", "Source table, such as crm.surveys."),
            "column_name": ("varchar", "Its column; null for the rows as such."),
            "part_kind": (
                "varchar",
                "all, or what the part is one of: site_id, team_id, queue_id, evaluator_id ...",
            ),
            "part": ("varchar", "The part; all for the whole source."),
            "measure": (
                "varchar",
                "rows_a_day, days_short (of the month's end), empty, share (of a word), distinct, mean, midnight, and what "
                "other sources say, such as unknown_contact.",
            ),
            "word": ("varchar", "The word that a share is of; null for other measures."),
            "value": ("double", "The number; shares from 0 to 1."),
            "rows": ("bigint", "Rows behind it; those of a sample where the source is large."),
            "spread": ("double", "Standard deviation of single rows, of means."),
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
    "to_confirm": ("item_id",),
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
