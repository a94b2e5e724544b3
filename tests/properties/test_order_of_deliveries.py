"""The same deliveries give the same marts, bit for bit, however they are cut up and in whatever order they arrive."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources.loading.landing import scan
from sources.simulator.run import simulate
from tests.sources.delivering import Centre

CUT = (
    "acd/contact_legs",
    "acd/agent_states",
    "hr/schedules",
    "hr/employees",
    "crm/surveys",
    "crm/orders",
    "crm/cases",
    "qa/evaluation_items",
)
MARTS = (
    "kpi_monthly",
    "fct_agent_day",
    "fct_queue_interval",
    "report_timeliness_monthly",
    "schedule_adherence_monthly",
    "attrition_monthly",
    "training_monthly",
    "scorecard_weight",
    "agent_scorecard_item",
    "agent_scorecard_monthly",
    "team_scorecard_item",
    "team_scorecard_monthly",
    "kpi_driver_monthly",
    "survey_review",
    "dim_employee",
    "dim_team",
    "dim_site",
    "dim_queue",
)

Tables = dict[str, list[tuple[object, ...]]]


@dataclass(frozen=True)
class Arrival:
    """One file at one moment: its name in landing, what it holds, and whether a load follows at once."""

    file: str
    content: bytes
    loads: bool


def marts_of(centre: Centre) -> Tables:
    queries = {name: f"from marts.{name} order by all" for name in MARTS} | {
        "refused": "select table_name, column_name, reason_code, reason_params from quarantine.quarantined_row order by all"
    }
    with duckdb.connect(str(centre.warehouse), read_only=True) as connection:
        return {name: connection.execute(query).fetchall() for name, query in queries.items()}


@pytest.fixture(scope="session")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A month of a centre of 20 seats with all its flaws, by file."""
    landing = tmp_path_factory.mktemp("simulated") / "landing"
    simulate(landing, months=["2026-08"], agents=20, seed=5, flaws=True)
    return {landed.file: landed.path.read_bytes() for landed in scan(landing)}


@pytest.fixture(scope="session")
def at_once(
    delivered: dict[str, bytes], marts_sql: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Tables:
    centre = Centre(tmp_path_factory.mktemp("at-once"), marts_sql)
    for file, content in delivered.items():
        centre.deliver(file, content)
    centre.refresh()
    return marts_of(centre)


@st.composite
def arrivals(draw: st.DrawFn, delivered: dict[str, bytes]) -> list[Arrival]:
    """The files, some cut into parts that sort as the whole did, in any order; some arrive early with other content."""
    files: dict[str, bytes] = {}
    for file, content in delivered.items():
        if file.startswith(CUT) and file.endswith(".csv") and content.isascii() and b'"' not in content:
            header, *lines = content.splitlines(keepends=True)
            cuts = sorted(draw(st.sets(st.integers(1, max(len(lines) - 1, 1)), max_size=3)))
            for part, (start, end) in enumerate(zip([0, *cuts], [*cuts, len(lines)], strict=True)):
                files[f"{file.removesuffix('.csv')}.{part}.csv"] = header + b"".join(lines[start:end])
        else:
            files[file] = content
    order = draw(st.permutations(sorted(files)))
    early = draw(st.sets(st.sampled_from(order), max_size=6))
    previous = {file: files[file][: len(files[file]) // 2] for file in early}
    coming = [(file, previous[file]) for file in order if file in early] + [
        (file, files[file]) for file in order
    ]
    load_after = draw(st.sets(st.integers(0, len(coming) - 1), max_size=4))
    return [Arrival(file, content, n in load_after) for n, (file, content) in enumerate(coming)]


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(data=st.data())
def test_marts_do_not_depend_on_how_and_when_their_deliveries_came(
    data: st.DataObject,
    delivered: dict[str, bytes],
    at_once: Tables,
    marts_sql: list[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    root: Path = tmp_path_factory.mktemp("piecemeal")
    centre = Centre(root, marts_sql)
    for arrival in data.draw(arrivals(delivered)):
        centre.deliver(arrival.file, arrival.content)
        if arrival.loads:
            centre.load()
    centre.refresh()
    assert marts_of(centre) == at_once
    shutil.rmtree(root)
