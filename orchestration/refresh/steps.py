"""The steps of a refresh as plain functions: plan early or load, then build, gate and publish.

The Dagster assets wrap exactly these; nothing here knows of Dagster. Each step opens its own connection to the
build database and closes it; one step hands over to the next through the ledger.
"""

import itertools
import shutil
import threading
import time
from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import TYPE_CHECKING

import duckdb

from orchestration.deliveries.landing import load_settings, waiting_files
from orchestration.deliveries.own_reports import are_due, deliver_own_reports
from orchestration.home.errors import CallboardError, GateRefusedError, UsageError
from orchestration.home.versions import code_version
from orchestration.refresh.context import RefreshContext
from orchestration.refresh.dbt_run import dbt_vars, raise_for_models, refusal_of_tests, verdicts_of_tests
from orchestration.refresh.judge import plan_of_usable, refuse_unusable
from orchestration.refresh.last_run import note_attempt
from orchestration.refresh.outcomes import BuildOutcome, GateOutcome, LoadOutcome, PublishOutcome
from orchestration.refresh.partial_build import begin_part, raise_for_tests
from orchestration.refresh.plan import Plan
from orchestration.refresh.progress import StepResult
from orchestration.refresh.publish import publish, tidy
from orchestration.refresh.restore_marts import restore_marts
from orchestration.warehouse import ledger
from orchestration.warehouse.digest import data_digest
from orchestration.warehouse.quarantine import quarantine_summary

if TYPE_CHECKING:
    from orchestration.warehouse.dbt import DbtOutcome, NodeResult


def early_plan(ctx: RefreshContext) -> Plan | None:
    """The plan, where a load would change nothing; None where something waits to be loaded.

    Writes nothing, and imports neither dbt nor Dagster nor the gate.
    """
    if waiting_files(ctx.home, ctx.config):
        return None
    if are_due(ctx.home, ctx.config):
        return None  # the load step puts a row about a report of our own into landing first
    return plan_of_usable(ctx)


def load_step(ctx: RefreshContext) -> LoadOutcome:
    """Landing → `raw`. Raises UsageError where there is no landing or a mapping is wrong, GateRefusedError where what was
    delivered can't be used."""
    from sources.loading.load import load
    from sources.mappings.mapping import MappingError

    started = _begin(ctx, "load")
    _clear_leftovers(ctx)
    if not ctx.home.landing.is_dir():
        raise UsageError(
            f"{ctx.home.root} has no landing directory.",
            hint=f"Deliveries belong under {ctx.home.landing}/<system>/<table>/.",
        )
    deliver_own_reports(ctx.home, ctx.config)

    def note_file(what: str, rows: int, seconds: float) -> None:
        ctx.progress.note(f"{what}: {rows:,} rows, {seconds:.1f} s")

    try:
        report = load(
            ctx.home.warehouse,
            ctx.home.landing,
            settings=load_settings(ctx.home, ctx.config),
            progress=note_file,
        )
    except MappingError as error:
        raise UsageError(str(error)) from error
    unreadable = {d.file: d.unreadable_reason for d in report.loaded if d.unreadable_reason}
    note_attempt(ctx, lambda _: {"unreadable": unreadable})
    for note in refuse_unusable(ctx, [delivery.delivery_id for delivery in report.loaded]):
        ctx.progress.note(note)
    return LoadOutcome(
        _end(ctx, "load", started, report.rows),
        len(report.loaded),
        unreadable,
        has_changes=bool(report.loaded or report.withdrawn),
        tables=frozenset(delivery.table_name for delivery in report.loaded),
        notes=_read_anew(report.read_anew),
    )


def _read_anew(files: int) -> tuple[str, ...]:
    if not files:
        return ()
    return (
        f"Files read anew: {files}. Their contract, a mapping or callboard.toml has changed, or Callboard itself has.",
    )


