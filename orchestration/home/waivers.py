"""Waivers and confirmations: what a person lets pass, or says is right, with a reason and a name.

Kept in the home's `waivers.jsonl` and `confirmations.jsonl`, one line an event and never rewritten, so that who settled
what, when and why stays readable; revoking is a line too.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from expectations.settling import Bound, Confirmation, Waiver
from orchestration.home.errors import CallboardError, UsageError
from orchestration.home.paths import Home


def add_waiver(home: Home, waiver: Waiver) -> None:
    """Put a waiver in force; one for the same expectation, month, table and key takes the older one's place.

    Raises UsageError where the reason or the name is blank.
    """
    _refuse_blank("A waiver", waiver.reason, waiver.waived_by)
    _append(home.waivers_file, _waiver_line("waive", waiver))


def revoke_waivers(
    home: Home,
    expectation: str,
    month: date,
    table_name: str | None,
    key: Mapping[str, tuple[str, ...]],
    *,
    by: str,
    reason: str,
) -> int:
    """Take waivers out of force: those of a table and key, where these are given. Gives how many.

    Raises UsageError where there is none such.
    """
    found = [
        waiver
        for waiver in waivers_in_force(home)
        if (waiver.expectation, waiver.month) == (expectation, month)
        and table_name in (None, waiver.table_name)
        and (not key or waiver.key == key)
    ]
    if not found:
        where = f" on {table_name}" if table_name else ""
        raise UsageError(
            f"No waiver of {expectation}{where} for {month:%Y-%m} is in force.",
            hint=f"See what is: callboard waivers list --home {home.root}",
        )
    for waiver in found:
        revoked = replace(waiver, reason=reason, waived_by=by, waived_at=datetime.now(UTC), bound=None)
        _append(home.waivers_file, _waiver_line("revoke", revoked))
    return len(found)


def waivers_in_force(home: Home) -> list[Waiver]:
    """Every waiver that holds now, in a settled order. Raises CallboardError for a line that is none."""
    held: dict[tuple[str, date, str | None, str], Waiver] = {}
    for line in _events(home.waivers_file, "waiver"):
        waiver = _waiver(home.waivers_file, line)
        if line["event"] == "waive":
            held[waiver.identity] = waiver
        else:
            held.pop(waiver.identity, None)
    return sorted(held.values(), key=lambda w: (w.month, w.expectation, w.table_name or "", w.identity[-1]))


def add_confirmation(home: Home, confirmation: Confirmation) -> None:
    """Settle what an item found. Raises UsageError where the reason or the name is blank."""
    _refuse_blank("A confirmation", confirmation.reason, confirmation.confirmed_by)
    line = {
        "item": confirmation.item,
        "month": f"{confirmation.month:%Y-%m}" if confirmation.month else None,
        "findings": [_bound_line(bound) for bound in confirmation.findings],
        "reason": confirmation.reason,
        "by": confirmation.confirmed_by,
        "at": _at(confirmation.confirmed_at),
    }
    _append(home.confirmations_file, line)


def confirmations(home: Home) -> list[Confirmation]:
    """Every confirmation, in the order in which they were given. Raises CallboardError for a line that is none."""
    return [
        _confirmation(home.confirmations_file, line)
        for line in _events(home.confirmations_file, "confirmation")
    ]


def _refuse_blank(what: str, reason: str, by: str) -> None:
    if not reason.strip() or not by.strip():
        raise UsageError(f"{what} needs a reason and a name.", hint='Give --reason "…" and --by "…".')


def _append(file: Path, line: Mapping[str, object]) -> None:
    with file.open("a", encoding="utf-8") as handle:
        handle.write(json.dumps(line, ensure_ascii=False) + "\n")
        handle.flush()
        os.fsync(handle.fileno())


def _waiver_line(event: str, waiver: Waiver) -> dict[str, object]:
    line: dict[str, object] = {
        "event": event,
        "expectation": waiver.expectation,
        "month": f"{waiver.month:%Y-%m}",
        "table_name": waiver.table_name,
        "key": {name: list(values) for name, values in waiver.key.items()},
        "reason": waiver.reason,
        "by": waiver.waived_by,
        "at": _at(waiver.waived_at),
    }
    bound = {} if waiver.bound is None else {"bound": [_bound_line(one) for one in waiver.bound]}
    return line | bound


def _bound_line(bound: Bound) -> dict[str, object]:
    return {
        "expectation": bound.expectation,
        "table_name": bound.table_name,
        "keys": dict(bound.keys),
        "found": dict(bound.found),
    }


def _at(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="seconds")


def _events(file: Path, what: str) -> Iterator[dict[str, Any]]:
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield json.loads(line) | {"line": number, "text": line}
        except (ValueError, TypeError):
            raise _no_event(file, number, line, what) from None


def _waiver(file: Path, line: Mapping[str, Any]) -> Waiver:
    try:
        return Waiver(
            line["expectation"],
            date.fromisoformat(line["month"] + "-01"),
            line["table_name"],
            line["reason"],
            line["by"],
            datetime.fromisoformat(line["at"]),
            {name: tuple(values) for name, values in line.get("key", {}).items()},
            tuple(Bound(**one) for one in line["bound"]) if "bound" in line else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _no_event(file, line["line"], line["text"], "waiver") from None


def _confirmation(file: Path, line: Mapping[str, Any]) -> Confirmation:
    try:
        return Confirmation(
            line["item"],
            date.fromisoformat(line["month"] + "-01") if line["month"] else None,
            tuple(Bound(**one) for one in line["findings"]),
            line["reason"],
            line["by"],
            datetime.fromisoformat(line["at"]),
        )
    except (ValueError, KeyError, TypeError):
        raise _no_event(file, line["line"], line["text"], "confirmation") from None


def _no_event(file: Path, number: int, line: str, what: str) -> CallboardError:
    return CallboardError(
        f"{file}:{number} is no {what}: {line[:80]!r}.",
        hint=f"Mend or delete that line; a {what} is never guessed.",
    )
