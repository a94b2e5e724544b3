"""Start a refresh when deliveries have arrived and no longer change; notify people of overdue sources.

The loader finds new files and `arrivals` overdue sources; this module only decides when to look.
"""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg

from orchestration.defs.jobs import REFRESH_TOUCHED_MONTHS, close_dead_runs_if_idle
from orchestration.deliveries.arrivals import notify_overdue
from orchestration.deliveries.landing import waiting_files
from orchestration.deliveries.own_files import is_own_report
from orchestration.home.config import load_config
from orchestration.home.lock import try_shared_lock
from orchestration.home.paths import Home
from orchestration.notifications.send import send_overdue

_DELIVERIES_INTERVAL_S = 60
_OVERDUE_INTERVAL_S = 300
_AT_WORK = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def delivery_sensor(home: Home) -> dg.SensorDefinition:
    """Looks into landing once a minute; what lies there unchanged for two evaluations starts one run."""

    @dg.sensor(
        job_name=REFRESH_TOUCHED_MONTHS,
        name="deliveries",
        minimum_interval_seconds=_DELIVERIES_INTERVAL_S,
        description="Refreshes the months that new deliveries touch, once the files lie still",
    )
    def deliveries(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        return evaluate_deliveries(home, context.instance, context.cursor or "")

    return deliveries


def arrival_sensor(home: Home) -> dg.SensorDefinition:
    """Looks every five minutes, also while a refresh is at work, whether a declared source is overdue."""

    @dg.sensor(
        name="arrivals",
        minimum_interval_seconds=_OVERDUE_INTERVAL_S,
        description="Notifies people, once, of a declared source that did not arrive by its hour",
    )
    def arrivals(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        found = notify_overdue(home, load_config(home), datetime.now(UTC), send_overdue)
        words = [
            f"Overdue: {', '.join(source.table for source in found.overdue) or 'nothing'}.",
            f"Sent the notice for {', '.join(found.notified)}." if found.notified else "",
            f"Could not send the notice for {', '.join(found.not_notified)}." if found.not_notified else "",
        ]
        return dg.SkipReason(" ".join(word for word in words if word))

    return arrivals


def evaluate_deliveries(home: Home, instance: dg.DagsterInstance, cursor: str) -> dg.SensorResult:
    """One evaluation of the sensor. `cursor` fingerprints the files that waited at the last one, '' for none."""
    if not home.landing.is_dir():
        return dg.SensorResult(skip_reason=dg.SkipReason(f"{home.landing} does not exist."))
    close_dead_runs_if_idle(home, instance)
    if instance.get_runs(dg.RunsFilter(statuses=_AT_WORK), limit=1):
        return dg.SensorResult(
            skip_reason=dg.SkipReason("A refresh is running or waits to run."), cursor=cursor
        )
    # The loader's ledger stands in the build database, which a refresh has for itself.
    with try_shared_lock(home) as is_free:
        if not is_free:
            return dg.SensorResult(skip_reason=dg.SkipReason("A refresh is running."), cursor=cursor)
        files = _waiting(home)
    if not files:
        return dg.SensorResult(skip_reason=dg.SkipReason("Nothing waits in landing."), cursor="")
    seen = _fingerprint(home.landing, files)
    if seen != cursor:
        return dg.SensorResult(
            skip_reason=dg.SkipReason(f"{len(files)} files wait until they lie still."), cursor=seen
        )
    # Dagster starts one run for a key, so a refresh that failed on these files is not begun again and again.
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=seen)], cursor=seen)


def _waiting(home: Home) -> list[str]:
    # What we say of our own reports is no reason for a refresh; the next one takes it.
    return sorted(w.file for w in waiting_files(home, load_config(home)) if not is_own_report(w.file))


def _fingerprint(landing: Path, files: list[str]) -> str:
    digest = hashlib.sha256()
    for file in files:
        path = landing / file
        state = path.stat() if path.exists() else None
        digest.update(
            f"{file}\0{state.st_size if state else ''}\0{state.st_mtime_ns if state else ''}\0".encode()
        )
    return digest.hexdigest()[:32]
