"""benchmarks/compare_releases.py notices each kind of difference between two releases, and nothing else."""

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "compare_releases.py"

#: What is printed of a difference → the change that makes it.
CHANGES = {
    "marts.kpi_monthly.value": "update marts.kpi_monthly set value = value + 1e-15 where scope_id = 1",
    "marts.kpi_monthly.release_id": "update marts.kpi_monthly set release_id = 'x' where scope_id = 0",
    "marts.kpi_monthly.target": "alter table marts.kpi_monthly add column target double",
    "marts.kpi_monthly.scope_id": "alter table marts.kpi_monthly alter scope_id type hugeint",
    "comments.marts.kpi_monthly": "comment on table marts.kpi_monthly is 'Another.'",
    "marts.kpi_daily": "insert into marts.kpi_daily from marts.kpi_daily where scope_id = 1",
    "marts.dim_kpi": "delete from marts.dim_kpi where scope_id = 1",
    "marts.dim_more": "create table marts.dim_more (month date)",
}


def release(path: Path, release_id: str, delivery_id: int) -> Path:
    """A release of one KPI table, made at its own time under its own ids."""
    (path / "parquet").mkdir(parents=True)
    with duckdb.connect(str(path / "callboard.duckdb")) as connection:
        connection.execute(
            f"""
            create schema marts;
            create table marts.kpi_monthly as
                select scope_id, 'csat' as kpi_id, 0.1::double + scope_id as value, '{release_id}' as release_id
                from range(3) as numbered(scope_id);
            create table marts.kpi_daily as from marts.kpi_monthly;
            create table marts.dim_kpi as from marts.kpi_monthly;
            comment on table marts.kpi_monthly is 'One row per KPI and scope.';
            create schema audit;
            create table audit.release as select '{release_id}' as release_id, now() as published_at;
            create table audit.delivery as
                select {delivery_id} as delivery_id, 'crm.surveys' as table_name, 'a.csv' as file, 'ab12' as sha256;
            copy marts.kpi_monthly to '{path}/parquet/kpi_monthly.parquet';
            """
        )
    manifest = {
        "release_id": release_id,
        "published_at": release_id[:16],
        "code_version": f"1+{delivery_id}",
        "deliveries": [{"delivery_id": delivery_id, "rows": 3}],
        "gate_results": [{"expectation": "e", "observed": "as expected"}],
    }
    (path / "manifest.json").write_text(json.dumps(manifest))
    (path / "report.html").write_text(f"<p>CSAT</p><p>{release_id}</p>")
    return path


@pytest.fixture
def one(tmp_path: Path) -> Path:
    return release(tmp_path / "one", "20261001T000000Z-00000001", 17)


@pytest.fixture
def other(tmp_path: Path) -> Path:
    return release(tmp_path / "other", "20261002T000000Z-000000ff", 99)


def compared(one: Path, other: Path, *options: str) -> tuple[int, str]:
    command = [sys.executable, str(SCRIPT), str(one), str(other), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_ids_and_times_of_their_own_make_no_difference(one: Path, other: Path) -> None:
    code, printed = compared(one, other)
    assert (code, "different" in printed.lower()) == (0, False), printed
    assert "equal      marts.kpi_monthly: 3 rows, 4 columns" in printed


def test_each_difference_is_named_and_can_be_allowed(one: Path, other: Path) -> None:
    with duckdb.connect(str(other / "callboard.duckdb")) as connection:
        for change in CHANGES.values():
            connection.execute(change)
    code, printed = compared(one, other)
    named = {line.split()[1].rstrip(":") for line in printed.splitlines() if line.startswith("DIFFERENT")}
    assert (code, named) == (1, set(CHANGES)), printed
    code, printed = compared(one, other, *(word for name in CHANGES for word in ("--allow", name)))
    assert (code, "DIFFERENT" in printed) == (0, False), printed


def test_files_and_the_manifest_are_compared_too(one: Path, other: Path) -> None:
    manifest = json.loads((other / "manifest.json").read_text())
    manifest["gate_results"][0]["observed"] = "3 found"
    (other / "manifest.json").write_text(json.dumps(manifest))
    (other / "report.html").write_text("<p>CSAT score</p>")
    code, printed = compared(one, other, "--allow", "files.report.html")
    assert (code, printed.count("DIFFERENT")) == (1, 1)
    assert "DIFFERENT  manifest.gate_results: 1 and 1 records" in printed
    allowed = ["--allow", "files.report.html", "--allow", "manifest.gate_results.observed"]
    assert compared(one, other, *allowed)[0] == 0


def test_an_allowance_that_allows_nothing_is_reported(one: Path, other: Path) -> None:
    code, printed = compared(one, other, "--allow", "marts.dim_kpi.*")
    assert code == 0
    assert "--allow marts.dim_kpi.* named nothing that differs" in printed


def test_homes_without_any_release_are_not_the_same(tmp_path: Path) -> None:
    (tmp_path / "published").mkdir()
    assert compared(tmp_path, tmp_path)[0] == 1
