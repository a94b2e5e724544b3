"""The job `refresh`, and how the command runs it in its own process."""

import os
import warnings
from datetime import UTC, date, datetime, timedelta

from dagster import (
    AssetSelection,
    DagsterInstance,
    DagsterRunStatus,
    ExecuteInProcessResult,
    MonthlyPartitionsDefinition,
    RunsFilter,
    define_asset_job,
    in_process_executor,
)
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from orchestration.defs.instance import open_instance
from orchestration.defs.session import Session, Steps, given_session
from orchestration.home.errors import CallboardError
from orchestration.home.lock import glance
from orchestration.home.paths import Home
from orchestration.refresh.context import RefreshContext, RefreshOutcome
from orchestration.refresh.last_run import note_attempt

JOB = "refresh"
# The oldest month that can be named in the UI; the command takes any.
_FIRST_MONTH = date(1990, 1, 1)
_STARTING_SECONDS = 180
_UNDER_WAY = [DagsterRunStatus.STARTING, DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING]


def month_partitions(time_zone: str) -> MonthlyPartitionsDefinition:
    """Months as partitions, keyed by their first day; the running one of `time_zone` is the last."""
    return MonthlyPartitionsDefinition(start_date=_FIRST_MONTH.isoformat(), timezone=time_zone, end_offset=1)


def refresh_job(months: MonthlyPartitionsDefinition) -> UnresolvedAssetJobDefinition:
    """Load, build, gate and publish: for one month, for several in one run, or for those that were touched."""
    return define_asset_job(
        JOB,
        selection=AssetSelection.all(),
        partitions_def=months,
        executor_def=in_process_executor,
        description="Deliveries in, checked months out",
    )


def run_refresh(ctx: RefreshContext, steps: Steps | None = None) -> RefreshOutcome:
    """Run the job in this process, on the home's own Dagster instance. The caller holds the refresh lock.

    Gives the outcome also where the gate refuses; raises what stopped a step otherwise.
    """
    from orchestration.defs.build import build_defs

    # One transaction for what a run plans to do, instead of one for each of some hundred events.
    os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", "1000")
    session = Session(ctx, steps or Steps())
    with warnings.catch_warnings(), open_instance(ctx.home, ctx.config) as instance:
        warnings.simplefilter("ignore")
        close_abandoned_runs(instance)
        job = build_defs(ctx.home, resource_overrides={"session": given_session(session)}).resolve_job_def(
            JOB
        )
        done = job.execute_in_process(
            instance=instance,
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            tags={"callboard/trigger": ctx.trigger, "callboard/release": ctx.release_id},
        )
    if _was_interrupted(done):
        note_attempt(ctx, lambda _: {"state": "failed", "message": "Interrupted."})
        raise KeyboardInterrupt
    if session.outcome is not None:
        return session.outcome
    if session.error is not None:
        raise session.error
    # None of our steps failed, so it is Dagster's own trouble or a defect in the wrapping.
    raise CallboardError(
        f"The run in Dagster failed: {_failure(done)}", hint=f"Its events are in {ctx.home.dagster}."
    )


def close_abandoned_runs(instance: DagsterInstance, but: str = "") -> None:
    """Have Dagster know of runs whose process died. The caller holds the refresh lock, so none is alive but `but`."""
    for run in instance.get_runs(RunsFilter(job_name=JOB, statuses=_UNDER_WAY)):
        if run.run_id != but:
            instance.report_run_failed(run, "The process of this run ended without saying so.")


def close_dead_runs(home: Home, instance: DagsterInstance) -> None:
    """Have Dagster know of runs that are under way without anybody holding the refresh lock.

    A killed run would keep the queue, which lets one run through at a time, closed for ever.
    """
    with glance(home) as is_free:
        if not is_free:
            return
        for record in instance.get_run_records(RunsFilter(job_name=JOB, statuses=_UNDER_WAY)):
            # A run takes the lock a few seconds after it has started.
            if datetime.now(UTC) - record.update_timestamp > timedelta(seconds=_STARTING_SECONDS):
                instance.report_run_failed(
                    record.dagster_run, "The process of this run ended without saying so."
                )


def _was_interrupted(done: ExecuteInProcessResult) -> bool:
    errors = [event.step_failure_data.error for event in done.get_step_failure_events()]
    return any(error and error.cls_name == "DagsterExecutionInterruptedError" for error in errors)


def _failure(done: ExecuteInProcessResult) -> str:
    for failed in done.get_step_failure_events():
        error = failed.step_failure_data.error
        if error:
            return f"{failed.step_key}: {error.message.strip()}"
    return next((e.message or "" for e in done.all_events if e.is_failure), "it did not say why")
