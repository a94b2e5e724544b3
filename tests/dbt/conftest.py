"""A build database per test: deliveries loaded, models built on it, tables read back."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from orchestration.warehouse.dbt import DbtOutcome, run_dbt
from sources.loading.load import load
from sources.simulator.run import simulate
from tests.centres import made_once

AUGUST, SEPTEMBER = "2026-08-01", "2026-09-01"

# Every published table; of the facts and marts those rows that a refresh of their month replaces.
DIMENSIONS = ("dim_employee", "dim_team", "dim_site", "dim_queue", "dim_date", "dim_kpi")
BY_MONTH = {
    "kpi_monthly": "month",
    "kpi_absence": "month",
    "fct_agent_day": "business_date",
    "fct_queue_interval": "month",
    "report_timeliness_monthly": "month",
    "schedule_adherence_monthly": "month",
    "attrition_monthly": "month",
    "training_monthly": "month",
    "kpi_driver_monthly": "month",
    "scorecard_weight": "month",
    "agent_scorecard_item": "month",
    "agent_scorecard_monthly": "month",
    "team_scorecard_item": "month",
    "team_scorecard_monthly": "month",
    "survey_review": "month",
}
# Tables whose rows are made of earlier months too: building a month builds these again for months after it.
ROLLING = ("kpi_driver_monthly",)


@dataclass(frozen=True)
class Built:
    """A build database and the landing folder it is made of."""

    warehouse: Path
    landing: Path

    def build(self, months: Sequence[str], *commands: str, as_of: str = "2026-10-20 00:00:00") -> DbtOutcome:
        """Load what landing holds and build the months; gives what dbt did, failed or not."""
        load(self.warehouse, self.landing)
        return run_dbt(
            commands or ("build", "--exclude-resource-type=unit_test", "--exclude-resource-type=test"),
            warehouse=self.warehouse,
            vars={
                "as_of": as_of,
                "months": list(months),
                "default_site": "SHA",
                "default_time_zone": "UTC",
                "release_id": "test",
                # Low, so that a small centre has numbers to compare.
                "driver_min_surveys": 2,
                "driver_min_agents": 4,
            },
        )

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """What a query on the build database gives."""
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="session")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A centre of 20 seats on several sites, its August and September simulated and built together; only to be read."""

    def make(root: Path) -> None:
        simulate(root / "landing", months=["2026-08", "2026-09"], agents=20, seed=11)
        assert _built(root).build([AUGUST, SEPTEMBER]).in_words() == ""

    return _built(made_once(tmp_path_factory, "built", make))


def _built(root: Path) -> Built:
    return Built(root / "build" / "warehouse.duckdb", root / "landing")


@pytest.fixture
def copied(centre: Built, tmp_path: Path) -> Built:
    """The same centre, to be built on and to have its deliveries changed."""
    shutil.copytree(centre.warehouse.parent, tmp_path / "build")
    shutil.copytree(centre.landing, tmp_path / "landing")
    return _built(tmp_path)
