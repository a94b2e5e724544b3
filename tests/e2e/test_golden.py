"""The golden sets through the command: every expected row of the catalogue, none more, to 1e-6."""

import csv
import resource
from pathlib import Path

from tests.broken_promises import broken_promises
from tests.catalogue import agreed
from tests.golden_check import compare

from .conftest import AUTUMN, GOLDEN, SPRING, LiveHome, golden_home

KPIS = agreed()


def expected(name: str) -> list[Path]:
    return sorted((GOLDEN / name).glob("expected_kpi_monthly_*.csv"))


def test_the_golden_sets_have_rows_of_all_56_kpis() -> None:
    with_rows = {
        kpi_id for name in ("autumn", "spring") for file in expected(name) for kpi_id in kpis_of(file)
    }
    assert with_rows == KPIS
    assert len(KPIS) == 56


def kpis_of(file: Path) -> set[str]:
    with file.open(encoding="utf-8") as handle:
        return {row["kpi_id"] for row in csv.DictReader(handle)}


def test_autumn_gives_the_expected_numbers(published_autumn: LiveHome) -> None:
    assert compare(published_autumn.published.resolve(), expected("autumn"), KPIS) == []


def test_autumn_breaks_no_promise_below_the_marts(
    published_autumn: LiveHome, suite_tests: dict[str, str]
) -> None:
    assert broken_promises(published_autumn.root / "build" / "warehouse.duckdb", suite_tests) == {}


def test_spring_with_its_clock_changes_and_running_month_gives_the_expected_numbers(tmp_path: Path) -> None:
    home = golden_home("spring", tmp_path / "home")
    result = home.run("refresh", *SPRING, "--json")
    assert result.code == 0, result.out + result.err
    assert compare(home.published.resolve(), expected("spring"), KPIS) == []


def test_a_refresh_with_nothing_new_is_quick_and_leaves_the_release(autumn: LiveHome) -> None:
    before = autumn.published.readlink()
    started = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = autumn.run("refresh", *AUTUMN, "--json")
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    # Seconds of CPU, of which a busy machine does not make more; the wall time of a quiet one is about the same.
    assert ended.ru_utime + ended.ru_stime - started.ru_utime - started.ru_stime < 4
    assert (result.code, result.json["status"]) == (0, "nothing_new")
    assert autumn.run("refresh", "--json", "--as-of", "2026-10-20T00:00:00Z").json["status"] == "nothing_new"
    assert autumn.published.readlink() == before


def test_the_release_describes_every_table_and_column(published_autumn: LiveHome) -> None:
    bare = "select table_name, column_name from duckdb_columns() where schema_name in ('marts', 'audit') and comment is null"
    assert published_autumn.query(bare) == []
    assert published_autumn.query("select table_name from duckdb_tables() where comment is null") == []


def test_no_name_of_a_person_is_in_the_release(published_autumn: LiveHome) -> None:
    import duckdb

    files = published_autumn.root / "landing" / "hr" / "employees" / "*.csv"
    names = duckdb.sql(
        f"select distinct full_name from read_csv('{files}') where full_name is not null"
    ).fetchall()
    assert names
    release = published_autumn.published.resolve().parent
    texts = [
        f"select {column}::varchar as text from {schema}.{table}"
        for schema, table, column in published_autumn.query(
            "select schema_name, table_name, column_name from duckdb_columns() "
            "where schema_name in ('marts', 'audit') and data_type = 'VARCHAR'"
        )
    ]
    found = published_autumn.query(f"select distinct text from ({' union all '.join(texts)})")
    everything = "\n".join(str(text) for (text,) in found) + (release / "manifest.json").read_text()
    assert [name for (name,) in names if name in everything] == []
