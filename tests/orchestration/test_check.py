"""`callboard check`: what was delivered is judged in seconds, with all that is wrong with it at once."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from expectations.items import Item
from expectations.settling import Waiver
from orchestration.home.errors import GateRefusedError
from orchestration.home.paths import Home
from orchestration.home.waivers import add_waiver
from orchestration.presentation.findings import found_in_words
from orchestration.presentation.language import language
from orchestration.refresh.context import make_context
from orchestration.refresh.judge import load_and_judge, refuse_unusable
from tests.orchestration.conftest import CommandResult

SITES = "site_id,site_name,time_zone,country\nSHA,Shanghai,{},CN\n"
EMPLOYEES = "employee_id,agent_id,hired_on\nE1,A1,2026-09-01\n"
SEPTEMBER = date(2026, 9, 1)
AS_OF = datetime(2026, 10, 20, tzinfo=UTC)


def deliver(home: Home, file: str, content: str | bytes) -> None:
    path = home.landing / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def spoil(home: Home) -> None:
    """A source of which no row can count, a file that can't be read, one in no table's folder, and a good one."""
    deliver(home, "hr/sites/sites.csv", SITES.format("CST"))
    deliver(home, "crm/cases/a.parquet", b"PAR")
    deliver(home, "hr/employes/a.csv", EMPLOYEES)
    deliver(home, "hr/employees/a.csv", EMPLOYEES)


def said(items: tuple[Item, ...], lang: str) -> list[str]:
    return [found_in_words(entry, language(lang)) for item in items for entry in item.entries]


def test_everything_that_is_wrong_is_said_at_once_with_value_file_and_line(home: Home) -> None:
    spoil(home)
    _, _, judged = load_and_judge(make_context(home, as_of=AS_OF))
    observed = said(judged.items, "en")
    assert len(observed) == 3
    for named in (
        "crm/cases/a.parquet: it can't be read as parquet",
        "hr/employes/a.csv: no contract",
        "hr/sites/sites.csv line 2: time_zone is not an IANA time zone (found 'CST')",
    ):
        assert any(named in text for text in observed), named
    assert any("time_zone 应为 IANA 时区名称" in text for text in said(judged.items, "zh"))


def test_an_unknown_month_never_hides_an_unreadable_file(home: Home) -> None:
    spoil(home)
    ctx = make_context(home, months=[date(1990, 1, 1)], as_of=AS_OF)
    load_and_judge(ctx)
    with pytest.raises(GateRefusedError):
        refuse_unusable(ctx, ())


def test_what_is_waived_for_each_month_lets_a_refresh_go_on(home: Home) -> None:
    deliver(home, "hr/sites/sites.csv", SITES.format("Asia/Shanghai"))
    deliver(home, "hr/employees/a.csv", EMPLOYEES)
    deliver(home, "crm/cases/a.parquet", b"PAR")
    deliver(
        home,
        "hr/requisitions/r.csv",
        "requisition_id,role,opened_on,due_on,requested,filled\nR1,a,2026-09-02,2026-09-03,1,1\n",
    )
    _, _, judged = load_and_judge(make_context(home, months=[SEPTEMBER], as_of=AS_OF))
    (item,) = judged.items
    assert item.lead.expectation == "every_delivery_is_readable"
    add_waiver(
        home,
        Waiver(
            "every_delivery_is_readable",
            SEPTEMBER,
            "delivery",
            "known",
            "Wei Chen",
            AS_OF,
            {"file": ("crm/cases/a.parquet",)},
            (item.lead.bound,),
        ),
    )
    assert refuse_unusable(make_context(home, months=[SEPTEMBER], as_of=AS_OF), ()) == ()


def test_a_file_of_bad_corrections_is_noted_and_refuses_nothing(home: Home) -> None:
    deliver(home, "hr/sites/sites.csv", SITES.format("Asia/Shanghai"))
    deliver(home, "hr/sites/z.csv", SITES.format("BST"))
    _, _, judged = load_and_judge(make_context(home, as_of=AS_OF))
    assert judged.items == ()
    assert ["BST" in note for note in judged.notes] == [True]


def test_check_ends_with_three_where_a_refresh_would_be_refused(
    home: Home, callboard: Callable[..., CommandResult]
) -> None:
    spoil(home)
    done = callboard("check", "--home", home.root, "--json")
    told = json.loads(done.out)
    assert (done.code, told["status"], len(told["gate"])) == (3, "refused", 3)
    for file in ("hr/sites/sites.csv", "crm/cases/a.parquet", "hr/employes/a.csv"):
        (home.landing / file).unlink()
    done = callboard("check", "--home", home.root, "--json")
    assert (done.code, json.loads(done.out)["status"]) == (0, "usable")
