"""What one refresh knows from its start to its end: which home, from when it looks, which months, under which id."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from expectations.settling import Confirmation, Waiver
from orchestration.home.config import Config, load_config
from orchestration.home.errors import UsageError
from orchestration.home.paths import Home
from orchestration.home.waivers import confirmations, waivers_in_force
from orchestration.refresh.progress import Progress, Silent
from orchestration.releases.manifest import Manifest, current_manifest
from orchestration.releases.sites import Site, default_site


@dataclass(frozen=True)
class RefreshContext:
    """One refresh, which holds the lock. `as_of` is aware and in UTC; `months` are first days, empty for "those that
    deliveries touched".

    Everything is read once. The configuration is read at the start; manifest, waivers and site when they are first
    asked for, so that a damaged one stops the refresh like any other trouble, and is written down and sent as one.
    """

    home: Home
    config: Config
    as_of: datetime
    months: tuple[date, ...]
    trigger: str
    release_id: str
    progress: Progress = field(default_factory=Silent)
    #: All requested months are made where any of them changed: Dagster records the whole range of a run as made.
    makes_all_or_none: bool = False
    #: A part of the models is built, to look at: `callboard status` goes on to show the newest whole attempt.
    is_part: bool = False

    @cached_property
    def published(self) -> Manifest | None:
        """The release that this refresh starts from, also once it has published its own; None before the first."""
        return current_manifest(self.home)

    @cached_property
    def waivers(self) -> tuple[Waiver, ...]:
        """The current waivers, in a settled order."""
        return tuple(waivers_in_force(self.home))

    @cached_property
    def confirmations(self) -> tuple[Confirmation, ...]:
        """Every confirmation that was given, in that order."""
        return tuple(confirmations(self.home))

    @cached_property
    def site(self) -> Site:
        """Where the default site is, as the published release has it."""
        return default_site(self.home, self.config)


def make_context(
    home: Home,
    *,
    months: Sequence[date] = (),
    as_of: datetime | None = None,
    trigger: str = "command",
    progress: Progress | None = None,
    makes_all_or_none: bool = False,
) -> RefreshContext:
    """A new refresh's context, its configuration read and its release id drawn. The caller holds the refresh lock.

    Raises UsageError for a wrong configuration and for a month that begins after `as_of`.
    """
    config = load_config(home)
    instant = as_of.astimezone(UTC).replace(microsecond=0) if as_of else _default_as_of(config)
    refuse_later_months(months, instant)
    return RefreshContext(
        home=home,
        config=config,
        as_of=instant,
        months=tuple(sorted(set(months))),
        trigger=trigger,
        release_id=new_release_id(home),
        progress=progress or Silent(),
        makes_all_or_none=makes_all_or_none,
    )


def refuse_later_months(months: Sequence[date], as_of: datetime) -> None:
    """Raises UsageError for a month that begins after `as_of`, wherever on earth."""
    for month in months:
        # A month has begun where its first day has begun anywhere on earth.
        if datetime(month.year, month.month, 1, tzinfo=UTC) - timedelta(hours=14) > as_of:
            raise UsageError(
                f"Unknown month {month:%Y-%m}: it begins after the refresh's as-of, {as_of:%Y-%m-%dT%H:%M:%SZ}.",
                hint="Name a month that has begun, or a later --as-of.",
            )


def new_release_id(home: Home) -> str:
    """An id that sorts after every release there is, `20261020T000000Z-1f2e3d4c`."""
    now = datetime.now(UTC).replace(microsecond=0)
    newest = max((p.name for p in home.releases.glob("*Z-*") if p.is_dir()), default="")
    if newest and newest[:16] >= f"{now:%Y%m%dT%H%M%SZ}":
        # Two refreshes in one second, or a clock set back: the order of the ids still has to hold.
        now = datetime.strptime(newest[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) + timedelta(seconds=1)
    return f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"


def parse_as_of(text: str) -> datetime:
    """An ISO 8601 instant with an offset or Z → UTC. Raises UsageError, also where the offset is missing."""
    try:
        instant = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(
            f"--as-of {text!r} is no instant.", hint="Write it as 2026-10-20T00:00:00Z, with Z or an offset."
        ) from None
    if instant.tzinfo is None:
        raise UsageError(
            f"--as-of {text!r} has no offset, so it could mean many instants.",
            hint=f"Write {text.strip()}Z for UTC.",
        )
    return instant.astimezone(UTC)


def _default_as_of(config: Config) -> datetime:
    now = datetime.now(UTC).replace(microsecond=0)
    return now.replace(hour=0, minute=0, second=0) if config.as_of.policy == "midnight" else now
