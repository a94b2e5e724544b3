"""`callboard status`: the published release, waiting files, and the reasons of the newest refusal."""

from datetime import UTC, date, datetime

from rich.console import Console
from rich.table import Table

from orchestration.commands.arrivals import expected_json, overdue_lines
from orchestration.commands.console import print_json, stdout_console
from orchestration.commands.home_status import HomeStatus, home_status
from orchestration.commands.items import items_json, print_items, verdicts_json
from orchestration.commands.options import HomeOption, JsonOption
from orchestration.commands.waivers import waiver_json
from orchestration.deliveries.own_reports import ReportMonth
from orchestration.home.paths import Home, existing_home
from orchestration.refresh.last_run import Attempt
from orchestration.releases.manifest import Manifest
from orchestration.warehouse.quarantine import TableQuarantine

_MAX_FILES = 20
_IN_WORDS = {"delivered": "in time", "awaited": "not published yet"}


def status_command(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Say what is published, from when, what waits in landing, and what was refused and why."""
    status = home_status(existing_home(home))
    if as_json:
        print_json(_as_json(status))
    else:
        _print(stdout_console(), status)


def _print(console: Console, status: HomeStatus) -> None:
    _print_published(console, status.home, status.published)
    _print_sources(console, status)
    if status.items and not status.refused:
        print_items(console, status.home, status.items, (), status.language)
    for note in status.config_notes:
        console.print(note, markup=False)
    if status.is_changed_since:
        console.print(
            f"Since then {' and '.join(status.is_changed_since)} changed; months are made again when they are "
            "touched, or with: callboard refresh --month YYYY-MM",
            markup=False,
        )
    if status.running:
        step = (
            f", at step {status.attempt.step}" if status.attempt and status.attempt.state == "running" else ""
        )
        console.print(f"A refresh is running: {status.running}{step}.", markup=False)
    _print_reports(console, status.reports)
    _print_waiting(console, status)
    for line in overdue_lines(status.overdue):
        console.print(f"Overdue: {line}", markup=False)
    if status.refused:
        console.print(
            f"\nRefused, {_when(status.refused)}: {status.refused.message}", style="bold", markup=False
        )
        print_items(console, status.home, status.refused.items, status.refused.months, status.language)
    if status.failed:
        what = status.failed.message or f"it was cut off at step {status.failed.step}"
        console.print(f"\nThe last refresh did not end, {_when(status.failed)}: {what}", markup=False)
    _print_quarantine(console, status.quarantine)
    if status.waivers:
        console.print(f"\n{len(status.waivers)} waivers are in force: callboard waivers list", markup=False)


def _print_published(console: Console, home: Home, manifest: Manifest | None) -> None:
    if manifest is None:
        console.print(f"Nothing is published yet in {home.root}.", markup=False)
        return
    console.print(
        f"Release {manifest.release_id}, published {manifest.published_at:%Y-%m-%d %H:%M} UTC, "
        f"as of {manifest.as_of:%Y-%m-%d %H:%M} UTC",
        markup=False,
    )
    console.print(f"{home.published_database}", markup=False)
    table = Table("month", "state", "as of", "made by", box=None)
    for month in manifest.months:
        state = "provisional" if month.is_provisional else "final"
        table.add_row(f"{month.month:%Y-%m}", state, f"{month.as_of:%Y-%m-%d %H:%M}", month.made_by)
    console.print(table)


def _print_sources(console: Console, status: HomeStatus) -> None:
    """What stands behind the newest month, and what does not."""
    if status.published is None or not status.sources:
        return
    said = {
        "yes": [one.source_table for one in status.sources if one.has_rows],
        "no (nothing of this month)": [
            one.source_table for one in status.sources if one.is_delivered and not one.has_rows
        ],
        "no (never delivered)": [one.source_table for one in status.sources if not one.is_delivered],
    }
    month = max(month.month for month in status.published.months)
    words = "; ".join(f"{', '.join(tables)}: {word}" for word, tables in said.items() if tables)
    console.print(f"Sources of {month:%Y-%m}: {words}.", markup=False)


def _print_reports(console: Console, reports: tuple[ReportMonth, ...]) -> None:
    for one in reports:
        delivered = f", delivered {one.delivered_at:%Y-%m-%d %H:%M} UTC" if one.delivered_at else ""
        state = one.state(datetime.now(UTC))
        console.print(
            f"Report {one.report.report_id} of {one.month:%Y-%m}, due {one.due_at:%Y-%m-%d %H:%M} UTC{delivered}: "
            f"{_IN_WORDS.get(state, state)}",
            markup=False,
        )
        if one.problem:
            console.print(f"  It is not counted: {one.problem}.", markup=False)


def _print_waiting(console: Console, status: HomeStatus) -> None:
    if status.waiting is None:
        console.print("What waits in landing is known once the refresh has ended.")
    elif not status.waiting:
        console.print("Nothing waits in landing.")
    else:
        console.print(f"\n{len(status.waiting)} files wait in landing:")
        for file in status.waiting[:_MAX_FILES]:
            console.print(f"  {file.reason:<8}{file.file}", markup=False)
        if len(status.waiting) > _MAX_FILES:
            console.print(f"  and {len(status.waiting) - _MAX_FILES} more (--json names them all)")
    for file, reason in status.unreadable.items():
        console.print(f"Not readable: {file}: {reason}", markup=False)


def _print_quarantine(console: Console, tables: tuple[TableQuarantine, ...]) -> None:
    if not tables:
        return
    console.print("\nIn quarantine (audit.quarantined_row):", style="bold")
    shown = Table("table", "refused", "share", "why", "rows", "first", box=None)
    for table in tables:
        share = f"{table.refused / table.delivered:.2%}" if table.delivered else ""
        for place, reason in enumerate(table.reasons):
            head = (table.table_name, f"{table.refused:,}", share) if place == 0 else ("", "", "")
            shown.add_row(*head, reason.reason, f"{reason.rows:,}", reason.example)
    console.print(shown)


def _when(attempt: Attempt) -> str:
    months = ", ".join(f"{month:%Y-%m}" for month in attempt.months)
    return f"{attempt.started_at:%Y-%m-%d %H:%M} UTC{f', months {months}' if months else ''}"


def _as_json(status: HomeStatus) -> dict[str, object]:
    manifest = status.published
    return {
        "home": str(status.home.root),
        "published": _published_json(status, manifest) if manifest else None,
        "config_notes": list(status.config_notes),
        "changed_since": list(status.is_changed_since),
        "running": status.running,
        "step": status.attempt.step if status.attempt and status.running else None,
        "reports": [
            {
                "report_id": one.report.report_id,
                "month": _text(one.month),
                "due_at": one.due_at.isoformat(),
                "delivered_at": one.delivered_at.isoformat() if one.delivered_at else None,
                "state": one.state(datetime.now(UTC)),
                "problem": one.problem,
            }
            for one in status.reports
        ],
        "waiting": None if status.waiting is None else [vars(file) for file in status.waiting],
        "overdue": [expected_json(source) for source in status.overdue],
        "unreadable": [{"file": file, "reason": reason} for file, reason in status.unreadable.items()],
        "refused": _attempt_json(status, status.refused),
        "failed": _attempt_json(status, status.failed),
        "sources": [vars(source) for source in status.sources],
        "quarantine": [_quarantine_json(table) for table in status.quarantine],
        "waivers": [waiver_json(waiver) for waiver in status.waivers],
    }


def _published_json(status: HomeStatus, manifest: Manifest) -> dict[str, object]:
    return {
        "release_id": manifest.release_id,
        "database": str(status.home.published_database),
        "published_at": manifest.published_at.isoformat(),
        "as_of": manifest.as_of.isoformat(),
        "code_version": manifest.code_version,
        "months": [
            {
                "month": f"{month.month:%Y-%m}",
                "state": "provisional" if month.is_provisional else "final",
                "as_of": month.as_of.isoformat(),
                "made_by": month.made_by,
            }
            for month in manifest.months
        ],
        "items": items_json(status.home, status.items, (), status.language),
        "owed_months": [_text(month) for month in manifest.owed_months],
    }


def _attempt_json(status: HomeStatus, attempt: Attempt | None) -> dict[str, object] | None:
    if attempt is None:
        return None
    return {
        "release_id": attempt.release_id,
        "started_at": attempt.started_at.isoformat(),
        "months": [_text(month) for month in attempt.months],
        "step": attempt.step,
        "message": attempt.message,
        "gate": verdicts_json(status.home, attempt.items, "refused", attempt.months, status.language),
        "items": items_json(status.home, attempt.items, attempt.months, status.language),
    }


def _quarantine_json(table: TableQuarantine) -> dict[str, object]:
    reasons = [{"reason": r.reason, "rows": r.rows, "example": r.example} for r in table.reasons]
    return {**vars(table), "reasons": reasons}


def _text(month: date) -> str:
    return f"{month:%Y-%m}"
