"""A refresh from end to end: the lock, the question whether there is anything to do, the Dagster job, its end."""

from collections.abc import Sequence
from contextlib import redirect_stderr
from datetime import UTC, date, datetime
from io import StringIO

from orchestration.home.lock import refresh_lock
from orchestration.home.paths import Home
from orchestration.refresh.conclude import conclude
from orchestration.refresh.context import RefreshContext, make_context, refuse_later_months
from orchestration.refresh.outcomes import RefreshOutcome
from orchestration.refresh.progress import Progress
from orchestration.refresh.run import RefreshRun


def refresh(
    home: Home,
    *,
    months: Sequence[date] = (),
    as_of: datetime | None = None,
    trigger: str = "command",
    progress: Progress | None = None,
    wait_seconds: float = 0.0,
) -> RefreshOutcome:
    """Refresh `home` and say how it ended; a refusal is an outcome, not an exception.

    Raises LockHeldError where another refresh is at work, and CallboardError for what stops a refresh.
    """
    refuse_later_months(months, as_of or datetime.now(UTC))  # wrong usage is said before any lock is taken
    with refresh_lock(home, wait_seconds=wait_seconds):
        run = RefreshRun(make_context(home, months=months, as_of=as_of, trigger=trigger, progress=progress))
        if run.has_work():
            _run_job(run)
        outcome = conclude(run, _notify)
    assert outcome is not None  # without work there is nothing new, and the whole job always ends somehow
    return outcome


def _notify(ctx: RefreshContext, outcome: RefreshOutcome) -> None:
    # Late: most homes send nothing, nor does a refresh of nothing.
    if ctx.config.notices.urls:
        from orchestration.notifications.send import notify

        notify(ctx, outcome)


def _run_job(run: RefreshRun) -> None:
    # Late: Dagster, and dbt with it, cost seconds that a refresh of nothing does not have.
    from orchestration.defs.in_process import run_jobs

    # Libraries write traces of their own to stderr; people get one message, and a defect's log gets the rest.
    with redirect_stderr(StringIO()) as muttered:
        run_jobs(run)
    if run.error is not None and muttered.getvalue():
        run.error.add_note(muttered.getvalue())
