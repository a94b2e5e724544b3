"""Month against month: ordinary months pass whatever the season, and what a broken delivery does to one never does."""

import shutil
import tempfile
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expectations.gate import run_gate
from expectations.suite import Suite
from expectations.suites import catalogue as suites
from tests.expectations.centre import LAST, MONTHS, make_centre
from tests.expectations.conftest import SETTINGS, SITE

TRAILING = {
    "kpi_monthly_centre_values_are_near_trailing_months",
    "kpi_monthly_centre_volumes_are_near_trailing_months",
    "kpi_monthly_centre_kpis_do_not_vanish",
    "fct_agent_day_volumes_are_near_trailing_months",
    "fct_queue_interval_volumes_are_near_trailing_months",
    "no_usual_day_is_without_legs",
    "no_staffed_day_has_few_legs",
    "no_rows_came_twice_under_new_keys",
}


def failed(warehouse: Path) -> set[str]:
    report = run_gate(warehouse, months=[LAST], as_of=datetime(2026, 9, 5), settings=SETTINGS, **SITE)
    return {result.expectation for result in report.results if not result.passed}


def failed_after(good: Path, *statements: str) -> set[str]:
    with tempfile.TemporaryDirectory() as folder:
        warehouse = Path(shutil.copy(good, Path(folder) / "warehouse.duckdb"))
        with duckdb.connect(str(warehouse)) as connection:
            for statement in statements:
                connection.execute(statement)
        return failed(warehouse)


@pytest.fixture(autouse=True)
def _trailing_checks_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = tuple(Suite(s.table, tuple(e for e in s.expectations if e.name in TRAILING)) for s in suites.ALL)
    monkeypatch.setattr(suites, "ALL", tuple(suite for suite in alone if suite.expectations))


# Growth, season and holidays between months, and how much agents' days differ.
ordinary = st.fixed_dictionaries(
    {
        "volume": st.tuples(*[st.floats(0.85, 1.15)] * 4),
        "noise": st.floats(0.0, 0.5),
        "seed": st.integers(0, 10**6),
    }
)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ordinary)
def test_ordinary_months_pass(month: dict[str, object]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        volume = dict(zip(MONTHS, month["volume"], strict=True))  # type: ignore[call-overload]
        warehouse = make_centre(
            Path(folder) / "warehouse.duckdb",
            volume=volume,
            noise=month["noise"],  # type: ignore[arg-type]
            seed=month["seed"],  # type: ignore[arg-type]
        )
        assert failed(warehouse) == set()


@pytest.mark.parametrize("growth", [0.9, 1.1])
def test_steady_growth_and_decline_are_ordinary(growth: float, tmp_path: Path) -> None:
    volume = {month: growth**n for n, month in enumerate(MONTHS)}
    assert failed(make_centre(tmp_path / "warehouse.duckdb", volume=volume)) == set()


def test_a_weekday_that_is_a_public_holiday_may_be_empty(tmp_path: Path) -> None:
    october = (date(2026, 7, 1), date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1))
    warehouse = make_centre(tmp_path / "warehouse.duckdb", october)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "delete from marts.fct_queue_interval where business_date between '2026-10-01' and '2026-10-02'"
        )
        connection.execute(
            "delete from marts.fct_agent_day where business_date between '2026-10-01' and '2026-10-02'"
        )

    def empty_days() -> set[str]:
        report = run_gate(
            warehouse, months=[october[-1]], as_of=datetime(2026, 11, 5), settings=SETTINGS, **SITE
        )
        return {r.expectation for r in report.results if not r.passed}

    assert "no_usual_day_is_without_legs" not in empty_days()
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("delete from marts.fct_queue_interval where business_date = '2026-10-13'")
    assert "no_usual_day_is_without_legs" in empty_days()


def test_without_three_earlier_months_nothing_is_held_against_them(tmp_path: Path) -> None:
    volume = {LAST: 4.0}
    assert failed(make_centre(tmp_path / "two.duckdb", MONTHS[1:], volume=volume)) == set()
    assert failed(make_centre(tmp_path / "three.duckdb", MONTHS, volume=volume)) != set()


@pytest.mark.parametrize("factor", [1000, 1 / 1000, 60])
def test_handle_time_in_another_unit_never_passes(good_centre: Path, factor: float) -> None:
    assert "kpi_monthly_centre_values_are_near_trailing_months" in failed_after(
        good_centre,
        f"update marts.kpi_monthly set numerator = numerator * {factor}, value = value * {factor} "
        "where month = '2026-08-01' and kpi_id = 'average_handle_time'",
    )


