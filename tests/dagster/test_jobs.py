"""The job in this process: order, refusal, failure, retries, and what Dagster's history knows afterwards."""

import errno
import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dagster import AssetCheckKey, AssetKey, DagsterRunStatus, ExecuteInProcessResult, RunsFilter

from orchestration.defs import resources, touched_months
from orchestration.defs.assets import RELEASE
from orchestration.defs.build import build_defs
from orchestration.defs.jobs import LOAD, REFRESH, REFRESH_TOUCHED_MONTHS, close_dead_runs
from orchestration.home.errors import CallboardError, GateRefusedError, UsageError
from orchestration.home.lock import refresh_lock
from orchestration.home.paths import Home
from orchestration.refresh.context import RefreshContext
from orchestration.refresh.last_run import read_attempt
from orchestration.refresh.outcomes import RefreshOutcome
from orchestration.releases.manifest import Manifest
from orchestration.warehouse import ledger
from tests.dagster.conftest import (
    AUGUST,
    OCTOBER,
    SEPTEMBER,
    StandInSteps,
    instance_of,
    node,
    run_refresh,
    small_manifest,
    verdict,
)

pytestmark = pytest.mark.usefixtures("small")

KPI_MONTHLY, KPI_DRIVER = AssetKey(["marts", "kpi_monthly"]), AssetKey(["marts", "kpi_driver_monthly"])


def _run_as_the_ui_would(
    home: Home, stand_in: StandInSteps | None = None, **how: Any
) -> ExecuteInProcessResult:
    defs = build_defs(home, resource_overrides={"refresh": stand_in.resource(home)} if stand_in else None)
    with instance_of(home) as instance:
        job = defs.resolve_job_def(REFRESH)
        return job.execute_in_process(instance=instance, raise_on_error=False, **how)


def _failures(result: ExecuteInProcessResult) -> dict[str, str]:
    return {
        e.step_key or "": e.step_failure_data.error_display_string for e in result.get_step_failure_events()
    }


def _months_of(home: Home, key: AssetKey) -> set[str]:
    with instance_of(home) as instance:
        return {month for month in instance.get_materialized_partitions(key) if month}


def test_a_refresh_runs_the_four_steps_in_order_and_keeps_them_in_dagsters_history(
    context: RefreshContext, stand_in: StandInSteps
) -> None:
    outcome = run_refresh(context, stand_in.steps())
    assert stand_in.called == ["load", "build", "gate", "publish"]
    assert (outcome.status, outcome.months) == ("published", (AUGUST,))
    assert [step.name for step in outcome.steps] == ["load", "build", "gate", "publish"]
    with instance_of(context.home) as instance:
        run, load = instance.get_runs()
        assert (run.job_name, run.status) == (REFRESH, DagsterRunStatus.SUCCESS)
        assert (load.job_name, load.status) == (LOAD, DagsterRunStatus.SUCCESS)
        assert run.tags["callboard/release"] == context.release_id
        made = instance.get_latest_materialization_event(RELEASE)
        assert made is not None
        assert made.asset_materialization is not None
        assert made.asset_materialization.metadata["release_id"].value == context.release_id
        check = AssetCheckKey(KPI_MONTHLY, "kpi_monthly_key_is_unique")
        [record] = instance.event_log_storage.get_asset_check_execution_history(check, limit=5)
        assert record.status.value == "SUCCEEDED"


def test_a_refused_build_is_an_outcome_and_is_not_published(
    context: RefreshContext, stand_in: StandInSteps
) -> None:
    stand_in.judged = verdict(passed=False)
    outcome = run_refresh(context, stand_in.steps())
    assert outcome.status == "refused"
    assert stand_in.called == ["load", "build", "gate"]
    assert [item.lead.expectation for item in outcome.items] == ["kpi_monthly_key_is_unique"]
    attempt = read_attempt(context.home)
    assert attempt is not None
    assert attempt.state == "refused"


