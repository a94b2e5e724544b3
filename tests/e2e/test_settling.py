"""Odd months are published with a mark until somebody confirms them; a waiver covers what it names and no other value."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.centres import AS_OF, published_centre

from .conftest import CommandResult, LiveHome

SEPTEMBER = ("--month", "2026-09", "--as-of", AS_OF)
VALUES = "kpi_monthly_centre_values_are_near_trailing_months"
WHO = ("--by", "Li Wei", "--reason", "a promotion")
OPEN = "select distinct unnest(kpis) from audit.to_confirm where state = 'open' order by all"


@pytest.fixture
def centre(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> LiveHome:
    """A published centre of three months, each held against the month before it."""
    shutil.copytree(published_centre(tmp_path_factory), tmp_path / "home", symlinks=True)
    (tmp_path / "home" / "callboard.toml").write_text(
        'default_site = "SHA"\n[gate]\ntrailing_months = 1\n[report]\npdf = false\n'
    )
    return LiveHome(tmp_path / "home")


def deliver(centre: LiveHome, table: str, change: Callable[[dict[str, str]], dict[str, str]]) -> None:
    """September's file of a table again, each row changed, in the place of what came before."""
    file = centre.root / "landing" / table / "2026-09.csv"
    original = centre.root / f"{table.replace('/', '-')}.csv"
    if not original.exists():
        shutil.copy(file, original)
    with original.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    with file.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, rows[0].keys())
        writer.writeheader()
        writer.writerows(change(row) for row in rows)


def multiply(centre: LiveHome, table: str, column: str, factor: float) -> None:
    deliver(
        centre, table, lambda row: {**row, column: str(float(row[column]) * factor) if row[column] else ""}
    )


def items(result: CommandResult, severity: str) -> list[dict[str, object]]:
    listed = result.json["items"]
    assert isinstance(listed, list)
    return [item for item in listed if item["severity"] == severity and item["state"] == "open"]


def test_what_is_odd_is_published_with_a_mark_until_somebody_confirms_it(centre: LiveHome) -> None:
    multiply(centre, "crm/orders", "amount", 6)
    odd = centre.refresh(*SEPTEMBER, "--json")
    assert odd.code == 0, odd.out + odd.err
    ids = {str(item["item"]) for item in items(odd, "to_confirm") if item["source"] == "crm.orders"}
    assert ids
    assert ("average_order_value",) in centre.query(OPEN)
    shown = centre.run("status").out
    assert all(item in shown for item in ids)
    assert "crm.orders of September 2026" in shown
    for item in sorted(ids):
        assert centre.run("confirm", item, *WHO).code == 0
    confirmed = centre.refresh("--as-of", AS_OF, "--json")
    assert confirmed.json["status"] == "published", confirmed.out
    months = confirmed.json["months"]
    assert isinstance(months, list)
    assert "2026-09" in months
    assert ids.isdisjoint(str(item["item"]) for item in items(confirmed, "to_confirm"))
    assert ("average_order_value",) not in centre.query(OPEN)
    told = "select distinct state, confirmed_by, confirmed_reason from audit.to_confirm where source_table = 'crm.orders'"
    assert centre.query(told) == [("confirmed", "Li Wei", "a promotion")]
    assert "Confirmed by Li Wei: a promotion" in centre.run("status").out
    multiply(centre, "crm/orders", "amount", 9)
    again = centre.refresh(*SEPTEMBER, "--json")
    assert not ids.isdisjoint(str(item["item"]) for item in items(again, "to_confirm"))
    assert ("average_order_value",) in centre.query(OPEN)


def test_a_waiver_covers_the_key_and_the_value_that_it_was_given_for(centre: LiveHome) -> None:
    multiply(centre, "crm/orders", "amount", 100)
    multiply(centre, "qa/evaluations", "score", 0.01)
    refused = centre.refresh(*SEPTEMBER, "--json")
    assert refused.code == 3
    assert {item["source"] for item in items(refused, "refused")} == {"crm.orders", "qa.evaluations"}
    given = ("waive", VALUES, "--month", "2026-09", "--table", "kpi_monthly", *WHO)
    assert centre.run(*given).code == 2
    assert centre.run(*given, "--key", "kpi_id=average_order_value").code == 0
    deliver(centre, "qa/evaluations", lambda row: row)
    passed = centre.refresh(*SEPTEMBER)
    assert passed.code == 0, passed.out + passed.err
    assert "Waived by Li Wei: a promotion" in passed.out
    waived = "select waived_by, waived_reason from audit.gate_result where waived_by is not null"
    assert centre.query(waived) == [("Li Wei", "a promotion")]
    multiply(centre, "crm/orders", "amount", 120)
    other = centre.refresh(*SEPTEMBER, "--json")
    assert (other.code, [item["source"] for item in items(other, "refused")]) == (3, ["crm.orders"])
    assert "given for another value" in str(other.json["about_waivers"])
