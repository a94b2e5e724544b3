"""The importable Superset dashboard: every column, metric and chart of it holds on a real copy of a release."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.bi.conftest import PASSWORD, Server
from tests.centres import MONTH
from tests.e2e.conftest import LiveHome

EXPORT = Path(__file__).resolve().parents[2] / "docs" / "examples" / "superset" / "callboard"


def _all(pattern: str) -> list[dict[str, Any]]:
    found = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(EXPORT.glob(pattern))]
    assert found
    return found


@pytest.fixture
def copied(centre: LiveHome, database: Server) -> Server:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PGPASSWORD", PASSWORD)
        result = centre.run("serve-to", database.address(password=None))
    assert result.code == 0, result.err
    return database


def _source(dataset: Mapping[str, Any]) -> str:
    return f"({dataset['sql']}) as d" if dataset["sql"] else f"{dataset['schema']}.{dataset['table_name']}"


def test_every_column_and_metric_of_every_dataset_can_be_asked_for(copied: Server) -> None:
    for dataset in _all("datasets/*/*.yaml"):
        columns = ", ".join(column["column_name"] for column in dataset["columns"])
        copied.query(f"select {columns} from {_source(dataset)} limit 1")
        for metric in dataset["metrics"]:
            copied.query(f"select {metric['expression']} from {_source(dataset)}")


def test_the_dashboards_value_of_a_kpi_is_the_published_one(copied: Server) -> None:
    kpis = next(d for d in _all("datasets/*/*.yaml") if d["table_name"] == "callboard_kpis")
    value = next(m["expression"] for m in kpis["metrics"] if m["metric_name"] == "value")
    wrong = copied.query(
        f"select kpi_id, scope_id, {value}, max(value) from {_source(kpis)} group by month, kpi_id, scope, scope_id "
        f"having abs({value} - max(value)) > 1e-12 * abs(max(value))"
    )
    assert wrong == []
    assert copied.query(f"select distinct month::text from {_source(kpis)} where is_newest_ended") == [
        (f"{MONTH}-01",)
    ]


def test_every_chart_uses_what_its_dataset_has_and_stands_on_the_dashboard() -> None:
    datasets = {d["uuid"]: d for d in _all("datasets/*/*.yaml")}
    (dashboard,) = _all("dashboards/*.yaml")
    placed = {
        p["meta"]["uuid"]
        for p in dashboard["position"].values()
        if isinstance(p, dict) and p.get("type") == "CHART"
    }
    charts = _all("charts/*.yaml")
    assert 6 <= len(charts) <= 10
    assert placed == {chart["uuid"] for chart in charts}
    for chart in charts:
        dataset = datasets[chart["dataset_uuid"]]
        columns = {column["column_name"] for column in dataset["columns"]}
        metrics = {metric["metric_name"] for metric in dataset["metrics"]}
        params = chart["params"]
        used = {*params.get("groupby", []), *params.get("all_columns", [])} | {
            f["subject"] for f in params["adhoc_filters"] if f["expressionType"] == "SIMPLE"
        }
        used |= {params["x_axis"]} if "x_axis" in params else set()
        assert used <= columns, chart["slice_name"]
        asked = {*params.get("metrics", []), *([params["metric"]] if "metric" in params else [])}
        assert asked <= metrics, chart["slice_name"]


def test_the_folder_zips_into_what_superset_takes_and_holds_no_password() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in EXPORT.rglob("*.yaml"):
            archive.write(path, path.relative_to(EXPORT.parent))
    with zipfile.ZipFile(packed) as archive:
        assert "callboard/metadata.yaml" in archive.namelist()
    (database,) = _all("databases/*.yaml")
    assert database["sqlalchemy_uri"] == "postgresql+psycopg2://superset@localhost:5432/warehouse"
    assert {d["database_uuid"] for d in _all("datasets/*/*.yaml")} == {database["uuid"]}
