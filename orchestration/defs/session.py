"""The refresh that a run of the job is: the resource that its assets share.

It holds the writer's lock for the whole run, whoever started it: the command, the UI, a schedule or the sensor.
"""

import contextlib
import errno
from collections.abc import Callable, Generator, Mapping
from datetime import date
from typing import Any, TypeVar

import duckdb
from dagster import Field, InitResourceContext, PartitionKeyRange, ResourceDefinition, RetryRequested

from orchestration.home.lock import refresh_lock
from orchestration.home.months import months_between, parse_month
from orchestration.home.paths import Home
from orchestration.notifications.send import notify
from orchestration.refresh.conclude import conclude
from orchestration.refresh.context import make_context, parse_as_of
from orchestration.refresh.run import RefreshRun, Steps

_T = TypeVar("_T")

# A run that Dagster started may wait for a refresh that somebody runs by hand; nobody sits in front of it.
_WAIT_SECONDS = 900.0
_RETRIES = 2
_RETRY_SECONDS = 5.0
# What a network drive or a busy machine does and then does no more. A full disk or a missing right stays.
_PASSING = {errno.EAGAIN, errno.EBUSY, errno.EINTR, errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.ENOLCK}


def tried_again(step: Callable[[], _T]) -> _T:
    """Do `step`, and have Dagster try it again where the trouble is one that passes."""
    try:
        return step()
    except BaseException as error:
        if _passes(error):
            raise RetryRequested(max_retries=_RETRIES, seconds_to_wait=_RETRY_SECONDS) from error
        raise


def session_resource(home: Home, steps: Steps | None = None) -> ResourceDefinition:
    """The session of a run that Dagster started: months from its partitions, else from its configuration."""

    def open_session(init: InitResourceContext) -> Generator[RefreshRun]:
        tags = init.run.tags if init.run else {}
        with refresh_lock(home, wait_seconds=_WAIT_SECONDS):
            ctx = make_context(
                home,
                months=_months(tags, init.resource_config),
                as_of=parse_as_of(init.resource_config["as_of"]) if init.resource_config["as_of"] else None,
                trigger=_trigger(tags),
            )
            run = RefreshRun(ctx, steps or Steps())
            try:
                yield run
            finally:
                with contextlib.suppress(BaseException):  # Dagster knows of the failure from the step itself
                    conclude(run, notify)

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


def given_session(run: RefreshRun) -> ResourceDefinition:
    """The session of a run in this process, whose caller holds the lock and concludes it."""
    return ResourceDefinition.hardcoded_resource(run)


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
