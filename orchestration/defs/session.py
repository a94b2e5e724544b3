"""One run of the refresh job: its context, the steps it calls, how each ended, and what is said of it at the end.

The Dagster assets share one session as their resource. It holds the writer's lock for the whole run, whoever
started it: the command, the UI, a schedule or the sensor.
"""

import contextlib
import errno
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

import duckdb
from dagster import Field, InitResourceContext, PartitionKeyRange, ResourceDefinition, RetryRequested

from orchestration.home.errors import CallboardError, GateRefusedError
from orchestration.home.known_errors import in_words
from orchestration.home.lock import refresh_lock
from orchestration.home.months import months_between, parse_month
from orchestration.home.paths import Home
from orchestration.notifications.send import notify
from orchestration.refresh import steps as refresh_steps
from orchestration.refresh.context import RefreshContext, RefreshOutcome, make_context, parse_as_of
from orchestration.refresh.last_run import note_attempt
from orchestration.refresh.outcomes import (
    BuildOutcome,
    GateOutcome,
    LoadOutcome,
    PublishOutcome,
    nothing_new_outcome,
    published_outcome,
    refused_outcome,
)
from orchestration.refresh.progress import StepResult
from orchestration.warehouse.dbt import NodeResult

_T = TypeVar("_T")

# A run that Dagster started may wait for a refresh that somebody runs by hand; nobody sits in front of it.
_WAIT_SECONDS = 900.0
_RETRIES = 2
_RETRY_SECONDS = 5.0
# What a network drive or a busy machine does and then does no more. A full disk or a missing right stays.
_PASSING = {errno.EAGAIN, errno.EBUSY, errno.EINTR, errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.ENOLCK}


@dataclass(frozen=True)
class Steps:
    """The four steps that the assets wrap; tests put others in their place."""

    load: Callable[[RefreshContext], LoadOutcome] = refresh_steps.load_step
    build: Callable[[RefreshContext, Callable[[NodeResult], None]], BuildOutcome] = refresh_steps.build_step
    gate: Callable[[RefreshContext], GateOutcome] = refresh_steps.gate_step
    publish: Callable[[RefreshContext], PublishOutcome] = refresh_steps.publish_step


@dataclass
class Session:
    """A run under way. `outcome` or `error` is set once it has ended, never both."""

    ctx: RefreshContext
    steps: Steps = field(default_factory=Steps)
    build: BuildOutcome | None = None
    gate: GateOutcome | None = None
    published: PublishOutcome | None = None
    outcome: RefreshOutcome | None = None
    error: BaseException | None = None
    _results: list[StepResult] = field(default_factory=list[StepResult])

    def run_load(self) -> LoadOutcome:
        """Landing → raw, tried again where the trouble is one that passes."""
        done = self._guarded(self.steps.load, retried=True)
        self._results.append(done.result)
        return done

    def run_build(self, on_event: Callable[[NodeResult], None]) -> BuildOutcome:
        """raw → marts; `on_event` gets every dbt node."""
        self.build = self._guarded(lambda ctx: self.steps.build(ctx, on_event), retried=False)
        self._results.append(self.build.result)
        return self.build

    def run_gate(self) -> GateOutcome:
        """The gate's verdicts, also where it refuses."""
        self.gate = self._guarded(self.steps.gate, retried=False)
        self._results.append(self.gate.result)
        return self.gate

    def run_publish(self) -> PublishOutcome:
        """The release, if the gate passed exactly this build; tried again where the trouble is one that passes."""
        self.published = self._guarded(self.steps.publish, retried=True)
        self._results.append(self.published.result)
        return self.published

    def conclude(self) -> None:
        """Say and write down how the run ended, and send the notice that is due."""
        try:
            self.outcome = self._outcome()
        except CallboardError as error:
            self.error = error
        if self.outcome is None and self.error is not None:
            known = in_words(self.error)
            message = known.message if known else f"{type(self.error).__name__}: {self.error}"
            with contextlib.suppress(OSError):  # a full disk must not hide the failure being reported
                note_attempt(self.ctx, lambda _: {"state": "failed", "message": message})
            notify(self.ctx, None, message)
        elif self.outcome is not None:
            notify(self.ctx, self.outcome)

    def _outcome(self) -> RefreshOutcome | None:
        results = tuple(self._results)
        months = self.build.months if self.build else self.ctx.months
        if isinstance(self.error, GateRefusedError):
            why, self.error = str(self.error), None
            return refused_outcome(self.ctx, results, months, why)
        if self.error is not None:
            return None
        if self.gate is not None and self.gate.refused:
            return refused_outcome(self.ctx, results, months)
        if self.published is not None:
            return published_outcome(self.ctx, results, months)
        if self.build is not None and not self.build.months:
            return nothing_new_outcome(self.ctx, results)
        return None  # somebody ran a part of the job, which ends nothing

    def _guarded(self, step: Callable[[RefreshContext], _T], *, retried: bool) -> _T:
        try:
            done = step(self.ctx)
        except BaseException as error:
            self.error = error
            if retried and _passes(error):
                raise RetryRequested(max_retries=_RETRIES, seconds_to_wait=_RETRY_SECONDS) from error
            raise
        self.error = None
        return done


def session_resource(home: Home, steps: Steps | None = None) -> ResourceDefinition:
    """The session of a run that Dagster started: months from its partitions, else from its configuration."""

    def open_session(init: InitResourceContext) -> Generator[Session]:
        tags = init.run.tags if init.run else {}
        with refresh_lock(home, wait_seconds=_WAIT_SECONDS):
            ctx = make_context(
                home,
                months=_months(tags, init.resource_config),
                as_of=parse_as_of(init.resource_config["as_of"]) if init.resource_config["as_of"] else None,
                trigger=_trigger(tags),
            )
            yield from _held(Session(ctx, steps or Steps()))

    return ResourceDefinition(
        resource_fn=open_session,
        config_schema={
            "months": Field(
                [str], default_value=[], description="YYYY-MM; none: those that deliveries touched"
            ),
            "as_of": Field(str, default_value="", description="ISO instant; none: as callboard.toml says"),
        },
        description="One refresh of the home, holding its lock",
    )


def given_session(session: Session) -> ResourceDefinition:
    """The session of a run in this process, whose caller holds the lock."""

    def open_session(_: InitResourceContext) -> Generator[Session]:
        yield from _held(session)

    return ResourceDefinition(resource_fn=open_session)


def _held(session: Session) -> Generator[Session]:
    try:
        yield session
    finally:
        session.conclude()


def _months(tags: Mapping[str, str], config: Mapping[str, Any]) -> list[date]:
    if "dagster/partition" in tags:
        return [date.fromisoformat(tags["dagster/partition"])]
    if "dagster/asset_partition_range_start" in tags:
        span = PartitionKeyRange(
            tags["dagster/asset_partition_range_start"], tags["dagster/asset_partition_range_end"]
        )
        return months_between(date.fromisoformat(span.start), date.fromisoformat(span.end))
    return [parse_month(text) for text in config["months"]]


def _trigger(tags: Mapping[str, str]) -> str:
    if "dagster/schedule_name" in tags:
        return f"schedule {tags['dagster/schedule_name']}"
    if "dagster/sensor_name" in tags:
        return f"sensor {tags['dagster/sensor_name']}"
    return "dagster"


def _passes(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno in _PASSING
    return isinstance(error, duckdb.IOException) and "Could not set lock on file" in str(error)
