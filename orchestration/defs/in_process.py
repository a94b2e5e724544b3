"""The job `refresh`, run in the process of the command on the home's own Dagster instance."""

import os
import warnings

from dagster import ExecuteInProcessResult

from orchestration.defs.build import build_defs
from orchestration.defs.instance import open_instance
from orchestration.defs.jobs import JOB, close_abandoned_runs
from orchestration.defs.session import given_session
from orchestration.home.errors import CallboardError
from orchestration.refresh.run import RefreshRun


def run_job(run: RefreshRun) -> None:
    """Run the job in this process, on the home's own Dagster instance. The caller holds the refresh lock and concludes.

    Raises nothing: what stops it, an interruption too, is the run's `error`.
    """
    try:
        done = _execute(run)
    except BaseException as error:
        run.error = run.error or error
        return
    if _was_interrupted(done):
        run.error = KeyboardInterrupt()
    elif not run.has_ended:
        # None of our steps failed, so it is Dagster's own trouble or a defect in the wrapping.
        run.error = CallboardError(
            f"The run in Dagster failed: {_failure(done)}", hint=f"Its events are in {run.ctx.home.dagster}."
        )


def _execute(run: RefreshRun) -> ExecuteInProcessResult:
    ctx = run.ctx
    # One transaction for what a run plans to do, instead of one for each of some hundred events.
    os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", "1000")
    with warnings.catch_warnings(), open_instance(ctx.home, ctx.config) as instance:
        warnings.simplefilter("ignore")
        close_abandoned_runs(instance)
        defs = build_defs(
            ctx.home, config=ctx.config, site=ctx.site, resource_overrides={"session": given_session(run)}
        )
        return defs.resolve_job_def(JOB).execute_in_process(
            instance=instance,
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            tags={"callboard/trigger": ctx.trigger, "callboard/release": ctx.release_id},
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
