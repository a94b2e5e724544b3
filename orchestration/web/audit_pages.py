"""The pages of how the numbers came to be: quarantine, the gate's verdicts, releases and what changed between two."""

from pathlib import Path

from starlette.responses import Response

from orchestration.home.paths import Home
from orchestration.warehouse.quarantine import quarantine_summary
from orchestration.web.asking import Asked, as_month
from orchestration.web.audits import (
    VERDICTS,
    changes_between,
    quarantined_rows,
    release_ids,
    releases,
    restated_between,
    verdicts,
)
from orchestration.web.queries import Paged


def quarantine_page(asked: Asked) -> Response:
    """Refused rows by table and reason, and the rows themselves."""
    connection = asked.reading.connection
    table, reason = asked.text("table") or None, asked.text("reason") or None
    rows = _whole(asked, quarantined_rows(connection, table, reason, asked.page()))
    if not rows.total and (table or reason):
        asked.refuse(404, "Nothing was refused of that table for that reason.")
    values = {
        "summary": quarantine_summary(connection, "release"),
        "rows": rows,
        "table": table,
        "reason": reason,
    }
    return asked.answer("quarantine.html.j2", values)


def gate_page(asked: Asked) -> Response:
    """The gate's verdicts; at first those that did not pass or were waived, of every month."""
    state = asked.one_of("state", VERDICTS, "open")
    month = asked.month() if asked.text("month") else None
    found = _whole(asked, verdicts(asked.reading.connection, month, state, asked.page()))
    values = {
        "verdicts": found,
        "state": state,
        "states": VERDICTS,
        "month": month,
        "months": asked.reading.months,
    }
    return asked.answer("gate.html.j2", values)


def releases_page(home: Home, asked: Asked) -> Response:
    """The releases that the published one knows of, and two to compare."""
    listed = _whole(asked, releases(asked.reading.connection, asked.page()))
    ids = release_ids(asked.reading.connection)
    kept = {one for one in ids if _is_kept(home, one)}
    return asked.answer("releases.html.j2", {"releases": listed, "ids": ids, "kept": kept})


def changes_page(home: Home, asked: Asked) -> Response:
    """What changed of a month between two releases: from both files, else from what was written down of it."""
    ids = release_ids(asked.reading.connection)
    before, after = asked.text("before"), asked.text("after")
    if not before or not after:
        asked.refuse(400, "Name two releases: before=… and after=….")
    for one in (before, after):
        if one not in ids:
            asked.refuse(404, "The published release knows no release “{release}”.", release=one[:60])
    # The earlier one is the one before, in whatever order they were picked.
    before, after = sorted((before, after), key=ids.index, reverse=True)
    month = as_month(asked.text("month")) if asked.text("month") else None
    month = month or asked.month()
    gone = [one for one in (before, after) if not _is_kept(home, one)]
    page = asked.page()
    changes = (
        restated_between(asked.reading.connection, before, after, month, page)
        if gone
        else changes_between(_file(home, before), _file(home, after), month, page)
    )
    values = {
        "changes": _whole(asked, changes),
        "before": before,
        "after": after,
        "gone": gone,
        "ids": ids,
        "month": month,
        "months": asked.reading.months,
        "kpis": asked.reading.catalogue(asked.language),
    }
    return asked.answer("changes.html.j2", values)


def _whole(asked: Asked, listed: Paged) -> Paged:
    if listed.page > listed.pages:
        asked.refuse(404, "There are {pages} pages, no page {page}.", pages=listed.pages, page=listed.page)
    return listed


def _file(home: Home, release_id: str) -> Path:
    return home.releases / release_id


def _is_kept(home: Home, release_id: str) -> bool:
    return (_file(home, release_id) / "callboard.duckdb").is_file()
