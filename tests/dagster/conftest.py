"""A temporary home and steps that stand in for the real ones, so that the job itself can be tried."""

import contextlib
import functools
import shutil
from collections.abc import Callable, Collection, Generator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dagster import DagsterInstance

from expectations.verdicts import Verdict
from orchestration.defs import build, parts
from orchestration.defs.in_process import run_jobs
from orchestration.defs.instance import open_instance
from orchestration.defs.resources import HomeResource, RefreshResource
from orchestration.home.config import load_config
from orchestration.home.paths import Home
from orchestration.notifications.send import notify
from orchestration.refresh.conclude import conclude
from orchestration.refresh.context import RefreshContext, make_context
from orchestration.refresh.outcomes import (
    BuildOutcome,
    GateOutcome,
    LoadOutcome,
    PublishOutcome,
    RefreshOutcome,
)
from orchestration.refresh.plan import Plan
from orchestration.refresh.progress import StepResult
from orchestration.refresh.publish import Release
from orchestration.refresh.run import RefreshRun, Steps
from orchestration.releases.manifest import Manifest
from orchestration.warehouse import ledger
from orchestration.warehouse.dbt import NodeResult
from orchestration.warehouse.parse import manifest_json
from tests.findings import failing, waived

AUGUST, SEPTEMBER, OCTOBER = date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)
AS_OF = datetime(2026, 10, 20, tzinfo=UTC)


def verdict(*, passed: bool = True, waived_by: str | None = None) -> Verdict:
    if passed:
        return Verdict("kpi_monthly_key_is_unique", "kpi_monthly", AUGUST)
    return failing(
        "kpi_monthly_key_is_unique",
        "kpi_monthly",
        keys={"kpi_id": "answer_rate"},
        found={"rows": 2},
        settled=waived(waived_by, "known") if waived_by else None,
    )


def node(name: str, resource_type: str = "model", status: str = "success") -> NodeResult:
    return NodeResult(f"{resource_type}.callboard.{name}", name, resource_type, status, 0.1)


@functools.cache
def small_manifest() -> Mapping[str, Any]:
    """The project's manifest with a few nodes and two sources left in it, so that a run takes a second."""
    whole = manifest_json()
    kept = {
        "source.callboard.raw.acd__contact_legs",
        "source.callboard.raw.delivery",
        "model.callboard.stg_acd__contact_legs",
        "model.callboard.dim_kpi",
        "model.callboard.kpi_monthly",
        "model.callboard.kpi_driver_monthly",
        next(i for i, n in whole["nodes"].items() if n.get("attached_node") == "model.callboard.kpi_monthly"),
    }

    def node_of(n: dict[str, Any]) -> dict[str, Any]:
        depends_on = [parent for parent in n["depends_on"]["nodes"] if parent in kept]
        if n["name"].startswith("stg_"):
            depends_on = [parent for parent in kept if parent.startswith("source.")]
        return {**n, "depends_on": {**n["depends_on"], "nodes": depends_on}}

    def family(of: str) -> dict[str, list[str]]:
        return {i: [j for j in others if j in kept] for i, others in whole[of].items() if i in kept}

    return {
        **whole,
        "nodes": {i: node_of(n) for i, n in whole["nodes"].items() if i in kept},
        "sources": {i: n for i, n in whole["sources"].items() if i in kept},
        "parent_map": family("parent_map"),
        "child_map": family("child_map"),
        "unit_tests": {},
        "exposures": {},
    }


def small_expectations() -> dict[str, list[str]]:
    return {
        "kpi_monthly": ["kpi_monthly_key_is_unique"],
        "dim_kpi": ["dim_kpi_key_is_unique"],
        "delivery": ["one"],
    }


def every_model() -> tuple[NodeResult, ...]:
    """Every model of the small manifest, ended well, each after those it reads."""
    nodes = small_manifest()["nodes"]
    reads = {i: n["depends_on"]["nodes"] for i, n in nodes.items() if n["resource_type"] == "model"}
    return tuple(node(nodes[i]["name"]) for i in TopologicalSorter(reads).static_order() if i in reads)


