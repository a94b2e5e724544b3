"""The SQL of the dbt models, compiled once for tests that run it without dbt, and the small published centre."""

import atexit
import gc
import json
from collections.abc import Generator
from pathlib import Path
from typing import Any, cast

import pytest

from orchestration.home.paths import Home
from tests.centres import made_once, published_centre
from tests.receivers import Receiver, web_receiver

# As the command does (orchestration/cli.py), and for the same reason.
gc.set_threshold(50_000, 20, 100)
atexit.register(gc.freeze)

PROJECT = Path(__file__).resolve().parents[1] / "dbt_project"
_VARS = {
    "as_of": "2026-12-31 00:00:00",
    "months": ["2026-08-01"],
    "default_site": "SHA",
    "default_time_zone": "UTC",
    "release_id": "test",
    # Low, so that a small centre has numbers to compare.
    "driver_min_surveys": 2,
    "driver_min_agents": 4,
}


@pytest.fixture(scope="session")
def compiled_nodes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Every model and seed of the project with its compiled SQL, by dbt's unique id."""
    nodes = _compiled(tmp_path_factory)
    return {key: node for key, node in nodes.items() if node["resource_type"] in {"model", "seed"}}


@pytest.fixture(scope="session")
def suite_tests(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """By name the SQL of each dbt test that only the test suite runs (dbt_project.yml): rows that break a promise."""
    return {
        node["name"]: node["compiled_code"].replace('"compiled".', "")
        for node in _compiled(tmp_path_factory).values()
        if node["resource_type"] == "test" and node["config"]["meta"].get("run_in") == "suite"
    }


def _compiled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    folder = made_once(tmp_path_factory, "compiled", _compile)
    return json.loads((folder / "target" / "manifest.json").read_text())["nodes"]


def _compile(folder: Path) -> None:
    from dbt.cli.main import dbtRunner

    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("CALLBOARD_WAREHOUSE", str(folder / "compiled.duckdb"))
        done = dbtRunner().invoke(
            [
                "--quiet",
                "--no-send-anonymous-usage-stats",
                "compile",
                f"--project-dir={PROJECT}",
                f"--profiles-dir={PROJECT}",
                f"--target-path={folder / 'target'}",
                f"--log-path={folder / 'logs'}",
                f"--vars={json.dumps(_VARS)}",
            ]
        )
    assert done.success, done.exception


@pytest.fixture(scope="session")
def staging_sql(compiled_nodes: dict[str, dict[str, Any]]) -> list[str]:
    """The statements that dbt would run for staging and quarantine, in their order."""
    return _statements({k: n for k, n in compiled_nodes.items() if n["schema"] in {"staging", "quarantine"}})


@pytest.fixture(scope="session")
def marts_sql(compiled_nodes: dict[str, dict[str, Any]]) -> list[str]:
    """The statements that dbt would run for all models, every table made whole, in their order."""
    return _statements(compiled_nodes)


def _statements(nodes: dict[str, dict[str, Any]]) -> list[str]:
    statements = [
        f"create schema if not exists {schema}" for schema in sorted({n["schema"] for n in nodes.values()})
    ]
    waiting = dict(nodes)
    ephemeral = {key for key, node in nodes.items() if node["config"]["materialized"] == "ephemeral"}
    while waiting:
        ready = [
            k
            for k, n in waiting.items()
            if not waiting.keys() & set(n.get("depends_on", {}).get("nodes", ()))
        ]
        for key in ready:
            node = waiting.pop(key)
            if key not in ephemeral:
                statements.append(_statement(node))
    return statements


def _statement(node: dict[str, Any]) -> str:
    name = f"{node['schema']}.{node['name']}"
    if node["resource_type"] == "seed":
        source = Path(node["root_path"]) / node["original_file_path"]
        types = json.dumps(node["config"]["column_types"]).replace('"', "'")
        return f"create or replace table {name} as select * from read_csv('{source}', header = true, types = {types})"
    made = "view" if node["config"]["materialized"] == "view" else "table"
    compiled = cast(str, node["compiled_code"]).replace('"compiled".', "")
    return f"create or replace {made} {name} as {compiled}"


@pytest.fixture(scope="session")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A small published centre, for tests that only read it."""
    return Home(published_centre(tmp_path_factory))


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Generator[Receiver]:
    """A receiver of notices whose address stands in ${CALLBOARD_NOTICE}."""
    with web_receiver() as receiver:
        monkeypatch.setenv("CALLBOARD_NOTICE", receiver.address)
        yield receiver
