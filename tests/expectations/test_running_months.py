"""Months that have not ended, and days that have only just: what is missing there is no hole."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from expectations.gate import GateReport

MIDDAY_OF_THE_20TH = datetime(2026, 8, 20, 4)  # noon in Shanghai

UNTIL_THE_19TH = [
    "delete from marts.fct_agent_day where business_date > '2026-08-19'",
    # moved, not deleted: kpi_monthly counts them
    "update marts.fct_queue_interval set interval_starts_at = interval_starts_at - interval 342 hour, "
    "business_date = business_date - 14 where business_date > '2026-08-19'",
    "delete from marts.survey_review where business_date > '2026-08-19'",
    "delete from staging.stg_acd__contact_legs where offered_at >= '2026-08-20'",
    "delete from staging.stg_crm__surveys where responded_at >= '2026-08-20'",
    "update marts.kpi_monthly set is_provisional = true where month = '2026-08-01'",
]


def failed(report: GateReport) -> set[str]:
    return {result.expectation for result in report.results if not result.passed}


def test_a_running_month_passes_with_what_there_is_so_far(
    spoilt: Callable[..., Path], judge: Callable[..., GateReport]
) -> None:
    assert failed(judge(spoilt(*UNTIL_THE_19TH), as_of=MIDDAY_OF_THE_20TH)) == set()


def planned(day: str) -> str:
    return (
        f"insert into marts.fct_agent_day select * replace (date '{day}' as business_date, 0 as logged_in_seconds, "
        "0 as adherent_seconds, 0 as productive_seconds, 0 as occupied_seconds, 0 as available_seconds, "
        "0 as talk_seconds, 0 as hold_seconds, 0 as wrap_seconds, 0 as answered_legs, 0 as transferred_legs, "
        "0 as csat_sum, 0 as csat_count) "
        "from marts.fct_agent_day where business_date = '2026-08-19'"
    )


def test_the_day_that_still_runs_may_be_planned_and_without_states(
    spoilt: Callable[..., Path], judge: Callable[..., GateReport]
) -> None:
    warehouse = spoilt(*UNTIL_THE_19TH, planned("2026-08-20"))
    assert failed(judge(warehouse, as_of=MIDDAY_OF_THE_20TH)) == set()
    a_day_later = spoilt(*UNTIL_THE_19TH, planned("2026-08-20"), planned("2026-08-21"))
    assert failed(judge(a_day_later, as_of=MIDDAY_OF_THE_20TH + timedelta(days=1))) == {
        "no_scheduled_day_is_without_states"
    }


def test_days_after_as_of_have_not_happened(
    spoilt: Callable[..., Path], judge: Callable[..., GateReport]
) -> None:
    found = failed(judge(spoilt(), as_of=MIDDAY_OF_THE_20TH))
    assert found >= {"fct_agent_day_lies_before_as_of", "fct_queue_interval_lies_before_as_of"}


def test_a_final_number_in_a_running_month_fails(
    spoilt: Callable[..., Path], judge: Callable[..., GateReport]
) -> None:
    warehouse = spoilt(
        *UNTIL_THE_19TH, "update marts.kpi_monthly set is_provisional = false where scope_id = 'E01'"
    )
    assert failed(judge(warehouse, as_of=MIDDAY_OF_THE_20TH)) == {
        "kpi_monthly_running_months_are_provisional"
    }


@pytest.mark.parametrize("days", [1, 400])
def test_a_month_that_has_ended_is_judged_the_same_however_late(
    days: int, spoilt: Callable[..., Path], judge: Callable[..., GateReport]
) -> None:
    as_of = datetime(2026, 9, 1) + timedelta(days=days)
    assert failed(judge(spoilt(), as_of=as_of)) == set()
    hole = spoilt("update marts.fct_agent_day set logged_in_seconds = 0 where business_date = '2026-08-12'")
    assert "no_scheduled_day_is_without_states" in failed(judge(hole, as_of=as_of))
