"""The descriptions of the marts, as their dbt models give them."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Described:
    """What a table is, and what each of its columns is."""

    text: str
    columns: Mapping[str, str]


def mart_descriptions() -> dict[str, Described]:
    """Per table of schema `marts` its description."""
    from orchestration.warehouse.dbt import manifest_json

    nodes = manifest_json()["nodes"].values()
    return {
        node["alias"]: Described(
            node["description"], {name: column["description"] for name, column in node["columns"].items()}
        )
        for node in nodes
        if node["resource_type"] in ("model", "seed") and node["schema"] == "marts"
    }
