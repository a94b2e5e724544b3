"""A centre with two sites and three employees, for the loader and the staging models alone."""

from pathlib import Path

import pytest

from tests.sources.delivering import ASSIGNMENTS, EMPLOYEES, QUEUES, SITES, Centre


@pytest.fixture
def centre(tmp_path: Path, staging_sql: list[str]) -> Centre:
    """An empty centre with two sites and three employees: E1/A1 in Shanghai, E2/A2 in New York, E3 without a login."""
    made = Centre(tmp_path, staging_sql)
    made.deliver("hr/sites/sites.csv", SITES)
    made.deliver("hr/employees/employees.csv", EMPLOYEES)
    made.deliver("hr/assignments/assignments.csv", ASSIGNMENTS)
    made.deliver("acd/queues/queues.csv", QUEUES)
    return made