def test_a_waived_failure_is_published_and_shows_as_a_failed_check_that_warns(
    context: RefreshContext, stand_in: StandInSteps
) -> None:
    stand_in.judged = verdict(passed=False, waived_by="Ana")
    assert run_refresh(context, stand_in.steps()).status == "published"
    with instance_of(context.home) as instance:
        check = AssetCheckKey(KPI_MONTHLY, "kpi_monthly_key_is_unique")
        [record] = instance.event_log_storage.get_asset_check_execution_history(check, limit=5)
        assert record.evaluation is not None
        assert (record.evaluation.passed, record.evaluation.severity.value) == (False, "WARN")
        assert "Waived by Ana: known" in (record.evaluation.description or "")


def test_an_expectation_without_a_verdict_stops_the_run_before_anything_is_published(
    context: RefreshContext, stand_in: StandInSteps
) -> None:
    stand_in.judged = replace(verdict(), table_name="dim_kpi", expectation="dim_kpi_key_is_unique")
    steps = stand_in.steps()
    every = stand_in.verdicts
    missing = replace(steps, gate=lambda ctx: replace(steps.gate(ctx), verdicts=every[1:]))
    with pytest.raises(CallboardError, match="dim_kpi_key_is_unique"):
        run_refresh(context, missing)
    assert "publish" not in stand_in.called


def test_what_stops_a_step_is_raised_as_it_was_and_nothing_runs_after_it(
    context: RefreshContext, stand_in: StandInSteps
) -> None:
    def stop() -> None:
        raise CallboardError("The disk is full.", hint="Make room.")

    stand_in.before["build"] = stop
    with pytest.raises(CallboardError, match=r"^The disk is full\.$") as raised:
        run_refresh(context, stand_in.steps())
    assert raised.value.hint == "Make room."
    assert stand_in.called == ["load", "build"]
    attempt = read_attempt(context.home)
    assert attempt is not None
    assert (attempt.state, attempt.message) == ("failed", "The disk is full.")


def test_a_defect_is_raised_with_its_own_trace(context: RefreshContext, stand_in: StandInSteps) -> None:
    stand_in.before["gate"] = lambda: {}["no such key"]
    with pytest.raises(KeyError, match="no such key"):
        run_refresh(context, stand_in.steps())
    assert stand_in.called == ["load", "build", "gate"]


def test_an_interruption_ends_the_refresh_as_one(context: RefreshContext, stand_in: StandInSteps) -> None:
    def interrupt() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(20)  # dbt at work in its thread, which nobody waits for

    stand_in.before["build"] = interrupt
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run_refresh(context, stand_in.steps())
    assert time.monotonic() - started < 15
    attempt = read_attempt(context.home)
    assert attempt is not None
    assert (attempt.state, attempt.message) == ("failed", "Interrupted.")


def test_a_failed_dbt_test_refuses_the_build(context: RefreshContext, stand_in: StandInSteps) -> None:
    def refuse() -> None:
        raise GateRefusedError("Tests of dbt's refuse what was built: unique_x.")

    stand_in.before["build"] = refuse
    duckdb.connect(str(context.home.warehouse)).close()
    outcome = run_refresh(context, stand_in.steps())
    assert outcome.status == "refused"
    assert "unique_x" in outcome.message
    assert stand_in.called == ["load", "build"]


def test_nothing_new_leaves_gate_and_release_out(context: RefreshContext, stand_in: StandInSteps) -> None:
    vars(context)["published"] = Manifest.model_construct(release_id="20261001T000000Z-00000000")
    stand_in.months = ()
    outcome = run_refresh(context, stand_in.steps())
    assert (outcome.status, outcome.release_id) == ("nothing_new", "20261001T000000Z-00000000")
    assert stand_in.called == ["load"]
    with instance_of(context.home) as instance:
        assert [(run.job_name, run.status) for run in instance.get_runs()] == [
            (LOAD, DagsterRunStatus.SUCCESS)
        ]


def _failing_times(times: int, error: BaseException) -> Callable[[], None]:
    left = [error] * times

    def step() -> None:
        if left:
            raise left.pop()

    return step


