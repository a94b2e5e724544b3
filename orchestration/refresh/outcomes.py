"""How steps and whole refreshes end, and what is said and written down then."""

from dataclasses import dataclass
from datetime import date

import duckdb

from orchestration.deliveries.own_reports import undelivered
from orchestration.home.errors import UsageError
from orchestration.refresh.context import RefreshContext, RefreshOutcome
from orchestration.refresh.last_run import note_attempt
from orchestration.refresh.progress import StepResult
from orchestration.refresh.publish import Release
from orchestration.releases.manifest import current_manifest
from orchestration.warehouse import ledger
from orchestration.warehouse.verdicts import Verdict


@dataclass(frozen=True)
class LoadOutcome:
    """What came in. `unreadable` are files of which nothing could be read, relative to landing, and why."""

    result: StepResult
    deliveries: int
    unreadable: dict[str, str]


@dataclass(frozen=True)
class BuildOutcome:
    """What dbt made. No months: there was nothing new, and the steps after it are left out."""

    result: StepResult
    build_id: str
    months: tuple[date, ...]


@dataclass(frozen=True)
class GateOutcome:
    """What the gate said of the newest build."""

    result: StepResult
    build_id: str
    verdicts: tuple[Verdict, ...]

    @property
    def refused(self) -> bool:
        return any(verdict.blocks for verdict in self.verdicts)


@dataclass(frozen=True)
class PublishOutcome:
    """What is published now. `release` is None where the newest build is published already."""

    result: StepResult
    release: Release | None


def published_outcome(
    ctx: RefreshContext, steps: tuple[StepResult, ...], months: tuple[date, ...]
) -> RefreshOutcome:
    """What a refresh says that published a release."""
    manifest = current_manifest(ctx.home)
    release_id = manifest.release_id if manifest else None
    message = f"Published release {release_id}."
    note_attempt(ctx, lambda _: {"state": "published", "message": message})
    warnings = tuple(verdict for verdict in _newest_verdicts(ctx) if verdict.warns)
    notes = tuple(undelivered(ctx.home, ctx.config))
    return RefreshOutcome("published", release_id, months, steps, message, warnings=warnings, notes=notes)


def refused_outcome(
    ctx: RefreshContext, steps: tuple[StepResult, ...], months: tuple[date, ...], why: str = ""
) -> RefreshOutcome:
    """What a refresh says whose newest build the gate, or a test of dbt's, refused; what was published stays."""
    manifest = current_manifest(ctx.home)
    stays = f"Release {manifest.release_id} stays published." if manifest else "Nothing is published yet."
    failed = tuple(verdict for verdict in _newest_verdicts(ctx) if verdict.blocks)
    message = f"{why or 'The gate refused this build.'} {stays}"
    note_attempt(ctx, lambda _: {"state": "refused", "message": message, "failed": failed})
    return RefreshOutcome(
        "refused", manifest.release_id if manifest else None, months, steps, message, failed
    )


def nothing_new_outcome(ctx: RefreshContext, steps: tuple[StepResult, ...]) -> RefreshOutcome:
    """What a refresh says that had nothing to do.

    Raises UsageError where nothing was ever published either: then what was delivered dates no month.
    """
    manifest = current_manifest(ctx.home)
    if manifest is None:
        raise UsageError(
            f"Nothing that was delivered dates a month up to {ctx.as_of:%Y-%m-%dT%H:%M:%SZ}.",
            hint=f"Deliveries belong under {ctx.home.landing}/<system>/<table>/.",
        )
    message = f"Nothing new: release {manifest.release_id} stays."
    if steps:
        note_attempt(ctx, lambda _: {"state": "nothing_new", "message": message})
    return RefreshOutcome("nothing_new", manifest.release_id, (), steps, message)


def _newest_verdicts(ctx: RefreshContext) -> list[Verdict]:
    with duckdb.connect(str(ctx.home.warehouse)) as connection:
        build = ledger.latest_build(connection)
        return ledger.gate_rows(connection, build.build_id) if build else []
