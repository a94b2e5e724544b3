"""dbt's data tests below the marts, which a refresh leaves out, on what a centre with flawed deliveries builds."""

from pathlib import Path

import duckdb

from sources.simulator.run import simulate
from tests.broken_promises import broken_promises

from .conftest import AUGUST, SEPTEMBER, Built


def test_flawed_deliveries_break_no_promise_below_the_marts(
    tmp_path: Path, suite_tests: dict[str, str]
) -> None:
    flawed = Built(tmp_path / "warehouse.duckdb", tmp_path / "landing")
    simulate(flawed.landing, months=["2026-08", "2026-09"], agents=20, seed=12, flaws=True)
    assert flawed.build([AUGUST, SEPTEMBER]).in_words() == ""

    assert flawed.rows("from quarantine.quarantined_row limit 1")
    assert len(suite_tests) > 100
    assert broken_promises(flawed.warehouse, suite_tests) == {}


def test_a_broken_promise_is_found(copied: Built, suite_tests: dict[str, str]) -> None:
    with duckdb.connect(str(copied.warehouse)) as connection:
        connection.execute("insert into intermediate.int_leg_days from intermediate.int_leg_days limit 1")
    [found] = broken_promises(copied.warehouse, suite_tests).items()
    assert found == ("unique_combination_of_columns_int_leg_days_local_date__period_id__business_line", 1)
