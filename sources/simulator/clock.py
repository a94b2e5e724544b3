"""Days, local midnights and repeatable chance for the simulator.

What belongs here: calendar arithmetic on whole arrays (days since 1970-01-01, seconds since 1970-01-01 UTC) and the
random streams. What does not: anything about the centre.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

DAY = 86_400
EPOCH = date(1970, 1, 1)
#: The roster is simulated from here on, so that a month does not depend on which months were asked for.
ROSTER_STARTS_ON = date(2015, 1, 1)
FIRST_MONTH, LAST_MONTH = "2016-01", "2045-12"


def day_number(on: date) -> int:
    """Days since 1970-01-01."""
    return (on - EPOCH).days


def month_days(month: str) -> tuple[int, int]:
    """First day of 'YYYY-MM' and of the month after it, as day numbers.

    Raises ValueError where the text is no month or lies outside the simulated years.
    """
    try:
        first = datetime.strptime(month, "%Y-%m").date()
    except ValueError as error:
        raise ValueError(f"expected a month as YYYY-MM, found {month!r}: give for example 2026-08") from error
    canonical = first.strftime("%Y-%m")
    if not FIRST_MONTH <= canonical <= LAST_MONTH:
        raise ValueError(
            f"month {canonical} cannot be simulated: give one from {FIRST_MONTH} to {LAST_MONTH}"
        )
    following = (first + timedelta(days=31)).replace(day=1)
    return day_number(first), day_number(following)


def midnights(time_zones: Sequence[str], day: int) -> Ints:
    """The instant of 00:00 local time on `day` in each time zone."""
    on = EPOCH + timedelta(days=day)
    starts = [datetime(on.year, on.month, on.day, tzinfo=ZoneInfo(zone)) for zone in time_zones]
    return np.array([int(start.timestamp()) for start in starts], dtype=np.int64)


def noon_offsets(time_zones: Sequence[str], day: int) -> Ints:
    """Seconds that local time is ahead of UTC at noon of `day`: clocks change before dawn, shifts start after it."""
    noon = datetime.combine(EPOCH + timedelta(days=day), datetime.min.time(), UTC) + timedelta(hours=12)
    offsets = [noon.replace(tzinfo=ZoneInfo(zone)).utcoffset() or timedelta() for zone in time_zones]
    return np.array([int(offset.total_seconds()) for offset in offsets], dtype=np.int64)


def weekday(days: Ints) -> Ints:
    """0 = Monday."""
    return (days + 3) % 7


def stream(*names: int) -> np.random.Generator:
    """An independent random stream for these non-negative numbers (seed, purpose, day ...)."""
    return np.random.default_rng(list(names))


def chance(seed: int, purpose: int, *parts: Ints) -> Floats:
    """A uniform number in [0, 1) that depends on nothing but the arguments: traits that must hold across days."""
    mixed = np.full(np.broadcast(*parts).shape, (seed * 1_000_003 + purpose) % 2**63, dtype=np.uint64)
    for part in parts:
        mixed = _splitmix64(mixed + np.asarray(part).astype(np.uint64))
    return (mixed >> np.uint64(11)).astype(np.float64) / 2.0**53


def _splitmix64(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of Steele, Lea and Flood's SplitMix64 (2014)."""
    value = value + np.uint64(0x9E3779B97F4A7C15)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))
