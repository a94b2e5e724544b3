"""The KPI definitions as the tests read them: dbt's metrics, which models, docs and labels are made from as well."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from orchestration.warehouse.descriptions import kpi_metrics
from orchestration.warehouse.parse import manifest_json

#: What the KPIs were agreed to be, copied from the contract that this project was ordered by.
CONTRACT = Path(__file__).parent / "contracts" / "kpis.yaml"


def agreed() -> set[str]:
    """The kpi_id of every KPI of the contract, of which the golden sets have numbers."""
    return set(yaml.safe_load(CONTRACT.read_text(encoding="utf-8")))


@cache
def definitions() -> list[dict[str, Any]]:
    """One row per KPI: its metric's name, label and measures beside its attributes (`meta`)."""
    return [
        {
            **metric["config"]["meta"],
            "kpi_id": metric["name"],
            "label": metric["label"],
            "measures": _measures(metric),
        }
        for metric in kpi_metrics(manifest_json())
    ]


def catalogue() -> set[str]:
    """The kpi_id of every KPI."""
    return {row["kpi_id"] for row in definitions()}


def _measures(metric: Mapping[str, Any]) -> set[str]:
    """The measures above and below the line; of a score none."""
    params, meta = metric["type_params"], metric["config"]["meta"]
    if metric["type"] == "ratio":
        return {params["numerator"]["name"], params["denominator"]["name"]}
    return {params["measure"]["name"], meta["counted_where"]} if "counted_where" in meta else set()
