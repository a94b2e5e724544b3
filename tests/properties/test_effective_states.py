"""The states of an employee, held against what each stretch of ten minutes is by the rule itself."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TICK = timedelta(minutes=10)
START = datetime(2026, 8, 9, 22)
TICKS = 60
FOUR_HOURS = 24
_AS_OF_IN_SQL = "2026-12-31 00:00:00"


class State(NamedTuple):
    """A row of acd.agent_states in ticks since START; `ended` None where it is not known."""

    agent_id: str
    started: int
    ended: int | None


@st.composite
def delivered_states(draw: st.DrawFn) -> list[State]:
    """States of one employee under two logins, in any overlap, one for each login and start."""
    keys = draw(st.sets(st.tuples(st.sampled_from(["A1", "A2"]), st.integers(0, TICKS)), max_size=12))
    return [
        State(agent_id, started, draw(st.none() | st.integers(started, TICKS + 20)))
        for agent_id, started in sorted(keys)
    ]


def the_state_at(tick: int, states: list[State], as_of: int) -> int | None:
    """The place in `states` of the one that counts in a tick, by the wording of the contract."""

    def end(state: State) -> int:
        if state.ended is not None:
            return min(state.ended, as_of)
        later = [other.started for other in states if other.started > state.started]
        return min([*later, state.started + FOUR_HOURS, as_of])

    lasting = [n for n, state in enumerate(states) if state.started <= tick < end(state)]

    def started_last(n: int) -> tuple[int, bool, int, str]:
        agent_id, started, ended = states[n]
        return started, ended is None, ended or 0, agent_id

    return max(lasting, key=started_last, default=None)


@pytest.fixture(scope="module")
def states_sql(compiled_nodes: dict[str, dict[str, Any]]) -> str:
    return compiled_nodes["model.callboard.int_agent_states"]["compiled_code"].replace('"compiled".', "")


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(states=delivered_states(), as_of=st.integers(5, TICKS + 20))
def test_at_each_moment_the_state_that_started_last_among_those_that_last_counts_once(
    states: list[State], as_of: int, states_sql: str
) -> None:
    found: dict[int, int] = {}
    for place, started_at, ended_at in counted(states, START + as_of * TICK, states_sql):
        for tick in range((started_at - START) // TICK, (ended_at - START) // TICK):
            assert tick not in found, "two states in one moment"
            found[tick] = place
    expected = {tick: the_state_at(tick, states, as_of) for tick in range(TICKS + 40)}
    assert found == {tick: place for tick, place in expected.items() if place is not None}


def counted(states: list[State], as_of: datetime, states_sql: str) -> list[tuple[int, datetime, datetime]]:
    """(place in `states`, start, end) of each row that int_agent_states makes of them."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'; create schema staging; create schema intermediate")
        connection.execute(
            "create table intermediate.int_logins as "
            "select 'E1' as employee_id, agent_key from (values ('A1'), ('A2')) as login (agent_key)"
        )
        connection.execute(
            "create table staging.stg_acd__agent_states (agent_id varchar, state varchar, started_at timestamp,"
            " ended_at timestamp, delivery_id bigint, line_number bigint, row_number bigint)"
        )
        for line, (agent_id, started, ended) in enumerate(states):
            end = None if ended is None else START + ended * TICK
            connection.execute(
                "insert into staging.stg_acd__agent_states values ($1, 'available', $2, $3, 1, $4, 1)",
                [agent_id, START + started * TICK, end, line],
            )
        sql = states_sql.replace(_AS_OF_IN_SQL, as_of.isoformat(sep=" "))
        return connection.execute(f"select line_number, started_at, ended_at from ({sql})").fetchall()
