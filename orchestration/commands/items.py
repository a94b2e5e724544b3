"""What the gate found, as the commands show it: items in words, and what to type to settle them."""

import shlex
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from rich.console import Console

from orchestration.home.paths import Home

if TYPE_CHECKING:
    from expectations.items import Entry, Item
    from expectations.verdicts import Severity
    from orchestration.presentation.language import Language


def print_items(
    console: Console, home: Home, items: "Sequence[Item]", months: Sequence[date], language: "Language"
) -> None:
    """What refused a build of `months`, what is to confirm, what was noted and what was waived, in the order of the
    damage it could do."""
    t = language.text
    heads: dict[Severity, str] = {
        "refused": t("Refused: these numbers are wrong, and nothing was published."),
        "to_confirm": t("To confirm: odd, and published with a mark on the KPIs it touches."),
        "noted": t("Noted:"),
    }
    for severity, head in heads.items():
        mine = [item for item in items if item.severity == severity and not item.is_settled]
        if mine:
            console.print(f"\n{head}", style="bold", markup=False)
        for item in mine:
            _print_item(console, home, item, months, language)
    _print_settled(console, items, language)


def _print_item(
    console: Console, home: Home, item: "Item", months: Sequence[date], language: "Language"
) -> None:
    from orchestration.presentation.findings import item_in_words

    t, words = language.text, item_in_words(item, language)
    console.print(f"\n{item.item_id}  {words.title}", style="bold", markup=False)
    for sentence in words.found:
        console.print(f"  {sentence}", markup=False)
    if words.touches:
        console.print(f"  {t('It touches: {kpis}', kpis=words.touches)}", markup=False)
    console.print(f"  {t('What to do: {ask}', ask=words.ask)}", markup=False)
    if item.severity == "to_confirm":
        console.print(
            f"  {t('If it is right: {command}', command=confirm_command(home, item))}", markup=False
        )
    if item.severity == "refused":
        for command in waive_commands(home, item, months):
            console.print(
                f"  {t('Only if the numbers are right as they are: {command}', command=command)}",
                markup=False,
            )


def _print_settled(console: Console, items: "Sequence[Item]", language: "Language") -> None:
    from orchestration.presentation.findings import found_in_words, settled_in_words

    settled = [entry for item in items for entry in item.entries if entry.finding.settled]
    if not settled:
        return
    console.print(f"\n{language.text('Settled by people:')}", style="bold", markup=False)
    for entry in settled:
        where = f"{entry.table_name} {entry.month:%Y-%m}" if entry.month else entry.table_name
        keys = ", ".join(f"{name}={value}" for name, value in entry.finding.keys.items())
        said = f"{entry.expectation}, {where}, {keys}: {found_in_words(entry, language)}"
        console.print(f"  {said}. {settled_in_words(entry, language)}", markup=False)


def items_json(
    home: Home, items: "Iterable[Item]", months: Sequence[date], language: "Language"
) -> list[dict[str, object]]:
    """The items for `--json`: words and the parameters behind them."""
    from orchestration.presentation.findings import item_in_words

    found: list[dict[str, object]] = []
    for item in items:
        words = item_in_words(item, language)
        found.append(
            {
                "item": item.item_id,
                "severity": item.severity,
                "state": "settled" if item.is_settled else "open",
                "month": f"{item.month:%Y-%m}" if item.month else None,
                "source": item.source or None,
                "title": words.title,
                "found": list(words.found),
                "kpis": list(item.kpis),
                "damage": round(item.damage, 6),
                "ask": words.ask,
                "confirm": confirm_command(home, item) if item.severity == "to_confirm" else None,
                "waive": waive_commands(home, item, months) if item.severity == "refused" else [],
                "findings": [_entry_json(entry) for entry in item.entries],
            }
        )
    return found


def verdicts_json(
    home: Home, items: "Iterable[Item]", severity: "Severity", months: Sequence[date], language: "Language"
) -> list[dict[str, object]]:
    """The findings of a severity that are not settled, one for each expectation, table and month, for `--json`."""
    from orchestration.presentation.findings import expected_in_words, found_in_words

    found: list[dict[str, object]] = []
    for item in items:
        for mine in _by_expectation(item):
            mine = [e for e in mine if e.finding.severity == severity and e.finding.settled is None]
            if not mine:
                continue
            first = mine[0]
            found.append(
                {
                    "item": item.item_id,
                    "expectation": first.expectation,
                    "table_name": first.table_name,
                    "month": f"{first.month:%Y-%m}" if first.month else None,
                    "observed": found_in_words(first, language),
                    "expected": expected_in_words(
                        first.expectation, language, is_of_dbt=first.origin == "dbt"
                    ),
                    "example_keys": [
                        ", ".join(f"{k}={v}" for k, v in entry.finding.keys.items()) for entry in mine[:5]
                    ],
                    "waive": _waive(home, mine, months) if severity == "refused" else [],
                }
            )
    return found


def confirm_command(home: Home, item: "Item") -> str:
    """What to type to say that an item is right."""
    return f'callboard confirm {item.item_id} --home {shlex.quote(str(home.root))} --by "…" --reason "…"'


def waive_commands(home: Home, item: "Item", months: Sequence[date]) -> list[str]:
    """What to type to let the refused findings of an item pass: a command for each expectation and month; none for
    arithmetic, keys and dbt's tests, which cannot be waived."""
    return [
        command
        for mine in _by_expectation(item)
        for command in _waive(
            home,
            [e for e in mine if e.finding.blocks],
            months,
        )
    ]


def _waive(home: Home, entries: "Sequence[Entry]", months: Sequence[date]) -> list[str]:
    if not entries or not entries[0].is_waivable:
        return []
    first = entries[0]
    keys: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        for name, value in entry.finding.keys.items():
            keys[name].add(value)
    given = " ".join(
        f"--key {shlex.quote(f'{name}={value}')}" for name, values in keys.items() for value in sorted(values)
    )
    return [
        f"callboard waive {first.expectation} --home {shlex.quote(str(home.root))} --month {month:%Y-%m} "
        f'--table {shlex.quote(first.table_name)} {given} --reason "…" --by "…"'
        for month in ([first.month] if first.month else months)
    ]


def _by_expectation(item: "Item") -> "list[list[Entry]]":
    found: dict[tuple[str, str, date | None], list[Entry]] = {}
    for entry in item.entries:
        found.setdefault((entry.expectation, entry.table_name, entry.month), []).append(entry)
    return list(found.values())


def _entry_json(entry: "Entry") -> dict[str, object]:
    finding = entry.finding
    return {
        "expectation": entry.expectation,
        "table_name": entry.table_name,
        "month": f"{entry.month:%Y-%m}" if entry.month else None,
        "severity": finding.severity,
        "keys": dict(finding.keys),
        "found": dict(finding.found),
        "settled_by": finding.settled.by if finding.settled else None,
        "settled_reason": finding.settled.reason if finding.settled else None,
    }
