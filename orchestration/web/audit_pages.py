"""The pages on how the numbers were made: quarantine, the gate's verdicts, releases and what changed between two."""

from functools import partial
from pathlib import Path
from typing import Any

from starlette.responses import Response

from expectations.sentences import is_known
from orchestration.home.paths import Home
from orchestration.presentation.findings import expected_in_words, found_in_words, item_in_words
from orchestration.releases.findings import AS_EXPECTED, entries_in, items_in
from orchestration.warehouse.quarantine import quarantine_summary
from orchestration.web.audit_queries import (
    VERDICTS,
    changes_between,
    quarantined_rows,
    release_ids,
    releases,
    restated_between,
    verdicts,
)
from orchestration.web.page_request import PageRequest, as_month
from orchestration.web.queries import Paged

_SHOWN = 3


def quarantine_page(page_request: PageRequest) -> Response:
    """Refused rows by table and reason, and the rows themselves."""
    connection = page_request.reading.connection
    table, reason = page_request.text("table") or None, page_request.text("reason") or None
    rows = _whole(page_request, quarantined_rows(connection, table, reason, page_request.page()))
    if not rows.total and (table or reason):
        page_request.refuse(404, "Nothing was refused of that table for that reason.")
    values = {
        "summary": quarantine_summary(connection, "release"),
        "rows": rows,
        "table": table,
        "reason": reason,
    }
    return page_request.answer("quarantine.html.j2", values)


def gate_page(page_request: PageRequest) -> Response:
    """What is to confirm, and the gate's verdicts; at first those that did not pass or were waived, of every month."""
    state = page_request.one_of("state", VERDICTS, "open")
    month = page_request.month() if page_request.text("month") else None
    found = _whole(page_request, verdicts(page_request.reading.connection, month, state, page_request.page()))
    items = items_in(page_request.reading.connection, month)
    names = {k.kpi_id: k.name for k in page_request.reading.catalogue(page_request.language).values()}
    values = {
        "items": [(item, item_in_words(item, page_request.language, names)) for item in items],
        "expected": partial(_expected, page_request),
        "found": partial(_found, page_request, names),
        "verdicts": found,
        "state": state,
        "states": VERDICTS,
        "month": month,
        "months": page_request.reading.months,
    }
    return page_request.answer("gate.html.j2", values)


def releases_page(home: Home, page_request: PageRequest) -> Response:
    """The releases that the published one knows of, and two to compare."""
    listed = _whole(page_request, releases(page_request.reading.connection, page_request.page()))
    ids = release_ids(page_request.reading.connection)
    kept = {one for one in ids if _is_kept(home, one)}
    return page_request.answer("releases.html.j2", {"releases": listed, "ids": ids, "kept": kept})


def changes_page(home: Home, page_request: PageRequest) -> Response:
    """What changed of a month between two releases: from both files, else from the recorded restatements."""
    ids = release_ids(page_request.reading.connection)
    before, after = page_request.text("before"), page_request.text("after")
    if not before or not after:
        page_request.refuse(400, "Name two releases: before=… and after=….")
    for one in (before, after):
        if one not in ids:
            page_request.refuse(404, "The published release knows no release “{release}”.", release=one[:60])
    # The earlier one is the one before, in either order of picking.
    before, after = sorted((before, after), key=ids.index, reverse=True)
    month = as_month(page_request.text("month")) if page_request.text("month") else None
    month = month or page_request.month()
    gone = [one for one in (before, after) if not _is_kept(home, one)]
    page = page_request.page()
    changes = (
        restated_between(page_request.reading.connection, before, after, month, page)
        if gone
        else changes_between(_file(home, before), _file(home, after), month, page)
    )
    values = {
        "changes": _whole(page_request, changes),
        "before": before,
        "after": after,
        "gone": gone,
        "ids": ids,
        "month": month,
        "months": page_request.reading.months,
        "kpis": page_request.reading.catalogue(page_request.language),
    }
    return page_request.answer("changes.html.j2", values)


def _expected(page_request: PageRequest, row: dict[str, Any]) -> str:
    # The expectation may be gone since: then its English stands in the release.
    if not is_known(row["expectation"]):
        return str(row["expected"])
    return expected_in_words(row["expectation"], page_request.language)


def _found(page_request: PageRequest, names: dict[str, str], row: dict[str, Any]) -> list[str]:
    entries = entries_in(row["expectation"], row["table_name"], row["month"], row["findings"])
    if row["passed"]:
        return [page_request.language.text(AS_EXPECTED)]
    if not entries or not is_known(row["expectation"]):
        return [str(row["observed"])] if row["observed"] else []
    shown = [found_in_words(entry, page_request.language, names) for entry in entries]
    left = len(shown) - _SHOWN
    more = [page_request.language.text("and {count} more", count=left)] if left > 0 else []
    return [*shown[:_SHOWN], *more]


def _whole(page_request: PageRequest, listed: Paged) -> Paged:
    if listed.page > listed.pages:
        page_request.refuse(
            404, "There are {pages} pages, no page {page}.", pages=listed.pages, page=listed.page
        )
    return listed


def _file(home: Home, release_id: str) -> Path:
    return home.releases / release_id


def _is_kept(home: Home, release_id: str) -> bool:
    return (_file(home, release_id) / "callboard.duckdb").is_file()
