"""The exposures of the dbt project, which dbt parses, name who reads which mart; where the reader is in this repository
they say what it does say."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration.warehouse.parse import manifest_json

ROOT = Path(__file__).resolve().parents[2]
EXPORT = ROOT / "docs" / "examples" / "superset" / "callboard"


@pytest.fixture(scope="module")
def exposures() -> dict[str, dict[str, Any]]:
    return {node["name"]: node for node in manifest_json()["exposures"].values()}


def _marts_of(exposure: dict[str, Any]) -> set[str]:
    return {node.rpartition(".")[2] for node in exposure["depends_on"]["nodes"]}


def _marts_in(texts: list[str]) -> set[str]:
    said = {name for text in texts for name in re.findall(r"\bmarts\.([a-z_]+)", text)}
    # Some SQL is given the mart's name, which then stands in quotes.
    return said | {
        name for text in texts for name in re.findall(r'"([a-z]+(?:_[a-z]+)*_monthly|dim_[a-z]+)"', text)
    }


def test_every_mart_is_read_by_somebody_other_than_the_copy_of_everything(
    exposures: dict[str, dict[str, Any]],
) -> None:
    marts = {path.stem for path in (ROOT / "dbt_project" / "models" / "marts").rglob("*.sql")}
    assert _marts_of(exposures["postgresql_copy"]) == marts
    read = {mart for name, e in exposures.items() if name != "postgresql_copy" for mart in _marts_of(e)}
    # What only joins, and what a score is made of: read by whoever asks the copy or the file.
    details = {"agent_scorecard_item", "team_scorecard_item", "scorecard_weight"}
    assert marts - read == {"dim_date"} | details


def test_every_exposure_has_an_owner_a_maturity_and_says_what_it_is(
    exposures: dict[str, dict[str, Any]],
) -> None:
    assert {
        "report_pack",
        "live_page",
        "postgresql_copy",
        "superset_dashboard",
        "compare",
        "reviews",
        "notices",
        "hours_and_owners",
    } == exposures.keys()
    for exposure in exposures.values():
        assert exposure["owner"]["name"]
        assert exposure["maturity"] in {"high", "medium", "low"}
        assert exposure["description"]
        assert exposure["label"]


@pytest.mark.parametrize(
    ("exposure", "readers"),
    [
        ("compare", ["comparison/compare.py", "comparison/data.py"]),
        ("reviews", ["deliveries/reviews.py", "deliveries/review_decisions.py"]),
        ("report_pack", ["releases/reader.py", "report/facts.py", "report/sheets.py", "report/workbook.py"]),
        ("hours_and_owners", ["releases/sites.py", "deliveries/own_reports.py"]),
        ("live_page", ["releases/reader.py", "web/queries.py", "web/audit_queries.py"]),
    ],
)
def test_a_command_is_said_to_read_the_marts_that_its_sql_names(
    exposures: dict[str, dict[str, Any]], exposure: str, readers: list[str]
) -> None:
    texts = [(ROOT / "orchestration" / reader).read_text(encoding="utf-8") for reader in readers]
    assert _marts_of(exposures[exposure]) == _marts_in(texts)


def test_the_dashboard_is_said_to_read_the_marts_of_its_datasets(
    exposures: dict[str, dict[str, Any]],
) -> None:
    datasets = [yaml.safe_load(p.read_text(encoding="utf-8")) for p in EXPORT.glob("datasets/*/*.yaml")]
    tables = {d["table_name"] for d in datasets if d["schema"] == "marts" and not d["sql"]}
    assert _marts_of(exposures["superset_dashboard"]) == tables | _marts_in(
        [d["sql"] or "" for d in datasets]
    )
