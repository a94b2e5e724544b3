"""`callboard arrivals`: which declared sources arrived in time, and notifications for the overdue ones."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from orchestration.commands.console import print_json, stdout_console
from orchestration.commands.options import HomeOption, JsonOption
from orchestration.deliveries.arrivals import ArrivalReport, Expected, check_arrivals, notify_overdue
from orchestration.home.config import load_config
from orchestration.home.paths import Home, existing_home

_OVERDUE_CODE = 3


def arrivals_command(
    home: HomeOption = None,
    send: Annotated[bool, typer.Option("--notify", help="Notify once per missed deadline.")] = False,
    is_former_name: Annotated[bool, typer.Option("--tell", hidden=True)] = False,
    as_json: JsonOption = False,
) -> None:
    """Say which declared sources are overdue; ends with code 3 where any is."""
    place = existing_home(home)
    config = load_config(place)
    now = datetime.now(UTC)
    if is_former_name:
        # On stderr, so that the JSON on stdout stays whole.
        typer.echo("--tell is now called --notify; the former name still works.", err=True)
    if send or is_former_name:
        # Late: the check alone sends nothing.
        from orchestration.notifications.send import send_overdue

        found = notify_overdue(place, config, now, send_overdue)
    else:
        found = check_arrivals(place, config, now)
    if as_json:
        print_json(_as_json(place, found))
    else:
        _print(stdout_console(), place, found)
    if found.overdue:
        raise typer.Exit(_OVERDUE_CODE)


def overdue_lines(sources: Sequence[Expected]) -> list[str]:
    """Each overdue source in words."""
    if not sources:
        return []
    from orchestration.notifications.messages import overdue_line
    from orchestration.presentation.language import language

    return [overdue_line(source, language("en")) for source in sources]


def expected_json(source: Expected) -> dict[str, object]:
    """One declared source for machines."""
    return {
        "table": source.table,
        "expected": source.rule,
        "time_zone": source.time_zone,
        "due_at": source.due.isoformat() if source.due else None,
        "last_file": source.last_file,
        "last_came_at": source.last_came.isoformat() if source.last_came else None,
        "is_overdue": source.is_overdue,
    }


def _print(console: Console, home: Home, found: ArrivalReport) -> None:
    if not found.expected:
        console.print(f"No source is declared in {home.config_file}; docs/notices.md says how.", markup=False)
        return
    table = Table("source", "expected", "state", box=None)
    for source in found.expected:
        state = "overdue" if source.is_overdue else "arrived" if source.due else "not due yet"
        table.add_row(source.table, f"{source.rule} {source.time_zone}", state)
    console.print(table)
    for line in overdue_lines(found.overdue):
        console.print(f"Overdue: {line}", markup=False)
    if found.notified:
        console.print(f"Sent the notice for {', '.join(found.notified)}.", markup=False)
    if found.not_notified:
        console.print(
            f"Could not send the notice for {', '.join(found.not_notified)}; will retry.",
            markup=False,
        )


def _as_json(home: Home, found: ArrivalReport) -> dict[str, object]:
    return {
        "home": str(home.root),
        "arrivals": [expected_json(source) for source in found.expected],
        "told": list(found.notified),
        "untold": list(found.not_notified),
    }
