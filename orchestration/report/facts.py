"""What the report page shows, read from one open release: every query of the page stands here, no word of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb

from expectations.items import Entry, Item
from orchestration.presentation.language import Language
from orchestration.releases.findings import WITH_FINDINGS, entries_in, items_in
from orchestration.releases.reader import (
    Absence,
    Kpi,
    Number,
    SourceMonth,
    absences,
    catalogue,
    headline,
    names_of_scopes,
    numbers,
    sources_of,
    trends,
)
from orchestration.warehouse.database import columns_of, tables_of
from orchestration.warehouse.quarantine import WITH_REASONS

#: The monthly marts with a row per team, and the title of each. An older release may lack one.
MARTS = {
    "report_timeliness_monthly": "Report timeliness",
    "schedule_adherence_monthly": "Schedule adherence",
    "attrition_monthly": "Attrition",
    "training_monthly": "Training",
}
_LEAGUE_ROWS = 5


#: Why somebody has no rank (marts.agent_scorecard_monthly.unranked_code), in words.
UNRANKED = {
    "no_weights": "no weights for the line and role",
    "little_weight": "numbers for less than half of the weight",
    "no_number": "none of the KPIs has a number",
    "few_days": "present on too few days",
    "few_people": "too few people in the line and role",
}


@dataclass(frozen=True)
class Table:
    """A table of the release: its columns, which of them are shares (0 to 1), and its rows."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]

    def unit(self, column: str) -> str:
        """How numbers of a column are written."""
        is_share = column.endswith(("_rate", "_adherence")) or column in ("training_plan_adherence",)
        return "ratio" if is_share else "count"


@dataclass(frozen=True)
class Group:
    """One scope's headline numbers in the order people look at them, and the headline KPIs of which it has none."""

    scope: str
    scope_id: str
    name: str
    numbers: list[Number]
    absent: list[Absence]

    @property
    def anchor(self) -> str:
        """The id of its section in the page."""
        return f"{self.scope}-{self.scope_id}"

    @property
    def missed(self) -> int:
        """How many of them missed their target."""
        return sum(number.status == "missed" for number in self.numbers)


@dataclass(frozen=True)
class Miss:
    """A target the centre missed: who answers for it, the teams farthest from it, what moves it."""

    number: Number
    teams: list[tuple[str, float]]
    drivers: list[str]


@dataclass(frozen=True)
class Facts:
    """Everything on the page. `sparklines`: points of a 96 × 24 polyline by (scope, scope_id, kpi_id); `judged`: numbers
    of the centre that have a target to meet; `absent`: KPIs of which it has no number; `team_absences` by (team or all,
    kpi_id)."""

    month: date
    release: Mapping[str, Any]
    is_provisional: bool
    matures_on: date | None
    kpis: Mapping[str, Kpi]
    groups: list[Group]
    judged: int
    misses: list[Miss]
    absent: list[Absence]
    team_absences: Mapping[tuple[str, str], Absence]
    sources: list[SourceMonth]
    sparklines: Mapping[tuple[str, str, str], str]
    trend_months: list[date]
    centre_trends: Mapping[str, list[float | None]]
    tables: list[Table]
    team_league: list[tuple[Any, ...]]
    teams_unranked: list[tuple[Any, ...]]
    people_league: list[tuple[Any, ...]]
    people_ranked: int
    people_unranked: list[tuple[Any, ...]]
    restatements: list[tuple[Any, ...]]
    restated: int
    items: tuple[Item, ...]
    waived: tuple[Entry, ...]
    noted: tuple[Entry, ...]
    quarantine: list[tuple[Any, ...]]


def read_facts(connection: duckdb.DuckDBPyConnection, month: date, language: Language) -> Facts:
    """Everything the page of `month` shows."""
    scopes = ("centre", "business_line", "team")
    found = numbers(connection, month, scopes)
    own = [number for number in found if number.scope == "centre"]
    lacking = absences(connection, month, scopes)
    names = names_of_scopes(connection, month)
    spine = connection.execute(
        "select cast($month - to_months(11 - cast(back as integer)) as date) from range(12) as counted(back)",
        {"month": month},
    ).fetchall()
    lines = trends(connection, month, ("centre",))
    kpis = catalogue(connection, language)
    first = headline(kpis)
    held = tables_of(connection, "marts")
    teams = _team_league(connection, month)
    maturing = [number.matures_on for number in own if number.is_provisional]
    return Facts(
        month=month,
        release=_release(connection),
        is_provisional=any(number.is_provisional for number in found),
        matures_on=max(maturing, default=None),
        kpis=kpis,
        groups=_groups(found, lacking, names, first),
        judged=sum(number.status is not None for number in own),
        misses=_misses(connection, month, own, names, language),
        absent=[one for one in lacking if one.scope == "centre"],
        team_absences={(one.scope_id, one.kpi_id): one for one in lacking if one.scope in ("centre", "team")},
        sources=sources_of(connection, month),
        sparklines=_sparklines(connection, month, first),
        trend_months=[row[0] for row in spine],
        centre_trends={kpi: lines["centre", "all", kpi] for kpi in first if ("centre", "all", kpi) in lines},
        tables=[_mart(connection, name, month) for name in MARTS if name in held],
        team_league=[row for row in teams if row[0] is not None],
        teams_unranked=[row for row in teams if row[0] is None],
        **_people(connection, month),
        restatements=_restatements(connection, month),
        restated=_count(
            connection,
            "select count(*) from audit.restatement where month = ? and value_before is not null",
            month,
        ),
        items=items_in(connection, month),
        **_verdicts(connection, month),
        quarantine=_quarantine(connection),
    )