def test_a_third_of_the_month_in_milliseconds_never_passes(good_centre: Path) -> None:
    factor = (2 + 1000) / 3
    assert "kpi_monthly_centre_values_are_near_trailing_months" in failed_after(
        good_centre,
        f"update marts.kpi_monthly set numerator = numerator * {factor}, value = value * {factor} "
        "where month = '2026-08-01' and kpi_id = 'average_handle_time'",
    )


def test_a_number_that_may_be_zero_or_negative_is_judged_and_may_stay_so(good_centre: Path) -> None:
    speed = "update marts.kpi_monthly set kpi_id = 'net_promoter_score' where kpi_id = 'csat_score'"
    catalogue = "update marts.dim_kpi set kpi_id = 'net_promoter_score' where kpi_id = 'csat_score'"
    defined = (
        "insert into intermediate.int_kpi_definitions by name select 'net_promoter_score' as kpi_id, "
        "'points' as unit, 200 as scale_width, -100 as lower_bound, 100 as upper_bound"
    )
    zero = "update marts.kpi_monthly set numerator = 0, value = 0 where kpi_id = 'average_handle_time'"
    negative = "update marts.kpi_monthly set value = -value, numerator = -numerator where kpi_id = 'net_promoter_score'"
    assert failed_after(good_centre, speed, catalogue, defined, zero, negative) == set()
    jump = (
        "update marts.kpi_monthly set value = 90 where kpi_id = 'net_promoter_score' and month = '2026-08-01'"
    )
    assert failed_after(good_centre, speed, catalogue, defined, zero, negative, jump) == {
        "kpi_monthly_centre_values_are_near_trailing_months"
    }


def test_legs_that_came_twice_under_new_keys_never_pass(good_centre: Path) -> None:
    found = failed_after(
        good_centre,
        "insert into staging.stg_acd__contact_legs select * replace ('x' || leg_id as leg_id, "
        "'x' || contact_id as contact_id) from staging.stg_acd__contact_legs where offered_at >= '2026-08-01'",
        "update marts.fct_queue_interval set offered = 2 * offered, answered = 2 * answered "
        "where business_date >= '2026-08-01'",
        "update marts.fct_agent_day set answered_legs = 2 * answered_legs where business_date >= '2026-08-01'",
        "update marts.kpi_monthly set numerator = 2 * numerator, value = 2 * value "
        "where month = '2026-08-01' and kpi_id = 'contacts_per_hour'",
        "update marts.kpi_monthly set numerator = 2 * numerator, denominator = 2 * denominator "
        "where month = '2026-08-01' and kpi_id in ('answer_rate', 'average_handle_time')",
    )
    assert found == {
        "no_rows_came_twice_under_new_keys",
        "fct_queue_interval_volumes_are_near_trailing_months",
        "fct_agent_day_volumes_are_near_trailing_months",
        "kpi_monthly_centre_values_are_near_trailing_months",
        "kpi_monthly_centre_volumes_are_near_trailing_months",
    }


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(day=st.integers(1, 31).map(lambda day: date(2026, 8, day)).filter(lambda day: day.weekday() < 5))
def test_a_working_day_without_legs_never_passes(good_centre: Path, day: date) -> None:
    assert "no_usual_day_is_without_legs" in failed_after(
        good_centre, f"delete from marts.fct_queue_interval where business_date = '{day}'"
    )


def test_a_month_into_which_only_a_night_shift_reaches_is_not_held_against_whole_months(
    good_centre: Path,
) -> None:
    """Deliveries of August bring the first hours of September; September itself has not been delivered yet."""
    with tempfile.TemporaryDirectory() as folder:
        warehouse = Path(shutil.copy(good_centre, Path(folder) / "warehouse.duckdb"))
        with duckdb.connect(str(warehouse)) as connection:
            for table in ("fct_agent_day", "fct_queue_interval"):
                connection.execute(
                    f"insert into marts.{table} select * replace (date '2026-09-01' as business_date) "
                    f"from marts.{table} where business_date = '2026-08-31' limit 2"
                )
            connection.execute(
                "insert into marts.kpi_monthly select * replace (date '2026-09-01' as month, numerator / 90 as numerator, "
                "denominator / 30 as denominator, value / 3 as value) from marts.kpi_monthly where month = '2026-08-01'"
            )
        report = run_gate(
            warehouse, months=[LAST, date(2026, 9, 1)], as_of=datetime(2026, 11, 5), settings=SETTINGS, **SITE
        )
        assert report.passed
