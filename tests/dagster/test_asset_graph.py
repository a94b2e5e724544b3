"""The shape of the asset graph is a reviewed file, and some of it must hold whatever the models are."""

import pytest
from dagster import AssetKey

from expectations.gate import expectation_names
from orchestration.defs.assets import RELEASE
from orchestration.defs.build import build_defs
from orchestration.home.paths import Home
from tests.dagster.asset_graph import SNAPSHOT, asset_graph

ROOMS = {"load", "seeds", "staging", "quarantine", "intermediate", "marts", "release"}


def test_the_asset_graph_is_the_reviewed_one() -> None:
    assert asset_graph() == SNAPSHOT.read_text(encoding="utf-8"), (
        "The asset graph changed. Write it again with `python -m tests.dagster.asset_graph` and review the diff."
    )


def test_every_asset_is_in_a_room_and_the_release_waits_for_every_published_table(home: Home) -> None:
    graph = build_defs(home).resolve_asset_graph()
    assert {graph.get(key).group_name for key in graph.get_all_asset_keys()} == ROOMS
    marts = {key for key in graph.get_all_asset_keys() if key.path[0] == "marts"}
    assert marts <= graph.get(RELEASE).parent_keys
    assert AssetKey(["raw", "acd__contact_legs"]) in graph.get_all_asset_keys()


def test_every_expectation_is_a_check_and_on_a_published_table_it_blocks(home: Home) -> None:
    graph = build_defs(home).resolve_asset_graph()
    checks = {(key.asset_key.path[-1], key.name): graph.get(key).blocking for key in graph.asset_check_keys}
    for table, names in expectation_names().items():
        for name in names:
            assert checks[table.replace(".", "__"), name] is (("marts", table) in _marts(graph))


def _marts(graph: object) -> set[tuple[str, str]]:
    return {tuple(key.path) for key in graph.get_all_asset_keys() if key.path[0] == "marts"}  # type: ignore[attr-defined]


def test_schedules_sensor_and_job_are_declared_and_wait_to_be_turned_on(home: Home) -> None:
    defs = build_defs(home).get_repository_def()
    assert {s.name: s.default_status.value for s in defs.schedule_defs} == {
        "third_working_day": "STOPPED",
        "every_day": "STOPPED",
    }
    assert {s.name: s.default_status.value for s in defs.sensor_defs} == {"deliveries": "STOPPED"}
    assert defs.get_job("refresh").partitions_def is not None


@pytest.mark.parametrize("missing", ["landing", "callboard.toml"])
def test_the_code_location_of_an_empty_home_loads(home: Home, missing: str) -> None:
    if missing == "landing":
        home.landing.rmdir()
    assert build_defs(home).get_repository_def().get_job("refresh")
