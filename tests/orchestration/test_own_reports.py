"""Rows about our own reports: which are written when, what they say, and that they begin nothing by themselves."""

import csv
import json
import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Self

import duckdb
import pytest

from orchestration.deliveries.own_reports import ReportMonth, deliver_own_reports, own_reports
from orchestration.home.config import OwnReport, load_config
from orchestration.home.errors import CallboardError, UsageError
from orchestration.refresh.plan import plan_refresh
from orchestration.refresh.publish import Release
from orchestration.refresh.steps import load_step, publish_step

from .conftest import AS_OF, AUGUST, SEPTEMBER, CommandResult, StandIn, status_without_work

JULY = date(2026, 7, 1)
# 3 September 2026 is the third working day of the month in Shanghai, and 10:00 there is 02:00 in UTC.
DUE = datetime(2026, 9, 3, 2, tzinfo=UTC)
DECLARED = """
[[own_reports]]
report_id = "monthly-kpis"
name = "Monthly KPIs, 月报"
owner = "E1"
due_working_day = 3
due_time = "10:00"
since = "2026-08"
"""


@pytest.fixture
def on_20_september(monkeypatch: pytest.MonkeyPatch) -> None:
    """August has ended, its report was due, and September is running."""
    set_clock(monkeypatch, datetime(2026, 9, 20))


def set_clock(monkeypatch: pytest.MonkeyPatch, instant: datetime) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls(instant.year, instant.month, instant.day, tzinfo=tz)

    for module in ("deliveries.own_reports", "commands.home_status", "commands.status"):
        monkeypatch.setattr(f"orchestration.{module}.datetime", Clock)


@pytest.fixture
def declared(stand_in: StandIn) -> StandIn:
    """A home with a declared report, whose site and owner are known; nothing is published yet."""
    stand_in.home.config_file.write_text(DECLARED)
    stand_in.load()
    stand_in.in_build(
        """
        create schema marts;
        create table marts.dim_site as select 'SHA' as site_id, 'Asia/Shanghai' as time_zone, 'CN' as country;
        create table marts.dim_employee as select 'E1' as employee_id;
        """
    )
    return stand_in


def published_at(home: StandIn, release: Release, instant: datetime) -> None:
    """Have the release say that it was published then."""
    with duckdb.connect(str(release.path / "callboard.duckdb")) as connection:
        connection.execute(
            "update audit.release set published_at = ? where release_id = ?",
            [instant.replace(tzinfo=None), release.release_id],
        )


def landed(home: StandIn) -> dict[str, list[str]]:
    """The row of every file about our own reports, by the file's name."""
    found: dict[str, list[str]] = {}
    for path in sorted((home.home.landing / "qa" / "report_deliveries").glob("*")):
        with path.open(encoding="utf-8", newline="") as handle:
            header, row = csv.reader(handle)
        assert header == ["report_id", "report_name", "owner_id", "due_at", "delivered_at", "defects"]
        found[path.name] = row
    return found


def deliver(home: StandIn, now: datetime) -> tuple[str, ...]:
    return deliver_own_reports(home.home, load_config(home.home), now)


def test_without_a_declaration_nothing_is_written(stand_in: StandIn) -> None:
    stand_in.publish({AUGUST: 0.5, SEPTEMBER: 0.25})
    deliver(stand_in, AS_OF)
    assert not (stand_in.home.landing / "qa").exists()


def test_before_the_first_release_nothing_is_written(declared: StandIn) -> None:
    deliver(declared, AS_OF)
    assert landed(declared) == {}


def test_a_landing_that_is_away_is_not_made(declared: StandIn) -> None:
    declared.publish({AUGUST: 0.5})
    declared.home.landing.rename(declared.home.root / "elsewhere")
    with pytest.raises(UsageError, match="no landing directory"):
        load_step(declared.context())
    deliver(declared, AS_OF)
    assert not declared.home.landing.exists()


