"""The gate itself: waivers, absent sources, checks that cannot run, and what it leaves behind."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest
from great_expectations.core import ExpectationSuite

from expectations.gate import GateReport, expectation_names
from expectations.settling import Bound, Confirmation, Waiver
from expectations.suite import Expectation, Suite
from expectations.suites.marts import kpi_parts
from expectations.suites.sources.oddities import oddities
from expectations.verdicts import Finding, Settlement, Verdict
from tests.expectations.centre import LAST, MONTHS, make_centre
from tests.expectations.conftest import AS_OF, SETTINGS

TOO_LONG_A_DAY = "update marts.fct_agent_day set logged_in_seconds = 90001 where business_date = '2026-08-04'"
LONG_DAYS = "fct_agent_day_seconds_fit_into_the_day"
NOBODY = (
    "update marts.fct_agent_day set logged_in_seconds = 0 where business_date in ('2026-08-12', '2026-08-13')"
)
NO_STATES = "no_scheduled_day_is_without_states"


def waiver(expectation: str, month: date, table: str | None = None, *places: dict[str, str]) -> Waiver:
    """A waiver at `places`; without any as they were before keys were named."""
    at = datetime(2026, 9, 4, tzinfo=UTC)
    bound = tuple(Bound(expectation, table or "", keys, {"scheduled_agents": 12}) for keys in places)
    return Waiver(
        expectation, month, table, reason="strike", waived_by="Li", waived_at=at, bound=bound or None
    )


def day(number: int) -> dict[str, str]:
    return {"business_date": f"2026-08-{number}", "site_id": "all"}


def failed(report: GateReport) -> set[str]:
    return {result.expectation for result in report.results if not result.passed}


def test_a_refusal_holds_month_numbers_and_up_to_five_keys_of_what_is_structure(
    spoilt: Callable[..., Path], judge: Callable[..., GateReport]
) -> None:
    (result,) = judge(spoilt(TOO_LONG_A_DAY)).refused
    assert (result.expectation, result.table_name, result.month) == (LONG_DAYS, "fct_agent_day", LAST)
    assert (result.broken, result.is_waivable) == (12, False)
    assert [finding.keys for finding in result.findings] == [
        {"business_date": "2026-08-04", "employee_id": f"E0{i}"} for i in range(5)
    ]
    assert result.findings[0].found == {"longest_seconds": 90001, "day_seconds": 86400.0}


def test_only_the_months_asked_for_are_judged(
    spoilt: Callable[..., Path], judge: Callable[..., GateReport]
) -> None:
    warehouse = spoilt(TOO_LONG_A_DAY)
    assert judge(warehouse, months=[MONTHS[2]]).passed
    by_month = {
        r.month: r.passed for r in judge(warehouse, months=MONTHS[2:]).results if r.expectation == LONG_DAYS
    }
    assert by_month == {MONTHS[2]: True, LAST: False}


@pytest.mark.parametrize(
    ("given", "left"),
    [
        (waiver(NO_STATES, LAST, "acd.agent_states", day(12), day(13)), 0),
        (waiver(NO_STATES, LAST, "acd.agent_states", day(12)), 1),
        (waiver(NO_STATES, LAST, "acd.agent_states", day(14)), 2),
        (waiver(NO_STATES, LAST, "hr.schedules", day(12), day(13)), 2),
        (waiver(NO_STATES, MONTHS[2], "acd.agent_states", day(12), day(13)), 2),
        (waiver("no_usual_day_is_without_plan", LAST, "acd.agent_states", day(12), day(13)), 2),
        # as they were before keys were named
        (waiver(NO_STATES, LAST), 0),
        (waiver(NO_STATES, LAST, "acd.agent_states"), 0),
    ],
)
def test_a_waiver_lets_just_what_it_names_pass(
    given: Waiver, left: int, spoilt: Callable[..., Path], judge: Callable[..., GateReport]
) -> None:
    report = judge(spoilt(NOBODY), waivers=[given])
    (result,) = [r for r in report.results if r.expectation == NO_STATES]
    assert result.broken == 2
    assert sum(finding.blocks for finding in result.findings) == left
    let_pass = {(f.settled.by, f.settled.reason, f.settled.kind) for f in result.findings if f.settled}
    assert let_pass == ({("Li", "strike", "waived")} if left < 2 else set())


def test_a_waiver_is_bound_to_what_was_found(
    spoilt: Callable[..., Path], judge: Callable[..., GateReport]
) -> None:
    given = waiver(NO_STATES, LAST, "acd.agent_states", day(12), day(13))
    half = "update marts.fct_agent_day set scheduled_seconds = 0 where business_date = '2026-08-12' and employee_id < 'E06'"
    assert not judge(spoilt(NOBODY, half), waivers=[given]).passed


def test_nobody_waives_arithmetic(spoilt: Callable[..., Path], judge: Callable[..., GateReport]) -> None:
    assert not judge(spoilt(TOO_LONG_A_DAY), waivers=[waiver(LONG_DAYS, LAST)]).passed


def test_a_confirmation_settles_what_is_odd_and_hides_nothing_else(
    spoilt: Callable[..., Path], judge: Callable[..., GateReport]
) -> None:
    odd = "update marts.kpi_monthly set {set} where month = date '2026-08-01' and kpi_id = '{kpi}' and scope = 'centre'"
    slow = odd.format(set="numerator = numerator * 6, value = value * 6", kpi="average_handle_time")
    report = judge(spoilt(slow))
    (item,) = [item for item in report.items if item.severity == "to_confirm"]
    assert item.kpis == ("average_handle_time",)
    at = datetime(2026, 9, 4, tzinfo=UTC)
    bound = tuple(entry.bound for entry in item.entries)
    given = Confirmation(item.item_id, LAST, bound, "a new product", "Li", at)
    settled = judge(spoilt(slow), confirmations=[given])
    assert [i.is_settled for i in settled.items if i.item_id == item.item_id] == [True]
    other = odd.format(set="denominator = denominator * 2", kpi="answer_rate")
    left = judge(spoilt(slow, other), confirmations=[given])
    assert {kpi for i in left.items if not i.is_settled for kpi in i.kpis} >= {"answer_rate"}
    slower = odd.format(set="numerator = numerator * 8, value = value * 8", kpi="average_handle_time")
    again = judge(spoilt(slower), confirmations=[given])
    assert [i.is_settled for i in again.items if i.severity == "to_confirm"] == [False]


def test_what_is_of_no_month_needs_a_waiver_for_every_month_that_is_published(
    spoilt: Callable[..., Path], judge: Callable[..., GateReport]
) -> None:
    warehouse = spoilt(
        "update raw.delivery set unreadable_reason = 'torn', unreadable_code = 'cannot_be_read' where table_name = 'crm.surveys'"
    )
    waivers = [waiver("every_delivery_is_readable", month) for month in MONTHS[2:]]
    assert judge(warehouse, waivers=waivers[1:]).passed
    assert not judge(warehouse, months=MONTHS[2:], waivers=waivers[1:]).passed
    assert judge(warehouse, months=MONTHS[2:], waivers=waivers).passed


def test_a_check_that_cannot_run_is_a_failed_check_with_its_cause(
    spoilt: Callable[..., Path], judge: Callable[..., GateReport]
) -> None:
    report = judge(spoilt("drop table marts.dim_queue"))
    causes = [finding for result in report.refused for finding in result.findings]
    assert causes
    assert all(f.variant == "unchecked" and "dim_queue" in str(f.found["error"]) for f in causes)


def test_a_build_without_any_table_is_refused_and_does_not_crash(
    tmp_path: Path, judge: Callable[..., GateReport]
) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    duckdb.connect(str(warehouse)).close()
    report = judge(warehouse)
    passed = {result.expectation for result in report.results if result.passed}
    # Checks for oddities refuse together, by one expectation that says why.
    assert passed <= {e.name for e in (*oddities("acd.queues"), *kpi_parts.EXPECTATIONS)} - {
        "oddities_could_be_looked_for"
    }


def test_sources_that_were_never_delivered_are_absent_and_not_incomplete(
    spoilt: Callable[..., Path], judge: Callable[..., GateReport]
) -> None:
    without_states = [
        "update marts.fct_agent_day set logged_in_seconds = 0, adherent_seconds = 0, productive_seconds = 0, "
        "occupied_seconds = 0, available_seconds = 0",
        "insert into marts.kpi_absence select distinct month, kpi_id, 'centre', 'all', 'not_delivered', 'acd.agent_states' "
        "from marts.kpi_monthly where scope = 'centre' and kpi_id in ('schedule_adherence_rate', "
        "'schedule_conformance_rate', 'attendance_rate', 'occupancy_rate', 'contacts_per_hour')",
        "delete from marts.kpi_monthly where kpi_id in ('schedule_adherence_rate', 'schedule_conformance_rate', "
        "'attendance_rate', 'occupancy_rate', 'contacts_per_hour')",
        "update marts.schedule_adherence_monthly set schedule_adherence_rate = null, schedule_conformance_rate = null, "
        "attendance_rate = null",
    ]
    never_delivered = "delete from raw.delivery where table_name = 'acd.agent_states'"
    assert failed(judge(spoilt(*without_states, never_delivered))) == set()
    assert "no_scheduled_day_is_without_states" in failed(judge(spoilt(*without_states)))


def test_a_month_of_which_nothing_was_delivered_is_refused(
    spoilt: Callable[..., Path], judge: Callable[..., GateReport]
) -> None:
    report = judge(spoilt(), months=[date(2026, 9, 1)], as_of=datetime(2026, 10, 5))
    (result,) = [r for r in report.refused if r.expectation == "kpi_monthly_has_rows"]
    assert [finding.keys for finding in result.findings] == [{"month": "2026-09-01"}]


def test_trailing_months_come_from_the_release_where_the_build_has_none(
    good_centre: Path, tmp_path: Path, judge: Callable[..., GateReport]
) -> None:
    build = make_centre(tmp_path / "warehouse.duckdb", [LAST], volume={LAST: 2.0})
    release = tmp_path / "callboard.duckdb"
    with duckdb.connect(str(release)) as connection:
        connection.execute(f"attach '{good_centre}' as good (read_only)")
        connection.execute("create schema marts; create schema audit")
        for table in ("kpi_monthly", "fct_agent_day", "fct_queue_interval"):
            connection.execute(f"create table marts.{table} as from good.marts.{table}")
        connection.execute("create table audit.delivery as from good.raw.delivery")
    assert judge(build).passed
    assert failed(judge(build, published=release)) >= {
        "fct_queue_interval_volumes_are_near_trailing_months",
        "kpi_monthly_centre_volumes_are_near_trailing_months",
    }


def test_years_of_good_rows_do_not_hide_a_bad_new_delivery(
    spoilt: Callable[..., Path], tmp_path: Path, judge: Callable[..., GateReport]
) -> None:
    warehouse = spoilt(
        "insert into raw.delivery (delivery_id, table_name, file, sha256, bytes, rows, first_seen_at, superseded_by, unreadable_reason, unreadable_code, unreadable_params) values (7, 'crm.surveys', 'b.csv', 'sha', 1, 100, now(), null, null, null, null)",
        "insert into quarantine.quarantined_row (table_name, file, line, reason_code, delivery_id) "
        "select 'crm.surveys', 'b.csv', i, 'bad', 7 from range(30) t(i)",
    )
    release = tmp_path / "callboard.duckdb"
    with duckdb.connect(str(release)) as connection:
        connection.execute("create schema marts; create schema audit")
        for table in ("kpi_monthly", "fct_agent_day", "fct_queue_interval"):
            connection.execute(f"attach if not exists '{warehouse}' as build (read_only)")
            connection.execute(f"create table marts.{table} as from build.marts.{table}")
        connection.execute("create table audit.delivery as from build.raw.delivery where delivery_id < 7")
    assert judge(warehouse).passed
    (result,) = judge(warehouse, published=release).refused
    (finding,) = result.findings
    assert (finding.variant, finding.found["refused"], finding.found["rows"]) == ("new", 30, 100)


def test_the_threshold_of_quarantined_rows_is_a_setting(
    spoilt: Callable[..., Path], judge: Callable[..., GateReport]
) -> None:
    warehouse = spoilt(
        "insert into quarantine.quarantined_row (table_name, file, line, reason_code, delivery_id) "
        "select 'crm.surveys', 'a.csv', i, 'bad', 6 from range(600) t(i)"
    )
    assert failed(judge(warehouse)) == {"quarantined_share_is_small"}
    assert judge(warehouse, settings=SETTINGS.model_copy(update={"max_quarantined_share": 0.1})).passed


def test_suites_results_and_pages_of_what_failed_are_kept_as_great_expectations_writes_them(
    spoilt: Callable[..., Path], judge: Callable[..., GateReport]
) -> None:
    files = judge(spoilt(TOO_LONG_A_DAY)).files
    assert set(files) == {"suites.json", "validation_results.json", "fct_agent_day.html"}
    suites = {suite["name"]: ExpectationSuite(**suite) for suite in json.loads(files["suites.json"])}
    assert set(suites) == set(expectation_names())
    results = {result["suite_name"]: result for result in json.loads(files["validation_results.json"])}
    assert {name for name, result in results.items() if not result["success"]} == {"fct_agent_day"}
    broken = [one for one in results["fct_agent_day"]["results"] if not one["success"]]
    assert [
        (one["expectation_config"]["meta"]["name"], one["result"]["observed_value"]) for one in broken
    ] == [(LONG_DAYS, 12)]
    assert "no more seconds than the site" in files["fct_agent_day.html"]


def test_an_instant_with_an_offset_is_read_as_that_instant(
    good_centre: Path, judge: Callable[..., GateReport]
) -> None:
    with_offset, without = (
        judge(good_centre, as_of=AS_OF.replace(tzinfo=UTC)),
        judge(good_centre, as_of=AS_OF),
    )
    assert with_offset.results == without.results


def test_the_gate_lets_go_of_the_build_and_changes_nothing_in_it(
    spoilt: Callable[..., Path], judge: Callable[..., GateReport]
) -> None:
    warehouse = spoilt()
    before = warehouse.read_bytes()
    judge(warehouse)
    assert warehouse.read_bytes() == before
    duckdb.connect(str(warehouse)).close()


def test_a_day_with_a_clock_change_has_its_own_length(
    spoilt: Callable[..., Path], judge: Callable[..., GateReport]
) -> None:
    """New York sets its clocks forward on 8 March 2026 and back on 1 November 2026."""
    for day, length in (("2026-03-08", 23), ("2026-11-01", 25)):
        row = (
            f"insert into marts.fct_agent_day select * replace (date '{day}' as business_date, "
            f"{length} * 3600 as logged_in_seconds) "
            "from marts.fct_agent_day where business_date = '2026-08-03' and employee_id = 'E01'"
        )
        month = date.fromisoformat(day[:7] + "-01")
        one_more = "update marts.fct_agent_day set logged_in_seconds = logged_in_seconds + 1"
        given = {"months": [month], "as_of": datetime(2027, 1, 1)}
        assert LONG_DAYS not in failed(judge(spoilt(row), **given))
        assert LONG_DAYS in failed(judge(spoilt(row, one_more), **given))


def test_a_move_to_a_site_further_west_makes_a_longer_day(
    spoilt: Callable[..., Path], judge: Callable[..., GateReport]
) -> None:
    long_day = (
        "update marts.fct_agent_day set logged_in_seconds = 36 * 3600 "
        "where business_date = '2026-08-04' and employee_id = 'E01'"
    )
    move = [
        "update marts.dim_employee set valid_to = '2026-08-03' where employee_id = 'E01'",
        "insert into marts.dim_employee select * replace (date '2026-08-04' as valid_from, null as valid_to, "
        "'SHA' as site_id) from marts.dim_employee where employee_id = 'E01'",
    ]
    assert failed(judge(spoilt(long_day))) == {LONG_DAYS}
    assert failed(judge(spoilt(long_day, *move))) == set()


def test_refused_findings_are_kept_before_any_number_of_odd_ones(
    good_centre: Path, monkeypatch: pytest.MonkeyPatch, judge: Callable[..., GateReport]
) -> None:
    many = Expectation(
        name="many_places",
        expected="none of them",
        found="place {place}",
        broken_rows="""
            select date '2026-08-01' as month, struct_pack(place := place) as keys, struct_pack(place := place) as found,
                if(place = 7, 'refused', 'to_confirm') as severity, if(place = 7, 0, 1)::double as damage
            from range(600) as counted(place)
        """,
    )
    monkeypatch.setattr("expectations.suites.catalogue.ALL", (Suite("kpi_monthly", (many,)),))
    (verdict,) = judge(good_centre).results
    assert (verdict.broken, len(verdict.findings)) == (600, 500)
    assert verdict.findings[0].keys == {"place": "7"}
    assert [finding.severity for finding in verdict.findings[1:]] == ["to_confirm"] * 499


def test_what_was_settled_settles_nothing_that_was_not_kept() -> None:
    settled = Finding(settled=Settlement("Wei Chen", "power cut", datetime(2026, 9, 6, tzinfo=UTC), "waived"))
    odd = Finding(severity="to_confirm")
    assert not Verdict("any", "kpi_monthly", LAST, broken=1, findings=(settled,)).blocks
    assert Verdict("any", "kpi_monthly", LAST, broken=2, findings=(settled,)).blocks
    assert not Verdict("any", "kpi_monthly", LAST, broken=3, findings=(settled, odd)).blocks
