"""Reading a published release: who opens it and how, and the questions that more than one reader asks.

The report pack, the live page and notices read through here, each from one release file, read-only, so that none of
them can see half of one release and half of the next. What only one of them asks stands there.
"""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import duckdb

from orchestration.home.errors import UsageError
from orchestration.home.months import next_month
from orchestration.home.paths import Home
from orchestration.releases.manifest import current_release_path, damaged
from orchestration.warehouse.database import columns_of, tables_of

if TYPE_CHECKING:
    from orchestration.presentation.language import Language

Scope = Literal["centre", "site", "business_line", "team", "employee"]
SCOPES: tuple[Scope, ...] = ("centre", "site", "business_line", "team", "employee")


@dataclass(frozen=True)
class Kpi:
    """A KPI of the catalogue in one language, as a row of `dim_kpi` describes it."""

    kpi_id: str
    name: str
    unit: str
    better: str
    definition: str
    numerator: str
    denominator: str
    owner_role: str
    headline_rank: int | None
    is_charted_by_team: bool
    scopes: tuple[str, ...]
    source_tables: tuple[str, ...]
    agent_day_columns: tuple[str, ...]


@dataclass(frozen=True)
class Number:
    """One row of kpi_monthly beside the month before: all values unrounded; `is_restated` where a later release than
    the first said something else of this number before, `is_to_confirm` where an open item touches it."""

    kpi_id: str
    scope: str
    scope_id: str
    numerator: float
    denominator: float
    value: float
    value_before: float | None
    target: float | None
    status: str | None
    attainment: float | None
    is_provisional: bool
    matures_on: date
    is_restated: bool
    coverage: float
    is_to_confirm: bool


@dataclass(frozen=True)
class Absence:
    """A KPI of which a scope has no number, and why: not_delivered (with the tables, `a or b` where one would do),
    not_known or nothing_to_count."""

    kpi_id: str
    scope: str
    scope_id: str
    reason: str
    missing_sources: tuple[str, ...]


@dataclass(frozen=True)
class SourceMonth:
    """Whether a source table was ever delivered, and whether a row of it is of the month."""

    source_table: str
    is_delivered: bool
    has_rows: bool


_SHOWN = """headline_rank, is_charted_by_team, string_split(scopes, '|'),
    list_filter(string_split(source_tables, '|'), lambda word: word <> ''),
    list_filter(string_split(agent_day_columns, '|'), lambda word: word <> '')"""
# An older release does not say which KPIs come first: those with a target do.
_SHOWN_BEFORE = """
    if(kpi_id in (select kpi_id from marts.kpi_monthly where target is not null), row_number() over (order by kpi_id), null),
    false, string_split(scopes, '|'), [], []"""

_NUMBERS = """
    select
        kpi.kpi_id, kpi.scope, kpi.scope_id, kpi.numerator, kpi.denominator, kpi.value,
        earlier.value as value_before, kpi.target, kpi.status, kpi.attainment, kpi.is_provisional, kpi.matures_on,
        restated.kpi_id is not null as is_restated, {coverage} as coverage,
        kpi.kpi_id in ({to_confirm}) as is_to_confirm
    from marts.kpi_monthly as kpi
    left join marts.kpi_monthly as earlier
        on
            earlier.month = cast($month - interval 1 month as date)
            and earlier.kpi_id = kpi.kpi_id and earlier.scope = kpi.scope and earlier.scope_id = kpi.scope_id
    left join (
        select distinct kpi_id, scope, scope_id
        from audit.restatement
        where month = $month and value_before is not null
    ) as restated on
        restated.kpi_id = kpi.kpi_id and restated.scope = kpi.scope and restated.scope_id = kpi.scope_id
    where kpi.month = $month and list_contains($scopes, kpi.scope)
        and ($scope_id is null or kpi.scope_id = $scope_id)
    order by kpi.scope, kpi.scope_id, kpi.kpi_id
"""


def month_to_report(months: Sequence[date], as_of: datetime) -> date:
    """Which of the months a report is about: the newest that had ended by `as_of`, else the newest."""
    return max([month for month in months if next_month(month) <= as_of.date()] or months)


@contextmanager
def open_release(release: Path) -> Generator[duckdb.DuckDBPyConnection]:
    """The database in a release's directory, read-only. Raises CallboardError where it is damaged."""
    database = release / "callboard.duckdb"
    try:
        connection = duckdb.connect(str(database), read_only=True)
    except duckdb.IOException as error:
        raise damaged(release, database, error) from None
    with connection:
        yield connection


def release_to_read(home: Home, release_id: str | None = None) -> Path:
    """The directory of the named release, else of the published one. Raises UsageError where there is none."""
    if release_id is not None:
        kept = sorted((path.parent.name for path in home.releases.glob("*/manifest.json")), reverse=True)
        kept = [name for name in kept if not name.endswith(".tmp")]
        if release_id not in kept:
            raise UsageError(
                f"There is no release {release_id!r} in {home.root}.",
                hint=f"The newest ones are: {', '.join(kept[:5])}"
                if kept
                else "Nothing is published there yet.",
            )
        return home.releases / release_id
    current = current_release_path(home)
    if current is None:
        raise UsageError(
            f"Nothing is published yet in {home.root}.",
            hint=f"Publish first: callboard refresh --home {home.root}",
        )
    return current


def months_of(connection: duckdb.DuckDBPyConnection) -> list[date]:
    """The months the release holds numbers of, the newest first."""
    rows = connection.execute("select distinct month from marts.kpi_monthly order by month desc").fetchall()
    return [row[0] for row in rows]


