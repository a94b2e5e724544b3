"""A good centre made once, copied for each test that spoils it, and the gate as the tests call it."""

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from expectations.gate import GateReport, run_gate
from expectations.settings import GateSettings
from tests.expectations.centre import LAST, make_centre

AS_OF = datetime(2026, 9, 5, 12)
SETTINGS = GateSettings()
SITE = {"default_site": "SHA", "default_time_zone": "Asia/Shanghai"}


@pytest.fixture(scope="session")
def good_centre(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_centre(tmp_path_factory.mktemp("good") / "warehouse.duckdb")


@pytest.fixture
def spoilt(good_centre: Path, tmp_path: Path) -> Callable[..., Path]:
    """Gives a copy of the good centre after some statements."""

    def spoil(*statements: str) -> Path:
        copy = tmp_path / "warehouse.duckdb"
        shutil.copy(good_centre, copy)
        with duckdb.connect(str(copy)) as connection:
            for statement in statements:
                connection.execute(statement)
        return copy

    return spoil


@pytest.fixture
def judge() -> Callable[..., GateReport]:
    """Runs the gate on a warehouse, for August 2026 as of September unless the caller names others."""

    def run(warehouse: Path, **given: object) -> GateReport:
        arguments = {"months": [LAST], "as_of": AS_OF, "settings": SETTINGS, **SITE, **given}
        return run_gate(warehouse, **arguments)  # type: ignore[arg-type]

    return run
