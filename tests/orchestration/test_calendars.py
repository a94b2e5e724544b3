"""Third working days against published calendars: the State Council's for China, federal and national law elsewhere."""

from datetime import date

import pytest

from orchestration.home.calendars import has_calendar, is_working_day, nth_working_day
from orchestration.home.months import month_before


@pytest.mark.parametrize(
    ("country", "month", "third"),
    [
        # 2026-01-01 to 03 free, Sunday the 4th worked in their place.
        ("CN", date(2026, 1, 1), date(2026, 1, 6)),
        # National Day 1 to 7 October, Saturday the 10th worked.
        ("CN", date(2026, 10, 1), date(2026, 10, 10)),
        # 2025: National Day and Mid-Autumn 1 to 8 October, Saturday the 11th worked.
        ("CN", date(2025, 10, 1), date(2025, 10, 11)),
        ("CN", date(2026, 9, 1), date(2026, 9, 3)),
        # New Year's Day, then a weekend.
        ("US", date(2026, 1, 1), date(2026, 1, 6)),
        # Independence Day is a Saturday, so Friday the 3rd is free.
        ("US", date(2026, 7, 1), date(2026, 7, 6)),
        # Labor Day is Monday the 7th, after the third working day.
        ("US", date(2026, 9, 1), date(2026, 9, 3)),
        # Good Friday is 3 April.
        ("PT", date(2026, 4, 1), date(2026, 4, 6)),
        # Dia do Trabalhador is Friday 1 May.
        ("PT", date(2026, 5, 1), date(2026, 5, 6)),
        # Both 1 and 8 December are free; the third working day comes before the second of them.
        ("PT", date(2026, 12, 1), date(2026, 12, 4)),
    ],
)
def test_the_third_working_day_follows_the_countrys_calendar(country: str, month: date, third: date) -> None:
    assert nth_working_day(month, 3, country) == third


@pytest.mark.parametrize("day", [date(2026, 1, 4), date(2026, 2, 14), date(2026, 9, 20), date(2026, 10, 10)])
def test_a_chinese_make_up_weekend_is_worked(day: date) -> None:
    assert day.weekday() >= 5
    assert is_working_day(day, "CN")
    assert not is_working_day(day, "US")


def test_a_weekend_is_the_countrys_own() -> None:
    friday, sunday = date(2026, 6, 5), date(2026, 6, 7)
    assert not is_working_day(friday, "IR")
    assert is_working_day(sunday, "SA")
    assert is_working_day(friday, "US")
    assert not is_working_day(sunday, "US")


@pytest.mark.parametrize("country", [None, "", "XX", "nowhere"])
def test_a_country_without_a_calendar_works_from_monday_to_friday(country: str | None) -> None:
    assert not has_calendar(country)
    assert nth_working_day(date(2026, 1, 1), 3, country) == date(2026, 1, 5)


def test_a_country_may_be_written_in_either_case() -> None:
    assert nth_working_day(date(2026, 10, 1), 3, " cn ") == date(2026, 10, 10)


def test_the_month_before_january_is_last_years_december() -> None:
    assert month_before(date(2026, 1, 31)) == date(2025, 12, 1)
