"""Which of several deliveries of a row count, held against taking them in one by one: employments, and states that began at
once. The rows of the table are in any order, for a warehouse promises none."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

DAY = date(2026, 1, 1)
Place = tuple[int, int, int]


class Employment(NamedTuple):
    """A delivered row in days since DAY, and its place: delivery, line, number within the line."""

    employee: str
    hired: int
    left: int | None
    place: Place


@st.composite
def delivered(draw: st.DrawFn) -> list[Employment]:
    """Employments of two people by their place."""
    places = draw(st.sets(st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 2)), max_size=9))
    rows: list[Employment] = []
    for place in sorted(places):
        hired = draw(st.integers(0, 12))
        rows.append(
            Employment(
                draw(st.sampled_from(["E1", "E2"])), hired, draw(st.none() | st.integers(hired, 14)), place
            )
        )
    return rows


def standing(rows: Sequence[Employment]) -> set[Place]:
    """The rows that count once all were taken in, one by one: each supersedes those it has a day in common with."""
    kept: list[Employment] = []
    for row in rows:
        kept = [other for other in kept if other.employee != row.employee or not _share_a_day(other, row)]
        kept.append(row)
    return {row.place for row in kept}


def _share_a_day(one: Employment, other: Employment) -> bool:
    ever = 10_000
    return one.hired <= (ever if other.left is None else other.left) and other.hired <= (
        ever if one.left is None else one.left
    )


@pytest.fixture(scope="module")
def refused(
    compiled_nodes: dict[str, dict[str, Any]],
) -> Callable[[str, list[dict[str, object]]], set[Place]]:
    """By a source table and its rows: the places of those that do not count."""

    def run(table: str, rows: list[dict[str, object]]) -> set[Place]:
        sql = compiled_nodes[f"model.callboard.refused_{table}"]["compiled_code"].replace('"compiled".', "")
        columns = compiled_nodes[f"model.callboard.stg_{table}"]["columns"]
        typed = {name: column["data_type"] for name, column in columns.items()} | {
            **dict.fromkeys(
                ("error_column", "error_code", "error_params", "row_text", "local_columns"), "varchar"
            ),
            "delivery_order": "bigint",
        }
        with duckdb.connect() as engine:
            for schema in ("raw", "staging"):
                engine.execute(f"create schema {schema}")
            engine.execute(f"create table raw.{table} ({', '.join(f'{n} {t}' for n, t in typed.items())})")
            engine.execute(f"create view staging.base_{table} as from raw.{table} where false")
            engine.execute("create table staging.stg_hr__employees as select 'A1' as agent_id")
            for row in rows:
                names = ", ".join(row)
                engine.execute(
                    f"insert into raw.{table} ({names}) values ({', '.join('?' * len(row))})",
                    list(row.values()),
                )
            found = engine.execute(f"select delivery_id, line_number, row_number from ({sql})").fetchall()
        return set(found)

    return run


def _placed(place: Place) -> dict[str, object]:
    delivery, line, row = place
    return {"delivery_id": delivery, "delivery_order": delivery, "line_number": line, "row_number": row}


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(rows=delivered(), data=st.data())
def test_of_employments_with_a_day_in_common_the_last_delivered_stands(
    rows: list[Employment], data: st.DataObject, refused: Callable[..., set[Place]]
) -> None:
    given_rows = [
        {
            "employee_id": row.employee,
            "hired_on": DAY + timedelta(days=row.hired),
            "left_on": None if row.left is None else DAY + timedelta(days=row.left),
            **_placed(row.place),
        }
        for row in data.draw(st.permutations(rows))
    ]
    assert {row.place for row in rows} - refused("hr__employees", given_rows) == standing(rows)


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(
    lasting=st.dictionaries(
        st.tuples(st.integers(1, 2), st.integers(1, 4), st.just(1)), st.none() | st.integers(0, 3), min_size=1
    ),
    data=st.data(),
)
def test_of_states_that_began_at_once_the_longest_of_the_newest_file_stands(
    lasting: dict[Place, int | None], data: st.DataObject, refused: Callable[..., set[Place]]
) -> None:
    began = datetime(2026, 8, 3, 9)
    given_rows = [
        {
            "agent_id": "A1",
            "state": "talking",
            "started_at": began,
            "ended_at": None if hours is None else began + timedelta(hours=hours),
            **_placed(place),
        }
        for place, hours in data.draw(st.permutations(sorted(lasting.items())))
    ]

    def counts(place: Place) -> tuple[int, bool, int, int]:
        hours = lasting[place]
        return place[0], hours is None, hours or 0, place[1]

    assert lasting.keys() - refused("acd__agent_states", given_rows) == {max(lasting, key=counts)}
