"""The four steps of a refresh as plain functions: load, build, gate, publish.

The Dagster assets wrap exactly these; nothing here knows of Dagster. Each step opens its own connection to the
build database and closes it; what one step has to tell the next stands in the ledger.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from orchestration import ledger
from orchestration.carry import carry_published
from orchestration.context import RefreshContext, RefreshOutcome
from orchestration.digest import data_digest
from orchestration.errors import CallboardError, GateRefusedError, UsageError
from orchestration.manifest import current_manifest
from orchestration.plan import month_fingerprints, plan_months
from orchestration.progress import StepResult
from orchestration.release import Release, publish, tidy
from orchestration.verdicts import Verdict
from orchestration.versions import code_version
from orchestration.waivers import waivers_in_force

if TYPE_CHECKING:
    from expectations.gate import GateResult, GateSettings
    from orchestration.dbt_runner import DbtOutcome, NodeResult
    from sources.loading import LoadSettings

# Unit tests prove the code, not the data; they run in the test suite.
_DBT_COMMAND = ("build", "--exclude-resource-type", "unit_test")


@dataclass(frozen=True)
class LoadOutcome:
    """What came in. `unreadable` are files of which nothing could be read, relative to landing, and why."""

    result: StepResult
    deliveries: int
    unreadable: dict[str, str]


@dataclass(frozen=True)
class BuildOutcome:
    """What dbt made. No months: there was nothing new, and the steps after it do nothing."""

    result: StepResult
    build_id: str
    months: tuple[date, ...]


@dataclass(frozen=True)
class GateOutcome:
    """What the gate said of the latest build."""

    result: StepResult
    build_id: str
    verdicts: tuple[Verdict, ...]

    @property
    def refused(self) -> bool:
        return any(verdict.blocks for verdict in self.verdicts)


@dataclass(frozen=True)
class PublishOutcome:
    """What is published now. `release` is None where there was nothing new to publish."""

    result: StepResult
    release: Release | None


def load_step(ctx: RefreshContext) -> LoadOutcome:
    """Landing → `raw`. Raises CallboardError where the home has nothing to load from."""
    from sources.loading import load
    from sources.mapping import MappingError

    started = _begin(ctx, "load")
    tidy(ctx.home, ctx.config.releases.keep)
    if not ctx.home.landing.is_dir():
        raise UsageError(
            f"{ctx.home.root} has no landing directory.",
            hint=f"Deliveries belong under {ctx.home.landing}/<system>/<table>/.",
        )

    def tell(what: str, rows: int, seconds: float) -> None:
        ctx.progress.note(f"{what}: {rows:,} rows, {seconds:.1f} s")

    try:
        report = load(ctx.home.warehouse, ctx.home.landing, settings=load_settings(ctx), progress=tell)
    except MappingError as error:
        raise UsageError(str(error)) from error
    unreadable = {d.file: d.unreadable_reason for d in report.loaded if d.unreadable_reason}
    return LoadOutcome(_end(ctx, "load", started, report.rows), len(report.loaded), unreadable)


def build_step(ctx: RefreshContext, on_event: "Callable[[NodeResult], None] | None" = None) -> BuildOutcome:
    """`raw` → marts, for the months that the plan names. `on_event` gets dbt's events as they happen.

    Raises GateRefusedError where a dbt test fails and CallboardError where a model does.
    """
    from orchestration.dbt_runner import run_dbt

    started = _begin(ctx, "build")
    plan = plan_months(ctx)
    if not plan.months:
        return BuildOutcome(_end(ctx, "build", started, None), ctx.release_id, ())
    fingerprints = month_fingerprints(ctx, plan.months)
    with duckdb.connect(str(ctx.home.warehouse)) as connection:
        carry_published(connection, ctx.home)
        build = ledger.Build(
            build_id=ctx.release_id,
            as_of=ctx.as_of,
            months=plan.months,
            owed_months=plan.owed,
            trigger=ctx.trigger,
            code_version=code_version(),
            config_sha256=ctx.config.sha256(),
            fingerprints=fingerprints,
        )
        ledger.begin_build(connection, build)
    done = run_dbt(
        _DBT_COMMAND,
        warehouse=ctx.home.warehouse,
        vars=dbt_vars(ctx, plan.months),
        threads=ctx.config.refresh.threads or None,
        on_event=on_event,
    )
    _refuse_failures(ctx, done)
    with duckdb.connect(str(ctx.home.warehouse)) as connection:
        ledger.set_state(connection, ctx.release_id, "built")
    return BuildOutcome(_end(ctx, "build", started, done.rows), ctx.release_id, plan.months)


def gate_step(ctx: RefreshContext) -> GateOutcome:
    """Let the gate judge the latest build and keep its verdicts with the fingerprint of the marts it saw.

    Gives the outcome also where it refuses; `publish_step` is what then refuses to publish.
    """
    from expectations.gate import Waiver, run_gate

    started = _begin(ctx, "gate")
    build = _latest_build(ctx)
    if build is None or build.state == "published":
        return GateOutcome(_end(ctx, "gate", started, None), ctx.release_id, ())
    if build.state == "building":
        raise CallboardError(
            "The last build did not end, so there is nothing the gate could judge.", hint="Refresh."
        )
    report = run_gate(
        ctx.home.warehouse,
        months=build.months,
        as_of=build.as_of,
        settings=gate_settings(ctx),
        waivers=[
            Waiver(w.expectation, w.month, w.reason, w.waived_by, w.table_name)
            for w in waivers_in_force(ctx.home)
        ],
        published=published_database(ctx),
    )
    verdicts = tuple(_as_verdict(result) for result in report.results)
    refused = any(verdict.blocks for verdict in verdicts)
    with duckdb.connect(str(ctx.home.warehouse)) as connection:
        ledger.store_gate(connection, build.build_id, verdicts)
        state = "refused" if refused else "passed"
        ledger.set_state(connection, build.build_id, state, data_digest(connection))
    return GateOutcome(_end(ctx, "gate", started, len(verdicts)), build.build_id, verdicts)


def publish_step(ctx: RefreshContext) -> PublishOutcome:
    """Publish the latest build, if the gate passed exactly it. Raises GateRefusedError where it did not."""
    started = _begin(ctx, "publish")
    build = _latest_build(ctx)
    if build is None or build.state == "published":
        return PublishOutcome(_end(ctx, "publish", started, None), None)
    release = publish(ctx, build)
    return PublishOutcome(_end(ctx, "publish", started, release.rows), release)


def run_steps(ctx: RefreshContext) -> RefreshOutcome:
    """The four steps one after the other, without Dagster. The caller holds the refresh lock."""
    load = load_step(ctx)
    build = build_step(ctx)
    if not build.months:
        return nothing_new_outcome(ctx, (load.result, build.result))
    gate = gate_step(ctx)
    if gate.refused:
        return refused_outcome(ctx, (load.result, build.result, gate.result), build.months)
    published = publish_step(ctx)
    steps = (load.result, build.result, gate.result, published.result)
    release_id = published.release.release_id if published.release else None
    return RefreshOutcome("published", release_id, build.months, steps)


def nothing_new(ctx: RefreshContext) -> RefreshOutcome | None:
    """The outcome of a refresh that has nothing to do; None where there is something.

    Looks without writing and without importing dbt, Dagster or the gate. The caller holds the refresh lock.
    """
    from sources.loading import waiting
    from sources.mapping import MappingError

    if not ctx.home.warehouse.exists() or current_manifest(ctx.home) is None:
        return None
    try:
        files = waiting(ctx.home.warehouse, ctx.home.landing, load_settings(ctx))
    except MappingError as error:
        raise UsageError(str(error)) from error
    if files or plan_months(ctx).months:
        return None
    return nothing_new_outcome(ctx, ())


def nothing_new_outcome(ctx: RefreshContext, steps: tuple[StepResult, ...]) -> RefreshOutcome:
    """What a refresh says that had nothing to do. Raises UsageError where nothing was ever published either:
    then there is no month to be had from what was delivered."""
    manifest = current_manifest(ctx.home)
    if manifest is None:
        raise UsageError(
            f"Nothing that was delivered dates a month up to {ctx.as_of:%Y-%m-%dT%H:%M:%SZ}.",
            hint=f"Deliveries belong under {ctx.home.landing}/<system>/<table>/.",
        )
    return RefreshOutcome(
        "nothing_new", manifest.release_id, (), steps, f"Nothing new: release {manifest.release_id} stays."
    )


def refused_outcome(
    ctx: RefreshContext, steps: tuple[StepResult, ...], months: tuple[date, ...]
) -> RefreshOutcome:
    """What a refresh says that the gate refused; the release before it stays published."""
    manifest = current_manifest(ctx.home)
    stays = f"release {manifest.release_id} stays published" if manifest else "nothing is published yet"
    return RefreshOutcome(
        "refused", manifest.release_id if manifest else None, months, steps, f"The gate refused: {stays}."
    )


def published_database(ctx: RefreshContext) -> Path | None:
    """The database of the published release; None where there is none."""
    return ctx.home.published_database.resolve() if ctx.home.published_database.exists() else None


def load_settings(ctx: RefreshContext) -> "LoadSettings":
    """What the configuration says to the loader."""
    from sources.loading import LoadSettings

    return LoadSettings(
        mappings=ctx.home.mappings,
        temporary=ctx.home.build,
        threads=ctx.config.refresh.threads or None,
        memory_limit=ctx.config.refresh.memory_limit,
    )


def gate_settings(ctx: RefreshContext) -> "GateSettings":
    """What the configuration says to the gate."""
    from expectations.gate import GateSettings

    return GateSettings(
        default_site=ctx.config.default_site,
        default_time_zone=ctx.config.default_time_zone or "UTC",
        **ctx.config.gate.model_dump(),
    )


def dbt_vars(ctx: RefreshContext, months: tuple[date, ...]) -> dict[str, object]:
    """The variables that every dbt run of a refresh is given (docs/architecture.md)."""
    return {
        "as_of": f"{ctx.as_of:%Y-%m-%d %H:%M:%S}",
        "months": [month.isoformat() for month in months],
        "default_site": ctx.config.default_site,
        "default_time_zone": ctx.config.default_time_zone or "UTC",
        "release_id": ctx.release_id,
    }


def _refuse_failures(ctx: RefreshContext, done: "DbtOutcome") -> None:
    if done.failed_models:
        raise CallboardError(
            f"dbt could not build {len(done.failed_models)} models.\n{done.in_words()}",
            hint="What was published stays published. If it is not the disk or the memory, it is a defect of ours.",
        )
    if not done.failed_tests:
        return
    verdicts = [
        Verdict(
            expectation=test.name,
            table_name="dbt",
            month=None,
            severity="error",
            passed=False,
            observed=f"{test.failures} rows that should not be" if test.failures else test.message,
            expected="no row",
        )
        for test in done.failed_tests
    ]
    with duckdb.connect(str(ctx.home.warehouse)) as connection:
        ledger.store_gate(connection, ctx.release_id, verdicts)
        ledger.set_state(connection, ctx.release_id, "refused")
    raise GateRefusedError(f"dbt's tests refuse what was built.\n{done.in_words()}")


def _as_verdict(result: "GateResult") -> Verdict:
    return Verdict(
        expectation=result.expectation,
        table_name=result.table_name,
        month=result.month,
        severity=result.severity,
        passed=result.passed,
        observed=result.observed,
        expected=result.expected,
        example_keys=tuple(result.example_keys),
        waived_by=result.waived_by,
        waived_reason=result.waived_reason,
    )


def _latest_build(ctx: RefreshContext) -> ledger.Build | None:
    if not ctx.home.warehouse.exists():
        return None
    with duckdb.connect(str(ctx.home.warehouse)) as connection:
        return ledger.latest_build(connection)


def _begin(ctx: RefreshContext, step: str) -> float:
    ctx.progress.begin(step)
    return time.monotonic()


def _end(ctx: RefreshContext, step: str, started: float, rows: int | None) -> StepResult:
    result = StepResult(step, time.monotonic() - started, rows)
    ctx.progress.end(result)
    return result
