"""Sources that did not arrive by their hour: when each is due, what counts as arrived, and that people hear of it once."""

import json
import os
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.deliveries.arrivals import Expected, check_arrivals, expected, newest_due, notify_overdue
from orchestration.home.calendars import is_working_day
from orchestration.home.config import ArrivalConfig, Config, NoticesConfig
from orchestration.home.paths import Home
from orchestration.notifications.send import send_overdue
from orchestration.releases.sites import Site
from sources.formats.landed_file import LandedFile
from tests.receivers import Receiver

from .conftest import CommandResult

SHANGHAI = Site("Asia/Shanghai", "CN")
LEGS, BUDGET = "acd.contact_legs", "hr.budget_lines"
DAILY = ArrivalConfig(table=LEGS, by="08:00")
THIRD = ArrivalConfig(table=BUDGET, by="12:00", working_day=3)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def config_of(*arrivals: ArrivalConfig, urls: Sequence[str] = ("${CALLBOARD_NOTICE}",)) -> Config:
    return Config(
        default_time_zone="Asia/Shanghai", arrivals=arrivals, notices=NoticesConfig(urls=tuple(urls))
    )


class Landing:
    """What a stand-in landing holds: files that came when a test says so, which no real file's change time allows."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.files: list[LandedFile] = []
        monkeypatch.setattr("sources.loading.targets.scan", lambda _: self.files)

    def comes(self, file: str, at: datetime) -> None:
        self.files = [
            *(landed for landed in self.files if landed.file != file),
            LandedFile(file, Path(file), 1, 0, int(at.timestamp() * 1e9)),
        ]


@pytest.fixture
def landing(monkeypatch: pytest.MonkeyPatch) -> Landing:
    return Landing(monkeypatch)


def overdue(home: Home, config: Config, now: datetime) -> list[str]:
    return [source.table for source in expected(home, config, now) if source.is_overdue]


@pytest.mark.parametrize(
    ("arrival", "site", "now", "due", "counts_from"),
    [
        # 08:00 in Shanghai is 00:00 UTC; what came until twelve hours after the hour before was that hour's.
        (DAILY, SHANGHAI, "2026-11-25T00:00", "2026-11-25T00:00", "2026-11-24T12:00"),
        (DAILY, SHANGHAI, "2026-11-24T23:59", "2026-11-24T00:00", "2026-11-23T12:00"),
        # On Saturday and Sunday the newest is Friday's.
        (
            ArrivalConfig(table=LEGS, by="08:00", working_days=True),
            Site("Asia/Shanghai", None),
            "2026-11-29T20:00",
            "2026-11-27T00:00",
            "2026-11-26T12:00",
        ),
        # China: 1 to 7 October are free, so the last working day was Wednesday, 30 September.
        (
            ArrivalConfig(table=LEGS, by="08:00", working_days=True),
            SHANGHAI,
            "2026-10-07T12:00",
            "2026-09-30T00:00",
            "2026-09-29T12:00",
        ),
        # November 2026 begins on a Sunday: its third working day is Wednesday the 4th.
        (THIRD, Site("Asia/Shanghai", None), "2026-11-04T04:00", "2026-11-04T04:00", "2026-10-31T16:00"),
        # An instant before, October's is the newest: Monday the 5th of Monday-to-Friday weeks.
        (THIRD, Site("Asia/Shanghai", None), "2026-11-04T03:59", "2026-10-05T04:00", "2026-09-30T16:00"),
        # Berlin's clocks jump from 02:00 to 03:00: 02:30 is 03:30 of summer, an hour from the day before's 02:30 on.
        (
            ArrivalConfig(table=LEGS, by="02:30"),
            Site("Europe/Berlin", "DE"),
            "2026-03-29T12:00",
            "2026-03-29T01:30",
            "2026-03-28T13:30",
        ),
        # And go back from 03:00 to 02:00: 02:30 is the first of two.
        (
            ArrivalConfig(table=LEGS, by="02:30"),
            Site("Europe/Berlin", "DE"),
            "2026-10-25T12:00",
            "2026-10-25T00:30",
            "2026-10-24T12:30",
        ),
    ],
)
def test_a_source_is_due_by_the_clock_and_calendar_of_the_site(
    arrival: ArrivalConfig, site: Site, now: str, due: str, counts_from: str
) -> None:
    assert newest_due(arrival, site, utc(now)) == (utc(due), utc(counts_from))


_ZONES = ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago"]
_RULES = st.builds(
    lambda by, rule: ArrivalConfig.model_validate({"table": LEGS, "by": f"{by:%H:%M}", **rule}),
    st.times(),
    st.one_of(
        st.just({}),
        st.just({"working_days": True}),
        st.builds(lambda n: {"working_day": n}, st.integers(1, 15)),
    ),
)
_INSTANTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))


@settings(deadline=None, max_examples=300, derandomize=True)
@given(
    arrival=_RULES, zone=st.sampled_from(_ZONES), country=st.sampled_from([None, "CN", "DE"]), now=_INSTANTS
)
def test_the_newest_due_instant_is_the_newest_on_a_due_day_at_its_hour(
    arrival: ArrivalConfig, zone: str, country: str | None, now: datetime
) -> None:
    site = Site(zone, country)
    due = newest_due(arrival, site, now)
    by = datetime.strptime(arrival.by, "%H:%M").time()

    def is_due(day: date) -> bool:
        if arrival.working_day is None:
            return not arrival.working_days or is_working_day(day, country)
        worked = [d for d in range(1, day.day + 1) if is_working_day(day.replace(day=d), country)]
        return len(worked) == arrival.working_day and worked[-1] == day.day

    # Every local day of the last weeks, tried one by one.
    days = [now.date() + timedelta(days=n) for n in range(-65, 2)]
    instants = [datetime.combine(day, by, ZoneInfo(zone)).astimezone(UTC) for day in days if is_due(day)]
    assert due.at == max(instant for instant in instants if instant <= now)
    assert due.counts_from < due.at


@pytest.mark.parametrize(
    ("came", "is_late"),
    [
        ("2026-11-24T02:00", True),  # at ten the day before: late then, and no delivery of today
        ("2026-11-24T11:59", True),
        ("2026-11-24T12:00", False),  # in the evening: an early one of today
        ("2026-11-24T23:59", False),
        ("2026-11-25T00:20", False),  # late, but there
    ],
)
def test_a_file_counts_for_the_hour_that_it_is_nearest_to(
    home: Home, landing: Landing, came: str, is_late: bool
) -> None:
    config = config_of(DAILY)
    check_arrivals(home, config, utc("2026-11-20T00:00"))
    landing.comes("acd/contact_legs/2026-11-23.csv", utc(came))
    assert overdue(home, config, utc("2026-11-25T00:30")) == ([LEGS] if is_late else [])


def test_a_monthly_file_counts_from_the_first_of_its_month(home: Home, landing: Landing) -> None:
    config = config_of(THIRD)
    check_arrivals(home, config, utc("2026-10-20T00:00"))
    landing.comes("hr/budget_lines/2026-10.csv", utc("2026-10-31T15:59"))
    assert overdue(home, config, utc("2026-11-04T04:00")) == [BUDGET]
    landing.comes("hr/budget_lines/2026-11.csv", utc("2026-10-31T16:00"))
    assert overdue(home, config, utc("2026-11-04T04:00")) == []


def test_nothing_is_late_before_the_first_hour_after_the_declaration(home: Home, landing: Landing) -> None:
    config = config_of(DAILY)
    # Never looked at: as though it were declared now.
    assert overdue(home, config, utc("2026-11-25T00:30")) == []
    check_arrivals(home, config, utc("2026-11-25T00:30"))
    assert overdue(home, config, utc("2026-11-25T23:59")) == []
    assert overdue(home, config, utc("2026-11-26T00:00")) == [LEGS]


def test_a_changed_declaration_begins_anew_and_leaves_others_alone(home: Home, landing: Landing) -> None:
    appraisals = ArrivalConfig(table="hr.appraisals", by="08:00")
    check_arrivals(home, config_of(DAILY, appraisals), utc("2026-11-20T00:30"))
    changed = config_of(ArrivalConfig(table=LEGS, by="09:00"), appraisals)
    check_arrivals(home, changed, utc("2026-11-25T02:00"))
    assert overdue(home, changed, utc("2026-11-25T02:00")) == ["hr.appraisals"]
    assert overdue(home, changed, utc("2026-11-26T02:00")) == [LEGS, "hr.appraisals"]


def _real_landing(home: Home, file: str) -> Path:
    path = home.landing / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("leg_id\n")
    return path


def _due_a_minute_ago() -> ArrivalConfig:
    at = datetime.now(ZoneInfo("Asia/Shanghai")) - timedelta(minutes=1)
    return ArrivalConfig(table=LEGS, by=f"{at:%H:%M}")


def test_a_file_that_says_it_is_old_came_when_it_came(home: Home) -> None:
    config = config_of(_due_a_minute_ago())
    check_arrivals(home, config, datetime.now(UTC) - timedelta(days=2))
    assert overdue(home, config, datetime.now(UTC)) == [LEGS]
    path = _real_landing(home, "acd/contact_legs/2026-11-23.csv")
    os.utime(path, (0, 0))
    (source,) = expected(home, config, datetime.now(UTC))
    assert not source.is_overdue
    assert source.last_file == "acd/contact_legs/2026-11-23.csv"
    assert source.last_came is not None
    assert abs(source.last_came.timestamp() - time.time()) < 60


@pytest.mark.parametrize(
    "file",
    [
        "acd/contact_legs/.2026-11-24.csv",
        "acd/contact_legs/2026-11-24.csv.tmp",
        "acd/contact_legs/2026-11-24.csv.part",
        "acd/agent_states/2026-11-24.csv",
        "acd/_old/contact_legs.csv",
    ],
)
def test_unfinished_files_and_those_of_other_tables_have_not_arrived(home: Home, file: str) -> None:
    config = config_of(_due_a_minute_ago())
    check_arrivals(home, config, datetime.now(UTC) - timedelta(days=2))
    _real_landing(home, file)
    assert overdue(home, config, datetime.now(UTC)) == [LEGS]


def test_a_vendors_export_that_a_mapping_takes_has_arrived(home: Home) -> None:
    config = config_of(_due_a_minute_ago())
    check_arrivals(home, config, datetime.now(UTC) - timedelta(days=2))
    _real_landing(home, "pbx/2026-11-24.csv")
    assert overdue(home, config, datetime.now(UTC)) == [LEGS]
    home.mappings.mkdir()
    (home.mappings / "legs.sql").write_text(
        f"/*\ntable: {LEGS}\nfiles: pbx/*.csv\n*/\nselect * from delivered\n"
    )
    assert overdue(home, config, datetime.now(UTC)) == []


@pytest.mark.parametrize(
    ("table", "ours", "theirs"),
    [
        ("crm.surveys", "crm/surveys/~reviews-20261124T233000.000000Z.csv", "crm/surveys/reviews.csv"),
        (
            "qa.report_deliveries",
            "qa/report_deliveries/~callboard-monthly-2026-10-delivered.csv",
            "qa/report_deliveries/2026-10.csv",
        ),
    ],
)
def test_what_callboard_itself_puts_into_landing_is_no_delivery(
    home: Home, landing: Landing, table: str, ours: str, theirs: str
) -> None:
    config = config_of(ArrivalConfig(table=table, by="08:00"))
    check_arrivals(home, config, utc("2026-11-20T00:00"))
    landing.comes(ours, utc("2026-11-24T23:30"))
    assert overdue(home, config, utc("2026-11-25T00:30")) == [table]
    landing.comes(theirs, utc("2026-11-24T23:30"))
    assert overdue(home, config, utc("2026-11-25T00:30")) == []


def test_each_missed_deadline_is_notified_once_in_one_notice(
    home: Home, landing: Landing, receiver: Receiver
) -> None:
    config = config_of(DAILY, THIRD, ArrivalConfig(table="qa.evaluations", by="07:00"))
    check_arrivals(home, config, utc("2026-10-20T00:00"))
    landing.comes("acd/contact_legs/2026-11-02.csv", utc("2026-11-02T23:41"))
    landing.comes("qa/evaluations/2026-11-03.csv", utc("2026-11-03T22:00"))
    report = notify_overdue(home, config, utc("2026-11-04T04:30"), send_overdue)
    assert report.notified == (LEGS, BUDGET)
    assert report.not_notified == ()
    (notice,) = receiver.received
    assert notice["type"] == "warning"
    assert notice["title"] == "Callboard: 2 sources are overdue in home"
    assert notice["message"].splitlines() == [
        "These sources did not arrive by their hour:",
        "- acd.contact_legs, due 4 Nov 2026 08:00 Asia/Shanghai; "
        "the last file came 3 Nov 2026 07:41 Asia/Shanghai: acd/contact_legs/2026-11-02.csv",
        "- hr.budget_lines, due 4 Nov 2026 12:00 Asia/Shanghai; no file has come yet",
        f"Ask the sender of these files. The next refresh takes in what arrives under {home.landing}.",
        f"See all that is expected with: callboard arrivals --home {home.root}",
    ]
    assert notify_overdue(home, config, utc("2026-11-04T05:00"), send_overdue).notified == ()
    # A late file ends it, and needs no word.
    landing.comes("acd/contact_legs/2026-11-03.csv", utc("2026-11-04T05:10"))
    assert [s.table for s in notify_overdue(home, config, utc("2026-11-04T05:15"), send_overdue).overdue] == [
        BUDGET
    ]
    assert len(receiver.received) == 1
    # The next day's hour is another one; a notice of the month's was sent.
    assert notify_overdue(home, config, utc("2026-11-05T00:01"), send_overdue).notified == (
        LEGS,
        "qa.evaluations",
    )


def test_hours_missed_while_nobody_looked_are_notified_once_by_the_newest(
    home: Home, landing: Landing, receiver: Receiver
) -> None:
    config = config_of(DAILY)
    check_arrivals(home, config, utc("2026-11-01T00:30"))
    assert notify_overdue(home, config, utc("2026-11-25T06:00"), send_overdue).notified == (LEGS,)
    (notice,) = receiver.received
    assert "due 25 Nov 2026 08:00" in notice["message"]


def test_a_notice_that_reached_nobody_is_tried_again(
    home: Home, landing: Landing, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = config_of(DAILY)
    check_arrivals(home, config, utc("2026-11-20T00:00"))
    monkeypatch.setenv("CALLBOARD_NOTICE", "json://127.0.0.1:9")
    assert notify_overdue(home, config, utc("2026-11-25T00:05"), send_overdue).not_notified == (LEGS,)
    monkeypatch.delenv("CALLBOARD_NOTICE")
    assert notify_overdue(home, config, utc("2026-11-25T00:10"), send_overdue).not_notified == (LEGS,)
    monkeypatch.setenv("CALLBOARD_NOTICE", receiver.address)
    assert notify_overdue(home, config, utc("2026-11-25T00:15"), send_overdue).notified == (LEGS,)
    assert notify_overdue(home, config, utc("2026-11-25T00:20"), send_overdue).notified == ()
    assert len(receiver.received) == 1


def test_without_an_address_no_notice_is_sent_until_there_is_one(
    home: Home, landing: Landing, receiver: Receiver
) -> None:
    check_arrivals(home, config_of(DAILY), utc("2026-11-20T00:00"))
    assert notify_overdue(
        home, config_of(DAILY, urls=()), utc("2026-11-25T00:05"), send_overdue
    ).not_notified == (LEGS,)
    assert notify_overdue(home, config_of(DAILY), utc("2026-11-25T00:10"), send_overdue).notified == (LEGS,)


def test_a_notice_that_reached_somebody_is_not_repeated(
    home: Home, landing: Landing, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = config_of(DAILY, urls=("${CALLBOARD_NOTICE}", "${CALLBOARD_AWAY}"))
    check_arrivals(home, config, utc("2026-11-20T00:00"))
    monkeypatch.setenv("CALLBOARD_AWAY", "json://127.0.0.1:9")
    for minute in (5, 10):
        notify_overdue(home, config, utc(f"2026-11-25T00:{minute:02}"), send_overdue)
    assert len(receiver.received) == 1


def test_a_notice_of_overdue_sources_speaks_chinese_and_has_the_link(
    home: Home, landing: Landing, receiver: Receiver
) -> None:
    config = config_of(DAILY).model_copy(
        update={"notices": NoticesConfig(urls=("${CALLBOARD_NOTICE}",), lang="zh", link="http://here/")}
    )
    check_arrivals(home, config, utc("2026-11-20T00:00"))
    landing.comes("acd/contact_legs/2026-11-22.csv", utc("2026-11-22T23:41"))
    notify_overdue(home, config, utc("2026-11-25T00:05"), send_overdue)
    (notice,) = receiver.received
    assert notice["title"] == "Callboard：home 的 acd.contact_legs 未按时送达"
    assert notice["message"].splitlines() == [
        "以下数据源未按时送达：",
        "- acd.contact_legs，应于 2026年11月25日 08:00 Asia/Shanghai 前送达；"
        "最近一次送达：2026年11月23日 07:41 Asia/Shanghai，acd/contact_legs/2026-11-22.csv",
        f"请联系数据提供方。送达 {home.landing} 的文件将在下次刷新时载入。",
        f"查看全部应到数据源：callboard arrivals --home {home.root}",
        "http://here/",
    ]


@pytest.mark.parametrize("damage", [None, b"", b"{", b'{"acd.contact_legs": 3}'])
def test_a_lost_memory_begins_anew(
    home: Home, landing: Landing, receiver: Receiver, damage: bytes | None
) -> None:
    config = config_of(DAILY)
    check_arrivals(home, config, utc("2026-11-20T00:00"))
    if damage is None:
        home.arrivals_file.unlink()
    else:
        home.arrivals_file.write_bytes(damage)
    assert notify_overdue(home, config, utc("2026-11-25T00:05"), send_overdue).overdue == ()
    assert notify_overdue(home, config, utc("2026-11-26T00:05"), send_overdue).notified == (LEGS,)


def test_where_it_cannot_be_remembered_no_notice_is_sent_again_and_again(
    home: Home, landing: Landing, receiver: Receiver
) -> None:
    config = config_of(DAILY)
    check_arrivals(home, config, utc("2026-11-20T00:00"))
    with patch(
        "orchestration.deliveries.arrivals.write_whole", side_effect=OSError(28, "No space left on device")
    ):
        for minute in (5, 10):
            with pytest.raises(OSError, match="No space left"):
                notify_overdue(home, config, utc(f"2026-11-25T00:{minute:02}"), send_overdue)
    assert receiver.received == []
    assert notify_overdue(home, config, utc("2026-11-25T00:15"), send_overdue).notified == (LEGS,)


def test_looks_at_the_same_time_tell_once(home: Home, landing: Landing) -> None:
    config = config_of(DAILY)
    check_arrivals(home, config, utc("2026-11-20T00:00"))
    sent: list[int] = []

    def slow(*_: object) -> bool:
        time.sleep(0.05)
        sent.append(1)
        return True

    checks = [
        threading.Thread(target=notify_overdue, args=(home, config, utc("2026-11-25T00:05"), slow))
        for _ in range(6)
    ]
    for check in checks:
        check.start()
    for check in checks:
        check.join()
    assert len(sent) == 1


_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["look", "tell", "comes"]),
        st.sampled_from([LEGS, BUDGET]),
        st.integers(0, 50 * 24 * 60),
        st.booleans(),
    ),
    max_size=25,
)


@settings(
    deadline=None,
    max_examples=60,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=_STEPS, in_order=st.booleans())
def test_however_often_and_whenever_somebody_looks_no_deadline_is_notified_twice(
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[str, str, int, bool]],
    in_order: bool,
) -> None:
    home = Home(tmp_path_factory.mktemp("home"))
    config = config_of(DAILY, THIRD)
    notices: list[tuple[str, datetime | None]] = []
    start = utc("2026-10-01T00:30")
    with pytest.MonkeyPatch.context() as patched:
        landing = Landing(patched)
        check_arrivals(home, config, start)
        for what, table, minutes, works in sorted(steps, key=lambda s: s[2]) if in_order else steps:
            now = start + timedelta(minutes=minutes)
            if what == "comes":
                landing.comes(f"{table.replace('.', '/')}/{minutes}.csv", now)
                continue
            if what == "look":
                check_arrivals(home, config, now)
                continue

            def send(_: Home, __: Config, sources: Sequence[Expected], works: bool = works) -> bool:
                notices.extend((s.table, s.due) for s in sources if works)
                return works

            report = notify_overdue(home, config, now, send)
            assert works or not report.notified
            # By now a notice of each overdue source was sent, unless none could be.
            if works and in_order:
                assert {(s.table, s.due) for s in report.overdue} <= set(notices)
    assert len(notices) == len(set(notices))
    assert all(due is not None and due > start for _, due in notices)


def _write_config(home: Home, more: str = "") -> None:
    home.config_file.write_text(
        f"""
