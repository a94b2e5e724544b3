"""Refusals, waivers, two refreshes at once and kill -9: what was published stays whole, and the next refresh is."""

import os
import shutil
import signal
import time
from collections.abc import Callable

import duckdb
import pytest

from tests.golden_check import compare

from .conftest import AUTUMN, LiveHome
from .test_golden import KPIS, expected

_PATIENCE_SECONDS = 120.0
_VALUES = "select month, kpi_id, scope, scope_id, value from marts.kpi_monthly order by all"


def deliver_again(home: LiveHome) -> None:
    """Rows that are there already, in a file of another name: something to do that changes no number."""
    legs = sorted((home.root / "landing" / "acd" / "contact_legs").glob("*.csv"))[-1]
    legs.with_name("zz-again.csv").write_bytes(legs.read_bytes())


def deliver_bad_rows(home: LiveHome) -> None:
    """Far more rows than the gate lets pass that break their contract."""
    path = home.root / "landing" / "hr" / "requisitions" / "bad.csv"
    rows = [f"bad-{n},agent,2026-08-01,2026-08-20,many,1" for n in range(200)]
    path.write_text("\n".join(["requisition_id,role,opened_on,due_on,requested,filled", *rows]) + "\n")


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it never came so far"
        time.sleep(0.02)


def refresh_until(home: LiveHome, step: str, condition: Callable[[], bool] = lambda: True) -> int:
    """Start a refresh and give its process id once it is at `step`."""
    before = home.step().split(" ")[0]
    process = home.start("refresh", *AUTUMN)

    def is_there() -> bool:
        attempt, _, at = home.step().partition(" ")
        return attempt != before and at == step and condition()

    wait_until(is_there)
    return process.pid


def kill_9(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def test_kill_9_in_load_build_and_publish_leaves_the_release_and_the_next_refresh_is_whole(
    autumn: LiveHome,
) -> None:
    old, link = autumn.query(_VALUES), autumn.published.readlink()
    deliver_again(autumn)
    releases = autumn.root / "published" / "releases"
    for step, condition in {
        "load": lambda: True,
        "build": lambda: any((autumn.root / "build" / "dbt").rglob("int_*.sql")),
        "publish": lambda: any(releases.glob("*.tmp")),
    }.items():
        kill_9(refresh_until(autumn, step, condition))
        assert autumn.published.readlink() == link, step
        assert autumn.query(_VALUES) == old, step
        status = autumn.run("status", "--json").json
        assert status["running"] is None
        assert isinstance(status["failed"], dict)
        assert status["failed"]["step"] == step
    result = autumn.refresh(*AUTUMN, "--json")
    assert (result.code, result.json["status"]) == (0, "published"), result.out + result.err
    assert list(releases.glob("*.tmp")) == []
    assert autumn.published.readlink() != link
    assert compare(autumn.published.resolve(), expected("autumn"), KPIS) == []
    assert autumn.query("from audit.restatement") == []


def test_a_second_refresh_leaves_with_code_4_and_status_works_meanwhile(autumn: LiveHome) -> None:
    deliver_again(autumn)
    pid = refresh_until(autumn, "build")
    try:
        second = autumn.refresh(*AUTUMN)
        assert second.code == 4
        assert str(pid) in second.err
        status = autumn.run("status", "--json")
        assert status.code == 0
        assert str(pid) in str(status.json["running"])
    finally:
        kill_9(pid)


def test_a_refused_month_leaves_the_old_release_and_a_waiver_lets_it_pass(autumn: LiveHome) -> None:
    link = autumn.published.readlink()
    deliver_bad_rows(autumn)
    refused = autumn.refresh(*AUTUMN, "--json")
    assert (refused.code, refused.json["status"]) == (3, "refused")
    assert autumn.published.readlink() == link
    failed = refused.json["gate"]
    assert isinstance(failed, list)
    assert {verdict["table_name"] for verdict in failed} == {"hr.requisitions"}
    result = autumn.run("status")
    for verdict in failed:
        assert verdict["expectation"] in result.out
        assert verdict["observed"]
        for month in ("2026-08", "2026-09"):
            waived = autumn.run(
                "waive", verdict["expectation"], "--month", month, "--reason", "known", "--by", "Wei Chen"
            )
            assert waived.code == 0, waived.err
    with duckdb.connect(str(autumn.published), read_only=True) as reader:
        before = reader.execute(_VALUES).fetchall()
        passed = autumn.refresh(*AUTUMN, "--json")
        assert (passed.code, passed.json["status"]) == (0, "published"), passed.out + passed.err
        assert reader.execute(_VALUES).fetchall() == before
    waivers = "select distinct waived_by, waived_reason from audit.gate_result where not passed and severity = 'refused'"
    assert autumn.query(waivers) == [("Wei Chen", "known")]
    assert autumn.query(
        "select count(*) from audit.quarantined_row where table_name = 'hr.requisitions'"
    ) == [(200,)]


def test_a_lost_build_database_costs_no_month_of_the_history(autumn: LiveHome) -> None:
    august = "select * from marts.kpi_monthly where month = date '2026-08-01' order by all"
    before = autumn.query(august)
    shutil.rmtree(autumn.root / "build")
    deliver_again(autumn)
    result = autumn.refresh("--month", "2026-09", "--as-of", "2026-10-20T00:00:00Z", "--json")
    assert (result.code, result.json["months"]) == (0, ["2026-09"]), result.out + result.err
    assert autumn.query(august) == before
    assert compare(autumn.published.resolve(), expected("autumn"), KPIS) == []
    published = autumn.run("status", "--json").json["published"]
    assert isinstance(published, dict)
    assert published["owed_months"] == ["2026-08"]


def test_an_unreadable_file_is_named_and_publishes_nothing_until_it_is_gone_again(autumn: LiveHome) -> None:
    link = autumn.published.readlink()
    broken = autumn.root / "landing" / "crm" / "cases" / "broken.parquet"
    broken.parent.mkdir(exist_ok=True)
    broken.write_bytes(b"no parquet at all")
    result = autumn.refresh(*AUTUMN)
    assert result.code == 3
    assert "crm/cases/broken.parquet" in result.out
    unreadable = autumn.run("status", "--json").json["unreadable"]
    assert isinstance(unreadable, list)
    assert [file["file"] for file in unreadable] == ["crm/cases/broken.parquet"]
    assert autumn.published.readlink() == link
    broken.unlink()
    assert autumn.refresh(*AUTUMN, "--json").json["status"] == "nothing_new"
    assert autumn.published.readlink() == link


@pytest.mark.parametrize("month", ["2026-12", "1990-01"])
def test_an_unknown_month_is_wrong_usage_and_publishes_nothing(autumn: LiveHome, month: str) -> None:
    link = autumn.published.readlink()
    result = autumn.refresh("--month", month, "--as-of", "2026-10-20T00:00:00Z")
    assert result.code == 2
    assert f"Unknown month {month}" in result.err
    assert autumn.published.readlink() == link
