"""A refresh under way: which steps it calls, in which order they may be called, and what each gave.

Whoever runs a refresh, a command or Dagster, holds one `RefreshRun`, calls its steps and has `conclude` say how it
ended. Knows no Dagster.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from orchestration.refresh import steps as refresh_steps
from orchestration.refresh.context import RefreshContext
from orchestration.refresh.outcomes import BuildOutcome, GateOutcome, LoadOutcome, PublishOutcome
from orchestration.refresh.partial_build import plan_part
from orchestration.refresh.plan import Plan, plan_refresh
from orchestration.refresh.progress import StepResult

if TYPE_CHECKING:
    from orchestration.warehouse.dbt import NodeResult

_T = TypeVar("_T")


@dataclass(frozen=True)
class Steps:
    """What a run calls; tests put others in their place."""

    load: Callable[[RefreshContext], LoadOutcome] = refresh_steps.load_step
    plan: Callable[[RefreshContext], Plan] = plan_refresh
    build: "Callable[[RefreshContext, Plan, Callable[[NodeResult], None]], BuildOutcome]" = (
        refresh_steps.build_step
    )
    build_part: "Callable[[RefreshContext, Plan, Collection[str], Callable[[NodeResult], None]], BuildOutcome]" = refresh_steps.build_part_step
    gate: Callable[[RefreshContext], GateOutcome] = refresh_steps.gate_step
    publish: Callable[[RefreshContext], PublishOutcome] = refresh_steps.publish_step


@dataclass
class RefreshRun:
    """A refresh under way. `plan` is None until it is made; `error` is what stopped the newest step, None once a step
    that was tried again succeeded."""

    ctx: RefreshContext
    steps: Steps = field(default_factory=Steps)
    plan: Plan | None = None
    loaded: LoadOutcome | None = None
    built: BuildOutcome | None = None
    judged: GateOutcome | None = None
    published: PublishOutcome | None = None
    error: BaseException | None = None
    results: list[StepResult] = field(default_factory=list[StepResult])

    def has_work(self) -> bool:
        """Whether there is anything to load or to build; False also where finding out failed, which is in `error`."""
        try:
            self.plan = self._noted(lambda: refresh_steps.early_plan(self.ctx))
        except Exception:
            return False
        return self.plan is None or bool(self.plan.months)

    def load(self) -> LoadOutcome:
        """Landing → raw. A plan made before it stands where it changed nothing."""
        done = self._noted(lambda: self.steps.load(self.ctx))
        self.loaded = done
        self.results.append(done.result)
        if done.has_changes:
            self.plan = None
        return done

    def make_plan(self) -> Plan:
        """The months to make, from what is loaded now; made once."""
        self.plan = self.plan or self._noted(lambda: self.steps.plan(self.ctx))
        return self.plan

    def build(self, on_event: "Callable[[NodeResult], None]") -> BuildOutcome:
        """raw → marts for the planned months; `on_event` is called with every dbt node as it ends."""
        plan = self.make_plan()
        self.built = self._noted(lambda: self.steps.build(self.ctx, plan, on_event))
        self.results.append(self.built.result)
        return self.built

    def build_part(self, selected: Collection[str], on_event: "Callable[[NodeResult], None]") -> BuildOutcome:
        """A part of the models (dbt's unique ids), to look at and not to publish, so it is no end of a refresh."""
        self.ctx = replace(self.ctx, is_part=True)
        plan = self._noted(lambda: plan_part(self.ctx, self.steps.plan))
        done = self._noted(lambda: self.steps.build_part(self.ctx, plan, selected, on_event))
        self.results.append(done.result)
        return done

    def gate(self) -> GateOutcome:
        """The gate's verdicts, also where it refuses."""
        self.judged = self._noted(lambda: self.steps.gate(self.ctx))
        self.results.append(self.judged.result)
        return self.judged

    def publish(self) -> PublishOutcome:
        """The release, if the gate passed exactly this build."""
        self.published = self._noted(lambda: self.steps.publish(self.ctx))
        self.results.append(self.published.result)
        return self.published

    @property
    def has_ended(self) -> bool:
        """Whether there is an end to conclude; a run of part of the job ends no refresh."""
        is_idle = self.plan is not None and not self.plan.months
        is_refused = self.judged is not None and self.judged.refused
        return self.error is not None or is_refused or self.published is not None or is_idle

    def _noted(self, step: Callable[[], _T]) -> _T:
        try:
            done = step()
        except BaseException as error:
            self.error = error
            raise
        self.error = None
        return done
