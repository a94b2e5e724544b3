"""Working days: which local date is the month's n-th, by the country's own calendar.

Knows countries and dates only; where a site lies is asked of the caller.
"""

from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holidays import HolidayBase


def is_working_day(day: date, country: str | None) -> bool:
    """Whether people of `country` (ISO 3166-1 alpha-2) work on `day`.

    Public holidays are free, whatever the country's own weekend is; weekend days that make up for a holiday
    elsewhere are worked. A country without a known calendar, or None, works from Monday to Friday.
    """
    calendar = _calendar(country)
    return day.weekday() < 5 if calendar is None else calendar.is_working_day(day)


def has_calendar(country: str | None) -> bool:
    """Whether the holidays of `country` are known."""
    return _calendar(country) is not None


def nth_working_day(month: date, n: int, country: str | None) -> date:
    """The `n`-th (from 1) working day on or after `month`'s first day."""
    day = month.replace(day=1) - timedelta(days=1)
    for _ in range(n):
        day += timedelta(days=1)
        while not is_working_day(day, country):
            day += timedelta(days=1)
    return day


@cache
def _calendar(country: str | None) -> "HolidayBase | None":
    # Late: most commands ask for no calendar, and pay for its import.
    import holidays

    try:
        return holidays.country_holidays(country.strip().upper()) if country else None
    except NotImplementedError:
        return None
