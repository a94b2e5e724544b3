"""The four steps of a refresh as plain functions: load, build, gate, publish.

The Dagster assets wrap exactly these; nothing here knows of Dagster. Each step opens its own connection to the
build database and closes it; what one step has to tell the next stands in the ledger.
"""

import itertools
import shutil
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import duckdb

from orchestration.deliveries.own_reports import deliver_own_reports
from orchestration.home.errors import CallboardError, GateRefusedError, UsageError
from orchestration.home.versions import code_version
from orchestration.home.waivers import waivers_in_force
from orchestration.refresh.adapters import (
    dbt_vars,
    gate_settings,
    gate_verdicts,
    load_settings,
    raise_for_models,
    test_verdicts,
)
from orchestration.refresh.context import RefreshContext, RefreshOutcome
from orchestration.refresh.last_run import note_attempt
from orchestration.refresh.outcomes import (
    BuildOutcome,
    GateOutcome,
    LoadOutcome,
    PublishOutcome,
    nothing_new_outcome,
)
from orchestration.refresh.plan import Plan, month_fingerprints, plan_months
from orchestration.refresh.progress import StepResult
from orchestration.refresh.publish import publish, tidy
from orchestration.refresh.restore_marts import restore_marts
from orchestration.releases.manifest import current_manifest
from orchestration.warehouse import ledger
from orchestration.warehouse.digest import data_digest
from orchestration.warehouse.quarantine import quarantine_summary

if TYPE_CHECKING:
    from orchestration.warehouse.dbt import NodeResult

# Unit tests prove the code, not the data; they run in the test suite.
_DBT_COMMAND = ("build", "--exclude-resource-type", "unit_test")


def load_step(ctx: RefreshContext) -> LoadOutcome:
    """Landing → `raw`. Raises UsageError where there is no landing or a mapping is wrong."""
    from sources.loading.load import load
    from sources.mappings.mapping import MappingError

    started = _begin(ctx, "load")
    _clear_leftovers(ctx)
    if not ctx.home.landing.is_dir():
        raise UsageError(
            f"{ctx.home.root} has no landing directory.",
            hint=f"Deliveries belong under {ctx.home.landing}/<system>/<table>/.",
        )
    # Also here: a run that Dagster started asks nobody whether there is anything to do.
    deliver_own_reports(ctx.home, ctx.config)

    def note_file(what: str, rows: int, seconds: float) -> None:
        ctx.progress.note(f"{what}: {rows:,} rows, {seconds:.1f} s")

    try:
        report = load(ctx.home.warehouse, ctx.home.landing, settings=load_settings(ctx), progress=note_file)
    except MappingError as error:
        raise UsageError(str(error)) from error
    unreadable = {d.file: d.unreadable_reason for d in report.loaded if d.unreadable_reason}
    note_attempt(ctx, lambda _: {"unreadable": unreadable})
    return LoadOutcome(_end(ctx, "load", started, report.rows), len(report.loaded), unreadable)


def build_step(ctx: RefreshContext, on_event: "Callable[[NodeResult], None] | None" = None) -> BuildOutcome:
    """`raw` → marts, for the months that the plan names. `on_event` gets every dbt node as it ends.

    Raises GateRefusedError where a dbt test fails and CallboardError where a model does.
    """
    from orchestration.warehouse.dbt import run_dbt

    started = _begin(ctx, "build")
    plan = plan_months(ctx)
    if not plan.months:
        return BuildOutcome(_end(ctx, "build", started, None), ctx.release_id, ())
    note_attempt(ctx, lambda _: {"months": plan.months})
    _refuse_unknown_clock(ctx)
    _begin_build(ctx, plan)
    # Importing what the gate and the report need takes seconds of CPU, which pass while dbt waits for DuckDB.
    threading.Thread(target=_preload, daemon=True).start()
    done = run_dbt(
        _DBT_COMMAND,
        warehouse=ctx.home.warehouse,
        vars=dbt_vars(ctx, plan.months),
        threads=ctx.config.refresh.threads or None,
        memory_limit=ctx.config.refresh.memory_limit,
        on_event=_counting(ctx, on_event),
    )
    raise_for_models(done)
    with duckdb.connect(str(ctx.home.warehouse)) as connection:
        if done.failed_tests:
            ledger.store_gate(connection, ctx.release_id, test_verdicts(done.failed_tests))
            ledger.set_state(connection, ctx.release_id, "refused")
            raise GateRefusedError(f"Tests of dbt's refuse what was built: {done.in_words()}.")
        ledger.set_state(connection, ctx.release_id, "built")
    return BuildOutcome(_end(ctx, "build", started, done.rows), ctx.release_id, plan.months)