@pytest.mark.parametrize("step", ["load", "publish"])
def test_a_trouble_that_passes_is_tried_again(
    context: RefreshContext, stand_in: StandInSteps, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources, "_RETRY_SECONDS", 0)
    stand_in.before[step] = _failing_times(2, OSError(errno.ESTALE, "Stale file handle"))
    assert run_refresh(context, stand_in.steps()).status == "published"
    assert stand_in.called.count(step) == 3


def test_a_trouble_that_does_not_pass_ends_the_run_after_two_more_tries(
    context: RefreshContext, stand_in: StandInSteps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources, "_RETRY_SECONDS", 0)
    stand_in.before["load"] = _failing_times(9, OSError(errno.EIO, "Input/output error"))
    with pytest.raises(OSError, match="Input/output error"):
        run_refresh(context, stand_in.steps())
    assert stand_in.called == ["load", "load", "load"]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left"), "The disk is full"),
        (UsageError("wrong"), "wrong"),
        (ValueError("defect"), "defect"),
    ],
)
def test_what_trying_again_cannot_help_is_tried_once(
    context: RefreshContext, stand_in: StandInSteps, error: BaseException, said: str
) -> None:
    stand_in.before["load"] = _failing_times(9, error)
    with pytest.raises(Exception, match=said):
        run_refresh(context, stand_in.steps())
    assert stand_in.called == ["load"]


def test_publishing_alone_is_refused_where_nothing_was_built(home: Home) -> None:
    result = _run_as_the_ui_would(home, asset_selection=[RELEASE])
    assert not result.success
    assert "Nothing was built" in _failures(result)["published__callboard"]
    assert not home.published.exists()


def test_publishing_alone_does_not_get_past_a_gate_that_refused(
    home: Home, context: RefreshContext, stand_in: StandInSteps
) -> None:
    stand_in.judged = verdict(passed=False)
    run_refresh(context, stand_in.steps())
    result = _run_as_the_ui_would(home, asset_selection=[RELEASE])
    assert not result.success
    assert "kpi_monthly_key_is_unique" in _failures(result)["published__callboard"]
    assert not home.published.exists()


def test_publishing_alone_does_not_get_past_a_gate_that_was_never_asked(
    home: Home, context: RefreshContext, stand_in: StandInSteps
) -> None:
    stand_in.before["gate"] = lambda: (
        os.abort() if False else (_ for _ in ()).throw(CallboardError("cut off"))
    )
    with pytest.raises(CallboardError, match="cut off"):
        run_refresh(context, stand_in.steps())
    with duckdb.connect(str(home.warehouse)) as connection:
        ledger.set_state(connection, context.release_id, "built")
    result = _run_as_the_ui_would(home, asset_selection=[RELEASE])
    assert "has not passed" in _failures(result)["published__callboard"]
    assert not home.published.exists()


def test_months_with_a_gap_are_one_build_and_one_release_and_the_gap_is_not_recorded_as_made(
    context: RefreshContext, stand_in: StandInSteps
) -> None:
    run_refresh(replace(context, months=(AUGUST, OCTOBER)), stand_in.steps())
    assert stand_in.called == ["load", "build", "gate", "publish"]
    assert _months_of(context.home, KPI_MONTHLY) == {"2026-08-01", "2026-10-01"}
    assert _months_of(context.home, KPI_DRIVER) == {"2026-08-01", "2026-10-01"}
    with instance_of(context.home) as instance:
        run, _load = instance.get_runs()
    assert run.tags["dagster/asset_partition_range_start"] == "2026-08-01"
    assert run.tags["dagster/asset_partition_range_end"] == "2026-10-01"


@pytest.mark.parametrize("month", [date(1984, 3, 1), date(2099, 12, 1)])
def test_a_command_makes_months_that_the_ui_does_not_offer(
    context: RefreshContext, stand_in: StandInSteps, month: date
) -> None:
    assert run_refresh(replace(context, months=(month,)), stand_in.steps()).status == "published"
    assert _months_of(context.home, KPI_MONTHLY) == {month.isoformat()}


