"""How a dbt node shows in Dagster: its key, group, months, owners, columns, and what each column is made of."""

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtProject

from orchestration.warehouse.lineage import LINEAGE_FILE

Manifest = Mapping[str, Any]
"""dbt's manifest.json, or the part of it that describes one node."""

# By schema and not by folder, so that a model may be moved into a sub-folder of its own.
_GROUPS = {
    "raw": "load",
    "staging": "staging",
    "quarantine": "quarantine",
    "intermediate": "intermediate",
    "marts": "marts",
}


class CallboardTranslator(DagsterDbtTranslator):
    """Assets are named by schema and table, grouped by layer, and partitioned where a refresh replaces whole months."""

    def __init__(self, months: dg.PartitionsDefinition) -> None:
        super().__init__()
        self._months = months

    def get_group_name(self, dbt_resource_props: Manifest) -> str:
        """The layer: that of the schema; seeds have one of their own."""
        return (
            "seeds"
            if dbt_resource_props["resource_type"] == "seed"
            else _GROUPS[dbt_resource_props["schema"]]
        )

    def get_partitions_def(
        self, dbt_resource_props: Manifest, project: DbtProject | None = None
    ) -> dg.PartitionsDefinition | None:
        """Months, for a table whose rows a refresh replaces month by month."""
        is_monthly = dbt_resource_props.get("config", {}).get("materialized") == "incremental"
        return self._months if is_monthly else None

    def get_owners(self, dbt_resource_props: Manifest) -> Sequence[str] | None:
        """The owners in the node's meta, else its dbt group's: by address, or as a team where the group has only a name."""
        owners = super().get_owners(dbt_resource_props)
        group = dbt_resource_props.get("group")
        if owners or not isinstance(group, Mapping):
            return owners
        name = str(group.get("owner", {}).get("name") or group["name"])
        return [f"team:{'_'.join(name.lower().split())}"]

    def get_metadata(self, dbt_resource_props: Manifest) -> Mapping[str, Any]:
        """Columns with their types and descriptions, the relation's name, and for a mart the origin of every column."""
        metadata = super().get_metadata(dbt_resource_props)
        if dbt_resource_props["schema"] != "marts":
            return metadata
        lineage = dg.TableColumnLineage(_column_lineage().get(dbt_resource_props["name"], {}))
        return {**metadata, "dagster/column_lineage": lineage}

    def get_asset_check_spec(
        self, asset_spec: dg.AssetSpec, manifest: Manifest, unique_id: str, project: DbtProject | None
    ) -> dg.AssetCheckSpec | None:
        """A dbt test that a refresh runs, under a name that says so: the gate may have an expectation of the same name."""
        if manifest["nodes"][unique_id]["config"]["meta"].get("run_in") == "suite":
            return None
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        if spec is None:
            return None
        # Not blocking: the build step itself ends the run where a test fails.
        return dg.AssetCheckSpec(
            name=f"dbt__{spec.name}",
            asset=asset_spec.key,
            description=spec.description,
            additional_deps=[dep.asset_key for dep in spec.additional_deps],
            metadata=spec.metadata,
        )


def raw_key(table: str) -> dg.AssetKey:
    """`acd__contact_legs` or `acd.contact_legs` → `raw/acd__contact_legs`."""
    return dg.AssetKey(["raw", table.replace(".", "__")])


@cache
def _column_lineage() -> Mapping[str, Mapping[str, Sequence[dg.TableColumnDep]]]:
    """By mart and column the columns of raw tables that its values are made of, as `make generate` found them."""
    deps: defaultdict[str, defaultdict[str, list[dg.TableColumnDep]]] = defaultdict(lambda: defaultdict(list))
    with LINEAGE_FILE.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            origin = dg.TableColumnDep(raw_key(row["source_table"]), row["source_column"])
            deps[row["table_name"]][row["column_name"]].append(origin)
    return deps
