"""What the live page asks a release: every value bound, every list paged by the database."""

from dataclasses import dataclass
from datetime import date

import duckdb

from orchestration.releases.reader import Scope
from orchestration.warehouse.database import columns_of
from sources.sql import quoted

PAGE_ROWS = 50

#: The scopes that lie below one, the next first.
BELOW: dict[str, tuple[Scope, ...]] = {
    "centre": ("site", "business_line", "team", "employee"),
    "site": ("team", "employee"),
    "business_line": ("team", "employee"),
    "team": ("employee",),
    "employee": (),
}
#: What a page shows of an interval that an ACD reported; a KPI adds some of it up.
INTERVAL_COLUMNS = (
    "offered",
    "answered",
    "abandoned",
    "short_abandons",
    "within_service_level",
    "wait_seconds",
    "handle_seconds",
)
# How a team's and an employee's row of a dimension, and an agent-day, name the scope above.
_COLUMN = {"site": "site_id", "business_line": "business_line", "team": "team_id", "employee": "employee_id"}


@dataclass(frozen=True)
class Paged:
    """One page of a list: rows as column → value, `page` of `pages` (from 1), `total` rows in all of them."""

    rows: tuple[dict[str, object], ...]
    page: int
    pages: int
    total: int


@dataclass(frozen=True)
class TrendMonth:
    """One month of a KPI at a scope; all None where it has no number."""

    month: date
    value: float | None
    numerator: float | None
    denominator: float | None
    target: float | None
    is_provisional: bool | None


