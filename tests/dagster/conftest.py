"""A temporary home and steps that stand in for the real ones, so that the job itself can be tried."""

import contextlib
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from graphlib import TopologicalSorter
from pathlib import Path

import duckdb
import pytest
from dagster import DagsterInstance

from orchestration import ledger
from orchestration.config import load_config
from orchestration.context import RefreshContext, make_context
from orchestration.dagster_home import open_instance
from orchestration.dbt_runner import NodeResult, manifest_json
from orchestration.home import Home
from orchestration.outcomes import BuildOutcome, GateOutcome, LoadOutcome, PublishOutcome
from orchestration.progress import StepResult
from orchestration.release import Release
from orchestration.session import Steps
from orchestration.verdicts import Verdict

AUGUST, SEPTEMBER, OCTOBER = date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)
AS_OF = datetime(2026, 10, 20, tzinfo=UTC)


def verdict(*, passed: bool = True, waived_by: str | None = None) -> Verdict:
    reason = "known" if waived_by else None
    return Verdict(
        "kpi_monthly_key_is_unique",
        "kpi_monthly",
        AUGUST,
        "error",
        passed,
        "2 rows",
        "one row",
        ("k1",),
        waived_by,
        reason,
    )


def node(name: str, resource_type: str = "model", status: str = "success") -> NodeResult:
    return NodeResult(f"{resource_type}.callboard.{name}", name, resource_type, status, 0.1)


def every_model() -> tuple[NodeResult, ...]:
    """Every model and seed, ended well, each after those it reads."""
    manifest = manifest_json()
    ours = {i: n for i, n in manifest["nodes"].items() if n["resource_type"] in {"model", "seed"}}
    parents = {i: [p for p in manifest["parent_map"][i] if p in ours] for i in ours}
    return tuple(
        node(ours[i]["name"], ours[i]["resource_type"]) for i in TopologicalSorter(parents).static_order()
    )


@dataclass
class StandInSteps:
    """Steps that do nothing but say they did; a test replaces what it is about."""

    called: list[str] = field(default_factory=list)
    months: tuple[date, ...] = (AUGUST,)
    nodes: tuple[NodeResult, ...] = field(default_factory=lambda: every_model())
    verdicts: tuple[Verdict, ...] = (verdict(),)
    before: dict[str, Callable[[], None]] = field(default_factory=dict)

    def steps(self) -> Steps:
        return Steps(self._load, self._build, self._gate, self._publish)

    def _begin(self, ctx: RefreshContext, step: str) -> StepResult:
        self.called.append(step)
        self.before.get(step, lambda: None)()
        return StepResult(step, 0.1, 1)

    def _load(self, ctx: RefreshContext) -> LoadOutcome:
        return LoadOutcome(self._begin(ctx, "load"), 1, {})

    def _build(self, ctx: RefreshContext, on_event: Callable[[NodeResult], None]) -> BuildOutcome:
        result = self._begin(ctx, "build")
        for ended in self.nodes if self.months else ():
            on_event(ended)
        self._write_ledger(ctx)
        return BuildOutcome(result, ctx.release_id, ctx.months or self.months)

    def _gate(self, ctx: RefreshContext) -> GateOutcome:
        return GateOutcome(self._begin(ctx, "gate"), ctx.release_id, self.verdicts)

    def _publish(self, ctx: RefreshContext) -> PublishOutcome:
        result = self._begin(ctx, "publish")
        return PublishOutcome(result, Release(ctx.release_id, ctx.home.releases / ctx.release_id, 7))

    def _write_ledger(self, ctx: RefreshContext) -> None:
        with duckdb.connect(str(ctx.home.warehouse)) as connection:
            build = ledger.Build(
                build_id=ctx.release_id,
                as_of=ctx.as_of,
                months=self.months,
                owed_months=(),
                trigger=ctx.trigger,
                code_version="",
                config_sha256="",
                fingerprints={},
            )
            ledger.begin_build(connection, build)
            ledger.store_gate(connection, ctx.release_id, self.verdicts)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.landing.mkdir(parents=True)
    home.build.mkdir()
    return home


@pytest.fixture
def context(home: Home) -> RefreshContext:
    return make_context(home, as_of=AS_OF)


@pytest.fixture
def stand_in() -> StandInSteps:
    return StandInSteps()


@contextlib.contextmanager
def instance_of(home: Home) -> Generator[DagsterInstance]:
    with open_instance(home, load_config(home)) as instance:
        yield instance
