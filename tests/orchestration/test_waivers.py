"""Letting what an expectation found pass, confirming what is odd, and taking a waiver back."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from expectations.gate import GateReport
from expectations.settling import Waiver
from expectations.verdicts import Verdict
from orchestration.home.errors import CallboardError, UsageError
from orchestration.home.paths import Home
from orchestration.home.waivers import add_waiver, confirmations, revoke_waivers, waivers_in_force
from orchestration.refresh.conclude import conclude
from orchestration.refresh.context import RefreshContext
from orchestration.refresh.outcomes import GateOutcome, RefreshOutcome
from orchestration.refresh.progress import StepResult
from orchestration.refresh.run import RefreshRun
from tests.findings import NO_STATES, failing

from .conftest import AUGUST, PASSED, SEPTEMBER, CommandResult, StandIn

AT = datetime(2026, 10, 1, 8, tzinfo=UTC)
WHO = ["--by", "Wei Chen", "--reason", "known"]
ON_4TH = {"business_date": "2026-08-04", "site_id": "SHA"}
DOUBLED = "no_rows_came_twice_under_new_keys"


def waiver(month: date = AUGUST, table: str | None = None, reason: str = "known outage") -> Waiver:
    return Waiver("no_holes", month, table, reason, "Wei Chen", AT)


def judged(ctx: RefreshContext, *verdicts: Verdict) -> RefreshOutcome:
    """Conclude a refresh whose build the gate judged so."""
    run = RefreshRun(ctx, judged=GateOutcome(StepResult("gate", 0.1), ctx.release_id, verdicts))
    outcome = conclude(run, lambda *_: None)
    assert outcome is not None
    return outcome


def test_a_waiver_is_in_force_for_its_month_with_its_reason_and_name(home: Home) -> None:
    bound = failing()
    given = replace(
        waiver(),
        key={"site_id": ("SHA",)},
        bound=tuple(e.bound for i in GateReport((bound,)).items for e in i.entries),
    )
    add_waiver(home, given)
    assert waivers_in_force(home) == [given]


def test_a_later_waiver_of_the_same_takes_the_earlier_ones_place(home: Home) -> None:
    add_waiver(home, waiver())
    add_waiver(home, waiver(reason="known outage, ticket 12"))
    add_waiver(home, waiver(SEPTEMBER))
    assert [(w.month, w.reason) for w in waivers_in_force(home)] == [
        (AUGUST, "known outage, ticket 12"),
        (SEPTEMBER, "known outage"),
    ]


def test_revoking_leaves_a_record_and_takes_only_that_waiver_out_of_force(home: Home) -> None:
    add_waiver(home, waiver(SEPTEMBER))
    add_waiver(home, waiver(table="hr.schedules"))
    add_waiver(home, waiver(table="fct_agent_day"))
    count = revoke_waivers(
        home, "no_holes", AUGUST, "hr.schedules", {}, by="Wei Chen", reason="delivered after all"
    )
    assert count == 1
    assert waivers_in_force(home) == [waiver(table="fct_agent_day"), waiver(SEPTEMBER)]
    assert len(home.waivers_file.read_text().splitlines()) == 4


def test_a_waiver_that_is_not_there_cannot_be_revoked(home: Home) -> None:
    with pytest.raises(UsageError, match="No waiver of no_holes"):
        revoke_waivers(home, "no_holes", AUGUST, None, {}, by="Wei Chen", reason="")


@pytest.mark.parametrize("change", [{"reason": " "}, {"waived_by": ""}])
def test_a_waiver_needs_a_reason_and_a_name(home: Home, change: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="a reason and a name"):
        add_waiver(home, Waiver(**{**vars(waiver()), **change}))
    assert not home.waivers_file.exists()


def test_a_damaged_line_is_named_and_not_guessed(home: Home) -> None:
    home.waivers_file.write_text('{"event": "waive"')
    with pytest.raises(CallboardError, match=r"waivers\.jsonl:1"):
        waivers_in_force(home)
    home.confirmations_file.write_text('{"item": "a"}')
    with pytest.raises(CallboardError, match=r"confirmations\.jsonl:1"):
        confirmations(home)


def test_the_command_waives_what_was_refused_at_a_key_lists_and_revokes(
    stand_in: StandIn, callboard: Callable[..., CommandResult]
) -> None:
    home = stand_in.home
    judged(stand_in.context(AUGUST), failing(), failing(keys=ON_4TH))
    given = ["--home", home.root, "--month", "2026-08", *WHO]
    several = callboard("waive", NO_STATES, *given)
    assert several.code == 2
    assert "business_date=2026-08-03, site_id=SHA" in several.err
    assert callboard("waive", NO_STATES, *given, "--key", "business_date=2026-08-05").code == 2
    assert callboard("waive", NO_STATES, *given, "--key", "business_date").code == 2
    assert callboard("waive", NO_STATES, *given, "--key", "business_date=2026-08-04").code == 0
    (listed,) = json.loads(callboard("waivers", "list", "--home", home.root, "--json").out)["waivers"]
    assert (listed["expectation"], listed["month"], listed["table_name"]) == (
        NO_STATES,
        "2026-08",
        "acd.agent_states",
    )
    assert (listed["waived_by"], listed["places"]) == ("Wei Chen", [ON_4TH])
    assert callboard("waivers", "revoke", NO_STATES, *given).code == 0
    assert json.loads(callboard("waivers", "--home", home.root, "--json").out)["waivers"] == []


def test_what_is_refused_at_one_place_needs_no_key(
    stand_in: StandIn, callboard: Callable[..., CommandResult]
) -> None:
    judged(stand_in.context(AUGUST), failing())
    assert callboard("waive", NO_STATES, "--home", stand_in.home.root, "--month", "2026-08", *WHO).code == 0
    (held,) = waivers_in_force(stand_in.home)
    assert held.bound is not None
    assert [bound.found for bound in held.bound] == [{"scheduled_agents": 12}]


def test_the_same_expectation_on_several_tables_needs_the_table(
    stand_in: StandIn, callboard: Callable[..., CommandResult]
) -> None:
    tables = ("crm.cases", "crm.orders")
    judged(
        stand_in.context(AUGUST),
        *(failing(DOUBLED, t, keys={"source": t}, found={"rows": 9}) for t in tables),
    )
    given = ["--home", stand_in.home.root, "--month", "2026-08", *WHO]
    several = callboard("waive", DOUBLED, *given)
    assert (several.code, "crm.cases, crm.orders" in several.err) == (2, True)
    assert callboard("waive", DOUBLED, *given, "--table", "crm.orders").code == 0


@pytest.mark.parametrize(
    ("expectation", "why"),
    [
        ("kpi_monthly_key_is_unique", "arithmetic or a key"),
        ("kpi_monthly_value_is_numerator_by_denominator", "arithmetic or a key"),
        (NO_STATES, "refused nothing"),
        ("kpi_monthly_key_is_uniqe", "kpi_monthly_key_is_unique"),
    ],
)
def test_what_cannot_be_waived_is_wrong_usage_and_says_why(
    home: Home, callboard: Callable[..., CommandResult], expectation: str, why: str
) -> None:
    result = callboard("waive", expectation, "--home", home.root, "--month", "2026-08", *WHO)
    assert result.code == 2
    assert why in result.err
    assert not home.waivers_file.exists()


def test_waivers_that_do_nothing_are_said_after_each_gate(stand_in: StandIn) -> None:
    for name in ("no_holes", "kpi_monthly_key_is_unique", NO_STATES):
        add_waiver(stand_in.home, replace(waiver(), expectation=name))
    structure = replace(PASSED, is_waivable=False)
    arithmetic, gone, old = judged(stand_in.context(AUGUST), structure, failing()).about_waivers
    assert "arithmetic and keys can't be waived" in arithmetic
    assert "no_holes" in gone
    assert "no such expectation any more" in gone
    assert "names no key" in old
    assert "callboard waive" in old


def test_a_waiver_of_another_value_is_said_to_let_nothing_pass(
    stand_in: StandIn, callboard: Callable[..., CommandResult]
) -> None:
    judged(stand_in.context(AUGUST), failing())
    callboard("waive", NO_STATES, "--home", stand_in.home.root, "--month", "2026-08", *WHO)
    (said,) = judged(stand_in.context(AUGUST), failing(found={"scheduled_agents": 13})).about_waivers
    assert "given for another value" in said


def test_an_odd_item_is_confirmed_once_with_a_reason_and_not_waived(
    stand_in: StandIn, callboard: Callable[..., CommandResult]
) -> None:
    home = stand_in.home
    odd = failing(severity="to_confirm")
    stand_in.verdicts = [PASSED, odd]
    stand_in.publish({AUGUST: 0.5})
    (item,) = GateReport((odd,)).items
    listed = json.loads(callboard("status", "--home", home.root, "--json").out)["published"]["items"]
    assert [(one["item"], one["state"]) for one in listed] == [(item.item_id, "open")]
    assert stand_in.published("select item_id, state, kpis, confirmed_by from audit.to_confirm") == [
        (item.item_id, "open", [], None)
    ]
    given = ["--home", home.root]
    wrong = callboard("confirm", "2026-08-zzzz", *given, *WHO)
    assert (wrong.code, item.item_id in wrong.err) == (2, True)
    assert callboard("confirm", item.item_id, *given, "--by", " ", "--reason", "r").code == 2
    assert callboard("confirm", item.item_id, *given, *WHO).code == 0
    (held,) = confirmations(home)
    assert (held.item, held.month, held.confirmed_by, held.reason) == (
        item.item_id,
        AUGUST,
        "Wei Chen",
        "known",
    )
    assert [bound.keys for bound in held.findings] == [{"business_date": "2026-08-03", "site_id": "SHA"}]


def test_what_is_odd_is_confirmed_and_what_is_refused_is_delivered_again(
    stand_in: StandIn, callboard: Callable[..., CommandResult]
) -> None:
    refused, odd = (
        failing(),
        failing(DOUBLED, "crm.orders", keys={"source": "crm.orders"}, severity="to_confirm"),
    )
    outcome = judged(stand_in.context(AUGUST), refused, odd)
    first, second = outcome.items
    given = ["--home", stand_in.home.root]
    wrong = callboard("confirm", first.item_id, *given, *WHO)
    assert (wrong.code, "not to confirm" in wrong.err) == (2, True)
    assert callboard("confirm", second.item_id, *given, *WHO).code == 0
    waive = callboard("waive", DOUBLED, *given, "--month", "2026-08", *WHO)
    assert (waive.code, f"callboard confirm {second.item_id}" in waive.err) == (2, True)
