"""Queries of the live page on a release's audit tables: quarantine, the gate's verdicts, releases and what changed."""

from datetime import date
from pathlib import Path

import duckdb

from orchestration.releases.findings import WITH_FINDINGS
from orchestration.warehouse.database import attached
from orchestration.warehouse.quarantine import WITH_REASONS
from orchestration.web.queries import Paged, paged

VERDICTS = ("open", "refused", "to_confirm", "noted", "waived", "passed", "all")


def quarantined_rows(
    connection: duckdb.DuckDBPyConnection, table: str | None, reason: str | None, page: int
) -> Paged:
    """The refused rows of a table and a reason, or of all; the row's text is masked in the release already."""
    return paged(
        connection,
        f"""
        select table_name, file, line, column_name, reason, reason_code, reason_params, row_text
        from (from audit.quarantined_row {WITH_REASONS})
        where ($table is null or table_name = $table) and ($reason is null or reason = $reason)
        """,
        "table_name, file, line, column_name",
        {"table": table, "reason": reason},
        page,
    )


def verdicts(connection: duckdb.DuckDBPyConnection, month: date | None, state: str, page: int) -> Paged:
    """The gate's verdicts on a month, or on all: `open` is whatever did not pass or was waived."""
    return paged(
        connection,
        f"""
        select * from (
            select
                *,
                case
                    when passed then 'passed'
                    when waived_by is not null then 'waived'
                    -- as a release of an older Callboard says it
                    when severity = 'error' then 'refused'
                    when severity = 'warning' then 'noted'
                    else severity
                end as state
            from (from audit.gate_result {WITH_FINDINGS})
            where $month is null or month = $month
        )
        where $state = 'all' or state = $state or ($state = 'open' and state != 'passed')
        """,
        "array_position(['refused', 'to_confirm', 'waived', 'noted', 'passed'], state), month desc, table_name, expectation",
        {"month": month, "state": state},
        page,
    )


def releases(connection: duckdb.DuckDBPyConnection, page: int) -> Paged:
    """The releases that this one knows of, the newest first."""
    return paged(
        connection,
        """
        select
            r.release_id, r.published_at, r.as_of, r.trigger, r.code_version, len(r.months) as months,
            coalesce(changed.numbers, 0) as changed
        from audit.release as r
        left join (
            select release_id, count(*) as numbers from audit.restatement group by all
        ) as changed using (release_id)
        """,
        "r.published_at desc, r.release_id desc",
        {},
        page,
    )


def release_ids(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The ids of the releases that this one knows of, the newest first."""
    rows = connection.execute(
        "select release_id from audit.release order by published_at desc, release_id desc"
    ).fetchall()
    return [row[0] for row in rows]


def changes_between(before: Path, after: Path, month: date, page: int) -> Paged:
    """The numbers of a month that differ between two releases' files: changed, only in one, or only in the other."""
    settings: dict[str, str | bool | int | float | list[str]] = {"temp_directory": ""}
    with (
        duckdb.connect(":memory:", config=settings) as connection,
        attached(connection, before / "callboard.duckdb", "earlier"),
        attached(connection, after / "callboard.duckdb", "later"),
    ):
        # Dear to find: found once, then counted and put in order.
        connection.execute(f"create temp table changed as {_CHANGES}", {"month": month})
        return paged(connection, "select * from changed", _CENTRE_FIRST, {}, page)


_CHANGES = """
    select
        kpi_id, scope, scope_id, before.value as value_before, after.value as value_after,
        before.target as target_before, after.target as target_after,
        before.status as status_before, after.status as status_after
    from (select * from earlier.marts.kpi_monthly where month = $month) as before
    full join (select * from later.marts.kpi_monthly where month = $month) as after using (kpi_id, scope, scope_id)
    where
        before.value is distinct from after.value or before.numerator is distinct from after.numerator
        or before.denominator is distinct from after.denominator or before.target is distinct from after.target
        or before.status is distinct from after.status
"""
_CENTRE_FIRST = (
    "array_position(['centre', 'site', 'business_line', 'team', 'employee'], scope), scope_id, kpi_id"
)


def restated_between(
    connection: duckdb.DuckDBPyConnection, before: str, after: str, month: date, page: int
) -> Paged:
    """The restatements of a month by the releases after `before` up to `after`, where a file is gone: one per release."""
    return paged(
        connection,
        """
        select
            kpi_id, scope, scope_id, value_before, value_after, null as target_before, null as target_after,
            null as status_before, null as status_after
        from audit.restatement
        where month = $month and release_id > $before and release_id <= $after
        """,
        f"{_CENTRE_FIRST}, release_id",
        {"before": before, "after": after, "month": month},
        page,
    )
