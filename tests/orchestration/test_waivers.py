"""Letting one expectation pass for one month, and taking that back."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from expectations.gate import expectation_names
from expectations.verdicts import Waiver
from orchestration.home.errors import CallboardError, UsageError
from orchestration.home.paths import Home
from orchestration.home.waivers import add_waiver, revoke_waiver, waivers_in_force

from .conftest import AUGUST, SEPTEMBER, CommandResult

AT = datetime(2026, 10, 1, 8, tzinfo=UTC)


def waiver(month: date = AUGUST, table: str | None = None, reason: str = "known outage") -> Waiver:
    return Waiver("no_holes", month, table, reason, "Wei Chen", AT)


def test_a_waiver_is_in_force_for_its_month_with_its_reason_and_name(home: Home) -> None:
    add_waiver(home, waiver())
    assert waivers_in_force(home) == [waiver()]


def test_a_later_waiver_of_the_same_takes_the_earlier_ones_place(home: Home) -> None:
    add_waiver(home, waiver())
    add_waiver(home, waiver(reason="known outage, ticket 12"))
    add_waiver(home, waiver(SEPTEMBER))
    assert [(w.month, w.reason) for w in waivers_in_force(home)] == [
        (AUGUST, "known outage, ticket 12"),
        (SEPTEMBER, "known outage"),
    ]


def test_revoking_leaves_a_record_and_takes_only_that_waiver_out_of_force(home: Home) -> None:
    add_waiver(home, waiver())
    add_waiver(home, waiver(table="fct_agent_day"))
    revoke_waiver(home, "no_holes", AUGUST, None, by="Wei Chen", reason="delivered after all")
    assert waivers_in_force(home) == [waiver(table="fct_agent_day")]
    assert len(home.waivers_file.read_text().splitlines()) == 3


def test_a_waiver_that_is_not_there_cannot_be_revoked(home: Home) -> None:
    with pytest.raises(UsageError, match="No waiver of no_holes"):
        revoke_waiver(home, "no_holes", AUGUST, None, by="Wei Chen", reason="")


@pytest.mark.parametrize("change", [{"reason": " "}, {"waived_by": ""}])
def test_a_waiver_needs_a_reason_and_a_name(home: Home, change: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="a reason and a name"):
        add_waiver(home, Waiver(**{**vars(waiver()), **change}))
    assert not home.waivers_file.exists()


def test_a_damaged_line_is_named_and_not_guessed(home: Home) -> None:
    home.waivers_file.write_text('{"event": "waive"')
    with pytest.raises(CallboardError, match=r"waivers\.jsonl:1"):
        waivers_in_force(home)


def test_the_command_waives_lists_and_revokes(home: Home, callboard: Callable[..., CommandResult]) -> None:
    table, names = next((t, n) for t, n in expectation_names().items() if n)
    who = ["--home", home.root, "--month", "2026-08", "--by", "Wei Chen", "--reason", "known"]
    assert callboard("waive", names[0], *who, "--table", table).code == 0
    listed = json.loads(callboard("waivers", "list", "--home", home.root, "--json").out)["waivers"]
    assert [(w["expectation"], w["month"], w["table_name"], w["waived_by"]) for w in listed] == [
        (names[0], "2026-08", table, "Wei Chen")
    ]
    assert callboard("waivers", "revoke", names[0], *who, "--table", table).code == 0
    assert json.loads(callboard("waivers", "--home", home.root, "--json").out)["waivers"] == []


def test_an_unknown_expectation_is_wrong_usage_and_near_names_are_offered(
    home: Home, callboard: Callable[..., CommandResult]
) -> None:
    name = "kpi_monthly_key_is_uniqe"
    result = callboard("waive", name, "--home", home.root, "--month", "2026-08", "--by", "W", "--reason", "r")
    assert result.code == 2
    assert "kpi_monthly_key_is_unique" in result.err
    assert not home.waivers_file.exists()