def catalogue(connection: duckdb.DuckDBPyConnection, language: "Language") -> dict[str, Kpi]:
    """Every KPI of the release by its id, in the order of the ids, in this language."""
    columns = columns_of(connection, "marts", "dim_kpi")
    # A release of before 0.3.0 has its definitions in English only.
    suffix = "_zh" if language.code == "zh" and "definition_zh" in columns else ""
    name = "name_zh" if language.code == "zh" else "name_en"
    rows = connection.execute(
        f"""
        select
            kpi_id, {name}, unit, better, definition{suffix}, numerator{suffix}, denominator{suffix}, owner_role,
            {_SHOWN if "headline_rank" in columns else _SHOWN_BEFORE}
        from marts.dim_kpi
        order by kpi_id
        """
    ).fetchall()
    return {row[0]: Kpi(*row[:-3], *(tuple(words) for words in row[-3:])) for row in rows}


def headline(kpis: Mapping[str, Kpi]) -> list[str]:
    """The KPIs that people look at first, in the order in which they look."""
    ranks = {kpi.kpi_id: kpi.headline_rank for kpi in kpis.values() if kpi.headline_rank is not None}
    return sorted(ranks, key=lambda kpi_id: ranks[kpi_id])


def numbers(
    connection: duckdb.DuckDBPyConnection,
    month: date,
    scopes: tuple[str, ...] = SCOPES,
    scope_id: str | None = None,
) -> list[Number]:
    """The month's numbers of these scopes, of one of their ids where `scope_id` is given."""
    # A release of before 0.4.0 does not say how much is known; of its months that were carried, neither does a later one.
    known = "coverage" in columns_of(connection, "marts", "kpi_monthly")
    rows = connection.execute(
        _NUMBERS.format(
            coverage="coalesce(kpi.coverage, 1)" if known else "1.0::double",
            to_confirm=kpis_to_confirm(connection),
        ),
        {"month": month, "scopes": list(scopes), "scope_id": scope_id},
    ).fetchall()
    return [Number(*row) for row in rows]


def absences(
    connection: duckdb.DuckDBPyConnection,
    month: date,
    scopes: tuple[str, ...] = ("centre",),
    scope_id: str | None = None,
) -> list[Absence]:
    """The KPIs of which these scopes have no number in the month, and why; none where the release does not say."""
    if not columns_of(connection, "marts", "kpi_absence"):
        return []
    rows = connection.execute(
        """
        select kpi_id, scope, scope_id, reason, coalesce(string_split(missing_sources, '|'), [])
        from marts.kpi_absence
        where month = $month and list_contains($scopes, scope) and ($scope_id is null or scope_id = $scope_id)
        order by scope, scope_id, kpi_id
        """,
        {"month": month, "scopes": list(scopes), "scope_id": scope_id},
    ).fetchall()
    return [Absence(kpi, its, its_id, why, tuple(tables)) for kpi, its, its_id, why, tables in rows]


def sources_of(connection: duckdb.DuckDBPyConnection, month: date) -> list[SourceMonth]:
    """What stands behind the month's numbers, table by table; none where the release does not say."""
    if not columns_of(connection, "audit", "source_month"):
        return []
    rows = connection.execute(
        "select source_table, is_delivered, has_rows from audit.source_month where month = ? order by source_table",
        [month],
    ).fetchall()
    return [SourceMonth(*row) for row in rows]


def kpis_to_confirm(connection: duckdb.DuckDBPyConnection) -> str:
    """SQL for the KPIs that an open item of `$month` touches; of none in a release of an older Callboard."""
    if "to_confirm" not in tables_of(connection, "audit"):
        return "select null where false"
    return (
        "select unnest(kpis) from audit.to_confirm where state = 'open' and (month is null or month = $month)"
    )


def trends(
    connection: duckdb.DuckDBPyConnection,
    month: date,
    scopes: tuple[str, ...],
    scope_id: str | None = None,
    months: int = 12,
) -> dict[tuple[str, str, str], list[float | None]]:
    """Per (scope, scope_id, kpi_id) the values of the `months` months up to `month`, the oldest first; None where a
    month has none."""
    rows = connection.execute(
        """
        with
            spine as (
                select cast($month - to_months(cast(back as integer)) as date) as month, $months - 1 - back as place
                from range($months) as counted(back)
            ),
            keys as (
                select distinct scope, scope_id, kpi_id
                from marts.kpi_monthly
                where month = $month and list_contains($scopes, scope) and ($scope_id is null or scope_id = $scope_id)
            )
        select keys.scope, keys.scope_id, keys.kpi_id, list(kpi.value order by spine.place)
        from keys
        cross join spine
        left join marts.kpi_monthly as kpi using (month, scope, scope_id, kpi_id)
        group by all
        order by all
        """,
        {"month": month, "scopes": list(scopes), "scope_id": scope_id, "months": months},
    ).fetchall()
    return {(row[0], row[1], row[2]): row[3] for row in rows}


def names_of_scopes(connection: duckdb.DuckDBPyConnection, month: date) -> dict[tuple[str, str], str]:
    """What to call a site, team or line beside its id: (scope, scope_id) → name as of the month's last day. People
    have no names here."""
    rows = connection.execute(
        """
        with ends as (select last_day($month) as ends_on)
        select 'site', site_id, site_name from marts.dim_site, ends
        where valid_from <= ends_on and (valid_to is null or valid_to >= ends_on)
        union all
        select 'team', team_id, team_name from marts.dim_team, ends
        where valid_from <= ends_on and (valid_to is null or valid_to >= ends_on)
        """,
        {"month": month},
    ).fetchall()
    return {(row[0], row[1]): row[2] for row in rows if row[2]}
