"""Verdicts of the gate that failed, as tests of everything after the gate need them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from expectations.items import Item, items_of
from expectations.verdicts import Finding, Settlement, Severity, Value, Verdict

NO_STATES = "no_scheduled_day_is_without_states"
_AUGUST = date(2026, 8, 1)


def failing(
    expectation: str = NO_STATES,
    table_name: str = "acd.agent_states",
    month: date | None = _AUGUST,
    *,
    keys: Mapping[str, str] | None = None,
    found: Mapping[str, Value] | None = None,
    severity: Severity = "refused",
    settled: Settlement | None = None,
    **finding: Any,
) -> Verdict:
    """A verdict of one expectation at one place: without more, of twelve agents without states on 3 August."""
    one = Finding(
        keys=keys or {"business_date": "2026-08-03", "site_id": "SHA"},
        found=found or {"scheduled_agents": 12},
        severity=severity,
        settled=settled,
        **finding,
    )
    return Verdict(expectation, table_name, month, severity, 1, (one,))


def waived(by: str = "Wei Chen", reason: str = "power cut") -> Settlement:
    """A waiver as a finding shows it."""
    return Settlement(by, reason, datetime(2026, 10, 2, tzinfo=UTC), "waived")


def items(*verdicts: Verdict) -> tuple[Item, ...]:
    """The items of these verdicts."""
    return items_of(verdicts, {})