def test_a_run_without_months_says_what_to_choose_before_anything_is_built(
    home: Home, stand_in: StandInSteps
) -> None:
    result = _run_as_the_ui_would(home, stand_in)
    assert not result.success
    assert "names no month" in _failures(result)["build"]
    assert stand_in.called == ["load"]


def test_a_selection_builds_what_was_selected_and_publishes_nothing(
    home: Home, stand_in: StandInSteps
) -> None:
    result = _run_as_the_ui_would(home, stand_in, asset_selection=[KPI_MONTHLY], partition_key="2026-09-01")
    assert result.success
    assert {name for name in stand_in.selected if name.startswith("model.")} == {
        "model.callboard.kpi_monthly"
    }
    assert [event.asset_key for event in result.get_asset_materialization_events()] == [KPI_MONTHLY]
    assert "publish" not in stand_in.called
    assert "build" not in stand_in.called
    # `callboard status` goes on to show the newest whole attempt.
    assert read_attempt(home) is None


def test_a_selection_without_monthly_tables_needs_no_month(home: Home, stand_in: StandInSteps) -> None:
    dim_kpi = AssetKey(["marts", "dim_kpi"])
    result = _run_as_the_ui_would(home, stand_in, asset_selection=[dim_kpi])
    assert result.success
    assert stand_in.selected == {"model.callboard.dim_kpi"}


def test_a_materialized_table_says_how_many_rows_it_has(
    context: RefreshContext, stand_in: StandInSteps
) -> None:
    stand_in.nodes = tuple(replace(node, rows=7) for node in stand_in.nodes)
    run_refresh(context, stand_in.steps())
    with instance_of(context.home) as instance:
        made = instance.get_latest_materialization_event(KPI_MONTHLY)
    assert made is not None
    assert made.asset_materialization is not None
    assert made.asset_materialization.metadata["dagster/row_count"].value == 7


def test_a_partition_of_the_ui_is_the_month_that_is_made(home: Home, stand_in: StandInSteps) -> None:
    result = _run_as_the_ui_would(home, stand_in, partition_key="2026-09-01")
    assert result.success
    attempt = read_attempt(home)
    assert attempt is not None
    assert (attempt.months, attempt.trigger) == ((SEPTEMBER,), "dagster")
    assert _months_of(home, KPI_MONTHLY) == {"2026-09-01"}


def test_a_range_of_partitions_is_one_run_of_all_its_months(home: Home, stand_in: StandInSteps) -> None:
    span = {
        "dagster/asset_partition_range_start": "2025-12-01",
        "dagster/asset_partition_range_end": "2026-02-01",
    }
    assert _run_as_the_ui_would(home, stand_in, tags=span).success
    assert _months_of(home, KPI_MONTHLY) == {"2025-12-01", "2026-01-01", "2026-02-01"}


def test_the_as_of_can_be_given_in_the_runs_configuration(home: Home, stand_in: StandInSteps) -> None:
    config = {"as_of": "2026-10-20T08:00:00+08:00"}
    assert _run_as_the_ui_would(
        home,
        stand_in,
        partition_key="2026-08-01",
        run_config={"resources": {"refresh": {"config": config}}},
    ).success
    attempt = read_attempt(home)
    assert attempt is not None
    assert attempt.as_of.isoformat() == "2026-10-20T00:00:00+00:00"


def _refresh_touched_months(
    home: Home, monkeypatch: pytest.MonkeyPatch, outcome: RefreshOutcome, **how: Any
) -> tuple[ExecuteInProcessResult, dict[str, Any]]:
    asked: dict[str, Any] = {}

    def refresh(_: Home, **arguments: Any) -> RefreshOutcome:
        asked.update(arguments)
        return outcome

    monkeypatch.setattr(touched_months, "refresh", refresh)
    with instance_of(home) as instance:
        job = build_defs(home).resolve_job_def(REFRESH_TOUCHED_MONTHS)
        return job.execute_in_process(instance=instance, raise_on_error=False, **how), asked


