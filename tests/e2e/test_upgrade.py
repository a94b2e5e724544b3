"""A home of the version before goes on: its files are read anew, with a word, and its release stays readable.

`home_of_0_3.tar.xz` was made by the commit d2fa9a7 (0.3.0): a centre of 20 seats simulated for 2026-08 (seed 1), of which
three agents' rows were kept, refreshed with the as_of below.
"""

import tarfile
from pathlib import Path

import duckdb
import pytest

from tests.centres import made_once

from .conftest import LiveHome

HOME = Path(__file__).with_name("home_of_0_3.tar.xz")
AS_OF = "2026-10-15T00:00:00Z"
_NUMBERS = "select kpi_id, scope, scope_id, numerator, denominator, value, status from marts.kpi_monthly"


def _older_release(home: LiveHome) -> Path:
    return min((home.root / "published" / "releases").iterdir()) / "callboard.duckdb"


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> LiveHome:
    """The home after a plain refresh of this version; only to be read."""

    def upgrade(folder: Path) -> None:
        with tarfile.open(HOME) as packed:
            packed.extractall(folder, filter="data")
        result = LiveHome(folder / "home_of_0_3").refresh("--as-of", AS_OF, "--json")
        assert (result.code, result.json["status"]) == (0, "published"), result.out + result.err
        (folder / "notes.txt").write_text(str(result.json["notes"]), encoding="utf-8")

    return LiveHome(made_once(tmp_path_factory, "upgraded", upgrade) / "home_of_0_3")


def test_what_has_to_be_loaded_anew_is_loaded_anew_with_a_word(upgraded: LiveHome) -> None:
    assert "Files read anew: 20." in (upgraded.root.parent / "notes.txt").read_text(encoding="utf-8")
    assert upgraded.refresh("--as-of", AS_OF, "--json").json["status"] == "nothing_new"


def test_every_number_is_what_it_was(upgraded: LiveHome) -> None:
    with duckdb.connect(str(_older_release(upgraded)), read_only=True) as connection:
        before = connection.execute(_NUMBERS).fetchall()
    assert len(before) > 300
    now = {row[:3]: row[3:] for row in upgraded.query(_NUMBERS)}
    assert [(row, now.get(row[:3])) for row in before if now.get(row[:3]) != row[3:]] == []
    assert len(now) == len(before)


def test_the_release_of_the_older_version_stays_readable(upgraded: LiveHome) -> None:
    older = _older_release(upgraded)
    assert older.parent.name != upgraded.published.resolve().parent.name
    pack = upgraded.root.parent / "pack"
    report = ("report", "--release", older.parent.name, "--month", "2026-08", "--no-pdf", "--to", str(pack))
    assert upgraded.run(*report).code == 0
    assert (pack / "report.html").is_file()
    with duckdb.connect(str(older), read_only=True) as connection:
        tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        for schema, table in tables:
            connection.execute(f"from {schema}.{table} limit 1").fetchall()


def test_what_came_with_the_new_version_is_there_and_empty(upgraded: LiveHome) -> None:
    with duckdb.connect(str(upgraded.root / "build" / "warehouse.duckdb"), read_only=True) as connection:
        assert connection.execute("select count(*) from raw.acd__queue_intervals").fetchone() == (0,)
        assert connection.execute(
            "select count(*), count(distinct row_number) from raw.acd__contact_legs"
        ).fetchone() == (
            connection.execute("select count(*) from staging.stg_acd__contact_legs").fetchone()[0],
            1,
        )  # type: ignore[index]
