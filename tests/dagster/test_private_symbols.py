"""What Callboard uses of Dagster and dbt beyond their public names: a short list, and it notices when one goes."""

import importlib
import inspect
import re
from pathlib import Path

import pytest
import yaml

from orchestration.defs.instance import dagster_yaml
from orchestration.home.config import Config
from orchestration.home.paths import Home

ORCHESTRATION = Path(__file__).resolve().parents[2] / "orchestration"
# Also dbt's public classes under modules that its own documentation does not name.
_PRIVATE = re.compile(
    r"\b(?:dagster|dagster_dbt|dbt)(?:\.\w+)*\._\w+(?:\.\w+)*|DuckDBConnectionManager\._\w+"
)

EXPECTED = {
    # The storage of events that is kept open is a sub-class of Dagster's own (event_log.py says why).
    "defs/event_log.py": {
        "dagster._core.storage.event_log.sqlite.sqlite_event_log",
        "dagster._serdes",
    },
    # dagster.yaml names the classes of Dagster's storages by their modules; the documentation does so too.
    "defs/instance.py": {"dagster._core.storage.noop_compute_log_manager", "dagster._core.storage"},
}


def _private_of(path: Path) -> set[str]:
    return set(_PRIVATE.findall(path.read_text(encoding="utf-8")))


def test_nothing_private_is_used_but_what_is_listed_with_its_reason() -> None:
    found = {
        path.relative_to(ORCHESTRATION).as_posix(): symbols
        for path in ORCHESTRATION.rglob("*.py")
        if (symbols := _private_of(path))
    }
    assert found == EXPECTED


def test_the_storages_that_dagster_yaml_names_exist(tmp_path: Path) -> None:
    settings = yaml.safe_load(dagster_yaml(Home(tmp_path), Config()))
    named = [part for part in settings.values() if isinstance(part, dict) and "class" in part]
    assert len(named) == 4
    for part in named:
        assert hasattr(importlib.import_module(part["module"]), part["class"])


@pytest.mark.parametrize("name", ["_connect", "_initdb", "conn_string_for_shard", "store_event", "dispose"])
def test_dagsters_event_storage_still_has_what_ours_overrides_or_calls(name: str) -> None:
    from dagster._core.storage.event_log.sqlite.sqlite_event_log import (
        INDEX_SHARD_NAME,
        SqliteEventLogStorage,
    )

    assert callable(getattr(SqliteEventLogStorage, name))
    assert INDEX_SHARD_NAME == "index"


def test_dagsters_event_storage_still_connects_by_shard() -> None:
    from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage

    assert list(inspect.signature(SqliteEventLogStorage._connect).parameters) == ["self", "shard"]
    assert list(inspect.signature(SqliteEventLogStorage.store_event_batch).parameters) == ["self", "events"]


def test_dbt_duckdb_gives_its_open_database_to_whom_asks() -> None:
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.adapters.duckdb.environments import Environment

    assert callable(DuckDBConnectionManager.env)
    assert callable(Environment.handle)
    with pytest.raises(Exception, match="requested before creation"):
        DuckDBConnectionManager.env()
