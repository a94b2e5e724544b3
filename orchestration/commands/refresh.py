"""`callboard refresh`: from landing to a published release."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from orchestration.commands.console import TerminalProgress, print_json, stdout_console
from orchestration.commands.items import items_json, print_items, verdicts_json
from orchestration.commands.options import HomeOption, JsonOption
from orchestration.home.config import load_config
from orchestration.home.errors import GateRefusedError
from orchestration.home.months import parse_month
from orchestration.home.paths import Home, existing_home
from orchestration.refresh.context import parse_as_of
from orchestration.refresh.outcomes import RefreshOutcome
from orchestration.refresh.progress import Silent

if TYPE_CHECKING:
    from orchestration.presentation.language import Language


def refresh_command(
    home: HomeOption = None,
    month: Annotated[
        list[str] | None,
        typer.Option(
            help="YYYY-MM, may be repeated; else every month touched by what arrived.", show_default=False
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            help="Evaluate as of this instant, such as 2026-10-20T00:00:00Z; else as configured.",
            show_default=False,
        ),
    ] = None,
    wait: Annotated[float, typer.Option(help="Seconds to wait for another refresh to end.", min=0)] = 0,
    as_json: JsonOption = False,
) -> None:
    """Load what was delivered, build the months it touches, let the gate judge them, publish."""
    place = existing_home(home)
    months = [parse_month(text) for text in month or ()]
    instant = parse_as_of(as_of) if as_of else None
    # Late: the packages that compute are not loaded for --help.
    from orchestration.defs.refresh import refresh

    console = stdout_console()
    outcome = refresh(
        place,
        months=months,
        as_of=instant,
        progress=Silent() if as_json else TerminalProgress(console),
        wait_seconds=wait,
    )
    from orchestration.presentation.language import language

    spoken = language(load_config(place).report.lang)
    if as_json:
        print_json(_as_json(place, outcome, spoken))
    else:
        _print(console, place, outcome, spoken)
    if outcome.status == "refused":
        raise typer.Exit(GateRefusedError.exit_code)


def _as_json(home: Home, outcome: RefreshOutcome, language: "Language") -> dict[str, object]:
    return {
        "status": outcome.status,
        "release_id": outcome.release_id,
        "months": [f"{month:%Y-%m}" for month in outcome.months],
        "steps": [{"name": s.name, "seconds": round(s.seconds, 3), "rows": s.rows} for s in outcome.steps],
        "gate": verdicts_json(home, outcome.items, "refused", outcome.months, language),
        "warnings": [
            warning
            for severity in ("to_confirm", "noted")
            for warning in verdicts_json(home, outcome.items, severity, outcome.months, language)
        ],
        "items": items_json(home, outcome.items, outcome.months, language),
        "message": outcome.message,
        "notes": list(outcome.notes),
        "about_waivers": list(outcome.about_waivers),
        "published": str(home.published_database) if home.published_database.exists() else None,
        "report": _report(home, outcome),
    }


def _report(home: Home, outcome: RefreshOutcome) -> str | None:
    """Path of the published report; None where there is none."""
    if outcome.release_id is None:
        return None
    report = home.releases / outcome.release_id / "report.html"
    return str(report) if report.is_file() else None


def _print(console: Console, home: Home, outcome: RefreshOutcome, language: "Language") -> None:
    console.print(outcome.message, markup=False)
    if outcome.status == "published":
        made = ", ".join(f"{month:%Y-%m}" for month in outcome.months)
        console.print(f"Months {made}; open {home.published_database}", markup=False)
        console.print(f"Report: {_report(home, outcome)}", markup=False)
        if outcome.lacks_pdf:
            console.print(
                "The browser did not print report.pdf; callboard report tries again and says why.",
                markup=False,
            )
    for note in outcome.notes:
        console.print(note, markup=False)
    for sentence in outcome.about_waivers:
        console.print(sentence, markup=False)
    print_items(console, home, outcome.items, outcome.months, language)