def test_the_first_release_after_the_months_end_delivers_its_report(declared: StandIn) -> None:
    # Midnight of 1 September in Shanghai is 16:00 UTC of the day before: a second earlier August has not ended.
    running = declared.publish({AUGUST: 0.1}, as_of=datetime(2026, 8, 31, 15, 59, 59, tzinfo=UTC))
    published_at(declared, running, datetime(2026, 8, 31, 16, 0, tzinfo=UTC))
    deliver(declared, DUE - timedelta(hours=1))
    assert landed(declared) == {}

    first = declared.publish({AUGUST: 0.5}, as_of=datetime(2026, 8, 31, 16, tzinfo=UTC))
    published_at(declared, first, datetime(2026, 9, 3, 1, 30, tzinfo=UTC))
    deliver(declared, DUE)
    written = {
        "~callboard-monthly-kpis-2026-08-delivered.csv": [
            "callboard:monthly-kpis:2026-08",
            "Monthly KPIs, 月报 2026-08",
            "E1",
            "2026-09-03T02:00:00Z",
            "2026-09-03T01:30:00Z",
            "",
        ]
    }
    assert landed(declared) == written

    # A month published again is the same report, and what landing holds is not written again.
    again = declared.publish({AUGUST: 0.75})
    published_at(declared, again, datetime(2026, 9, 20, tzinfo=UTC))
    (path,) = (declared.home.landing / "qa" / "report_deliveries").iterdir()
    before = path.stat().st_mtime_ns
    deliver(declared, datetime(2026, 9, 21, tzinfo=UTC))
    assert (landed(declared), path.stat().st_mtime_ns) == (written, before)


def test_a_report_that_is_overdue_counts_as_late_until_it_is_out(declared: StandIn) -> None:
    declared.deliver("2026-07.csv", [JULY])
    july = declared.publish({JULY: 0.4, AUGUST: 0.1}, as_of=datetime(2026, 8, 20, tzinfo=UTC))
    published_at(declared, july, datetime(2026, 8, 20, tzinfo=UTC))
    deliver(declared, DUE - timedelta(seconds=1))
    assert landed(declared) == {}
    deliver(declared, DUE)
    awaited = "~callboard-monthly-kpis-2026-08-awaited.csv"
    assert landed(declared)[awaited][3:5] == ["2026-09-03T02:00:00Z", ""]

    release = declared.publish({AUGUST: 0.5})
    published_at(declared, release, datetime(2026, 9, 4, tzinfo=UTC))
    deliver(declared, datetime(2026, 9, 4, tzinfo=UTC))
    assert [(name, row[4]) for name, row in landed(declared).items()] == [
        (awaited, ""),
        ("~callboard-monthly-kpis-2026-08-delivered.csv", "2026-09-04T00:00:00Z"),
    ]
    # The loader takes files in the order of their names, and of one report the later row counts.
    declared.load()
    with duckdb.connect(str(declared.home.warehouse), read_only=True) as connection:
        last = connection.execute(
            "select row.report_id, delivered_at from raw.qa__report_deliveries as row "
            "join raw.delivery using (delivery_id) order by file desc limit 1"
        ).fetchone()
    assert last == ("callboard:monthly-kpis:2026-08", datetime(2026, 9, 4))


def test_months_before_the_declaration_and_before_history_are_not_counted(declared: StandIn) -> None:
    declared.home.config_file.write_text(DECLARED.replace('"2026-08"', '"2026-01"'))
    declared.publish({AUGUST: 0.5, SEPTEMBER: 0.25})
    config = load_config(declared.home)
    assert [r.month for r in own_reports(declared.home, config, AS_OF)] == [AUGUST, SEPTEMBER]
    declared.home.config_file.write_text(DECLARED.replace('"2026-08"', '"2026-09"'))
    config = load_config(declared.home)
    assert [r.month for r in own_reports(declared.home, config, AS_OF)] == [SEPTEMBER]


