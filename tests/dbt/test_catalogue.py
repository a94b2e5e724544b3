"""The catalogue: every KPI of the definitions is made by a model, every measure is used, and all is as the contract says."""

import re
from pathlib import Path
from typing import Any

import yaml

from orchestration.warehouse.parse import manifest_json
from tests.catalogue import CONTRACT, catalogue, definitions

from .conftest import Built

ROOT = Path(__file__).resolve().parents[2]
SCORES = {"performance_score", "operations_kpi_score"}
WIDE_MARTS = (
    "report_timeliness_monthly",
    "schedule_adherence_monthly",
    "attrition_monthly",
    "training_monthly",
)

Nodes = dict[str, dict[str, Any]]


def compiled(nodes: Nodes, model: str) -> str:
    return str(nodes[f"model.callboard.{model}"]["compiled_code"])


def made_measures(nodes: Nodes) -> set[str]:
    return set(re.findall(r"select '(\w+)' as measure", compiled(nodes, "int_kpi_measures")))


def test_every_kpi_divides_measures_that_a_model_makes(compiled_nodes: Nodes) -> None:
    made = made_measures(compiled_nodes)
    missing = {
        row["kpi_id"]: sorted(row["measures"] - made) for row in definitions() if not row["measures"] <= made
    }
    assert missing == {}


def test_every_measure_is_asked_for_by_a_kpi_or_a_wide_mart(compiled_nodes: Nodes) -> None:
    asked = {measure for row in definitions() for measure in row["measures"]}
    asked |= {row["known_of"] for row in definitions() if "known_of" in row}
    for mart in WIDE_MARTS:
        asked |= set(re.findall(r"measure = '(\w+)'", compiled(compiled_nodes, mart)))
    assert made_measures(compiled_nodes) - asked == set()


def test_a_kpi_without_measures_is_one_of_the_scores_that_kpi_monthly_makes(compiled_nodes: Nodes) -> None:
    without = {row["kpi_id"] for row in definitions() if not row["measures"]}
    in_model = set(re.findall(r"'(\w+_score)'", compiled(compiled_nodes, "kpi_monthly")))
    assert without == in_model == SCORES


def test_what_a_kpi_needs_is_what_the_contract_says(centre: Built) -> None:
    rows = centre.rows("select kpi_id, needs from intermediate.int_kpi_definitions where needs is not null")
    needs = {str(kpi): set(str(tables).split("|")) for kpi, tables in rows}
    legs, states, plan = "acd.contact_legs", "acd.agent_states", "hr.schedules"
    told = {
        "answer_rate abandon_rate service_level average_speed_of_answer average_handle_time transfer_rate": {
            f"{legs} or acd.queue_intervals"
        },
        "schedule_adherence_rate schedule_conformance_rate attendance_rate shrinkage_rate": {plan, states},
        "schedule_fit_rate staffing_ratio": {plan, "hr.staffing_requirements"},
        "contacts_per_hour": {legs, states},
        "complaint_rate": {"crm.complaints", legs},
        "inquiry_conversion_rate": {legs, "crm.orders"},
        "script_compliance_rate empathy_rate courtesy_rate": {"qa.evaluations", "qa.evaluation_items"},
        "new_hire_training_pass_rate new_hire_training_attrition_rate on_the_job_exam_pass_rate": {
            "hr.training_records",
            "hr.training_sessions",
        },
    }
    told = {kpi: tables for kpis, tables in told.items() for kpi in kpis.split()}
    assert {kpi: needs[kpi] for kpi in told} == told
    # All others stand in one table.
    assert {kpi for kpi, tables in needs.items() if len(tables) > 1 and kpi not in told} == set()


def test_what_is_known_is_part_of_all(compiled_nodes: Nodes) -> None:
    made = made_measures(compiled_nodes)
    assert {row["known_of"] for row in definitions() if "known_of" in row} <= made


def test_headline_kpis_are_ranked_from_1_without_a_gap() -> None:
    ranks = sorted(row["headline_rank"] for row in definitions() if "headline_rank" in row)
    assert ranks == list(range(1, len(ranks) + 1))


def test_the_columns_that_show_a_source_table_are_columns_of_fct_agent_day() -> None:
    manifest = manifest_json()
    shown = [
        column
        for model in manifest["semantic_models"].values()
        for column in model["config"]["meta"].get("agent_day_columns", [])
    ]
    assert shown
    assert set(shown) <= set(manifest["nodes"]["model.callboard.fct_agent_day"]["columns"])


def test_the_page_on_adding_a_kpi_lists_exactly_the_attributes_that_there_are() -> None:
    macro = (ROOT / "dbt_project" / "macros" / "kpis" / "kpis.sql").read_text(encoding="utf-8")
    required = re.search(r"set required = \[(.*?)\]", macro, re.DOTALL)
    defaults = re.search(r"macro kpi_defaults.*?endmacro", macro, re.DOTALL)
    assert required
    assert defaults
    known = re.findall(r"'(\w+)'", required[1]) + re.findall(r"'(\w+)':", defaults[0])
    page = (ROOT / "docs" / "adding_a_kpi.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")][1:]
    assert sorted(name for row in rows for name in re.findall(r"`(\w+)`", row)) == sorted(known)


def test_the_definitions_are_those_of_the_contract() -> None:
    contract = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    assert set(contract) <= catalogue()
    ours = {row["kpi_id"]: row for row in definitions()}
    for kpi_id, said in contract.items():
        whole = contract[said["like"]] | said if "like" in said else said
        row = ours[kpi_id]
        assert (row["label"], row["zh"]["name"]) == (whole["en"], whole["zh"])
        assert (row["unit"], row["better"]) == (whole["unit"], whole["better"])
        assert row["scopes"] == whole["scopes"]
        waits = re.search(r"month end \+ (\d+) days", str(whole.get("matures", "")))
        # payment_rate and refund_rate mature 30 days later by the rule for all KPIs
        days = 30 if kpi_id in {"payment_rate", "refund_rate"} else int(waits[1]) if waits else 0
        assert row.get("matures_after_days", 0) == days


def test_seeds_are_made_anew_so_that_a_home_of_an_older_version_gets_their_new_columns(
    compiled_nodes: dict[str, dict[str, Any]],
) -> None:
    seeds = [node for node in compiled_nodes.values() if node["resource_type"] == "seed"]
    assert seeds
    assert all(node["config"]["full_refresh"] for node in seeds)