@dataclass
class StandInSteps:
    """Steps that do nothing but say they did; a test replaces what it is about."""

    called: list[str] = field(default_factory=list)
    months: tuple[date, ...] = (AUGUST,)
    nodes: tuple[NodeResult, ...] = field(default_factory=lambda: every_model())
    judged: Verdict = field(default_factory=lambda: verdict())
    selected: set[str] = field(default_factory=set[str])
    before: dict[str, Callable[[], None]] = field(default_factory=dict)

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """`judged`, and every other expectation met."""
        met = [
            Verdict(name, table, AUGUST)
            for table, names in small_expectations().items()
            for name in names
            if name != self.judged.expectation
        ]
        return (self.judged, *met)

    def steps(self) -> Steps:
        return Steps(self._load, self._plan, self._build, self._build_part, self._gate, self._publish)

    def resource(self, home: Home) -> RefreshResource:
        """What a run of the UI gets: the real resource, which calls these steps."""
        steps = self.steps()

        class StandInResource(RefreshResource):
            def steps(self) -> Steps:
                return steps

        return StandInResource(home=HomeResource(path=str(home.root)))

    def _begin(self, ctx: RefreshContext, step: str) -> StepResult:
        self.called.append(step)
        self.before.get(step, lambda: None)()
        return StepResult(step, 0.1, 1)

    def _load(self, ctx: RefreshContext) -> LoadOutcome:
        return LoadOutcome(self._begin(ctx, "load"), 1, {})

    def _plan(self, ctx: RefreshContext) -> Plan:
        return Plan(ctx.months or self.months)

    def _build(self, ctx: RefreshContext, plan: Plan, on_event: Callable[[NodeResult], None]) -> BuildOutcome:
        result = self._begin(ctx, "build")
        for ended in self.nodes if self.months else ():
            on_event(ended)
        self._write_ledger(ctx)
        return BuildOutcome(result, ctx.release_id, plan.months)

    def _build_part(
        self,
        ctx: RefreshContext,
        plan: Plan,
        selected: Collection[str],
        on_event: Callable[[NodeResult], None],
    ) -> BuildOutcome:
        result = self._begin(ctx, "build part")
        self.selected = set(selected)
        for ended in self.nodes:
            if ended.unique_id in selected:
                on_event(ended)
        return BuildOutcome(result, ctx.release_id, plan.months)

    def _gate(self, ctx: RefreshContext) -> GateOutcome:
        return GateOutcome(self._begin(ctx, "gate"), ctx.release_id, self.verdicts)

    def _publish(self, ctx: RefreshContext) -> PublishOutcome:
        result = self._begin(ctx, "publish")
        manifest = Manifest.model_construct(
            release_id=ctx.release_id, months=(), built_months=self.months, as_of=ctx.as_of, gate_results=()
        )
        return PublishOutcome(result, Release(manifest, ctx.home.releases / ctx.release_id, 7))

    def _write_ledger(self, ctx: RefreshContext) -> None:
        with duckdb.connect(str(ctx.home.warehouse)) as connection:
            begun = ledger.Build(
                build_id=ctx.release_id,
                as_of=ctx.as_of,
                months=self.months,
                owed_months=(),
                trigger=ctx.trigger,
                code_version="",
                config_sha256="",
                fingerprints={},
            )
            ledger.begin_build(connection, begun)
            ledger.store_gate(connection, ctx.release_id, self.verdicts)


@pytest.fixture(scope="session")
def empty_history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Dagster makes of a new home, made once."""
    first = Home(tmp_path_factory.mktemp("first"))
    with instance_of(first):
        pass
    return first.dagster / "history"


@pytest.fixture
def home(tmp_path: Path, empty_history: Path) -> Home:
    home = Home(tmp_path / "home")
    home.landing.mkdir(parents=True)
    home.build.mkdir()
    shutil.copytree(empty_history, home.dagster / "history")
    return home


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A code location of a few assets."""
    monkeypatch.setattr(build, "manifest_json", small_manifest)
    monkeypatch.setattr(parts, "manifest_json", small_manifest)
    monkeypatch.setattr(parts, "expectation_names", small_expectations)


@pytest.fixture
def context(home: Home) -> RefreshContext:
    return make_context(home, as_of=AS_OF)


def run_refresh(ctx: RefreshContext, steps: Steps) -> RefreshOutcome:
    """Run the jobs in this process and conclude it, as `refresh` does where there is work."""
    run = RefreshRun(ctx, steps)
    run_jobs(run)
    outcome = conclude(run, notify)
    assert outcome is not None
    return outcome


@pytest.fixture
def stand_in() -> StandInSteps:
    return StandInSteps()


@contextlib.contextmanager
def instance_of(home: Home) -> Generator[DagsterInstance]:
    with open_instance(home, load_config(home)) as instance:
        yield instance
