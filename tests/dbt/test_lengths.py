"""The lengths that KPIs are made of stand in one place, `vars` of dbt_project.yml, and everything follows them."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sources.loading.load import load
from sources.loading.touched import touched_months
from tests.project_copy import copy_project
from tests.sources.delivering import ASSIGNMENTS, EMPLOYEES, QUEUES, SITES, leg, legs

PUBLISHED = [date(2026, month, 1) for month in range(6, 11)]
# What the copy says of itself: its metrics, the SQL of its windows, the months that a delivery touches there.
SCRIPT = """
import json, sys
from datetime import date
from pathlib import Path
from orchestration.warehouse.dbt import run_dbt
from orchestration.warehouse.parse import manifest_json
from sources.loading.touched import touched_months

warehouse, delivery = Path(sys.argv[1]), int(sys.argv[2])
run_dbt(
    ["compile", "--select", "int_contacts", "int_headcount_contributions"],
    warehouse=warehouse,
    vars={"as_of": "2026-10-20 00:00:00", "months": ["2026-08-01"], "default_site": "SHA", "release_id": "r"},
)
print(json.dumps({
    "metrics": {metric["name"]: metric for metric in manifest_json()["metrics"].values()},
    "sql": {path.stem: path.read_text() for path in warehouse.parent.rglob("compiled/**/int_*.sql")},
    "touched": [str(month) for month in touched_months(
        warehouse, [delivery], [date(2026, month, 1) for month in range(6, 11)]
    )],
}))
"""


@pytest.fixture
def leg_of_10_september(tmp_path: Path) -> tuple[Path, int]:
    """A build database with a leg of 10 September loaded, and the delivery that brought it."""
    for name, content in (
        ("hr/sites", SITES),
        ("hr/employees", EMPLOYEES),
        ("hr/assignments", ASSIGNMENTS),
        ("acd/queues", QUEUES),
        ("acd/contact_legs", legs(leg("L1", offered_at="2026-09-10T04:00:00Z"))),
    ):
        path = tmp_path / "landing" / name / "a.csv"
        path.parent.mkdir(parents=True)
        path.write_text(content, encoding="utf-8")
    warehouse = tmp_path / "build" / "warehouse.duckdb"
    warehouse.parent.mkdir()
    load(warehouse, tmp_path / "landing")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select delivery_id from raw.delivery where table_name = 'acd.contact_legs'"
        ).fetchall()
    return warehouse, int(rows[0][0])


def test_other_lengths_change_windows_maturity_texts_and_touched_months(
    leg_of_10_september: tuple[Path, int], tmp_path: Path
) -> None:
    warehouse, delivery = leg_of_10_september
    assert touched_months(warehouse, [delivery], PUBLISHED) == [date(2026, 9, 1)]

    project = copy_project(tmp_path / "project")
    for name, before, after in (
        ("repeat_contact_days", 7, 14),
        ("payment_days", 30, 45),
        ("early_leaver_days", 90, 60),
    ):
        project.replace("dbt_project/dbt_project.yml", f"  {name}: {before}\n", f"  {name}: {after}\n")
    said: dict[str, Any] = json.loads(project.python("-c", SCRIPT, str(warehouse), str(delivery)))

    assert said["touched"] == ["2026-08-01", "2026-09-01"]
    assert f"following and {14 * 24 * 3600 * 10**6} following" in " ".join(
        said["sql"]["int_contacts"].split()
    )
    # August is read with the 31 days in which a contact's legs lie, the 14 of a repeat, and a day for other clocks.
    assert "timestamp '2026-10-17 00:00:00'" in said["sql"]["int_contacts"]
    assert "60" in said["sql"]["int_headcount_contributions"]
    assert "90" not in said["sql"]["int_headcount_contributions"]

    metrics = said["metrics"]
    meta = {name: metric["config"]["meta"] for name, metric in metrics.items()}
    assert {
        name: meta[name]["matures_after_days"]
        for name in ("first_contact_resolution_rate", "payment_rate", "refund_rate", "early_attrition_rate")
    } == {
        "first_contact_resolution_rate": 14,
        "payment_rate": 45,
        "refund_rate": 45,
        "early_attrition_rate": 60,
    }
    resolution, early = meta["first_contact_resolution_rate"], meta["early_attrition_rate"]
    assert metrics["first_contact_resolution_rate"]["description"].endswith("within 14 days.")
    assert resolution["numerator"].endswith("within 14 x 24 hours")
    assert "14天内" in resolution["zh"]["definition"]
    assert "14×24小时" in resolution["zh"]["numerator"]
    assert (metrics["early_attrition_rate"]["label"], early["zh"]["name"]) == (
        "60-day attrition",
        "新人60天流失率",
    )
