"""The dbt unit tests, run on a warehouse that nothing was ever delivered to."""

from pathlib import Path

from .conftest import BY_MONTH, SEPTEMBER, Built


def test_every_dbt_unit_test_passes_and_an_empty_landing_builds_empty_marts(tmp_path: Path) -> None:
    (tmp_path / "landing").mkdir()
    centre = Built(tmp_path / "warehouse.duckdb", tmp_path / "landing")

    built = centre.build([SEPTEMBER], "build", "--exclude-resource-type=unit_test")
    assert built.in_words() == ""
    assert not any(centre.rows(f"from marts.{table}") for table in BY_MONTH if table != "kpi_absence")
    assert centre.rows("select distinct reason from marts.kpi_absence") == [("not_delivered",)]

    tested = centre.build([SEPTEMBER], "test", "--select=test_type:unit")
    assert tested.in_words() == ""
    assert len(tested.nodes) >= 25
