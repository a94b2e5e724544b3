"""dbt in our process, tried on a project of four models so that a parse takes a second."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from orchestration.home.errors import CallboardError
from orchestration.warehouse import parse
from orchestration.warehouse.dbt import DbtOutcome, NodeResult, run_dbt

_PROFILE = """
callboard:
  target: duckdb
  outputs:
    duckdb:
      type: duckdb
      path: "{{ env_var('CALLBOARD_WAREHOUSE') }}"
      settings: {memory_limit: "{{ env_var('CALLBOARD_MEMORY_LIMIT') }}"}
"""
_PROJECT = (
    "name: callboard\nversion: '1.0.0'\nprofile: callboard\nmodels: {callboard: {+materialized: table}}\n"
)
_TESTS = """
models:
  - name: months
    columns: [{name: month, data_tests: [unique]}]
  - name: doubled
    columns: [{name: month, data_tests: [{unique: {config: {severity: "{{ env_var('SEVERITY', 'error') }}"}}}]}]
"""
_MODELS = {
    "months": "{% for m in var('months') %}{% if not loop.first %} union all {% endif %}"
    "select date '{{ m }}' as month, '{{ var('release_id') }}' as release_id{% endfor %}",
    "after_months": "select * from {{ ref('months') }}",
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    (root / "models").mkdir(parents=True)
    (root / "dbt_project.yml").write_text(_PROJECT)
    (root / "profiles.yml").write_text(_PROFILE)
    for name, sql in _MODELS.items():
        (root / "models" / f"{name}.sql").write_text(sql)
    monkeypatch.setattr(parse, "DBT_PROJECT", root)
    monkeypatch.setenv("CALLBOARD_CACHE", str(tmp_path / "cache"))
    return root


def _run(tmp_path: Path, *months: str, release: str = "first") -> DbtOutcome:
    warehouse = tmp_path / "home" / "build" / "warehouse.duckdb"
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    return run_dbt(["build"], warehouse=warehouse, vars={"months": list(months), "release_id": release})


def _rows(tmp_path: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(tmp_path / "home" / "build" / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_each_node_comes_back_with_its_rows(project: Path, tmp_path: Path) -> None:
    outcome = _run(tmp_path, "2026-08-01", "2026-09-01")
    assert [(n.name, n.status, n.rows, n.ok) for n in outcome.nodes] == [
        ("months", "success", 2, True),
        ("after_months", "success", 2, True),
    ]
    assert outcome.rows == 4
    assert outcome.in_words() == ""


def test_the_memory_that_a_refresh_may_use_holds_for_dbt_too(project: Path, tmp_path: Path) -> None:
    (project / "models" / "limit.sql").write_text("select current_setting('memory_limit') as \"limit\"")
    warehouse = tmp_path / "warehouse.duckdb"
    run_dbt(
        ["build"],
        warehouse=warehouse,
        vars={"months": ["2026-08-01"], "release_id": "r"},
        memory_limit="1GiB",
    )
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        assert connection.execute('from "limit"').fetchall() == [("1.0 GiB",)]


def test_a_later_run_takes_its_own_variables_without_parsing_again(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _run(tmp_path, "2026-08-01")
    parses = sorted((tmp_path / "cache" / "dbt").iterdir())
    monkeypatch.setattr(parse, "_parse_into", lambda *_: pytest.fail("parsed again"))
    _run(tmp_path, "2026-09-01", release="second")
    assert [(str(m), r) for m, r in _rows(tmp_path, "select month, release_id from months")] == [
        ("2026-09-01", "second")
    ]
    assert sorted((tmp_path / "cache" / "dbt").iterdir()) == parses


def test_a_changed_model_is_parsed_again(project: Path, tmp_path: Path) -> None:
    _run(tmp_path, "2026-08-01")
    (project / "models" / "after_months.sql").write_text("select 'changed' as said from {{ ref('months') }}")
    _run(tmp_path, "2026-08-01")
    assert _rows(tmp_path, "select said from after_months") == [("changed",)]


def test_what_dbt_leaves_in_the_project_when_it_is_run_by_hand_is_no_reason_to_parse_again(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _run(tmp_path, "2026-08-01")
    (project / "target" / "compiled" / "_unit_tests.yml").mkdir(parents=True)
    (project / "target" / "compiled" / "months.sql").write_text("select 1")
    monkeypatch.setattr(parse, "_parse_into", lambda *_: pytest.fail("parsed again"))
    _run(tmp_path, "2026-08-01")


def test_nothing_is_written_into_the_project_or_the_working_directory(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    monkeypatch.delenv("CALLBOARD_WAREHOUSE", raising=False)
    before = sorted(project.rglob("*"))
    _run(tmp_path, "2026-08-01")
    assert sorted(project.rglob("*")) == before
    assert list(elsewhere.iterdir()) == []
    assert Path.cwd() == elsewhere
    assert "CALLBOARD_WAREHOUSE" not in os.environ


def test_dbt_says_nothing_on_the_terminal(
    project: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (project / "models" / "broken.sql").write_text("select no_such_column from {{ ref('months') }}")
    _run(tmp_path, "2026-08-01")
    assert capfd.readouterr() == ("", "")


def test_another_process_can_open_the_database_afterwards(project: Path, tmp_path: Path) -> None:
    _run(tmp_path, "2026-08-01")
    warehouse = tmp_path / "home" / "build" / "warehouse.duckdb"
    code = f"import duckdb; print(duckdb.connect({str(warehouse)!r}).sql('select count(*) from months').fetchone()[0])"
    read = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert read.stdout == "1\n"


def test_a_failed_test_is_reported_with_its_rows_and_stops_what_is_below_it(
    project: Path, tmp_path: Path
) -> None:
    (project / "models" / "months.yml").write_text(_TESTS)
    (project / "models" / "doubled.sql").write_text(
        "select month from {{ ref('months') }} union all select month from {{ ref('months') }}"
    )
    (project / "models" / "below.sql").write_text("select * from {{ ref('doubled') }}")
    outcome = _run(tmp_path, "2026-08-01", "2026-09-01")
    assert [(n.name, n.failures) for n in outcome.failed_tests] == [("unique_doubled_month", 2)]
    assert not outcome.failed_models
    assert {n.name: n.status for n in outcome.nodes}["below"] == "skipped"
    assert "unique_doubled_month: 2 rows that should not be" in outcome.in_words()


def test_a_warning_is_not_ok_but_fails_nothing(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEVERITY", "warn")
    (project / "models" / "months.yml").write_text(_TESTS)
    (project / "models" / "doubled.sql").write_text(
        "select month from {{ ref('months') }} union all select month from {{ ref('months') }}"
    )
    outcome = _run(tmp_path, "2026-08-01")
    warned = next(n for n in outcome.nodes if n.name == "unique_doubled_month")
    assert (warned.status, warned.ok) == ("warn", False)
    assert not outcome.failed_tests


def test_a_failed_model_is_reported_with_the_databases_reason(project: Path, tmp_path: Path) -> None:
    (project / "models" / "broken.sql").write_text("select no_such_column from {{ ref('months') }}")
    outcome = _run(tmp_path, "2026-08-01")
    assert [n.name for n in outcome.failed_models] == ["broken"]
    assert "model broken" in outcome.in_words()
    assert "no_such_column" in outcome.in_words()


def test_events_tell_of_every_node_as_it_ends(project: Path, tmp_path: Path) -> None:
    finished: list[NodeResult] = []
    warehouse = tmp_path / "warehouse.duckdb"
    variables = {"months": ["2026-08-01"], "release_id": "x"}
    outcome = run_dbt(["build"], warehouse=warehouse, vars=variables, on_event=finished.append)
    assert [(n.unique_id, n.status) for n in finished] == [(n.unique_id, n.status) for n in outcome.nodes]


def test_a_variable_read_while_parsing_is_refused(project: Path, tmp_path: Path) -> None:
    (project / "models" / "fixed.sql").write_text(
        "{{ config(meta={'month': var('months')[0]}) }} select 1 as one from {{ ref('months') }}"
    )
    with pytest.raises(CallboardError, match=r"read a variable while dbt parses.*model\.callboard\.fixed"):
        _run(tmp_path, "2026-08-01")


def test_a_project_that_does_not_parse_is_one_message(project: Path, tmp_path: Path) -> None:
    (project / "models" / "broken.sql").write_text("select * from {{ ref('nowhere') }}")
    with pytest.raises(CallboardError, match=r"does not parse: .*nowhere"):
        _run(tmp_path, "2026-08-01")
    assert not list((tmp_path / "cache" / "dbt").iterdir())


def test_a_database_held_by_somebody_else_is_one_message(project: Path, tmp_path: Path) -> None:
    _run(tmp_path, "2026-08-01")
    warehouse = tmp_path / "home" / "build" / "warehouse.duckdb"
    code = f"import duckdb; c = duckdb.connect({str(warehouse)!r}); print('held', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(CallboardError, match="Could not set lock on file"):
            _run(tmp_path, "2026-08-01")
        holder.communicate(b"\n")


def test_the_parse_is_kept_beside_the_environment_where_there_is_no_home_directory(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CALLBOARD_CACHE", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "environment"))
    _run(tmp_path, "2026-08-01")
    assert list((tmp_path / "environment").rglob("manifest.msgpack"))
