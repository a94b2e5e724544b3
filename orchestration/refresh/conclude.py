"""How a refresh ends: one exit for all of them, whoever started it.

Turns what happened, also a failure, into one outcome in words, writes it down for `callboard status`, sends the
notification that is due, and gives the outcome or raises the failure.
"""

import contextlib
from collections.abc import Callable
from dataclasses import replace

from orchestration.home.errors import CallboardError, GateRefusedError, UsageError
from orchestration.home.known_errors import in_words
from orchestration.refresh.context import RefreshContext
from orchestration.refresh.last_run import note_attempt
from orchestration.refresh.outcomes import PublishOutcome, RefreshOutcome
from orchestration.refresh.run import RefreshRun
from orchestration.refresh.waived import about_waivers, bind_old_waivers

#: Sends people the notification that an outcome deserves; must not raise.
Notify = Callable[[RefreshContext, RefreshOutcome], object]


def conclude(run: RefreshRun, notify: Notify) -> RefreshOutcome | None:
    """Say, write down and send how `run` ended; None where it has not: somebody ran a part of the job.

    A refusal, of the gate's or of dbt's tests, is an outcome. Raises what stopped the run otherwise, in words where it
    is a known trouble.
    """
    if not run.has_ended:
        # Written down all the same: what stays at "running" is shown as cut off.
        steps = " and ".join(result.name for result in run.results)
        note_attempt(
            run.ctx, lambda _: {"state": "nothing_new", "message": f"Only {steps or 'nothing'} was run."}
        )
        return None
    try:
        outcome, error = _outcome(run), None
    except GateRefusedError as refusal:
        outcome, error = _refused(run.ctx, refusal), None
    except BaseException as trouble:
        outcome, error = _failed(trouble), trouble
    months = run.built.months if run.built else outcome.months or run.ctx.months
    outcome = replace(
        outcome,
        months=() if outcome.status == "nothing_new" else months,
        steps=tuple(run.results),
        notes=(*run.ctx.config.notes, *(run.loaded.notes if run.loaded else ()), *outcome.notes),
        about_waivers=about_waivers(run.ctx, run.judged.verdicts) if run.judged else (),
    )
    if outcome.status == "published":
        bind_old_waivers(run.ctx, outcome.items)
    _write_down(run.ctx, outcome)
    # Who interrupts a refresh knows.
    if error is None or isinstance(error, Exception):
        notify(run.ctx, outcome)
    if error is not None:
        _raise_in_words(error)
    return outcome


def _outcome(run: RefreshRun) -> RefreshOutcome:
    if run.error is not None:
        raise run.error
    if run.judged is not None and run.judged.refused:
        raise GateRefusedError("The gate refused this build.", items=run.judged.items)
    if run.published is not None:
        return _published(run, run.published)
    return _nothing_new(run.ctx)


def _published(run: RefreshRun, done: PublishOutcome) -> RefreshOutcome:
    # Without a release of its own, the newest build was published before.
    manifest = done.release.manifest if done.release else run.ctx.published
    release_id = manifest.release_id if manifest else None
    return RefreshOutcome(
        "published",
        release_id,
        message=f"Published release {release_id}.",
        items=run.judged.items if run.judged else (),
        notes=done.notes,
        manifest=manifest,
        lacks_pdf=done.release is not None and done.release.lacks_pdf,
    )


def _refused(ctx: RefreshContext, refusal: GateRefusedError) -> RefreshOutcome:
    release_id = ctx.published.release_id if ctx.published else None
    stays = f"Release {release_id} stays published." if release_id else "Nothing is published yet."
    message = f"{refusal.message} {stays}"
    return RefreshOutcome("refused", release_id, refusal.months, message=message, items=refusal.items)


def _nothing_new(ctx: RefreshContext) -> RefreshOutcome:
    """Raises UsageError where nothing was ever published either: then what was delivered dates no month."""
    if ctx.published is None:
        raise UsageError(
            f"Nothing that was delivered dates a month up to {ctx.as_of:%Y-%m-%dT%H:%M:%SZ}.",
            hint=f"Deliveries belong under {ctx.home.landing}/<system>/<table>/.",
        )
    release_id = ctx.published.release_id
    return RefreshOutcome("nothing_new", release_id, message=f"Nothing new: release {release_id} stays.")


def _failed(error: BaseException) -> RefreshOutcome:
    if not isinstance(error, Exception):
        return RefreshOutcome("failed", None, message="Interrupted.")
    known = in_words(error)
    return RefreshOutcome(
        "failed", None, message=known.message if known else f"{type(error).__name__}: {error}"
    )


def _raise_in_words(error: BaseException) -> None:
    known = in_words(error) if isinstance(error, Exception) else None
    if known is None or known is error:
        raise error
    raise known from error


def _write_down(ctx: RefreshContext, outcome: RefreshOutcome) -> None:
    # Where no step ran, what the last attempt ended with is still what people want to see.
    if outcome.status == "nothing_new" and not outcome.steps:
        return
    state: dict[str, object] = {"state": outcome.status, "message": outcome.message, "items": outcome.items}
    if outcome.status == "refused" and outcome.months:
        state["months"] = outcome.months
    with contextlib.suppress(OSError, CallboardError):  # a full disk must not hide how it ended
        note_attempt(ctx, lambda _: state)