default_time_zone = "Asia/Shanghai"
[notices]
urls = ["${{CALLBOARD_NOTICE}}"]
[[arrivals]]
table = "{LEGS}"
by = "08:00"
{more}
"""
    )


def _declared_long_ago(home: Home) -> None:
    memory = json.loads(home.arrivals_file.read_text())
    for remembered in memory.values():
        remembered["declared"] = "2026-01-01T00:00:00Z"
    home.arrivals_file.write_text(json.dumps(memory))


def test_the_command_says_what_is_overdue_and_tells_people_once(
    home: Home, callboard: Callable[..., CommandResult], receiver: Receiver
) -> None:
    _write_config(home)
    new = callboard("arrivals", "--home", home.root)
    assert new.code == 0
    assert "every day by 08:00 Asia/Shanghai" in new.out
    assert "not due yet" in new.out
    _declared_long_ago(home)
    shown = callboard("arrivals", "--home", home.root)
    assert shown.code == 3
    assert f"Overdue: {LEGS}, due " in shown.out
    assert receiver.received == []
    first, second = (callboard("arrivals", "--home", home.root, "--notify", "--json") for _ in range(2))
    assert (first.code, json.loads(first.out)["told"]) == (3, [LEGS])
    assert (second.code, json.loads(second.out)["told"]) == (3, [])
    assert [notice["title"] for notice in receiver.received] == [f"Callboard: {LEGS} is overdue in home"]
    status = callboard("status", "--home", home.root)
    assert (status.code, f"Overdue: {LEGS}, due " in status.out) == (0, True)
    (source,) = json.loads(callboard("status", "--home", home.root, "--json").out)["overdue"]
    assert (source["table"], source["last_file"], source["is_overdue"]) == (LEGS, None, True)
    _real_landing(home, "acd/contact_legs/2026-11-24.csv")
    late = callboard("arrivals", "--home", home.root, "--tell", "--json")
    assert "--tell is now called --notify" in late.err
    assert (late.code, json.loads(late.out)["arrivals"][0]["is_overdue"]) == (0, False)
    assert json.loads(callboard("status", "--home", home.root, "--json").out)["overdue"] == []
    assert len(receiver.received) == 1


def test_a_home_that_declares_nothing_expects_nothing(
    home: Home, callboard: Callable[..., CommandResult]
) -> None:
    result = callboard("arrivals", "--home", home.root)
    assert result.code == 0
    assert "No source is declared" in result.out
    assert json.loads(callboard("status", "--home", home.root, "--json").out)["overdue"] == []


def test_status_writes_nothing(home: Home, callboard: Callable[..., CommandResult]) -> None:
    _write_config(home)
    callboard("status", "--home", home.root)
    assert not home.arrivals_file.exists()


def test_a_wrong_mapping_is_wrong_usage(home: Home, callboard: Callable[..., CommandResult]) -> None:
    _write_config(home)
    home.mappings.mkdir()
    (home.mappings / "legs.sql").write_text("select 1")
    assert callboard("arrivals", "--home", home.root).code == 2
