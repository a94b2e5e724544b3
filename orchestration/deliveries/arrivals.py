"""Sources that should have arrived by an hour: which are overdue, and for which a notice has been sent.

Reads names and change times of files in landing and never the build database, so it works beside a refresh.
Knows no Dagster and no address: the command and the sensor pass in how a notice is sent.
"""

import fcntl
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from orchestration.deliveries.landing import load_settings
from orchestration.deliveries.own_files import is_own_report
from orchestration.home.calendars import is_working_day, nth_working_day
from orchestration.home.config import ArrivalConfig, Config
from orchestration.home.errors import UsageError
from orchestration.home.files import write_whole
from orchestration.home.months import month_before
from orchestration.home.paths import Home
from orchestration.releases.sites import Site, default_site

# What comes within so long after an hour is the late delivery of that hour, not an early one of the next.
_STILL_LATE = timedelta(hours=12)


@dataclass(frozen=True)
class Expected:
    """A declared source as it stands. Instants are UTC; `due` is the newest one since the declaration, None before."""

    table: str
    rule: str
    due: datetime | None
    last_file: str | None
    last_came: datetime | None
    is_overdue: bool
    time_zone: str


@dataclass(frozen=True)
class ArrivalReport:
    """Every declared source as one check found it, the tables whose notice was sent just now, and those whose notice
    could not be sent."""

    expected: tuple[Expected, ...]
    notified: tuple[str, ...] = ()
    not_notified: tuple[str, ...] = ()

    @property
    def overdue(self) -> tuple[Expected, ...]:
        return tuple(source for source in self.expected if source.is_overdue)


class Due(NamedTuple):
    """An instant by which a source is due, and the one from which a file counts for it."""

    at: datetime
    counts_from: datetime


class _Remembered(BaseModel):
    """A declaration: its rule, when it was first seen, and the newest due instant that a notice was sent of."""

    model_config = ConfigDict(populate_by_name=True)

    rule: str
    declared: AwareDatetime
    # The file's key is older than the name.
    notified: AwareDatetime | None = Field(default=None, alias="told")


_MEMORY = TypeAdapter(dict[str, _Remembered])


def newest_due(arrival: ArrivalConfig, site: Site, now: datetime) -> Due:
    """The newest due instant that is not after `now`, by the clock and calendar of `site`."""
    return next(due for due in dues(arrival, site, now) if due.at <= now)


def expected(home: Home, config: Config, now: datetime) -> tuple[Expected, ...]:
    """Every declared source as it stands at `now`. Writes nothing, so a source that was never checked is not late yet.

    Raises UsageError for a wrong mapping.
    """
    return _expected(home, config, _renewed(_read(home), config, now), now) if config.arrivals else ()


def check_arrivals(home: Home, config: Config, now: datetime) -> ArrivalReport:
    """As `expected`, and remember from when on each source is expected."""
    with _memory(home, config, now) as memory:
        return ArrivalReport(_expected(home, config, memory, now))


def notify_overdue(
    home: Home, config: Config, now: datetime, send: Callable[[Home, Config, Sequence[Expected]], bool]
) -> ArrivalReport:
    """As `check_arrivals`, and send one notice of each due instant at which a source did not arrive.

    `send` gives whether its notice reached anybody; one that did not is sent again at the next check.
    """
    with _memory(home, config, now) as memory:
        found = _expected(home, config, memory, now)
        news = [source for source in found if source.is_overdue and _is_news(source, memory[source.table])]
        tables = tuple(source.table for source in news)
        if news:
            # A full disk stops this before a notice is sent, not after, at every check again.
            _write(home, memory)
        if not news or not send(home, config, news):
            return ArrivalReport(found, not_notified=tables)
        for source in news:
            memory[source.table].notified = source.due
        return ArrivalReport(found, notified=tables)


