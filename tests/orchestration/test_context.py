"""Months, instants and ids as people and releases write them."""

from datetime import UTC, date, datetime

import pytest

from orchestration.home.errors import UsageError
from orchestration.home.months import parse_month, parse_months
from orchestration.home.paths import Home
from orchestration.refresh.context import make_context, new_release_id, parse_as_of

from .conftest import AS_OF


@pytest.mark.parametrize("text", ["2026-8", "2026-13", "0000-05", "August", "2026-08-01", ""])
def test_a_malformed_month_is_wrong_usage(text: str) -> None:
    with pytest.raises(UsageError, match="Invalid month"):
        parse_month(text)


def test_months_may_be_spans_and_lists() -> None:
    assert parse_months("2025-12..2026-01,2026-03") == (date(2025, 12, 1), date(2026, 1, 1), date(2026, 3, 1))
    with pytest.raises(UsageError, match="spans 0 months"):
        parse_months("2026-02..2026-01")


def test_an_as_of_needs_an_offset() -> None:
    assert parse_as_of("2026-10-20T08:00:00+08:00") == datetime(2026, 10, 20, tzinfo=UTC)
    for wrong in ("2026-10-20T08:00:00", "2026-10-20", "yesterday"):
        with pytest.raises(UsageError):
            parse_as_of(wrong)


def test_a_month_that_begins_after_as_of_is_unknown(home: Home) -> None:
    assert make_context(home, months=[date(2026, 10, 1)], as_of=AS_OF).months == (date(2026, 10, 1),)
    with pytest.raises(UsageError, match="Unknown month 2026-11"):
        make_context(home, months=[date(2026, 11, 1)], as_of=AS_OF)


def test_the_month_that_has_begun_in_the_east_is_known(home: Home) -> None:
    as_of = datetime(2026, 10, 31, 17, tzinfo=UTC)
    assert make_context(home, months=[date(2026, 11, 1)], as_of=as_of).months == (date(2026, 11, 1),)


def test_an_as_of_policy_of_midnight_looks_from_the_last_one(home: Home) -> None:
    home.config_file.write_text("[as_of]\npolicy = 'midnight'\n")
    as_of = make_context(home).as_of
    assert (as_of.hour, as_of.minute, as_of.second) == (0, 0, 0)


def test_release_ids_sort_by_publication_even_when_the_clock_goes_back(home: Home) -> None:
    ids = []
    for _ in range(3):
        ids.append(new_release_id(home))
        (home.releases / ids[-1]).mkdir(parents=True)
    (home.releases / "29990101T000000Z-00000000").mkdir()
    ids += ["29990101T000000Z-00000000", new_release_id(home)]
    assert ids == sorted(set(ids))
