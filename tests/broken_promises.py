"""The dbt tests that a refresh leaves out, run on a build database."""

from collections.abc import Mapping
from pathlib import Path

import duckdb


def broken_promises(warehouse: Path, suite_tests: Mapping[str, str]) -> dict[str, int]:
    """How many rows break each of the tests (name: SQL that selects such rows) that some row breaks."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        counted = {
            name: connection.execute(f"select count(*) from ({sql})").fetchall()[0][0]
            for name, sql in suite_tests.items()
        }
    return {name: rows for name, rows in counted.items() if rows}
