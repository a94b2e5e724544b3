"""The job `refresh`, its months as partitions, and closing its runs whose process died."""

from datetime import UTC, date, datetime, timedelta

from dagster import (
    AssetSelection,
    DagsterInstance,
    DagsterRunStatus,
    MonthlyPartitionsDefinition,
    RunsFilter,
    define_asset_job,
    in_process_executor,
)
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from orchestration.home.lock import try_shared_lock
from orchestration.home.paths import Home

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


def close_abandoned_runs(instance: DagsterInstance, but: str = "") -> None:
    """Have Dagster know of runs whose process died. The caller holds the refresh lock, so none is alive but `but`."""
    for run in instance.get_runs(RunsFilter(job_name=JOB, statuses=_UNDER_WAY)):
        if run.run_id != but:
            instance.report_run_failed(run, "The run's process died without reporting a status.")


def close_dead_runs(home: Home, instance: DagsterInstance) -> None:
    """Have Dagster know of runs that are under way without anybody holding the refresh lock.

    A killed run would keep the queue, which lets one run through at a time, closed for ever.
    """
    with try_shared_lock(home) as is_free:
        if not is_free:
            return
        for record in instance.get_run_records(RunsFilter(job_name=JOB, statuses=_UNDER_WAY)):
            # A run takes the lock a few seconds after it has started.
            if datetime.now(UTC) - record.update_timestamp > timedelta(seconds=_STARTING_SECONDS):
                instance.report_run_failed(
                    record.dagster_run, "The run's process died without reporting a status."
                )