def gate_step(ctx: RefreshContext) -> GateOutcome:
    """Let the gate judge the newest build and keep its verdicts with the fingerprint of the marts it saw.

    Gives the outcome also where it refuses; `publish_step` is what then refuses to publish.
    Raises CallboardError where there is no build to judge.
    """
    from expectations.gate import Waiver, run_gate

    started = _begin(ctx, "gate")
    build = _newest_build(ctx)
    if build is None or build.state == "building":
        raise CallboardError(
            "There is no finished build for the gate to judge.", hint="Run the whole refresh."
        )
    if build.state == "published":
        return GateOutcome(_end(ctx, "gate", started, None), build.build_id, ())
    published = ctx.home.published_database
    waivers = waivers_in_force(ctx.home)
    report = run_gate(
        ctx.home.warehouse,
        months=build.months,
        as_of=build.as_of,
        settings=gate_settings(ctx),
        waivers=[Waiver(w.expectation, w.month, w.reason, w.waived_by, w.table_name) for w in waivers],
        published=published.resolve() if published.exists() else None,
    )
    verdicts = gate_verdicts(report)
    state = "refused" if any(verdict.blocks for verdict in verdicts) else "passed"
    with duckdb.connect(str(ctx.home.warehouse)) as connection:
        ledger.store_gate(connection, build.build_id, verdicts)
        ledger.set_state(connection, build.build_id, state, data_digest(connection))
        quarantine = quarantine_summary(connection, "build")
    note_attempt(ctx, lambda _: {"quarantine": quarantine})
    return GateOutcome(_end(ctx, "gate", started, len(verdicts)), build.build_id, verdicts)


def publish_step(ctx: RefreshContext) -> PublishOutcome:
    """Publish the newest build, if the gate passed exactly it. Raises GateRefusedError where it did not."""
    started = _begin(ctx, "publish")
    build = _newest_build(ctx)
    if build is None:
        raise GateRefusedError(
            "Nothing was built, so there is nothing to publish.", hint="Run the whole refresh."
        )
    release = publish(ctx, build) if build.state != "published" else None
    deliver_own_reports(ctx.home, ctx.config)
    return PublishOutcome(_end(ctx, "publish", started, release.rows if release else None), release)


def nothing_new(ctx: RefreshContext) -> RefreshOutcome | None:
    """The outcome of a refresh that has nothing to do; None where there is something.

    Looks without writing and without importing dbt, Dagster or the gate. The caller holds the refresh lock.
    """
    from sources.loading.load import waiting
    from sources.mappings.mapping import MappingError

    try:
        files = waiting(ctx.home.warehouse, ctx.home.landing, load_settings(ctx))
    except MappingError as error:
        raise UsageError(str(error)) from error
    has_published = current_manifest(ctx.home) is not None
    if files or (ctx.home.warehouse.exists() and (not has_published or plan_months(ctx).months)):
        return None
    return nothing_new_outcome(ctx, ())


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
        fingerprints=month_fingerprints(ctx, plan.months),
    )
    with duckdb.connect(str(ctx.home.warehouse)) as connection:
        restore_marts(connection, ctx.home)
        ledger.begin_build(connection, build)


def _refuse_unknown_clock(ctx: RefreshContext) -> None:
    """Local times of rows that name nobody are the default site's: its clock is not to be guessed."""
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