def _release(connection: duckdb.DuckDBPyConnection) -> Mapping[str, Any]:
    row = connection.execute(
        "select release_id, published_at, as_of, code_version from audit.release order by release_id desc limit 1"
    ).fetchone()
    empty = (None, datetime.min, datetime.min, "")
    return dict(zip(("release_id", "published_at", "as_of", "code_version"), row or empty, strict=True))


def _groups(
    found: list[Number],
    lacking: list[Absence],
    names: Mapping[tuple[str, str], str],
    first: Sequence[str],
) -> list[Group]:
    place = {kpi: at for at, kpi in enumerate(first)}
    by_scope: dict[tuple[str, str], list[Number]] = {}
    for number in found:
        if number.kpi_id in place:
            by_scope.setdefault((number.scope, number.scope_id), []).append(number)
    absent: dict[tuple[str, str], list[Absence]] = {}
    for one in lacking:
        if one.kpi_id in place:
            absent.setdefault((one.scope, one.scope_id), []).append(one)
    order = {"centre": 0, "business_line": 1, "team": 2}
    return [
        Group(
            scope,
            scope_id,
            names.get((scope, scope_id), ""),
            sorted(mine, key=lambda n: place[n.kpi_id]),
            sorted(absent.get((scope, scope_id), []), key=lambda one: place[one.kpi_id]),
        )
        for (scope, scope_id), mine in sorted(
            by_scope.items(), key=lambda item: (order[item[0][0]], item[0][1])
        )
    ]


def _misses(
    connection: duckdb.DuckDBPyConnection,
    month: date,
    own: list[Number],
    names: Mapping[tuple[str, str], str],
    language: Language,
) -> list[Miss]:
    teams: dict[str, list[tuple[str, float]]] = {}
    for kpi_id, team, value in connection.execute(
        """
        select kpi_id, scope_id, value
        from marts.kpi_monthly
        where month = ? and scope = 'team' and status = 'missed'
        qualify row_number() over (partition by kpi_id order by attainment nulls last, scope_id) <= 3
        order by kpi_id, attainment nulls last, scope_id
        """,
        [month],
    ).fetchall():
        teams.setdefault(kpi_id, []).append((names.get(("team", team)) or team, value))
    sentence = "sentence_zh" if language.code == "zh" else "sentence"
    drivers: dict[str, list[str]] = {}
    # A month looks at hundreds of pairs: only correlations beyond three standard errors are shown (docs/drivers.md).
    for kpi_id, line, text in connection.execute(
        f"""
        select satisfaction_kpi_id, business_line, {sentence}
        from marts.kpi_driver_monthly
        where month = ? and abs(correlation) >= 3 / sqrt(agents)
        qualify row_number() over (partition by satisfaction_kpi_id order by abs(correlation) desc, business_line, kpi_id)
            <= 3
        order by satisfaction_kpi_id, abs(correlation) desc, business_line, kpi_id
        """,
        [month],
    ).fetchall():
        drivers.setdefault(kpi_id, []).append(f"{line}: {text}")
    missed = [number for number in own if number.status == "missed"]
    missed.sort(key=lambda n: (n.attainment is None, n.attainment or 0, n.kpi_id))
    return [Miss(n, teams.get(n.kpi_id, []), drivers.get(n.kpi_id, [])) for n in missed]


def _sparklines(
    connection: duckdb.DuckDBPyConnection, month: date, kpis: Sequence[str]
) -> dict[tuple[str, str, str], str]:
    rows = connection.execute(
        """
        with
            points as (
                select
                    scope, scope_id, kpi_id, value,
                    11 - date_diff('month', month, $month) as place,
                    min(value) over same as low,
                    max(value) over same as high
                from marts.kpi_monthly
                where
                    month between cast($month - interval 11 month as date) and $month
                    and scope in ('centre', 'business_line', 'team')
                    and list_contains($kpis, kpi_id)
                window same as (partition by scope, scope_id, kpi_id)
            )
        select
            scope, scope_id, kpi_id,
            string_agg(
                printf(
                    '%.1f,%.1f',
                    2 + place * 92 / 11.0,
                    case when high > low then 22 - 20 * (value - low) / (high - low) else 12 end
                ),
                ' ' order by place
            )
        from points
        group by all
        having count(*) > 1
        """,
        {"month": month, "kpis": list(kpis)},
    ).fetchall()
    return {(row[0], row[1], row[2]): row[3] for row in rows}