@pytest.mark.parametrize(
    ("zone", "country", "month", "day", "hour", "due_at"),
    [
        # Christmas Day and its substitute are no working days: 29 December is the 20th, New Year's Day is free.
        ("Europe/London", "GB", "2026-12", 1, "09:00", datetime(2027, 1, 4, 9, tzinfo=UTC)),
        # Summer time begins on 29 March 2026 at 02:00; 1 April is in it.
        ("Europe/Berlin", "DE", "2026-03", 1, "10:00", datetime(2026, 4, 1, 8, tzinfo=UTC)),
        # 1 November 2026 is a Sunday on which 01:30 comes twice; Monday is the first working day.
        ("America/New_York", "US", "2026-10", 1, "01:30", datetime(2026, 11, 2, 6, 30, tzinfo=UTC)),
        # A country without a known calendar works on its Mondays to Fridays.
        ("Asia/Kathmandu", "XX", "2026-10", 2, "10:00", datetime(2026, 11, 3, 4, 15, tzinfo=UTC)),
    ],
)
def test_the_due_time_is_that_of_the_default_site(
    declared: StandIn, zone: str, country: str, month: str, day: int, hour: str, due_at: datetime
) -> None:
    first = date.fromisoformat(f"{month}-01")
    declared.home.config_file.write_text(
        DECLARED.replace('"2026-08"', f'"{month}"').replace('"10:00"', f'"{hour}"').replace("= 3", f"= {day}")
    )
    declared.in_build(f"update marts.dim_site set time_zone = '{zone}', country = '{country}'")
    declared.deliver("more.csv", [first])
    declared.publish({first: 0.5}, as_of=due_at)
    config = load_config(declared.home)
    (report,) = own_reports(declared.home, config, due_at)
    assert report.due_at == due_at


def test_a_report_delivered_on_the_second_is_in_time() -> None:
    report = OwnReport.model_validate(tomllib.loads(DECLARED)["own_reports"][0])
    second = timedelta(seconds=1)

    def state(delivered_at: datetime | None, now: datetime) -> str:
        return ReportMonth(report, AUGUST, DUE, delivered_at).state(now)

    assert [state(DUE, DUE), state(DUE + second, DUE + second)] == ["delivered", "late"]
    assert [state(None, DUE - second), state(None, DUE)] == ["awaited", "overdue"]


def test_an_owner_whom_nobody_knows_is_reported_and_nothing_is_written(declared: StandIn) -> None:
    declared.home.config_file.write_text(DECLARED.replace('"E1"', '"E9"'))
    declared.publish({AUGUST: 0.5})
    # One sentence a report, however many of its months wait.
    [note] = publish_step(declared.context()).notes
    assert landed(declared) == {}
    assert note.startswith("The report 'monthly-kpis' is not counted: its owner 'E9' is no employee")


def test_a_mapping_that_would_take_our_rows_is_reported(declared: StandIn) -> None:
    declared.home.mappings.mkdir()
    (declared.home.mappings / "register.sql").write_text(
        "/*\ntable: qa.report_deliveries\nfiles: qa/report_deliveries/*\n*/\nselect id as report_id from source\n"
    )
    declared.publish({AUGUST: 0.5})
    [sentence] = deliver(declared, datetime(2026, 9, 20, tzinfo=UTC))
    assert landed(declared) == {}
    assert "The mapping register takes every file like qa/report_deliveries/~callboard-" in sentence


