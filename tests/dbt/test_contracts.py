"""Whatever is delivered, the rows that count keep their contracts: that is what quarantine is for."""

import duckdb
import pytest

from sources.contracts.contract import load_contracts
from sources.simulator.run import simulate

from .conftest import AUGUST, Built

STAGING = ("--select", "path:models/staging", "path:models/quarantine")


@pytest.fixture(scope="module")
def flawed(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A month of a centre of 20 seats with all its flaws, as far as staging and quarantine."""
    root = tmp_path_factory.mktemp("flawed")
    simulate(root / "landing", months=["2026-08"], agents=20, seed=5, flaws=True)
    made = Built(root / "build" / "warehouse.duckdb", root / "landing")
    assert made.build([AUGUST], "run", *STAGING).in_words() == ""
    return made


def broken_contracts(built: Built) -> set[str]:
    tested = built.build([AUGUST], "test", "--select=test_name:keeps_contract")
    assert len(tested.nodes) == len(load_contracts())
    return {node.name.removeprefix("keeps_contract_stg_") for node in tested.nodes if not node.ok}


def test_the_rows_that_count_keep_their_contracts_whatever_was_delivered(flawed: Built) -> None:
    refused = flawed.rows("select count(*), count(distinct reason_code) from quarantine.quarantined_row")
    assert refused[0] >= (100, 10)
    assert broken_contracts(flawed) == set()


def test_a_row_that_should_have_been_refused_is_noticed(flawed: Built) -> None:
    hidden = ("acd__contact_legs", "hr__schedules", "hr__employees")
    with duckdb.connect(str(flawed.warehouse)) as connection:
        for table in hidden:
            connection.execute(f"create table quarantine.kept_{table} as from quarantine.refused_{table}")
            connection.execute(f"delete from quarantine.refused_{table}")
    found = broken_contracts(flawed)
    with duckdb.connect(str(flawed.warehouse)) as connection:
        for table in hidden:
            connection.execute(
                f"insert into quarantine.refused_{table} from quarantine.kept_{table}; drop table quarantine.kept_{table}"
            )
    assert [table for table in hidden if not any(name.startswith(table) for name in found)] == []


def test_every_column_of_staging_and_quarantine_is_described(
    compiled_nodes: dict[str, dict[str, object]],
) -> None:
    bare = [
        f"{node['name']}: {column['name']}"
        for node in compiled_nodes.values()
        if node["schema"] in {"staging", "quarantine"} and node["resource_type"] == "model"
        for column in [{"name": "(the model)", "description": node["description"]}, *node["columns"].values()]  # type: ignore[attr-defined]
        if not column["description"]
    ]
    assert bare == []


def test_the_models_yml_names_the_columns_that_the_tables_have(flawed: Built) -> None:
    from orchestration.warehouse.parse import manifest_json

    described = {
        (node["schema"], node["name"]): set(node["columns"])
        for node in manifest_json()["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] in {"staging", "quarantine"}
    }
    made: dict[tuple[object, object], set[object]] = {}
    for schema, table, column in flawed.rows(
        "select table_schema, table_name, column_name from information_schema.columns "
        "where table_schema in ('staging', 'quarantine')"
    ):
        made.setdefault((schema, table), set()).add(column)
    assert described == made
