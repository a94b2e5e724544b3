"""Whether our own reports were in time: rows of `qa.report_deliveries` that Callboard delivers about itself.

A report that `callboard.toml` declares is delivered for a month by the first release that made the month after it had
ended. Its row is a file in landing, written once and never changed; one that is overdue and not out has a row without
`delivered_at`, which the later file's row replaces. What the rows count for is the KPIs' business, not ours.
"""

import csv
import logging
from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

import duckdb

from orchestration.deliveries.own_files import OWN_REPORTS, refuse_mapped, written_whole
from orchestration.home.calendars import nth_working_day
from orchestration.home.config import Config, OwnReport
from orchestration.home.errors import CallboardError
from orchestration.home.months import next_month
from orchestration.home.paths import Home
from orchestration.releases.manifest import current_release_path
from orchestration.releases.reader import open_release
from orchestration.releases.sites import Site, published_site

# int_source_reach knows our rows by it.
_ID_PREFIX = "callboard:"
_COLUMNS = ("report_id", "report_name", "owner_id", "due_at", "delivered_at", "defects")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ReportMonth:
    """A declared report of one month. Instants are aware and in UTC; `delivered_at` None: not delivered yet.

    `problem` says why its row cannot be delivered.
    """

    report: OwnReport
    month: date
    due_at: datetime
    delivered_at: datetime | None
    problem: str | None = None

    def state(self, now: datetime) -> Literal["delivered", "late", "overdue", "awaited"]:
        """How it stands at `now`."""
        if self.delivered_at is not None:
            return "delivered" if self.delivered_at <= self.due_at else "late"
        return "overdue" if self.due_at <= now else "awaited"

    @property
    def file(self) -> str:
        """The delivery with its row, relative to landing."""
        end = "awaited" if self.delivered_at is None else "delivered"
        return f"{OWN_REPORTS}{self.report.report_id}-{self.month:%Y-%m}-{end}.csv"


def own_reports(home: Home, config: Config, now: datetime) -> list[ReportMonth]:
    """Every declared report of every month that had ended by `now`, from its `since` or the first one published on.

    None before there is a release: until then the default site's time zone and its employees are unknown.
    """
    release = current_release_path(home)
    if release is None or not config.own_reports:
        return []
    with open_release(release) as connection:
        site = published_site(connection, config.default_site)
        if site is None and config.default_time_zone:
            site = Site(config.default_time_zone, None)
        if site is None:
            return []
        begins = _first_month(connection)
        found = [
            _report_month(connection, home, report, month, site)
            for report in config.own_reports
            for month in _ended_months(max(begins, date.fromisoformat(f"{report.since}-01")), site, now)
        ]
    return sorted(found, key=lambda one: (one.month, one.report.report_id))


def deliver_own_reports(home: Home, config: Config, now: datetime | None = None) -> tuple[str, ...]:
    """Put into landing the rows that are missing there; gives a sentence for each report whose rows still are. The
    caller holds the refresh lock.

    What cannot be written stops no refresh: the next one tries again.
    """
    undelivered: dict[str, None] = {}
    for one in missing(home, config, now or datetime.now(UTC)):
        if why := one.problem or _deliver(home, one):
            undelivered[f"The report {one.report.report_id!r} is not counted: {why}."] = None
    return tuple(undelivered)


def are_due(home: Home, config: Config) -> bool:
    """Whether landing lacks a row now that can be delivered. Writes nothing."""
    return any(one.problem is None for one in missing(home, config, datetime.now(UTC)))


def missing(home: Home, config: Config, now: datetime) -> list[ReportMonth]:
    """Those delivered or overdue of which landing has no row."""
    return [
        one
        for one in own_reports(home, config, now)
        if one.state(now) != "awaited" and not (home.landing / one.file).exists()
    ]


def _deliver(home: Home, one: ReportMonth) -> str | None:
    """Write the row of one report; gives why it could not be written."""
    try:
        # Not ours to make: where a drive is away, a refresh must find nothing rather than our rows alone.
        if not home.landing.is_dir():
            raise FileNotFoundError(home.landing)
        with (
            written_whole(home, one.file) as path,
            path.open("w", encoding="utf-8", newline="") as handle,
        ):
            csv.writer(handle).writerows([_COLUMNS, _row(one)])
    except OSError as error:
        _log.warning("%s could not be written: %s", one.file, error)
        return f"{one.file} could not be written; the next refresh tries again"
    return None


def _report_month(
    connection: duckdb.DuckDBPyConnection, home: Home, report: OwnReport, month: date, site: Site
) -> ReportMonth:
    zone = ZoneInfo(site.time_zone)
    due_on = nth_working_day(next_month(month), report.due_working_day, site.country)
    # Of a local time that a clock change repeats, fold 0 is the first; one that it skips moves on by the gap.
    due_at = datetime.combine(due_on, time.fromisoformat(report.due_time), zone).astimezone(UTC)
    row = connection.execute(
        "select min(published_at) from audit.release where list_contains(months, $month) and as_of >= $ended_at",
        {"month": month, "ended_at": _begins(next_month(month), zone).replace(tzinfo=None)},
    ).fetchone()
    delivered_at = row[0].replace(tzinfo=UTC) if row and row[0] else None
    one = ReportMonth(report, month, due_at, delivered_at)
    return replace(one, problem=_problem(connection, home, one))


def _problem(connection: duckdb.DuckDBPyConnection, home: Home, one: ReportMonth) -> str | None:
    owner = one.report.owner
    found = connection.execute("select 1 from marts.dim_employee where employee_id = ? limit 1", [owner])
    if found.fetchone() is None:
        # Its row would lie in quarantine, and in a register with few others refuse the month.
        return (
            f"its owner {owner!r} is no employee with an assignment in what is published; "
            f"name another in {home.config_file}"
        )
    try:
        refuse_mapped(home, one.file)
    except CallboardError as error:
        return str(error).rstrip(".")
    return None


def _row(one: ReportMonth) -> list[str]:
    # Whether it has defects is for people to find out: null is "not checked yet".
    return [
        f"{_ID_PREFIX}{one.report.report_id}:{one.month:%Y-%m}",
        f"{one.report.name} {one.month:%Y-%m}",
        one.report.owner,
        _instant(one.due_at),
        _instant(one.delivered_at) if one.delivered_at else "",
        "",
    ]


def _first_month(connection: duckdb.DuckDBPyConnection) -> date:
    """The first month ever published: no report was due before it."""
    row = connection.execute(
        "select min(month) from (select unnest(months) as month from audit.release)"
    ).fetchone()
    return row[0] if row and row[0] else date.max.replace(day=1)


def _ended_months(first: date, site: Site, now: datetime) -> Generator[date]:
    month = first
    while _begins(next_month(month), ZoneInfo(site.time_zone)) <= now:
        yield month
        month = next_month(month)


def _begins(month: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(month, time(), zone).astimezone(UTC)


def _instant(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"
