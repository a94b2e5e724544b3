"""A warehouse that an older Callboard made goes on: reasons had no codes then, and its files are read again."""

import duckdb
import pytest

from sources.loading import targets
from sources.loading.touched import touched_months
from tests.sources.delivering import Centre, leg, legs


@pytest.fixture
def older(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> Centre:
    centre.deliver("acd/contact_legs/a.csv", legs(leg("L1"), leg("L2", talk_seconds="soon")))
    with monkeypatch.context() as patched:
        patched.setattr(targets, "LOADER_VERSION", 1)
        centre.refresh()
    with duckdb.connect(str(centre.warehouse)) as connection:
        for (view,) in connection.execute(
            "select view_name from duckdb_views() where schema_name in ('raw', 'staging')"
        ).fetchall():
            schema = "staging" if view.startswith("stg_") else "raw"
            connection.execute(f"drop view {schema}.{view}")
        for (table,) in connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'loaded'"
        ).fetchall():
            connection.execute(f"alter table loaded.{table} rename error_code to error_reason")
            connection.execute(f"alter table loaded.{table} drop column error_params")
        connection.execute("alter table raw.delivery drop column unreadable_code")
        connection.execute("alter table raw.delivery drop column unreadable_params")
        connection.execute(
            "create or replace table quarantine.quarantined_row as "
            "select 'acd.contact_legs' as table_name, 'talk_seconds is not a whole number' as reason, 1 as delivery_id"
        )
    return centre


def test_its_files_are_read_again_with_their_reasons(older: Centre) -> None:
    older.refresh()
    assert older.rows("select leg_id from staging.stg_acd__contact_legs") == [("L1",)]
    assert older.quarantined("acd.contact_legs") == [
        ("a.csv", 3, "talk_seconds", "talk_seconds is not a whole number")
    ]


def test_the_months_of_its_deliveries_are_touched(older: Centre) -> None:
    older.load()
    changed = [int(str(row[0])) for row in older.rows("select delivery_id from raw.delivery")]
    assert touched_months(older.warehouse, changed)[0].isoformat() == "2026-08-01"
