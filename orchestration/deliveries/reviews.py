"""Ratings that may need a decision, read from the published release, and as a sheet to fill in.

What belongs here: the list, and what a spreadsheet must not make of a text. What does not: decisions (`review_decisions`).
"""

import os
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from orchestration.home.errors import UsageError
from orchestration.home.paths import Home
from orchestration.releases.manifest import current_release_path
from orchestration.warehouse.database import attached, tables_of
from sources.sql import literal

#: Columns of `marts.survey_review` in the order of a sheet, the columns to fill in last; and the text columns.
COLUMNS: tuple[str, ...] = (
    "survey_id",
    "month",
    "business_date",
    "site_id",
    "team_id",
    "business_line",
    "employee_id",
    "agent_id",
    "contact_id",
    "responded_at",
    "csat",
    "nps",
    "resolution",
    "attitude",
    "speed",
    "ease",
    "state",
    "review",
    "review_reason",
)
_TEXTS = frozenset(
    (
        "survey_id",
        "site_id",
        "team_id",
        "business_line",
        "employee_id",
        "agent_id",
        "contact_id",
        "review_reason",
    )
)

#: What a spreadsheet runs as a formula, or changes because it looks like a number or a date: `=1+1`, `007`, `3-4`, `1e5`.
#: An apostrophe before it is part of the pattern, so that putting one before a text and taking it away are each other's
#: inverse whatever the text is.
_UNSAFE = r"'^''*([=+\-@＝＋－＠\t\r\n]|0\d+$|\d{12,}$|\d+[-/.:][-/.:\d]*$|\d+[eE]\d+$)'"


@dataclass(frozen=True)
class ReviewList:
    """Rows of `marts.survey_review` of a release, each by column, in the order of a sheet."""

    release_id: str
    rows: tuple[Mapping[str, object], ...]


def guarded(text: str) -> str:
    """SQL of `text` as a spreadsheet may show it: an apostrophe before what it would run or change."""
    return f"case when regexp_matches({text}, {_UNSAFE}) then '''' || {text} else {text} end"


def unguarded(text: str) -> str:
    """SQL of a text that came back, without the apostrophe that `guarded` put before it."""
    is_guarded = f"starts_with({text}, '''') and regexp_matches({text}, {_UNSAFE})"
    return f"case when {is_guarded} then substr({text}, 2) else {text} end"


def iso_instant(column: str) -> str:
    """SQL of a TIMESTAMP in UTC as ISO 8601 with Z; fractions of a second only where there are some."""
    fraction = (
        f"case when microsecond({column}) % 1000000 <> 0 then strftime({column}, '.%f') else '' end || 'Z'"
    )
    return f"strftime({column}, '%Y-%m-%dT%H:%M:%S') || {fraction}"


@contextmanager
def release_attached(home: Home) -> Generator[tuple[duckdb.DuckDBPyConnection, str]]:
    """A connection of its own with the published release as `published`, read-only, and the release's id.

    Raises UsageError where nothing is published, or by a version that had no list of reviews.
    """
    release = current_release_path(home)
    if release is None:
        raise UsageError(
            f"Nothing is published yet in {home.root}, so there is no list of reviews.",
            hint=f"First: callboard refresh --home {home.root}",
        )
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        with attached(connection, release / "callboard.duckdb", "published"):
            if "survey_review" not in tables_of(connection, "marts", database="published"):
                raise UsageError(
                    f"Release {release.name} was made before there was a list of reviews.",
                    hint=f"Make its months again: callboard refresh --home {home.root} --month YYYY-MM",
                )
            yield connection, release.name


def review_list(home: Home, *, everything: bool = False, month: date | None = None) -> ReviewList:
    """Open and pending ratings, with `everything` the decided ones too; of one month (first day) or all published.

    Raises UsageError where there is no such list.
    """
    with release_attached(home) as (connection, release_id):
        found = connection.execute(_selected(COLUMNS), _filter(everything, month))
        rows = tuple(dict(zip(COLUMNS, row, strict=True)) for row in found.fetchall())
    return ReviewList(release_id, rows)


def write_sheet(home: Home, sheet: Path, *, everything: bool = False, month: date | None = None) -> int:
    """Write the list to `sheet`, a csv that Excel reads as UTF-8 and runs nothing from; gives the number of rows.

    The file is replaced whole. Raises UsageError where it cannot be written there, or there is no list.
    """
    if not sheet.parent.is_dir() or sheet.is_dir():
        raise UsageError(f"{sheet} cannot be written: its folder is not there, or it is one itself.")
    shown = [
        f"{guarded(c) if c in _TEXTS else iso_instant(c) if c == 'responded_at' else c} as {c}"
        for c in COLUMNS
    ]
    temporary = sheet.with_name(f".{sheet.name}.{os.getpid()}.tmp")
    try:
        with release_attached(home) as (connection, _):
            rows = connection.execute(
                f"copy ({_selected(shown)}) to {literal(temporary)} (format csv, header)",
                _filter(everything, month),
            ).fetchone()
        # Without the mark Excel takes the file for the machine's own encoding.
        temporary.write_bytes(b"\xef\xbb\xbf" + temporary.read_bytes())
        temporary.replace(sheet)
    finally:
        temporary.unlink(missing_ok=True)
    return int(rows[0]) if rows else 0


def _selected(columns: Sequence[str]) -> str:
    return f"""
        select {", ".join(columns)} from published.marts.survey_review as reviewed
        where ($everything or reviewed.state in ('open', 'pending')) and reviewed.month = coalesce($month, reviewed.month)
        order by reviewed.month, reviewed.business_date, reviewed.survey_id"""


def _filter(everything: bool, month: date | None) -> dict[str, object]:
    return {"everything": everything, "month": month}