def build_step(
    ctx: RefreshContext, plan: Plan, on_event: "Callable[[NodeResult], None] | None" = None
) -> BuildOutcome:
    """`raw` → marts, for the months that the plan names. `on_event` is called with every dbt node as it ends.

    Raises GateRefusedError where a dbt test fails and CallboardError where a model does.
    """
    started = _begin(ctx, "build")
    if not plan.months:
        return BuildOutcome(_end(ctx, "build", started, None), ctx.release_id, ())
    note_attempt(ctx, lambda _: {"months": plan.months})
    _refuse_unknown_clock(ctx)
    _begin_build(ctx, plan)
    # Importing what the gate and the report need takes seconds of CPU, which pass while dbt waits for DuckDB.
    threading.Thread(target=_preload, daemon=True).start()
    done = _run_dbt(ctx, ["build"], plan.months, on_event)
    raise_for_models(done)
    with duckdb.connect(str(ctx.home.warehouse)) as connection:
        failed = verdicts_of_tests(done.failed_tests)
        if failed:
            ledger.store_gate(connection, ctx.release_id, failed)
            ledger.set_state(connection, ctx.release_id, "refused")
            raise refusal_of_tests(failed)
        ledger.set_state(connection, ctx.release_id, "built")
    return BuildOutcome(_end(ctx, "build", started, done.rows), ctx.release_id, plan.months)


def build_part_step(
    ctx: RefreshContext,
    plan: Plan,
    selected: Collection[str],
    on_event: "Callable[[NodeResult], None] | None" = None,
) -> BuildOutcome:
    """As `build_step`, of the models, seeds and tests `selected` (dbt's unique ids) alone. The gate may look at the
    result, and nothing publishes it.

    Raises CallboardError where a model or test fails, and where a model reads what is not there for these months.
    """
    from orchestration.warehouse.parse import selectors

    started = _begin(ctx, "build")
    _refuse_unknown_clock(ctx)
    begin_part(ctx, plan.months, selected)
    done = _run_dbt(ctx, ["build", *selectors(selected)], plan.months, on_event)
    raise_for_models(done)
    raise_for_tests(done)
    return BuildOutcome(_end(ctx, "build", started, done.rows), ctx.release_id, plan.months)


def gate_step(ctx: RefreshContext) -> GateOutcome:
    """Let the gate judge the newest build and keep its verdicts with the fingerprint of the marts it saw.

    Gives the outcome also where it refuses; `publish_step` is what then refuses to publish.
    Raises CallboardError where there is no build to judge, and GateRefusedError where dbt's tests refused it before.
    """
    from expectations.gate import run_gate

    started = _begin(ctx, "gate")
    build = _newest_build(ctx)
    if build is None or build.state == "building":
        raise CallboardError(
            "There is no finished build for the gate to judge.", hint="Run the whole refresh."
        )
    if build.state == "published":
        return GateOutcome(_end(ctx, "gate", started, None), build.build_id, ())
    if build.state == "refused":
        _keep_refused_by_tests(ctx, build)
    published = ctx.home.published_database
    profile = ctx.home.build / "source_profile.parquet"
    report = run_gate(
        ctx.home.warehouse,
        months=build.months,
        as_of=build.as_of,
        settings=ctx.config.gate,
        default_site=ctx.config.default_site,
        default_time_zone=ctx.config.default_time_zone or "UTC",
        waivers=ctx.waivers,
        confirmations=ctx.confirmations,
        published=published.resolve() if published.exists() else None,
        profile_to=profile,
    )
    verdicts = report.results
    state = "passed" if report.passed else "refused"
    is_partial = build.state == "partial"
    with duckdb.connect(str(ctx.home.warehouse)) as connection:
        ledger.store_gate(connection, build.build_id, verdicts, report.files)
        ledger.store_profile(connection, profile)
        if not is_partial:
            ledger.set_state(connection, build.build_id, state, data_digest(connection))
        quarantine = quarantine_summary(connection, "build")
    note_attempt(ctx, lambda _: {"quarantine": quarantine})
    return GateOutcome(
        _end(ctx, "gate", started, len(verdicts)), build.build_id, verdicts, is_partial, report.sources
    )


