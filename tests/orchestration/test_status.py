"""`callboard status`: what it prints of a home in any state."""

import json
from collections.abc import Callable

import duckdb
import pytest

from orchestration.home.paths import Home
from orchestration.refresh.conclude import conclude
from orchestration.refresh.context import RefreshContext
from orchestration.refresh.last_run import note_attempt
from orchestration.refresh.outcomes import GateOutcome
from orchestration.refresh.progress import StepResult
from orchestration.refresh.run import RefreshRun
from tests.findings import NO_STATES, failing

from .conftest import AUGUST, PASSED, SEPTEMBER, CommandResult, StandIn
from .test_lock import another_process

FAILED = failing()


def refuse(ctx: RefreshContext) -> None:
    """Conclude a refresh whose build the gate refused for FAILED."""
    run = RefreshRun(ctx, judged=GateOutcome(StepResult("gate", 0.1), ctx.release_id, (FAILED,)))
    conclude(run, lambda *_: None)


def said(callboard: Callable[..., CommandResult], home: Home) -> dict[str, object]:
    result = callboard("status", "--home", home.root, "--json")
    assert result.code == 0
    return json.loads(result.out)


def test_a_new_home_has_nothing_published_and_its_files_waiting(
    stand_in: StandIn, callboard: Callable[..., CommandResult]
) -> None:
    status = said(callboard, stand_in.home)
    assert status["published"] is None
    assert status["waiting"] == [
        {"table_name": "crm.complaints", "file": "crm/complaints/2026-09.csv", "reason": "new"}
    ]


def test_what_is_published_is_reported_with_its_months(
    stand_in: StandIn, callboard: Callable[..., CommandResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in.publish({AUGUST: 0.5})
    made = stand_in.publish({SEPTEMBER: 0.25}, provisional=True)
    status = said(callboard, stand_in.home)
    published = status["published"]
    assert isinstance(published, dict)
    assert published["release_id"] == made.release_id
    assert [(m["month"], m["state"]) for m in published["months"]] == [
        ("2026-08", "final"),
        ("2026-09", "provisional"),
    ]
    assert status["waiting"] == []
    monkeypatch.setenv("COLUMNS", "160")
    shown = callboard("status", "--home", stand_in.home.root).out
    assert made.release_id in shown
    assert "Nothing waits" in shown


def test_a_refusal_is_reported_with_what_was_found_and_how_to_let_it_pass(
    stand_in: StandIn, callboard: Callable[..., CommandResult]
) -> None:
    stand_in.publish({AUGUST: 0.5})
    stand_in.verdicts = [FAILED]
    ctx = stand_in.context(AUGUST)
    stand_in.build({AUGUST: 0.75}, ctx=ctx)
    refuse(ctx)
    refused = said(callboard, stand_in.home)["refused"]
    assert isinstance(refused, dict)
    (verdict,) = refused["gate"]
    assert verdict["observed"] == "12 agents were scheduled, none was in any state"
    assert f"callboard waive {NO_STATES}" in verdict["waive"][0]
    (item,) = refused["items"]
    assert item["source"] == "acd.agent_states"
    shown = callboard("status", "--home", stand_in.home.root).out
    for part in (
        "acd.agent_states, August 2026, 3 August 2026",
        "SHA: 12 agents were scheduled, none was in any state",
        "Ask for acd.agent_states of August 2026 again",
        f"callboard waive {NO_STATES}",
        "--key business_date=2026-08-03",
    ):
        assert part in shown


def test_a_publication_ends_the_refusal(stand_in: StandIn, callboard: Callable[..., CommandResult]) -> None:
    stand_in.verdicts = [FAILED]
    ctx = stand_in.context(AUGUST)
    stand_in.build({AUGUST: 0.75}, ctx=ctx)
    refuse(ctx)
    stand_in.verdicts = [PASSED]
    ctx = stand_in.context(AUGUST)
    note_attempt(ctx, lambda _: {"state": "published"})
    assert said(callboard, stand_in.home)["refused"] is None


def test_quarantine_is_reported_by_table_with_reasons_and_an_example(
    stand_in: StandIn, callboard: Callable[..., CommandResult]
) -> None:
    ctx = stand_in.context(AUGUST)
    build = stand_in.build({AUGUST: 0.5}, ctx=ctx)
    for line in (10, 9):
        stand_in.in_build(
            f"insert into quarantine.quarantined_row select table_name, file, {line}, 1, 'category', "
            "'not_whole_number', null, '', '', delivery_id from raw.delivery"
        )
    from orchestration.refresh.publish import publish

    publish(ctx, stand_in.judge(build))
    assert said(callboard, stand_in.home)["quarantine"] == [
        {
            "table_name": "crm.complaints",
            "refused": 2,
            "delivered": 2,
            "reasons": [
                {
                    "reason": "category is not a whole number",
                    "rows": 2,
                    "example": "crm/complaints/2026-09.csv:9",
                }
            ],
        }
    ]


def test_while_a_refresh_runs_status_says_so_and_needs_no_build_database(
    stand_in: StandIn, callboard: Callable[..., CommandResult]
) -> None:
    made = stand_in.publish({AUGUST: 0.5})
    with another_process(stand_in.home) as other:
        status = said(callboard, stand_in.home)
    assert f"process {other.pid}" in str(status["running"])
    assert status["waiting"] is None
    assert isinstance(status["published"], dict)
    assert status["published"]["release_id"] == made.release_id


def test_a_refresh_that_was_cut_off_is_reported_with_its_step(
    stand_in: StandIn, callboard: Callable[..., CommandResult]
) -> None:
    note_attempt(stand_in.context(AUGUST), lambda _: {"step": "build"})
    failed = said(callboard, stand_in.home)["failed"]
    assert isinstance(failed, dict)
    assert failed["step"] == "build"


def test_a_changed_configuration_is_reported(
    stand_in: StandIn, callboard: Callable[..., CommandResult]
) -> None:
    stand_in.publish({AUGUST: 0.5})
    stand_in.home.config_file.write_text("default_site = 'HAM'\n")
    changed = said(callboard, stand_in.home)["changed_since"]
    assert isinstance(changed, list)
    assert "the configuration" in changed


def test_a_release_of_an_older_version_shows_its_quarantine_as_it_says_it() -> None:
    from orchestration.warehouse.quarantine import quarantine_summary

    with duckdb.connect() as connection:
        connection.execute("create schema audit")
        connection.execute(
            "create table audit.quarantined_row as select 'hr.sites' as table_name, 'hr/sites/a.csv' as file, "
            "2 as line, 'country' as column_name, 'country is odd' as reason, '' as row_text"
        )
        connection.execute(
            "create table audit.delivery as select 'hr.sites' as table_name, 2 as rows, null as superseded_by"
        )
        (sites,) = quarantine_summary(connection, "release")
    assert [(r.reason, r.rows, r.example, r.reason_code) for r in sites.reasons] == [
        ("country is odd", 1, "hr/sites/a.csv:2", None)
    ]


def test_status_names_a_former_key_once(home: Home, callboard: Callable[..., CommandResult]) -> None:
    home.config_file.write_text("[gate]\nfewest_rows_of_a_hole = 20\n")
    sentence = "gate.fewest_rows_of_a_hole is now called gate.min_expected_rows_for_gap"
    assert callboard("status", "--home", home.root).out.count(sentence) == 1
    [note] = json.loads(callboard("status", "--home", home.root, "--json").out)["config_notes"]
    assert sentence in note
