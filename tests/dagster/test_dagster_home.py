"""Dagster's instance on a home: what dagster.yaml says, and storage that Dagster's own can read."""

from pathlib import Path

import pytest
import yaml
from dagster import DagsterInstance, DagsterRunStatus
from dagster._core.storage.event_log import SqliteEventLogStorage

from orchestration.defs.build import build_defs
from orchestration.defs.event_log import KeptOpenEventLogStorage
from orchestration.defs.instance import WORKSPACE, dagster_yaml, prepare_instance
from orchestration.defs.jobs import REFRESH
from orchestration.home.config import Config, DagsterConfig
from orchestration.home.paths import Home
from orchestration.refresh.context import RefreshContext
from tests.dagster.conftest import StandInSteps, instance_of, run_refresh

POSTGRES = Config(dagster=DagsterConfig(storage="${CALLBOARD_DAGSTER_URL}"))


def test_no_telemetry_is_sent_and_one_run_goes_at_a_time(home: Home) -> None:
    settings = yaml.safe_load(dagster_yaml(home, Config()))
    assert settings["telemetry"] == {"enabled": False}
    assert settings["concurrency"] == {"runs": {"max_concurrent_runs": 1}}


def test_postgres_is_named_by_its_variable_and_its_address_is_written_nowhere(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLBOARD_DAGSTER_URL", "postgresql://user:hush@db/dagster")
    text = (prepare_instance(home, POSTGRES) / "dagster.yaml").read_text()
    assert yaml.safe_load(text)["storage"] == {"postgres": {"postgres_url": {"env": "CALLBOARD_DAGSTER_URL"}}}
    assert "hush" not in text


def test_dagster_yaml_follows_callboard_toml(home: Home) -> None:
    path = prepare_instance(home, POSTGRES) / "dagster.yaml"
    prepare_instance(home, Config())
    assert "postgres" not in path.read_text()
    written = path.stat().st_mtime_ns
    prepare_instance(home, Config())
    assert path.stat().st_mtime_ns == written


@pytest.mark.usefixtures("small")
def test_dagsters_own_storage_reads_what_a_refresh_left(
    context: RefreshContext, stand_in: StandInSteps
) -> None:
    run_refresh(context, stand_in.steps())
    directory = context.home.dagster / "history" / "runs"
    with instance_of(context.home) as instance:
        assert isinstance(instance.event_log_storage, KeptOpenEventLogStorage)
        [run, _load] = instance.get_runs()
        ours = instance.event_log_storage.get_records_for_run(run.run_id).records
        checks = instance.event_log_storage.get_latest_asset_check_execution_by_key(_checks(context))
    theirs = SqliteEventLogStorage(str(directory))
    assert [r.event_log_entry for r in theirs.get_records_for_run(run.run_id).records] == [
        r.event_log_entry for r in ours
    ]
    assert theirs.get_latest_asset_check_execution_by_key(_checks(context)) == checks
    assert len(checks) == 3


def _checks(context: RefreshContext) -> list:
    graph = build_defs(context.home).resolve_asset_graph()
    return [key for key in graph.asset_check_keys if not key.name.startswith("dbt__")]


@pytest.mark.usefixtures("small")
def test_many_runs_do_not_keep_many_databases_open(home: Home) -> None:
    with instance_of(home) as instance:
        job = build_defs(home).resolve_job_def(REFRESH)
        for _ in range(12):
            instance.create_run_for_job(job, status=DagsterRunStatus.NOT_STARTED)
        storage = instance.event_log_storage
        assert isinstance(storage, KeptOpenEventLogStorage)
        assert len(storage._engines) <= 8
        assert len({run.run_id for run in instance.get_runs()}) == 12


def test_the_workspace_names_a_function_that_gives_the_code_location() -> None:
    [entry] = yaml.safe_load(WORKSPACE.read_text())["load_from"]
    module = entry["python_module"]
    from orchestration import definitions

    assert definitions.__name__ == module["module_name"]
    assert callable(getattr(definitions, module["attribute"]))


def test_importing_the_code_location_reads_no_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLBOARD_HOME", str(tmp_path / "nowhere"))
    monkeypatch.chdir(tmp_path)
    import importlib

    from orchestration import definitions

    importlib.reload(definitions)
    assert list(tmp_path.iterdir()) == []
    assert DagsterInstance  # dagster itself is imported, and wrote nothing either
