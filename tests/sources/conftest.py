"""A centre with two sites and three employees, for the loader and the staging models alone."""

from pathlib import Path

import pytest

from tests.sources.delivering import Centre, small_centre


@pytest.fixture
def centre(tmp_path: Path, staging_sql: list[str]) -> Centre:
    """An empty centre with two sites and three employees: E1/A1 in Shanghai, E2/A2 in New York, E3 without a login."""
    return small_centre(tmp_path, staging_sql)