def _mart(connection: duckdb.DuckDBPyConnection, name: str, month: date) -> Table:
    found = connection.execute(
        f"select * exclude (month, release_id) from marts.{name} where month = ? order by team_id <> 'all', team_id",
        [month],
    )
    return Table(name, MARTS[name], tuple(column[0] for column in found.description), found.fetchall())


def _team_league(connection: duckdb.DuckDBPyConnection, month: date) -> list[tuple[Any, ...]]:
    """Teams with a score; those with numbers for less than half of the weight have no place and come last."""
    known = "weight_covered" in columns_of(connection, "marts", "team_scorecard_monthly")
    return connection.execute(
        f"""
        select
            case when covered >= 0.5 then rank() over (partition by business_line, covered >= 0.5 order by score desc) end
                as place,
            team_id, business_line, score, kpis_with_a_number, kpis, is_provisional
        from (
            select *, {"coalesce(weight_covered, 1)" if known else "1"} as covered
            from marts.team_scorecard_monthly
        ) as scored
        where month = ? and team_id <> 'all' and score is not null
        order by business_line, place, team_id
        """,
        [month],
    ).fetchall()


def _people(connection: duckdb.DuckDBPyConnection, month: date) -> dict[str, Any]:
    """The first and the last few of each line and role (the workbook has everybody), how many were ranked, and why the
    others were not."""
    league = connection.execute(
        """
        select
            business_line, role, rank, people_ranked, employee_id, team_id, score, tier, months_in_bottom_tier,
            is_provisional
        from marts.agent_scorecard_monthly
        where month = $month and rank is not null
        qualify
            row_number() over (partition by business_line, role order by rank, employee_id) <= $rows
            or row_number() over (partition by business_line, role order by rank desc, employee_id desc) <= $rows
        order by business_line, role, rank, employee_id
        """,
        {"month": month, "rows": _LEAGUE_ROWS},
    ).fetchall()
    ranked = "select count(*) from marts.agent_scorecard_monthly where month = ? and rank is not null"
    return {
        "people_league": league,
        "people_ranked": _count(connection, ranked, month),
        "people_unranked": _people_unranked(connection, month),
    }


def _quarantine(connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return connection.execute(
        f"""
        select table_name, reason, count(*) as refused, reason_code, column_name, reason_params
        from (from audit.quarantined_row {WITH_REASONS})
        group by all
        order by refused desc, table_name, reason
        """
    ).fetchall()


def _restatements(connection: duckdb.DuckDBPyConnection, month: date) -> list[tuple[Any, ...]]:
    return connection.execute(
        """
        select kpi_id, scope, scope_id, value_before, value_after, release_id
        from audit.restatement
        where month = ? and scope in ('centre', 'business_line') and value_before is not null
        order by release_id desc, scope <> 'centre', scope_id, kpi_id
        limit 200
        """,
        [month],
    ).fetchall()


def _verdicts(connection: duckdb.DuckDBPyConnection, month: date) -> dict[str, Any]:
    """What people let pass, and what is only worth a look."""
    rows = connection.execute(
        f"""
        select expectation, table_name, month, findings
        from (from audit.gate_result {WITH_FINDINGS})
        where (month = ? or month is null) and not passed
        order by all
        """,
        [month],
    ).fetchall()
    entries = [entry for row in rows for entry in entries_in(*row)]
    return {
        "waived": tuple(e for e in entries if e.finding.settled and e.finding.settled.kind == "waived"),
        "noted": tuple(e for e in entries if e.finding.severity == "noted" and not e.finding.settled),
    }


def _count(connection: duckdb.DuckDBPyConnection, sql: str, month: date) -> int:
    row = connection.execute(sql, [month]).fetchone()
    return int(row[0]) if row else 0


def _people_unranked(connection: duckdb.DuckDBPyConnection, month: date) -> list[tuple[str, int]]:
    # Releases of an older Callboard have the reason alone.
    table = columns_of(connection, "marts", "agent_scorecard_monthly")
    column = "unranked_code" if "unranked_code" in table else "unranked_reason"
    rows: list[tuple[str, int]] = connection.execute(
        f"select {column}, count(*) from marts.agent_scorecard_monthly where month = ? and {column} is not null "
        "group by all order by count(*) desc, 1",
        [month],
    ).fetchall()
    return [(UNRANKED.get(why, why), people) for why, people in rows]
