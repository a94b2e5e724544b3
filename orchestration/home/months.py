"""Months: as dates (the first day), as people write them, and how to count from one to the next."""

import re
from datetime import date, timedelta

from orchestration.home.errors import UsageError

_MONTH = re.compile(r"(?!0000)(\d{4})-(0[1-9]|1[0-2])")
_MAX_MONTHS = 60


def next_month(month: date) -> date:
    """The first day of the month after."""
    return (month + timedelta(days=31)).replace(day=1)


def month_before(day: date) -> date:
    """First day of the month before the one `day` is in."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def months_between(first: date, last: date) -> list[date]:
    """First days from `first`'s month to `last`'s, both included."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    start = first.year * 12 + first.month - 1
    return [date((start + i) // 12, (start + i) % 12 + 1, 1) for i in range(count)]


def parse_month(text: str) -> date:
    """`2026-08` → its first day. Raises UsageError."""
    match = _MONTH.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"Invalid month {text!r}.", hint="Write months as YYYY-MM, such as 2026-08.")
    return date(int(match[1]), int(match[2]), 1)


def parse_months(text: str, *, option: str = "--months") -> tuple[date, ...]:
    """`2026-08..2026-10,2027-01` → first days in order. Raises UsageError, naming `option`."""
    found: set[date] = set()
    for part in text.split(","):
        first, dots, last = part.partition("..")
        start = parse_month(first)
        months = months_between(start, parse_month(last) if dots else start)
        if not months or len(months) > _MAX_MONTHS:
            raise UsageError(
                f"{option} {part!r} spans {len(months)} months.",
                hint=f"Name 1 to {_MAX_MONTHS}, the earlier first.",
            )
        found.update(months)
    return tuple(sorted(found))
