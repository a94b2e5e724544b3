"""What the dbt project says about the marts and the KPIs, read from its manifest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Described:
    """The description of a table, and of each of its columns."""

    text: str
    columns: Mapping[str, str]


def mart_descriptions() -> dict[str, Described]:
    """Per table of schema `marts` its description. A column that is a KPI is described as the KPI is."""
    from orchestration.warehouse.parse import manifest_json

    manifest = manifest_json()
    kpis = {metric["name"]: f"{metric['label']}: {metric['description']}" for metric in kpi_metrics(manifest)}
    return {
        node["alias"]: Described(
            node["description"],
            {name: kpis.get(name) or column["description"] for name, column in node["columns"].items()},
        )
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed") and node["schema"] == "marts"
    }


def kpi_metrics(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The metrics of a dbt manifest that are KPIs: all but those that dbt makes of single measures."""
    measures = {m["name"] for model in manifest["semantic_models"].values() for m in model["measures"]}
    return [metric for metric in manifest["metrics"].values() if metric["name"] not in measures]
