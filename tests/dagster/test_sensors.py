"""The sensors: one run for deliveries that lie still, none while a refresh is at work; word of those that did not come."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from dagster import DagsterRunStatus, DefaultSensorStatus, SensorResult, build_sensor_context

from orchestration.defs import jobs
from orchestration.defs.build import build_defs
from orchestration.defs.jobs import REFRESH
from orchestration.defs.sensors import arrival_sensor, evaluate_deliveries
from orchestration.deliveries.arrivals import check_arrivals
from orchestration.home.config import load_config
from orchestration.home.lock import refresh_lock
from orchestration.home.paths import Home
from sources.loading.load import load
from tests.dagster.conftest import instance_of
from tests.receivers import Receiver

_SITES = "site_id,site_name,time_zone,country\nSHA,Shanghai,Asia/Shanghai,CN\n"


def _deliver(home: Home, name: str = "sites.csv", text: str = _SITES) -> Path:
    path = home.landing / "hr" / "sites" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def _look(home: Home, cursor: str = "") -> SensorResult:
    with instance_of(home) as instance:
        return evaluate_deliveries(home, instance, cursor)


def _skipped(result: SensorResult) -> str:
    assert not result.run_requests
    assert result.skip_reason is not None
    return str(result.skip_reason.skip_message)


def test_an_empty_landing_starts_nothing(home: Home) -> None:
    assert _skipped(_look(home)) == "Nothing waits in landing."


def test_a_home_without_landing_starts_nothing(tmp_path: Path) -> None:
    assert "does not exist" in _skipped(_look(Home(tmp_path / "nowhere")))


def test_deliveries_start_one_run_once_they_lie_still(home: Home) -> None:
    _deliver(home)
    first = _look(home)
    assert _skipped(first) == "1 files wait until they lie still."
    second = _look(home, first.cursor or "")
    assert [request.run_key for request in second.run_requests or []] == [first.cursor]
    third = _look(home, second.cursor or "")
    # The same key: Dagster does not start a second run for it, whatever became of the first.
    assert [request.run_key for request in third.run_requests or []] == [first.cursor]


def test_a_file_that_still_grows_is_waited_for(home: Home) -> None:
    path = _deliver(home)
    first = _look(home)
    path.write_text(_SITES + "LIS,Lisbon,Europe/Lisbon,PT\n")
    second = _look(home, first.cursor or "")
    assert "lie still" in _skipped(second)
    assert second.cursor != first.cursor
    assert _look(home, second.cursor or "").run_requests


def test_what_is_loaded_waits_no_more_until_it_is_delivered_again(home: Home) -> None:
    path = _deliver(home)
    load(home.warehouse, home.landing)
    assert _skipped(_look(home, "whatever")) == "Nothing waits in landing."
    path.write_text(_SITES + "LIS,Lisbon,Europe/Lisbon,PT\n")
    again = _look(home)
    os.utime(path, ns=(1, 1))
    assert _look(home, again.cursor or "").cursor != again.cursor


def test_a_file_taken_away_is_news_too(home: Home) -> None:
    path = _deliver(home)
    load(home.warehouse, home.landing)
    path.unlink()
    first = _look(home)
    assert "lie still" in _skipped(first)
    assert _look(home, first.cursor or "").run_requests


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("status", [DagsterRunStatus.STARTED, DagsterRunStatus.NOT_STARTED])
def test_no_run_is_started_while_one_is_under_way_or_waits(home: Home, status: DagsterRunStatus) -> None:
    _deliver(home)
    with instance_of(home) as instance:
        cursor = evaluate_deliveries(home, instance, "").cursor or ""
        instance.create_run_for_job(build_defs(home).resolve_job_def(REFRESH), status=status)
        result = evaluate_deliveries(home, instance, cursor)
    assert "running" in _skipped(result)
    assert result.cursor == cursor


@pytest.mark.usefixtures("small")
def test_a_run_that_was_killed_does_not_hold_up_later_ones(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_STARTING", timedelta())
    _deliver(home)
    with instance_of(home) as instance:
        cursor = evaluate_deliveries(home, instance, "").cursor or ""
        killed = instance.create_run_for_job(
            build_defs(home).resolve_job_def(REFRESH), status=DagsterRunStatus.STARTED
        )
        with refresh_lock(home):
            assert not evaluate_deliveries(home, instance, cursor).run_requests
        assert evaluate_deliveries(home, instance, cursor).run_requests
        assert instance.get_run_by_id(killed.run_id).status == DagsterRunStatus.FAILURE


def test_a_refresh_by_hand_is_waited_for_and_the_deliveries_are_not_forgotten(home: Home) -> None:
    _deliver(home)
    cursor = _look(home).cursor or ""
    with refresh_lock(home):
        during = _look(home, cursor)
    assert (_skipped(during), during.cursor) == ("A refresh is running.", cursor)
    assert _look(home, cursor).run_requests


def test_a_row_about_our_own_report_starts_nothing_by_itself(home: Home) -> None:
    own = home.landing / "qa" / "report_deliveries" / "~callboard-monthly-2026-08-delivered.csv"
    own.parent.mkdir(parents=True)
    own.write_text("report_id,report_name,owner_id,due_at,delivered_at,defects\n")
    assert _skipped(_look(home)) == "Nothing waits in landing."
    _deliver(home)
    assert _skipped(_look(home)) == "1 files wait until they lie still."


def _declare(home: Home) -> None:
    home.config_file.write_text(
        'notices.urls = ["${CALLBOARD_NOTICE}"]\n[[arrivals]]\ntable = "hr.sites"\nby = "08:00"\n'
    )
    check_arrivals(home, load_config(home), datetime.now(UTC) - timedelta(days=3))


@pytest.mark.usefixtures("small")
def test_the_sensor_for_overdue_sources_is_there_where_one_is_declared_and_waits_to_be_turned_on(
    home: Home,
) -> None:
    assert "arrivals" not in {s.name for s in build_defs(home).get_repository_def().sensor_defs}
    _declare(home)
    found = build_defs(home).get_repository_def().get_sensor_def("arrivals")
    assert found.default_status is DefaultSensorStatus.STOPPED
    assert found.minimum_interval_seconds == 300


def test_overdue_sources_are_notified_while_a_refresh_has_the_build_database(
    home: Home, receiver: Receiver
) -> None:
    _declare(home)
    # Nothing that opens it gets past this.
    home.warehouse.write_bytes(b"no database")
    with refresh_lock(home), instance_of(home) as instance, build_sensor_context(instance) as context:
        looks = [arrival_sensor(home)(context) for _ in range(2)]
        assert [notice["title"] for notice in receiver.received] == ["Callboard: hr.sites is overdue in home"]
        _deliver(home)
        looks.append(arrival_sensor(home)(context))
    assert [look.skip_message for look in looks] == [
        "Overdue: hr.sites. Sent the notice for hr.sites.",
        "Overdue: hr.sites.",
        "Overdue: nothing.",
    ]


def test_the_sensor_says_that_no_notice_could_be_sent(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CALLBOARD_NOTICE", raising=False)
    _declare(home)
    with instance_of(home) as instance, build_sensor_context(instance) as context:
        said = arrival_sensor(home)(context)
    assert said.skip_message == "Overdue: hr.sites. Could not send the notice for hr.sites."