def test_a_full_disk_stops_no_refresh_and_is_reported(
    declared: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    declared.publish({AUGUST: 0.5})

    def full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("orchestration.deliveries.own_files.fsync", full)
        [sentence] = deliver(declared, datetime(2026, 9, 20, tzinfo=UTC))
    folder = declared.home.landing / "qa" / "report_deliveries"
    assert list(folder.iterdir()) == []
    assert "could not be written; the next refresh tries again" in sentence
    assert deliver(declared, datetime(2026, 9, 20, tzinfo=UTC)) == ()


@pytest.mark.usefixtures("on_20_september")
def test_the_step_that_publishes_delivers_also_what_a_killed_one_left_out(declared: StandIn) -> None:
    ctx = declared.context(AUGUST)
    declared.publish({AUGUST: 0.5})
    assert landed(declared) == {}
    # The build is published already: the kill came between the switch and the row.
    assert publish_step(ctx).release is None
    assert list(landed(declared)) == ["~callboard-monthly-kpis-2026-08-delivered.csv"]


@pytest.mark.usefixtures("on_20_september")
def test_the_load_of_a_run_that_dagster_started_catches_up(declared: StandIn) -> None:
    declared.publish({AUGUST: 0.5})
    assert load_step(declared.context()).deliveries == 1
    assert list(landed(declared)) == ["~callboard-monthly-kpis-2026-08-delivered.csv"]


def test_our_row_alone_begins_no_month_and_remakes_none_but_its_own(
    declared: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(monkeypatch, AS_OF)
    declared.publish({AUGUST: 0.5})
    deliver(declared, AS_OF)
    # The row waits, is loaded, and that is all: September was never published.
    assert status_without_work(declared.context()) == "work"
    declared.load()
    assert plan_refresh(declared.context()).months == ()
    assert plan_refresh(declared.context(AUGUST)).months == ()
    assert status_without_work(declared.context()) == "nothing_new"

    # Once somebody publishes September, the row counts there, and there alone.
    declared.publish({SEPTEMBER: 0.25})
    assert plan_refresh(declared.context()).months == ()
    (declared.home.landing / "qa/report_deliveries/~callboard-monthly-kpis-2026-08-delivered.csv").unlink()
    declared.load()
    assert plan_refresh(declared.context()).months == (SEPTEMBER,)
    assert plan_refresh(declared.context(AUGUST)).months == ()
    assert plan_refresh(declared.context(SEPTEMBER)).months == (SEPTEMBER,)


def test_our_row_in_a_published_month_makes_it_again(declared: StandIn) -> None:
    declared.publish({AUGUST: 0.5, SEPTEMBER: 0.25})
    deliver(declared, datetime(2026, 9, 20, tzinfo=UTC))
    declared.load()
    assert plan_refresh(declared.context()).months == (SEPTEMBER,)
    # CommandResult another month, this one is left pending.
    plan = plan_refresh(declared.context(AUGUST))
    assert (plan.months, plan.pending) == ((), (SEPTEMBER,))
    assert plan_refresh(declared.context(SEPTEMBER)).months == (SEPTEMBER,)


def test_a_damaged_release_is_reported_as_such(declared: StandIn) -> None:
    release = declared.publish({AUGUST: 0.5})
    (release.path / "callboard.duckdb").unlink()
    with pytest.raises(CallboardError, match=f"release {release.release_id} is damaged"):
        deliver(declared, AS_OF)


@pytest.mark.usefixtures("on_20_september")
def test_status_shows_how_the_newest_report_stands(
    declared: StandIn, callboard: Callable[..., CommandResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    release = declared.publish({AUGUST: 0.5})
    published_at(declared, release, DUE)
    result = callboard("status", "--home", declared.home.root, "--json")
    assert json.loads(result.out)["reports"] == [
        {
            "report_id": "monthly-kpis",
            "month": "2026-08",
            "due_at": "2026-09-03T02:00:00+00:00",
            "delivered_at": "2026-09-03T02:00:00+00:00",
            "state": "delivered",
            "problem": None,
        }
    ]
    shown = callboard("status", "--home", declared.home.root).out
    assert (
        "Report monthly-kpis of 2026-08, due 2026-09-03 02:00 UTC, delivered 2026-09-03 02:00 UTC: in time"
        in shown
    )


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (DECLARED.replace('"10:00"', '"24:00"'), "own_reports.0.due_time"),
        (DECLARED.replace("= 3", "= 0"), "own_reports.0.due_working_day"),
        (DECLARED.replace('since = "2026-08"', ""), "own_reports.0.since"),
        (DECLARED.replace('"2026-08"', '"0000-01"'), "own_reports.0.since"),
        (DECLARED.replace('"2026-08"', '"9999-12"'), "own_reports.0.since"),
        (DECLARED.replace('"monthly-kpis"', '"../x"'), "own_reports.0.report_id"),
        (DECLARED.replace("月报", "\\n"), "own_reports.0.name"),
        (DECLARED + DECLARED, "each report_id stands once; monthly-kpis"),
    ],
)
def test_a_wrong_declaration_is_named(stand_in: StandIn, wrong: str, said: str) -> None:
    stand_in.home.config_file.write_text(wrong)
    with pytest.raises(UsageError, match=said.replace(".", r"\.")):
        load_config(stand_in.home)
