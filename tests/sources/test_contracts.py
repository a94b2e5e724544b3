"""Our contracts are those that were agreed, in every key, column, type and bound; what a comment there demands is a rule here."""

from pathlib import Path
from typing import Any

import yaml

from sources.contracts.contract import Contract, load_contracts

AGREED = Path(__file__).resolve().parents[1] / "contracts" / "sources.yaml"


def _agreed() -> dict[str, dict[str, Any]]:
    systems = yaml.safe_load(AGREED.read_text(encoding="utf-8"))
    return {f"{system}.{table}": body for system, tables in systems.items() for table, body in tables.items()}


def _ours(contract: Contract) -> dict[str, Any]:
    columns: dict[str, dict[str, Any]] = {}
    for name, column in contract.columns.items():
        said = {
            "type": column.type,
            "required": column.required,
            "in": list(column.vocabulary),
            "range": list(column.range or ()),
            "ref": column.ref,
            "pii": column.pii,
        }
        columns[name] = {key: value for key, value in said.items() if value}
    return {"key": list(contract.key), "columns": columns}


def test_our_contracts_are_those_that_were_agreed() -> None:
    ours = {n: _ours(c) for n, c in load_contracts().items() if not n.startswith("rules.")}
    assert ours == _agreed()


def test_what_stands_beside_columns_and_keys_is_a_rule() -> None:
    contracts = load_contracts()
    checks = {(c.name, rule.check) for c in contracts.values() for rule in c.rules}
    for table, check in (
        ("acd.contact_legs", "answered_at is null or outcome = 'answered'"),
        ("acd.contact_legs", "answered_at >= offered_at"),
        ("acd.contact_legs", "ended_at >= answered_at"),
        ("acd.contact_legs", "ended_at >= offered_at"),
        ("acd.queue_intervals", "answered <= offered"),
        ("acd.queue_intervals", "abandoned <= offered"),
        ("acd.queue_intervals", "short_abandoned <= abandoned"),
        ("acd.queue_intervals", "answered_within <= answered"),
        ("acd.queue_intervals", "transferred <= answered"),
        ("acd.agent_states", "ended_at >= started_at"),
        ("qa.evaluation_items", "points <= max_points"),
        ("hr.employees", "left_on >= hired_on"),
        ("hr.schedules", "ends_at > starts_at"),
    ):
        assert (table, check) in checks
    assert {name for name, c in contracts.items() if c.no_overlap} == {"acd.queue_intervals", "hr.schedules"}
    assert {name for name, c in contracts.items() if c.leads_to and c.periods} == {"hr.employees"}
    assert {name for name, c in contracts.items() if c.longest} == {"acd.agent_states"}
