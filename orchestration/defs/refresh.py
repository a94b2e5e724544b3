"""A refresh from end to end: the lock, the question whether there is anything to do, the Dagster job, the record."""

from collections.abc import Sequence
from contextlib import redirect_stderr
from datetime import date, datetime
from io import StringIO

from orchestration.deliveries.own_reports import deliver_own_reports
from orchestration.home.errors import CallboardError, GateRefusedError
from orchestration.home.known_errors import in_words
from orchestration.home.lock import refresh_lock
from orchestration.home.paths import Home
from orchestration.refresh.context import RefreshContext, RefreshOutcome, make_context
from orchestration.refresh.last_run import note_attempt
from orchestration.refresh.outcomes import refused_outcome
from orchestration.refresh.progress import Progress
from orchestration.refresh.steps import nothing_new


def refresh(
    home: Home,
    *,
    months: Sequence[date] = (),
    as_of: datetime | None = None,
    trigger: str = "command",
    progress: Progress | None = None,
    wait_seconds: float = 0.0,
) -> RefreshOutcome:
    """Refresh `home` and say how it ended; a refusal of the gate is an outcome, not an exception.

    Raises LockHeldError where another refresh is at work, and CallboardError for what stops a refresh.
    """
    make_context(home, months=months, as_of=as_of)  # wrong usage is said before any lock is taken
    with refresh_lock(home, wait_seconds=wait_seconds):
        ctx = make_context(home, months=months, as_of=as_of, trigger=trigger, progress=progress)
        try:
            deliver_own_reports(home, ctx.config)
            return nothing_new(ctx) or _run(ctx)
        except GateRefusedError as error:
            return refused_outcome(ctx, (), ctx.months, str(error))
        except Exception as error:
            known = in_words(error)
            message = known.message if known else f"{type(error).__name__}: {error}"
            _note_failure(ctx, message)
            if known is None or known is error:
                raise
            raise known from error


def _run(ctx: RefreshContext) -> RefreshOutcome:
    # Late: Dagster, and dbt with it, cost seconds that a refresh of nothing does not have.
    from orchestration.defs.in_process import run_refresh

    # Libraries write traces of their own to stderr; people get one message, and a defect's log gets the rest.
    with redirect_stderr(StringIO()) as muttered:
        try:
            return run_refresh(ctx)
        except Exception as error:
            if muttered.getvalue():
                error.add_note(muttered.getvalue())
            raise


def _note_failure(ctx: RefreshContext, message: str) -> None:
    try:
        note_attempt(ctx, lambda _: {"state": "failed", "message": message})
    except (OSError, CallboardError):
        return  # a full disk must not hide the failure being reported