def dues(arrival: ArrivalConfig, site: Site, now: datetime) -> Iterator[Due]:
    """Due instants, newest first, from the one of the local day or month that `now` is in."""
    zone = ZoneInfo(site.time_zone)
    today = now.astimezone(zone).date()
    by = time.fromisoformat(arrival.by)
    if arrival.working_day is not None:
        month = today.replace(day=1)
        while True:
            day = nth_working_day(month, arrival.working_day, site.country)
            # A monthly delivery covers the month before.
            yield Due(_utc(day, by, zone), _utc(month, time(), zone))
            month = month_before(month)
    days = (today - timedelta(days=n) for n in count())
    for day, before in pairwise(
        d for d in days if not arrival.working_days or is_working_day(d, site.country)
    ):
        yield Due(_utc(day, by, zone), _utc(before, by, zone) + _STILL_LATE)


def _utc(day: date, at: time, zone: ZoneInfo) -> datetime:
    # A local time that occurs twice is its first occurrence, one that is skipped moves on by the gap.
    return datetime.combine(day, at, zone).astimezone(UTC)


def _expected(
    home: Home, config: Config, memory: Mapping[str, _Remembered], now: datetime
) -> tuple[Expected, ...]:
    from orchestration.deliveries.review_decisions import is_decisions
    from sources.loading.load import files_by_table
    from sources.mappings.mapping import MappingError

    if not config.arrivals:
        return ()
    try:
        files = files_by_table(home.landing, load_settings(home, config))
    except MappingError as error:
        raise UsageError(str(error)) from error
    site = default_site(home, config)
    found: list[Expected] = []
    for arrival in config.arrivals:
        due = newest_due(arrival, site, now)
        is_due = due.at > memory[arrival.table].declared
        # What Callboard itself puts there, no system delivered.
        delivered = [
            landed
            for landed in files.get(arrival.table, [])
            if not is_decisions(landed.file) and not is_own_report(landed.file)
        ]
        # The modification time travels with a copied file; the change time is when it came to lie here.
        last = max(delivered, key=lambda file: file.ctime_ns, default=None)
        came = datetime.fromtimestamp(last.ctime_ns / 1e9, UTC) if last else None
        found.append(
            Expected(
                table=arrival.table,
                rule=arrival.rule,
                due=due.at if is_due else None,
                last_file=last.file if last else None,
                last_came=came,
                is_overdue=is_due and (came is None or came < due.counts_from),
                time_zone=site.time_zone,
            )
        )
    return tuple(found)


def _is_news(source: Expected, remembered: _Remembered) -> bool:
    return source.due is not None and (remembered.notified is None or remembered.notified < source.due)


@contextmanager
def _memory(home: Home, config: Config, now: datetime) -> Generator[dict[str, _Remembered]]:
    """The remembered state, for one process at a time; changes the caller makes to it are saved at the end."""
    home.build.mkdir(parents=True, exist_ok=True)
    # Of its own, since the file itself is replaced by each writing. No process waits long: sending has time limits.
    with home.arrivals_file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        before = _read(home)
        memory = _renewed(before, config, now)
        yield memory
        if memory != before:
            _write(home, memory)


def _renewed(before: Mapping[str, _Remembered], config: Config, now: datetime) -> dict[str, _Remembered]:
    """What is remembered of the sources that are declared now; a new or changed declaration begins at `now`."""
    return {
        arrival.table: known.model_copy()
        if (known := before.get(arrival.table)) and known.rule == arrival.rule
        else _Remembered(rule=arrival.rule, declared=now)
        for arrival in config.arrivals
    }


def _read(home: Home) -> dict[str, _Remembered]:
    try:
        return _MEMORY.validate_json(home.arrivals_file.read_bytes())
    except (FileNotFoundError, ValidationError):
        return {}  # build/ may be deleted: then everything is declared anew


def _write(home: Home, memory: dict[str, _Remembered]) -> None:
    write_whole(home.arrivals_file, _MEMORY.dump_json(memory, indent=2, by_alias=True).decode())
