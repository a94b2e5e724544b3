"""The refresh that a run belongs to: one resource, which all its assets and checks share.

It holds the writer's lock for the whole run, whoever started it, and at the end has `conclude` say how it ended.
"""

import contextlib
import errno
from collections.abc import Callable, Generator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import dagster as dg
import duckdb
from pydantic import Field

from orchestration.home.lock import refresh_lock
from orchestration.home.months import months_between
from orchestration.home.paths import Home
from orchestration.notifications.send import notify
from orchestration.refresh.conclude import conclude
from orchestration.refresh.context import make_context, parse_as_of
from orchestration.refresh.run import RefreshRun, Steps

_T = TypeVar("_T")

#: A run that Dagster started may wait for a refresh started by hand: no person waits for it at a terminal.
WAIT_SECONDS = 900.0
_RETRIES = 2
_RETRY_SECONDS = 5.0
# What a network drive or a busy machine does and then does no more. A full disk or a missing right stays.
_PASSING = {errno.EAGAIN, errno.EBUSY, errno.EINTR, errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.ENOLCK}


class HomeResource(dg.ConfigurableResource[Any]):
    """Which home."""

    path: str = Field(description="Its directory")


class RefreshResource(dg.ConfigurableResource[RefreshRun]):
    """One refresh of a home. Assets get it as the `RefreshRun` whose steps they call."""

    # A resource of its own, which the configuration of a run does not replace.
    home: HomeResource
    as_of: str = Field(default="", description="ISO instant to look from; empty: as callboard.toml says")

    @contextlib.contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Generator[RefreshRun]:
        """The refresh of the months that the run's partitions name, none for what has no partition."""
        tags = context.run.tags if context.run else {}
        home = Home(Path(self.home.path))
        with refresh_lock(home, wait_seconds=WAIT_SECONDS):
            run = RefreshRun(
                make_context(
                    home,
                    months=_months(tags),
                    as_of=parse_as_of(self.as_of) if self.as_of else None,
                    trigger=trigger(tags),
                    makes_all_or_none=True,
                ),
                self.steps(),
            )
            try:
                yield run
            finally:
                with contextlib.suppress(BaseException):  # Dagster knows of the failure from the step itself
                    conclude(run, notify)

    def steps(self) -> Steps:
        """The steps that the run calls; tests put others in their place."""
        return Steps()


def retrying(step: Callable[[], _T]) -> _T:
    """Do `step`, and have Dagster try it again where the trouble is one that passes."""
    try:
        return step()
    except BaseException as error:
        if _passes(error):
            raise dg.RetryRequested(max_retries=_RETRIES, seconds_to_wait=_RETRY_SECONDS) from error
        raise


def trigger(tags: Mapping[str, str]) -> str:
    """Who started the run, as the release will say: a schedule or sensor by its name, else the UI."""
    for kind in ("schedule", "sensor"):
        if name := tags.get(f"dagster/{kind}_name"):
            return f"{kind} {name}"
    return "dagster"


def _months(tags: Mapping[str, str]) -> list[date]:
    first = tags.get("dagster/partition") or tags.get("dagster/asset_partition_range_start")
    if first is None:
        return []
    last = tags.get("dagster/asset_partition_range_end", first)
    return months_between(date.fromisoformat(first), date.fromisoformat(last))


def _passes(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno in _PASSING
    return isinstance(error, duckdb.IOException) and "Could not set lock on file" in str(error)
