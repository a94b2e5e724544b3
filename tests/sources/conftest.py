"""A landing folder to put deliveries in, and the true staging SQL to see what becomes of them."""

import json
from pathlib import Path
from typing import cast

import pytest

from tests.sources.delivering import ASSIGNMENTS, EMPLOYEES, QUEUES, SITES, Centre

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
_VARS = {
    "as_of": "2026-12-31 00:00:00",
    "months": ["2026-08-01"],
    "default_site": "SHA",
    "default_time_zone": "UTC",
    "release_id": "test",
}


@pytest.fixture(scope="session")
def staging_sql(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The statements that dbt would run for staging and quarantine, in their order; compiled once."""
    from dbt.cli.main import dbtRunner

    folder = tmp_path_factory.mktemp("dbt")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("CALLBOARD_WAREHOUSE", str(folder / "compile.duckdb"))
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
                "--select=path:models/staging",
                "path:models/quarantine",
            ]
        )
    assert done.success, done.exception
    manifest = json.loads((folder / "target" / "manifest.json").read_text())
    nodes = {
        key: node
        for key, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and node["schema"] in {"staging", "quarantine"}
    }
    statements = ["create schema if not exists staging", "create schema if not exists quarantine"]
    waiting = dict(nodes)
    while waiting:
        ready = [k for k, n in waiting.items() if not waiting.keys() & set(n["depends_on"]["nodes"])]
        for key in ready:
            node = waiting.pop(key)
            made = "view" if node["config"]["materialized"] == "view" else "table"
            compiled = cast(str, node["compiled_code"]).replace('"compile".', "")
            statements.append(f"create or replace {made} {node['schema']}.{node['name']} as {compiled}")
    return statements


@pytest.fixture
def centre(tmp_path: Path, staging_sql: list[str]) -> Centre:
    """An empty centre with two sites and three employees: E1/A1 in Shanghai, E2/A2 in New York, E3 without a login."""
    made = Centre(tmp_path, staging_sql)
    made.deliver("hr/sites/sites.csv", SITES)
    made.deliver("hr/employees/employees.csv", EMPLOYEES)
    made.deliver("hr/assignments/assignments.csv", ASSIGNMENTS)
    made.deliver("acd/queues/queues.csv", QUEUES)
    return made
