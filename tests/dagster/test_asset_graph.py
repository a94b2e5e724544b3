"""The shape of the asset graph is a reviewed file, and some of it must hold whatever the models are."""

import pytest
from dagster import AssetKey, Definitions

from expectations.gate import expectation_names
from orchestration import definitions
from orchestration.defs.assets import RELEASE
from orchestration.defs.build import build_defs
from orchestration.defs.jobs import every_month
from orchestration.defs.translator import CallboardTranslator
from orchestration.home.paths import Home
from tests.dagster.asset_graph import SNAPSHOT, asset_graph

ROOMS = {"landing", "load", "seeds", "staging", "quarantine", "intermediate", "marts", "release"}


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


def test_tables_that_are_made_of_other_monthly_tables_say_so(home: Home) -> None:
    graph = build_defs(home).resolve_asset_graph()

    def reads(mart: str) -> set[str]:
        return {parent.path[-1] for parent in graph.get(AssetKey(["marts", mart])).parent_keys}

    assert "kpi_monthly" in reads("kpi_driver_monthly")
    assert "fct_agent_day" in reads("agent_scorecard_monthly")


def test_every_mart_carries_what_people_look_for(home: Home) -> None:
    graph = build_defs(home).resolve_asset_graph()
    for schema, table in _marts(graph):
        metadata = graph.get(AssetKey([schema, table])).metadata
        assert metadata["dagster/table_name"] == f"warehouse.marts.{table}"
        columns = metadata["dagster/column_schema"].columns
        assert columns
        assert all(column.type != "?" and column.description for column in columns), table
        lineage = metadata["dagster/column_lineage"].deps_by_column
        assert set(lineage) <= {column.name for column in columns}
    origins = (
        graph.get(AssetKey(["marts", "fct_agent_day"])).metadata["dagster/column_lineage"].deps_by_column
    )
    assert {dep.asset_key for deps in origins.values() for dep in deps} <= set(graph.get_all_asset_keys())


def test_an_owner_in_dbt_is_the_assets_owner() -> None:
    translator = CallboardTranslator(every_month("UTC"))
    assert translator.get_owners({"meta": {"dagster": {"owners": ["a@b.de"]}}}) == ["a@b.de"]
    assert translator.get_owners({"group": {"name": "people", "owner": {"email": "hr@b.de"}}}) == ["hr@b.de"]
    assert translator.get_owners({"group": {"name": "people", "owner": {"name": "People Team"}}}) == [
        "team:people_team"
    ]
    assert translator.get_owners({"group": None}) is None


def test_dagster_loads_the_code_location_by_its_workspace_and_dg_by_pyproject() -> None:
    import tomllib

    project = tomllib.loads((SNAPSHOT.parents[2] / "pyproject.toml").read_text())["tool"]["dg"]["project"]
    assert project["code_location_target_module"] == definitions.__name__
    assert isinstance(definitions.callboard(), Definitions)
