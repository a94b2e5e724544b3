"""The KPI definitions as the tests read them: the same file that the models, docs and labels are made from."""

import csv
from pathlib import Path

DEFINITIONS = Path(__file__).resolve().parents[1] / "dbt_project" / "seeds" / "kpi_definitions.csv"


def definitions() -> list[dict[str, str]]:
    """One row a KPI, every column as text."""
    with DEFINITIONS.open(encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def catalogue() -> set[str]:
    """The kpi_id of every KPI."""
    return {row["kpi_id"] for row in definitions()}