def test_touched_months_are_refreshed_as_the_command_does(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = {"months": ["2026-08", "2026-10"], "as_of": "2026-10-20T08:00:00+08:00"}
    result, asked = _refresh_touched_months(
        home,
        monkeypatch,
        RefreshOutcome("published", "r1", message="Published release r1."),
        run_config={"ops": {"load_plan_refresh": {"config": config}}},
        tags={"dagster/sensor_name": "deliveries"},
    )
    assert result.success
    assert asked["months"] == [AUGUST, OCTOBER]
    assert asked["as_of"].isoformat() == "2026-10-20T00:00:00+00:00"
    assert asked["trigger"] == "sensor deliveries"
    assert asked["wait_seconds"] > 0


@pytest.mark.parametrize(("status", "succeeds"), [("nothing_new", True), ("refused", False)])
def test_a_refusal_fails_the_run_that_started_it_and_nothing_new_does_not(
    home: Home, monkeypatch: pytest.MonkeyPatch, status: Any, succeeds: bool
) -> None:
    result, asked = _refresh_touched_months(home, monkeypatch, RefreshOutcome(status, "r1", message="Why."))
    assert result.success is succeeds
    assert (asked["months"], asked["as_of"]) == ([], None)


def test_a_run_of_dagsters_waits_for_the_lock_and_says_who_has_it(
    home: Home, stand_in: StandInSteps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources, "WAIT_SECONDS", 0.0)
    pid = os.fork()
    if pid == 0:  # another process holds the lock until it is killed
        with refresh_lock(home):
            (home.build / "held").touch()
            signal.pause()
    try:
        while not (home.build / "held").exists():
            time.sleep(0.01)
        result = _run_as_the_ui_would(home, stand_in)
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
    assert not result.success
    assert stand_in.called == []
    failure = next(e for e in result.all_events if e.is_failure)
    assert f"process {pid}" in str(failure.event_specific_data)


def test_a_run_whose_process_died_does_not_stay_under_way(home: Home, context: RefreshContext) -> None:
    with instance_of(home) as instance:
        job = build_defs(home).resolve_job_def(REFRESH)
        dead = instance.create_run_for_job(job, status=DagsterRunStatus.STARTED)
        # The run that started this refresh, and waits for it.
        around = build_defs(home).resolve_job_def(REFRESH_TOUCHED_MONTHS)
        alive = instance.create_run_for_job(around, status=DagsterRunStatus.STARTED)
        close_dead_runs(instance, but=REFRESH_TOUCHED_MONTHS)
        statuses = {run.run_id: run.status for run in instance.get_runs(RunsFilter())}
    assert statuses == {dead.run_id: DagsterRunStatus.FAILURE, alive.run_id: DagsterRunStatus.STARTED}


def test_a_failed_test_of_dbt_is_a_failed_check(context: RefreshContext, stand_in: StandInSteps) -> None:
    unique_id, test = next(
        found for found in small_manifest()["nodes"].items() if found[1]["resource_type"] == "test"
    )
    key = AssetCheckKey(KPI_MONTHLY, f"dbt__{test['name']}")
    failing = replace(node(test["name"], "test", "fail"), unique_id=unique_id, failures=3)
    stand_in.nodes = (*stand_in.nodes, failing)
    run_refresh(context, stand_in.steps())
    with instance_of(context.home) as instance:
        [record] = instance.event_log_storage.get_asset_check_execution_history(key, limit=5)
    assert record.evaluation is not None
    assert not record.evaluation.passed
    assert record.evaluation.metadata["failing rows"].value == 3


def test_dagster_learns_the_home_from_its_own_storage(home: Home) -> None:
    with instance_of(home) as instance:
        assert Path(instance.root_directory) == home.dagster
    assert (home.dagster / "history" / "runs" / "index.db").is_file()
