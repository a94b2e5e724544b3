"""When refreshes start by themselves, across time zones, clock changes and calendars."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest
from dagster import RunRequest, ScheduleDefinition, SkipReason, build_schedule_context

from orchestration.defs.jobs import every_month
from orchestration.defs.schedules import month_due, refresh_schedules
from orchestration.home.config import Config
from orchestration.home.paths import Home
from orchestration.releases.sites import Site, default_site
from tests.dagster.conftest import instance_of

SHANGHAI = Site("Asia/Shanghai", "CN")
NEW_YORK = Site("America/New_York", "US")
LISBON = Site("Europe/Lisbon", "PT")


def _schedule(name: str, site: Site) -> ScheduleDefinition:
    return next(s for s in refresh_schedules(Home(Path("no-such-home")), site) if s.name == name)


def _evaluate(home: Home, name: str, site: Site, *local: int) -> tuple[list[RunRequest], str]:
    at = datetime(*local, tzinfo=ZoneInfo(site.time_zone))  # type: ignore[arg-type, misc]
    with (
        instance_of(home) as instance,
        build_schedule_context(instance=instance, scheduled_execution_time=at.astimezone(UTC)) as context,
    ):
        result = _schedule(name, site)(context)
    if isinstance(result, SkipReason):
        return [], result.skip_message or ""
    assert isinstance(result, RunRequest)
    return [result], ""


@pytest.mark.parametrize(
    ("site", "at", "month"),
    [
        # The Saturday that makes up for National Day.
        (SHANGHAI, (2026, 10, 10, 6), "2026-09-01"),
        # 06:00 in Shanghai is still the day before in UTC.
        (SHANGHAI, (2026, 9, 3, 6), "2026-08-01"),
        (NEW_YORK, (2026, 1, 6, 6), "2025-12-01"),
        # Clocks went forward on 8 March: the offset differs from February's, the date does not.
        (NEW_YORK, (2026, 3, 4, 6), "2026-02-01"),
        (NEW_YORK, (2026, 11, 4, 6), "2026-10-01"),
        (LISBON, (2026, 4, 6, 6), "2026-03-01"),
    ],
)
def test_the_third_working_day_refreshes_the_month_before(
    home: Home, site: Site, at: tuple[int, ...], month: str
) -> None:
    [request], _ = _evaluate(home, "third_working_day", site, *at)
    assert request.partition_key == month
    assert request.run_key == month[:7]


@pytest.mark.parametrize(
    ("site", "at", "due"),
    [
        (SHANGHAI, (2026, 10, 5, 6), "2026-10-10"),
        (NEW_YORK, (2026, 10, 10, 6), "2026-10-05"),
        (LISBON, (2026, 5, 5, 6), "2026-05-06"),
    ],
)
def test_any_other_day_says_which_day_it_waits_for(
    home: Home, site: Site, at: tuple[int, ...], due: str
) -> None:
    requests, why = _evaluate(home, "third_working_day", site, *at)
    assert requests == []
    assert f"(of {site.country}), which is {due}" in why


@pytest.mark.parametrize("site", [SHANGHAI, NEW_YORK, LISBON])
def test_exactly_one_day_of_each_month_is_the_reports(site: Site) -> None:
    for month in range(1, 13):
        days = [date(2026, month, day) for day in range(1, 29)]
        due = [month_due(day, site.country) for day in days]
        assert sum(not isinstance(found, SkipReason) for found in due) == 1


def test_six_in_the_morning_stays_six_over_a_clock_change() -> None:
    for site in (NEW_YORK, LISBON):
        schedule = _schedule("every_day", site)
        ticks = schedule.execution_timezone
        assert ticks == site.time_zone
    zone = ZoneInfo("America/New_York")
    iterator = _ticks(_schedule("every_day", NEW_YORK), datetime(2026, 3, 6, 12, tzinfo=zone))
    local = [next(iterator).astimezone(zone) for _ in range(4)]
    assert [(t.month, t.day, t.hour) for t in local] == [(3, 7, 6), (3, 8, 6), (3, 9, 6), (3, 10, 6)]


def _ticks(schedule: ScheduleDefinition, after: datetime) -> Iterator[datetime]:
    from dagster._utils.schedules import schedule_execution_time_iterator

    assert isinstance(schedule.cron_schedule, str)
    return schedule_execution_time_iterator(
        after.timestamp(), schedule.cron_schedule, schedule.execution_timezone
    )


def test_every_day_is_a_run_of_its_own_for_what_was_touched(home: Home) -> None:
    [request], _ = _evaluate(home, "every_day", SHANGHAI, 2026, 10, 1, 6)
    assert (request.run_key, request.partition_key) == ("2026-10-01", None)


def test_the_running_month_of_the_site_is_a_partition() -> None:
    months = every_month("Asia/Shanghai")
    at = datetime(2026, 9, 30, 17, tzinfo=UTC)  # 1 October, 01:00 in Shanghai
    assert months.get_partition_keys(current_time=at)[-1] == "2026-10-01"


def test_the_default_sites_place_comes_from_the_release(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.published.mkdir()
    with duckdb.connect(str(home.published_database)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.dim_site as select * from (values ('SHA', 'Asia/Shanghai', 'CN'), "
            "('LIS', 'Europe/Lisbon', 'PT')) as site(site_id, time_zone, country)"
        )
    assert default_site(home, Config()) == SHANGHAI
    assert default_site(home, Config(default_site="LIS")) == LISBON
    unknown = Config(default_site="ROM", default_time_zone="Europe/Rome")
    assert default_site(home, unknown) == Site("Europe/Rome", None)


def test_before_the_first_release_the_configured_zone_holds(tmp_path: Path) -> None:
    assert default_site(Home(tmp_path), Config()) == Site("UTC", None)
    assert default_site(Home(tmp_path), Config(default_time_zone="Asia/Shanghai")) == Site(
        "Asia/Shanghai", None
    )


def test_a_release_that_cannot_be_read_does_not_keep_the_ui_from_starting(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.published.mkdir()
    home.published_database.write_bytes(b"no database")
    assert default_site(home, Config()) == Site("UTC", None)
