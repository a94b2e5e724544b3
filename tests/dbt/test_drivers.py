"""kpi_driver_monthly on a simulated centre, held against the standard library's statistics, and its last bits."""

import statistics
from collections import defaultdict
from pathlib import Path
from typing import Any

import duckdb
import pytest

from .conftest import AUGUST, SEPTEMBER, Built

_DRIVERS = "from marts.kpi_driver_monthly order by all"
_AUGUST_AND_SEPTEMBER = f"date '{AUGUST}', date '{SEPTEMBER}'"


def of_agents(centre: Built, months: str) -> dict[tuple[str, str], dict[str, tuple[float, float]]]:
    """KPI → value and denominator over the months, by line and employee, by the assignment at the end of September."""
    found: dict[tuple[str, str], dict[str, tuple[float, float]]] = defaultdict(dict)
    rows: list[Any] = centre.rows(f"""
        select business_line, scope_id, kpi_id, sum(numerator), sum(denominator)
        from marts.kpi_monthly
        join marts.dim_employee on employee_id = scope_id and date '2026-09-30' between valid_from and coalesce(valid_to, date '9999-12-31')
        where scope = 'employee' and month in ({months})
        group by all
    """)
    for line, employee, kpi, numerator, denominator in rows:
        found[line, employee][kpi] = (numerator / denominator, denominator)
    return found


def test_the_numbers_are_those_of_the_standard_library_over_the_agents_of_the_line(centre: Built) -> None:
    agents = of_agents(centre, _AUGUST_AND_SEPTEMBER)
    drivers: list[Any] = centre.rows(f"""
        select business_line, kpi_id, satisfaction_kpi_id, agents, correlation, slope, r_squared
        from marts.kpi_driver_monthly where month = date '{SEPTEMBER}'
    """)
    compared = 0
    for line, kpi, satisfaction, count, correlation, slope, r_squared in drivers:
        pairs = [
            (values[kpi][0], values[satisfaction][0])
            for (at, _), values in agents.items()
            if at == line and kpi in values and satisfaction in values and values[satisfaction][1] >= 2
        ]
        assert count == len(pairs)
        if correlation is None:
            assert (
                count < 4
                or min(len({round(v, 12) for v in column}) for column in zip(*pairs, strict=True)) == 1
            )
            continue
        compared += 1
        xs, ys = zip(*pairs, strict=True)
        assert correlation == pytest.approx(statistics.correlation(xs, ys), abs=1e-9)
        assert slope == pytest.approx(statistics.linear_regression(xs, ys).slope, rel=1e-6)
        assert r_squared == pytest.approx(statistics.correlation(xs, ys) ** 2, abs=1e-9)
    assert compared > 50


def test_making_a_month_again_makes_the_month_after_it_of_both_again(copied: Built) -> None:
    before = copied.rows(_DRIVERS)
    surveys = next((copied.landing / "crm" / "surveys").glob("*2026-08*"))
    surveys.unlink()

    assert copied.build([AUGUST]).in_words() == ""

    after = copied.rows(_DRIVERS)
    assert after != before
    assert not [row for row in after if str(row[0]) == AUGUST]
    of_september = copied.rows(
        f"select count(*) from marts.kpi_driver_monthly where month = date '{SEPTEMBER}'"
    )
    assert of_september != [(0,)]
    whole = Built(copied.warehouse.with_name("whole.duckdb"), copied.landing)
    assert whole.build([AUGUST, SEPTEMBER]).in_words() == ""
    assert after == whole.rows(_DRIVERS)


_MANY_AGENTS = """
    create schema marts;
    create schema intermediate;
    create table intermediate.int_kpi_definitions as
    select kpi_id, kpi_id as name_en, kpi_id as name_zh, 'ratio' as unit, 'n' as numerator_measure,
        false as is_denominator_one, kpi_id = 's' as is_satisfaction
    from (values ('s'), ('d')) as kpi (kpi_id);
    create table intermediate.int_assignment_periods as
    select 'E' || i as employee_id, 'inquiry' as business_line, date '1900-01-01' as first_on, date '9999-12-31' as next_first_on
    from range(20000) as agent (i);
    create table marts.kpi_monthly as
    select month, 'employee' as scope, 'E' || i as scope_id, kpi_id,
        cast(hash(i, kpi_id, month) % 1000003 as double) as numerator,
        cast(1000 + hash(month, kpi_id, i) % 999983 as double) as denominator
    from range(20000) as agent (i)
    cross join (values (date '2026-07-01'), (date '2026-08-01')) as known (month)
    cross join (values ('s'), ('d')) as kpi (kpi_id)
    order by {order};
"""


@pytest.mark.parametrize(("order", "threads"), [("hash(i)", 1), ("i desc", 2), ("hash(kpi_id, i, 7)", 4)])
def test_the_last_bit_is_the_same_in_whatever_order_rows_come(
    compiled_nodes: dict[str, dict[str, Any]], tmp_path: Path, order: str, threads: int
) -> None:
    sql = compiled_nodes["model.callboard.kpi_driver_monthly"]["compiled_code"].replace('"compiled".', "")

    def made(rows_in_order: str, threads: int) -> list[tuple[object, ...]]:
        with duckdb.connect(config={"threads": threads}) as connection:
            connection.execute(_MANY_AGENTS.format(order=rows_in_order))
            return connection.execute(
                f"select month, agents, correlation, slope, r_squared from ({sql}) order by all"
            ).fetchall()

    expected = made("i", 1)
    assert [row[1] for row in expected] == [20000]
    assert made(order, threads) == expected
