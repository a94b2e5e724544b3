"""The jobs, the months as partitions, and closing the runs whose process died.

`refresh` makes chosen months, from the deliveries to the release. Which months deliveries touched is known only once they
are loaded, and a run's months are settled before it starts: `refresh_touched_months` therefore loads, plans, and then
runs `refresh` over the planned months, as `callboard refresh` does.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import dagster as dg

from orchestration.home.lock import try_shared_lock
from orchestration.home.months import months_between
from orchestration.home.paths import Home

LOAD = "load"
REFRESH = "refresh"
REFRESH_TOUCHED_MONTHS = "refresh_touched_months"

# The oldest month that can be named in the UI; the command takes any.
_FIRST_MONTH = date(1990, 1, 1)
_STARTING = timedelta(seconds=180)
_UNDER_WAY = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]

load_job = dg.define_asset_job(
    LOAD,
    selection=dg.AssetSelection.groups("load"),
    executor_def=dg.in_process_executor,
    description="Loads what was delivered, and builds nothing",
)

# Its partitions are those of the monthly tables; a range of months is one run, as their backfill policy says.
refresh_job = dg.define_asset_job(
    REFRESH,
    # The checks on raw tables too, where these are loaded already and so not part of the run.
    selection=dg.AssetSelection.all() | dg.AssetSelection.all_asset_checks(),
    executor_def=dg.in_process_executor,
    description="Loads what was delivered, builds the chosen months, has the gate judge them, and publishes",
)


def every_month(time_zone: str) -> dg.MonthlyPartitionsDefinition:
    """Months as partitions, keyed by their first day; the running one of `time_zone` is the last."""
    return dg.MonthlyPartitionsDefinition(_FIRST_MONTH.isoformat(), timezone=time_zone, end_offset=1)


def only_months(months: Sequence[date], time_zone: str) -> dg.MonthlyPartitionsDefinition:
    """Months without those that lie between these, so that a run from the first to the last records none of them."""
    first, last = min(months), max(months)
    zone = ZoneInfo(time_zone)
    gaps = sorted(set(months_between(first, last)) - set(months))
    return dg.MonthlyPartitionsDefinition(
        first.isoformat(),
        timezone=time_zone,
        # A month may be named that has not begun by this clock, for a later as-of.
        end_offset=len(months_between(datetime.now(zone).date(), last)) + 1,
        exclusions=[datetime(gap.year, gap.month, 1, tzinfo=zone) for gap in gaps] or None,
    )


def close_dead_runs(
    instance: dg.DagsterInstance, *, but: str = "", silent_for: timedelta = timedelta()
) -> None:
    """Have Dagster know of runs whose process died: those under way, of any job `but` one, silent for so long.

    The caller holds the refresh lock or has found it free, so no run is at work. A killed run would keep the queue,
    which lets one run through at a time, closed for ever.
    """
    for record in instance.get_run_records(dg.RunsFilter(statuses=_UNDER_WAY)):
        run, silence = record.dagster_run, datetime.now(UTC) - record.update_timestamp
        if run.job_name != but and silence >= silent_for:
            instance.report_run_failed(run, "The run's process died without reporting a status.")


def close_dead_runs_if_idle(home: Home, instance: dg.DagsterInstance) -> None:
    """As `close_dead_runs`, where no process holds the refresh lock."""
    with try_shared_lock(home) as is_free:
        if is_free:
            # A run takes the lock a few seconds after it has started.
            close_dead_runs(instance, silent_for=_STARTING)
