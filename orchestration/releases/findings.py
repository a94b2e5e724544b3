"""What the gate found, as a release keeps it: `audit.gate_result` and `audit.to_confirm`, written and read.

Findings are codes and parameters; their English stands beside them for people who query the file.
"""

import json
from collections.abc import Sequence
from datetime import date

import duckdb
from pydantic import TypeAdapter

from expectations.items import Entry, Item
from expectations.verdicts import Finding, Verdict
from orchestration.warehouse.database import tables_of

#: What every release has, as SQL behind `audit.gate_result`: an older one has the English of its findings only.
WITH_FINDINGS = "union all by name select null::varchar as findings where false"
#: What a check found that held.
AS_EXPECTED = "as expected"
_ENTRIES = TypeAdapter(tuple[Entry, ...])
_FINDINGS = TypeAdapter(tuple[Finding, ...])


def audit_row(verdict: Verdict) -> list[object]:
    """A verdict as a row of `audit.gate_result`."""
    # Late, here and below: a command starts without babel.
    from orchestration.presentation.findings import expected_in_words, found_in_words
    from orchestration.presentation.language import language

    english = language("en")
    entries = entries_of(verdict)
    settled = [entry.finding.settled for entry in entries]
    waived = next((s for s in settled if s and s.kind == "waived"), None) if all(settled) else None
    return [
        verdict.expectation,
        verdict.table_name,
        verdict.month,
        verdict.severity,
        verdict.passed,
        found_in_words(entries[0], english) if entries else AS_EXPECTED,
        expected_in_words(verdict.expectation, english),
        waived.by if waived else None,
        waived.reason if waived else None,
        verdict.broken,
        _FINDINGS.dump_json(verdict.findings).decode() if entries else None,
    ]


def entries_of(verdict: Verdict) -> tuple[Entry, ...]:
    """The findings of one verdict, each with what it is of."""
    return tuple(
        Entry(
            verdict.expectation,
            verdict.table_name,
            verdict.month,
            finding,
            verdict.origin,
            verdict.is_waivable,
        )
        for finding in verdict.findings
    )


def entries_in(
    expectation: str, table_name: str, month: date | None, findings: str | None
) -> tuple[Entry, ...]:
    """The entries of a row of `audit.gate_result`; none where it held, or where an older release has only its English."""
    found = _FINDINGS.validate_json(findings) if findings else ()
    return tuple(Entry(expectation, table_name, month, finding) for finding in found)


def fill_to_confirm(connection: duckdb.DuckDBPyConnection, items: Sequence[Item]) -> None:
    """Write the items that are to confirm, or were confirmed, into `audit.to_confirm`."""
    rows = [_row(item) for item in items if any(e.finding.severity == "to_confirm" for e in item.entries)]
    if rows:
        connection.executemany(f"insert into audit.to_confirm values ({', '.join('?' * len(rows[0]))})", rows)


def items_in(connection: duckdb.DuckDBPyConnection, month: date | None = None) -> tuple[Item, ...]:
    """The items of a release that were to confirm, of one month and of all where `month` is given; the open ones first,
    then by damage. None in a release of an older Callboard."""
    if "to_confirm" not in tables_of(connection, "audit"):
        return ()
    rows = connection.execute(
        """
        select item_id, month, source_table, entries from audit.to_confirm
        where $month is null or month is null or month = $month
        order by state = 'confirmed', damage desc, item_id
        """,
        {"month": month},
    ).fetchall()
    return tuple(Item(row[0], row[1], row[2] or "", _ENTRIES.validate_json(row[3])) for row in rows)


def _row(item: Item) -> list[object]:
    from orchestration.presentation.findings import found_in_words
    from orchestration.presentation.language import language

    lead = item.lead
    # What was waived of it is no confirmation, but no question either.
    settled = lead.finding.settled if item.is_settled else None
    return [
        item.item_id,
        item.month,
        item.source or None,
        lead.expectation,
        json.dumps(dict(lead.finding.keys), ensure_ascii=False),
        json.dumps(dict(lead.finding.found), ensure_ascii=False),
        found_in_words(lead, language("en")),
        list(item.kpis),
        item.damage,
        "confirmed" if item.is_settled else "open",
        settled.by if settled else None,
        settled.reason if settled else None,
        settled.at.replace(tzinfo=None) if settled else None,
        _ENTRIES.dump_json(item.entries).decode(),
    ]
