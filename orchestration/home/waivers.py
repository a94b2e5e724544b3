"""Waivers: a person lets one named expectation pass for one month, with a reason and a name.

Kept in the home's `waivers.jsonl`, one line an event and never rewritten, so that who waived what, when and why
stays readable; revoking is a line too.
"""

import json
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime

from expectations.verdicts import Waiver
from orchestration.home.errors import CallboardError, UsageError
from orchestration.home.paths import Home


def add_waiver(home: Home, waiver: Waiver) -> None:
    """Put a waiver in force; one for the same expectation, month and table takes the older one's place.

    Raises UsageError where the reason or the name is blank.
    """
    if not waiver.reason.strip() or not waiver.waived_by.strip():
        raise UsageError("A waiver needs a reason and a name.", hint='Give --reason "…" and --by "…".')
    _append(home, "waive", waiver)


def revoke_waiver(
    home: Home, expectation: str, month: date, table_name: str | None, *, by: str, reason: str
) -> None:
    """Take a waiver out of force. Raises UsageError where there is none such."""
    found = {waiver.key for waiver in waivers_in_force(home)}
    if (expectation, month, table_name) not in found:
        where = f" on {table_name}" if table_name else ""
        raise UsageError(
            f"No waiver of {expectation}{where} for {month:%Y-%m} is in force.",
            hint=f"See what is: callboard waivers list --home {home.root}",
        )
    _append(home, "revoke", Waiver(expectation, month, table_name, reason, by, datetime.now(UTC)))


def waivers_in_force(home: Home) -> list[Waiver]:
    """Every waiver that holds now, in a settled order."""
    held: dict[tuple[str, date, str | None], Waiver] = {}
    for event, waiver in _events(home):
        if event == "waive":
            held[waiver.key] = waiver
        else:
            held.pop(waiver.key, None)
    return sorted(held.values(), key=lambda w: (w.month, w.expectation, w.table_name or ""))


def _append(home: Home, event: str, waiver: Waiver) -> None:
    line = {
        "event": event,
        "expectation": waiver.expectation,
        "month": f"{waiver.month:%Y-%m}",
        "table_name": waiver.table_name,
        "reason": waiver.reason,
        "by": waiver.waived_by,
        "at": waiver.waived_at.astimezone(UTC).isoformat(timespec="seconds"),
    }
    with home.waivers_file.open("a", encoding="utf-8") as handle:
        handle.write(json.dumps(line, ensure_ascii=False) + "\n")
        handle.flush()
        os.fsync(handle.fileno())


def _events(home: Home) -> Iterator[tuple[str, Waiver]]:
    if not home.waivers_file.is_file():
        return
    lines = home.waivers_file.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            event = json.loads(line)
            month = date.fromisoformat(event["month"] + "-01")
            at = datetime.fromisoformat(event["at"])
            waiver = Waiver(
                event["expectation"], month, event["table_name"], event["reason"], event["by"], at
            )
            yield event["event"], waiver
        except (ValueError, KeyError, TypeError):
            raise CallboardError(
                f"{home.waivers_file}:{number} is no waiver: {line[:80]!r}.",
                hint="Mend or delete that line; a waiver is never guessed.",
            ) from None
