"""The jobs `load` and `refresh`, run one after the other in this process on the home's own Dagster instance."""

import os
import warnings
from collections.abc import Mapping, Sequence
from datetime import date

import dagster as dg

from orchestration.defs.instance import open_instance
from orchestration.defs.jobs import LOAD, REFRESH, REFRESH_TOUCHED_MONTHS, close_dead_runs
from orchestration.defs.parts import load_defs, refresh_defs
from orchestration.home.errors import CallboardError
from orchestration.refresh.run import RefreshRun


def run_jobs(run: RefreshRun) -> None:
    """Load, plan, and where there are months to make build, judge and publish them. The caller holds the refresh lock
    and concludes.

    Raises nothing: what stops it, an interruption too, is the run's `error`.
    """
    # One transaction for what a run plans to do, instead of one for each of some hundred events.
    os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", "1000")
    try:
        with warnings.catch_warnings(), open_instance(run.ctx.home, run.ctx.config) as instance:
            warnings.simplefilter("ignore")
            close_dead_runs(instance, but=REFRESH_TOUCHED_MONTHS)
            _execute(run, load_defs(run).resolve_job_def(LOAD), instance)
            if run.error is None and (months := run.make_plan().months):
                job = refresh_defs(run, months).resolve_job_def(REFRESH)
                _execute(run, job, instance, _range_of(months))
    except BaseException as error:
        run.error = run.error or error


def _execute(
    run: RefreshRun,
    job: dg.JobDefinition,
    instance: dg.DagsterInstance,
    tags: Mapping[str, str] | None = None,
) -> None:
    done = job.execute_in_process(
        instance=instance,
        raise_on_error=False,
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        tags={"callboard/trigger": run.ctx.trigger, "callboard/release": run.ctx.release_id, **(tags or {})},
    )
    if _was_interrupted(done):
        run.error = KeyboardInterrupt()
    elif not done.success and not run.has_ended:
        # None of our steps failed, so it is Dagster's own trouble or a defect in the wrapping.
        run.error = CallboardError(
            f"The run in Dagster failed: {_failure(done)}", hint=f"Its events are in {run.ctx.home.dagster}."
        )


def _range_of(months: Sequence[date]) -> dict[str, str]:
    return {
        "dagster/asset_partition_range_start": min(months).isoformat(),
        "dagster/asset_partition_range_end": max(months).isoformat(),
    }


def _was_interrupted(done: dg.ExecuteInProcessResult) -> bool:
    errors = [event.step_failure_data.error for event in done.get_step_failure_events()]
    return any(error and error.cls_name == "DagsterExecutionInterruptedError" for error in errors)


def _failure(done: dg.ExecuteInProcessResult) -> str:
    for failed in done.get_step_failure_events():
        error = failed.step_failure_data.error
        if error:
            return f"{failed.step_key}: {error.message.strip()}"
    return next((e.message or "" for e in done.all_events if e.is_failure), "it did not say why")
