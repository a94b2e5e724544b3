"""What is said of waivers after a gate: which do nothing any more, and which of an older kind were used once.

A waiver that a person gave is never dropped in silence.
"""

import shlex
from collections.abc import Sequence
from dataclasses import replace

from expectations.items import Item
from expectations.settling import Waiver
from expectations.verdicts import Verdict
from orchestration.home.paths import Home
from orchestration.home.waivers import add_waiver
from orchestration.refresh.context import RefreshContext


def about_waivers(ctx: RefreshContext, verdicts: Sequence[Verdict]) -> tuple[str, ...]:
    """A sentence on each waiver of the judged months that does not do what its giver meant."""
    months = {verdict.month for verdict in verdicts if verdict.month}
    return tuple(
        said
        for waiver in ctx.waivers
        if waiver.month in months and (said := _about(ctx.home, waiver, verdicts))
    )


def bind_old_waivers(ctx: RefreshContext, items: Sequence[Item]) -> None:
    """Bind each waiver of before keys were named to what it has just let pass: it covers no other value from now on."""
    entries = [entry for item in items for entry in item.entries if entry.finding.settled]
    for waiver in ctx.waivers:
        let_pass = [
            entry.bound
            for entry in entries
            if waiver.bound is None
            and entry.expectation == waiver.expectation
            and waiver.table_name in (None, entry.table_name)
            and entry.month in (None, waiver.month)
        ]
        if let_pass:
            add_waiver(ctx.home, replace(waiver, bound=tuple(let_pass)))


def _about(home: Home, waiver: Waiver, verdicts: Sequence[Verdict]) -> str:
    judged = [
        v
        for v in verdicts
        if v.expectation == waiver.expectation and waiver.table_name in (None, v.table_name)
    ]
    name = f"The waiver of {waiver.expectation} for {waiver.month:%Y-%m} by {waiver.waived_by}"
    if not judged:
        return f"{name} does nothing: there is no such expectation any more. Take it back: {_revoke(home, waiver)}"
    mine = [v for v in judged if v.month in (None, waiver.month) and not v.passed]
    if any(not v.is_waivable for v in judged):
        return (
            f"{name} does nothing: arithmetic and keys can't be waived. Take it back: {_revoke(home, waiver)}"
        )
    if waiver.bound is None and mine:
        return (
            f"{name} names no key, as older ones do. It let pass what was found this once, and lets nothing else pass. "
            f"To renew it after another value: callboard waive {waiver.expectation} --home {shlex.quote(str(home.root))} "
            f'--month {waiver.month:%Y-%m} --table {mine[0].table_name} --key NAME=VALUE --reason "…" --by "…"'
        )
    places = [dict(bound.keys) for bound in waiver.bound or ()]
    if any(dict(f.keys) in places and f.blocks for v in mine for f in v.findings):
        return f"{name} was given for another value than was found now, so it lets nothing pass."
    return ""


def _revoke(home: Home, waiver: Waiver) -> str:
    return (
        f"callboard waivers revoke {waiver.expectation} --home {shlex.quote(str(home.root))} "
        f'--month {waiver.month:%Y-%m} --reason "…" --by "…"'
    )