def publish_step(ctx: RefreshContext) -> PublishOutcome:
    """Publish the newest build, if the gate passed exactly it. Raises GateRefusedError where it did not."""
    started = _begin(ctx, "publish")
    build = _newest_build(ctx)
    if build is None:
        raise GateRefusedError(
            "Nothing was built, so there is nothing to publish.", hint="Run the whole refresh."
        )
    release = publish(ctx, build) if build.state != "published" else None
    undelivered = deliver_own_reports(ctx.home, ctx.config)
    return PublishOutcome(
        _end(ctx, "publish", started, release.rows if release else None), release, undelivered
    )


def _run_dbt(
    ctx: RefreshContext,
    command: Sequence[str],
    months: Sequence[date],
    on_event: "Callable[[NodeResult], None] | None",
) -> "DbtOutcome":
    from orchestration.warehouse.dbt import run_dbt

    return run_dbt(
        command,
        warehouse=ctx.home.warehouse,
        vars=dbt_vars(ctx, months),
        threads=ctx.config.refresh.threads or None,
        memory_limit=ctx.config.refresh.memory_limit,
        suite=False,
        on_event=_counting(ctx, on_event),
    )


def _preload() -> None:
    from expectations import gate
    from orchestration.report import pack

    gate.preload()
    pack.preload()


def _counting(
    ctx: RefreshContext, on_event: "Callable[[NodeResult], None] | None"
) -> "Callable[[NodeResult], None]":
    done = itertools.count(1)

    def on_dbt_event(node: "NodeResult") -> None:
        ctx.progress.note(f"{next(done)} models and tests done, the last {node.name}")
        if on_event:
            on_event(node)

    return on_dbt_event


def _begin_build(ctx: RefreshContext, plan: Plan) -> None:
    build = ledger.Build(
        build_id=ctx.release_id,
        as_of=ctx.as_of,
        months=plan.months,
        owed_months=plan.pending,
        trigger=ctx.trigger,
        code_version=code_version(),
        config_sha256=ctx.config.sha256(),
        fingerprints=dict(plan.fingerprints),
    )
    with duckdb.connect(str(ctx.home.warehouse)) as connection:
        restore_marts(connection, ctx.published, ctx.home.published_database.resolve())
        ledger.begin_build(connection, build)


def _keep_refused_by_tests(ctx: RefreshContext, build: ledger.Build) -> None:
    """A build that the gate refused may be judged again, with other waivers; one that dbt's tests refused must be built
    again."""
    with duckdb.connect(str(ctx.home.warehouse)) as connection:
        verdicts = [v for v in ledger.verdicts_on(connection, build.build_id) if v.origin == "dbt"]
    if verdicts:
        raise refusal_of_tests(verdicts)


def _refuse_unknown_clock(ctx: RefreshContext) -> None:
    """Local times of rows without an employee are the default site's, whose time zone must be known."""
    if ctx.config.default_time_zone is not None:
        return
    site = ctx.config.default_site
    with duckdb.connect(str(ctx.home.warehouse), read_only=True) as connection:
        found = connection.execute("select 1 from raw.hr__sites where trim(site_id) = ?", [site]).fetchone()
    if found is None:
        raise UsageError(
            f"The default site {site!r} is not among the delivered sites (hr.sites), so nobody knows its clock.",
            hint=f"Name another default_site in {ctx.home.config_file}, or give default_time_zone there, "
            'such as "Asia/Shanghai".',
        )


def _clear_leftovers(ctx: RefreshContext) -> None:
    tidy(ctx.home, ctx.config.releases.keep)
    for left in ctx.home.build.glob("callboard-*"):
        shutil.rmtree(left, ignore_errors=True)


def _newest_build(ctx: RefreshContext) -> ledger.Build | None:
    if not ctx.home.warehouse.exists():
        return None
    with duckdb.connect(str(ctx.home.warehouse)) as connection:
        return ledger.latest_build(connection)


def _begin(ctx: RefreshContext, step: str) -> float:
    note_attempt(ctx, lambda _: {"step": step})
    ctx.progress.begin(step)
    return time.monotonic()


def _end(ctx: RefreshContext, step: str, started: float, rows: int | None) -> StepResult:
    result = StepResult(step, time.monotonic() - started, rows)
    ctx.progress.end(result)
    return result