def paged(
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    order_by: str,
    parameters: dict[str, object],
    page: int,
    rows: int = PAGE_ROWS,
) -> Paged:
    """The `page`-th page of the rows of `sql`, in this order. A page beyond the last is empty."""
    # Counted without the order, which DuckDB would else bring everything into.
    counted = connection.execute(f"select count(*) from ({sql})", parameters).fetchone()
    total = int(counted[0]) if counted else 0
    found = connection.execute(
        f"{sql} order by {order_by} limit $page_rows offset $page_offset",
        parameters | {"page_rows": rows, "page_offset": (page - 1) * rows},
    )
    names = [column[0] for column in found.description or ()]
    listed = tuple(dict(zip(names, row, strict=True)) for row in found.fetchall())
    return Paged(listed, page, max(1, -(-total // rows)), total)


def ids_of(connection: duckdb.DuckDBPyConnection, month: date, scope: Scope, page: int) -> Paged:
    """The ids of a scope that have numbers in the month."""
    return paged(
        connection,
        "select distinct scope_id from marts.kpi_monthly where month = $month and scope = $scope",
        "scope_id",
        {"month": month, "scope": scope},
        page,
    )


def trend_of(
    connection: duckdb.DuckDBPyConnection, month: date, kpi_id: str, scope: Scope, scope_id: str
) -> list[TrendMonth]:
    """The twelve months of a KPI up to `month`, the oldest first."""
    rows = connection.execute(
        """
        with spine as (
            select cast($month - to_months(cast(back as integer)) as date) as month from range(12) as counted(back)
        ),
        seen as (
            select * from marts.kpi_monthly
            where kpi_id = $kpi_id and scope = $scope and scope_id = $scope_id
                and month between $month - interval 11 month and $month
        )
        select spine.month, seen.value, seen.numerator, seen.denominator, seen.target, seen.is_provisional
        from spine left join seen using (month)
        order by spine.month
        """,
        {"month": month, "kpi_id": kpi_id, "scope": scope, "scope_id": scope_id},
    ).fetchall()
    return [TrendMonth(*row) for row in rows]


def restatements_of(
    connection: duckdb.DuckDBPyConnection, month: date, kpi_id: str, scope: Scope, scope_id: str
) -> list[tuple[object, ...]]:
    """(release_id, value_before, value_after, deliveries) of each time that this number changed, the newest first."""
    return connection.execute(
        """
        select release_id, value_before, value_after, len(delivery_ids)
        from audit.restatement
        where month = $month and kpi_id = $kpi_id and scope = $scope and scope_id = $scope_id
        order by release_id desc
        """,
        {"month": month, "kpi_id": kpi_id, "scope": scope, "scope_id": scope_id},
    ).fetchall()


def parts_of(
    connection: duckdb.DuckDBPyConnection,
    month: date,
    kpi_id: str,
    above: tuple[Scope, str],
    below: Scope,
    page: int,
) -> Paged:
    """The numbers of the scopes `below` that belong to the scope `above`, those furthest from their target first."""
    scope, scope_id = above
    members = "true"
    parameters: dict[str, object] = {"month": month, "kpi_id": kpi_id, "below": below}
    if scope != "centre":
        # Every employee who belonged to it on any day of the month: a mover's own number counts the whole month.
        dimension = "dim_team" if below == "team" else "dim_employee"
        members = f"""
            kpi.scope_id in (
                select {_COLUMN[below]} from marts.{dimension}
                where {_COLUMN[scope]} = $scope_id and valid_from <= last_day($month)
                    and (valid_to is null or valid_to >= $month)
            )
        """
        parameters["scope_id"] = scope_id
    return paged(
        connection,
        f"""
        select kpi.scope_id, kpi.numerator, kpi.denominator, kpi.value, kpi.target, kpi.status, kpi.is_provisional
        from marts.kpi_monthly as kpi
        where kpi.month = $month and kpi.kpi_id = $kpi_id and kpi.scope = $below and {members}
        """,
        "kpi.attainment nulls last, kpi.scope_id",
        parameters,
        page,
    )


def agent_days_of(
    connection: duckdb.DuckDBPyConnection,
    month: date,
    at: tuple[Scope, str],
    columns: tuple[str, ...],
    page: int,
) -> tuple[Paged, dict[str, object]]:
    """The agent-days of a scope and month with these columns, and the columns added up over all pages."""
    scope, scope_id = at
    parameters: dict[str, object] = {"month": month}
    where = "business_date between $month and last_day($month)"
    if scope != "centre":
        where += f" and {_COLUMN[scope]} = $scope_id"
        parameters["scope_id"] = scope_id
    listed = ", ".join(quoted(column) for column in columns)
    days = paged(
        connection,
        f"select business_date, employee_id, team_id, {listed} from marts.fct_agent_day where {where}",
        "business_date, employee_id, team_id",
        parameters,
        page,
    )
    # Whole numbers and decimals: their sums are exact as they are.
    sums = ", ".join(f"sum({quoted(column)})" for column in columns)
    totals = connection.execute(
        f"select {sums} from marts.fct_agent_day where {where}", parameters
    ).fetchone()
    return days, dict(zip(columns, totals or (), strict=False))


def deliveries_of(connection: duckdb.DuckDBPyConnection, tables: tuple[str, ...], page: int) -> Paged:
    """The deliveries of these source tables that are current, by table and file."""
    return paged(
        connection,
        """
        select table_name, file, rows, quarantined_rows, first_seen_at, sha256
        from audit.delivery
        where superseded_by is null and list_contains($tables, table_name)
        """,
        "table_name, file",
        {"tables": list(tables)},
        page,
    )


def intervals_of(
    connection: duckdb.DuckDBPyConnection, month: date, at: tuple[Scope, str], page: int
) -> tuple[Paged, dict[str, object]] | None:
    """The intervals that ACDs reported of a month, for the centre or a business line, and their columns added up over all
    pages; None where there are none: at other scopes, and in a release from before there were any."""
    scope, scope_id = at
    if scope not in ("centre", "business_line"):
        return None
    if "source_table" not in columns_of(connection, "marts", "fct_queue_interval"):
        return None
    parameters: dict[str, object] = {"month": month}
    where = "month = $month and source_table = 'acd.queue_intervals'"
    if scope == "business_line":
        where += " and queue_id in (select queue_id from marts.dim_queue where business_line = $scope_id)"
        parameters["scope_id"] = scope_id
    intervals = paged(
        connection,
        f"select interval_starts_at, interval_minutes, queue_id, {', '.join(INTERVAL_COLUMNS)} "
        f"from marts.fct_queue_interval where {where}",
        "interval_starts_at, queue_id",
        parameters,
        page,
    )
    if not intervals.total:
        return None
    sums = ", ".join(f"sum({column})" for column in INTERVAL_COLUMNS)
    totals = connection.execute(
        f"select {sums} from marts.fct_queue_interval where {where}", parameters
    ).fetchone()
    return intervals, dict(zip(INTERVAL_COLUMNS, totals or (), strict=False))
