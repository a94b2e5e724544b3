"""Every model, column, macro and argument of the dbt project is described, and every model has a tested key."""

import re
from typing import Any

import pytest

from orchestration.warehouse.parse import manifest_json

from .conftest import Built

#: Rows of several families under one shape: a source row may count in parts, which its columns do not tell apart.
#: The keys of the families' own models are tested.
WITHOUT_KEY = {"int_kpi_contributions"}

Node = dict[str, Any]


def _tables() -> list[Node]:
    return [node for node in manifest_json()["nodes"].values() if node["resource_type"] in {"model", "seed"}]


def test_every_model_says_in_its_first_sentence_what_a_row_is() -> None:
    unclear = [node["name"] for node in _tables() if not re.match(r"One row per \w", node["description"])]
    assert unclear == []


def test_every_column_is_described_and_no_other(centre: Built) -> None:
    built = {
        (schema, table): dict(zip(names, types, strict=True))
        for schema, table, names, types in centre.rows(
            "select schema_name, table_name, list(column_name), list(lower(data_type)) from duckdb_columns() group by all"
        )
    }
    wrong: list[str] = []
    for node in _tables():
        columns, documented = built[node["schema"], node["alias"]], node["columns"]
        wrong += [f"{node['name']}.{name} is not described" for name in columns.keys() - documented.keys()]
        wrong += [f"{node['name']}.{name} does not exist" for name in documented.keys() - columns.keys()]
        for name in columns.keys() & documented.keys():
            if not documented[name]["description"].strip():
                wrong.append(f"{node['name']}.{name} has an empty description")
            if documented[name]["data_type"] not in {None, columns[name]}:
                wrong.append(f"{node['name']}.{name} is {columns[name]}, not {documented[name]['data_type']}")
    assert sorted(wrong) == []


def test_every_model_has_a_key_that_is_tested() -> None:
    tested = {
        node["attached_node"]
        for node in manifest_json()["nodes"].values()
        if (node.get("test_metadata") or {}).get("name")
        in {"unique_combination_of_columns", "keeps_contract"}
    }
    # What is refused, and what was delivered, may come twice.
    keyless = ("refused_", "base_", "quarantined_row")
    without = {
        node["name"]
        for node in _tables()
        if node["unique_id"] not in tested and not node["name"].startswith(keyless)
    }
    assert without == WITHOUT_KEY


def test_every_model_belongs_to_a_group_with_an_owner() -> None:
    owned = {group["name"] for group in manifest_json()["groups"].values() if group["owner"].get("name")}
    assert [node["name"] for node in _tables() if node["config"].get("group") not in owned] == []


def test_every_macro_and_every_argument_is_described() -> None:
    wrong: list[str] = []
    for macro in manifest_json()["macros"].values():
        path, name = macro["original_file_path"], macro["name"]
        # What an adapter's implementation gives is what the macro that dispatches to it says.
        if macro["package_name"] != "callboard" or "__" in name:
            continue
        if name.startswith("materialization_"):
            continue
        if not macro["description"].strip():
            wrong.append(f"{path}: {name} is not described")
        documented = [argument["name"] for argument in macro["arguments"] if argument["description"].strip()]
        if documented != _signature(macro["macro_sql"]):
            wrong.append(f"{path}: {name} takes {_signature(macro['macro_sql'])}, described are {documented}")
    assert wrong == []


def _signature(sql: str) -> list[str]:
    found = re.search(r"{%-?\s*(?:macro|test)\s+\w+\((.*?)\)\s*-?%}", sql, flags=re.DOTALL)
    assert found is not None, sql
    return re.findall(r"(?:^|,)\s*(\w+)", re.sub(r"\[[^\]]*\]", "", found[1]))


@pytest.mark.parametrize("exposure", ["report_pack", "live_page", "postgresql_copy", "superset_dashboard"])
def test_an_exposure_reads_published_marts_only(exposure: str) -> None:
    manifest = manifest_json()
    [found] = [e for e in manifest["exposures"].values() if e["name"] == exposure]
    assert {manifest["nodes"][key]["schema"] for key in found["depends_on"]["nodes"]} == {"marts"}
