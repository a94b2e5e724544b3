"""`callboard refresh`: from landing to a published release."""

import shlex
from collections.abc import Sequence
from datetime import date
from typing import Annotated

import typer
from rich.console import Console

from expectations.verdicts import Verdict
from orchestration.commands.console import TerminalProgress, print_json, stdout_console
from orchestration.commands.options import HomeOption, JsonOption
from orchestration.home.errors import GateRefusedError
from orchestration.home.months import parse_month
from orchestration.home.paths import Home, existing_home
from orchestration.refresh.context import parse_as_of
from orchestration.refresh.outcomes import RefreshOutcome
from orchestration.refresh.progress import Silent


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
    if as_json:
        print_json(_as_json(place, outcome))
    else:
        _print(console, place, outcome)
    if outcome.status == "refused":
        raise typer.Exit(GateRefusedError.exit_code)


def _as_json(home: Home, outcome: RefreshOutcome) -> dict[str, object]:
    return {
        "status": outcome.status,
        "release_id": outcome.release_id,
        "months": [f"{month:%Y-%m}" for month in outcome.months],
        "steps": [{"name": s.name, "seconds": round(s.seconds, 3), "rows": s.rows} for s in outcome.steps],
        "gate": [_verdict_json(home, verdict, outcome) for verdict in outcome.failed],
        "warnings": [_verdict_json(home, verdict, outcome) for verdict in outcome.warnings],
        "message": outcome.message,
        "notes": list(outcome.notes),
        "published": str(home.published_database) if home.published_database.exists() else None,
        "report": _report(home, outcome),
    }


def _report(home: Home, outcome: RefreshOutcome) -> str | None:
    """Path of the published report; None where there is none."""
    if outcome.release_id is None:
        return None
    report = home.releases / outcome.release_id / "report.html"
    return str(report) if report.is_file() else None


def _verdict_json(home: Home, verdict: Verdict, outcome: RefreshOutcome) -> dict[str, object]:
    return {
        "expectation": verdict.expectation,
        "table_name": verdict.table_name,
        "month": f"{verdict.month:%Y-%m}" if verdict.month else None,
        "observed": verdict.observed,
        "expected": verdict.expected,
        "example_keys": list(verdict.example_keys),
        "waive": waive_commands(home, verdict, outcome.months),
    }


def _print(console: Console, home: Home, outcome: RefreshOutcome) -> None:
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
    print_warnings(console, outcome.warnings)
    print_failed(console, home, outcome.failed, outcome.months)


def print_warnings(console: Console, warnings: Sequence[Verdict]) -> None:
    """The gate's warnings on what it let pass, one line each."""
    for verdict in warnings:
        where = f"{verdict.table_name} {verdict.month:%Y-%m}" if verdict.month else verdict.table_name
        console.print(f"Warning: {verdict.expectation} on {where}: {verdict.observed}", markup=False)


def print_failed(console: Console, home: Home, failed: Sequence[Verdict], months: Sequence[date]) -> None:
    """Each verdict that refused a build of `months`: what, where, by how much, on what, and how a person lets it pass.

    Verdicts that differ in their month alone are printed together.
    """
    by_finding: dict[tuple[str, str, str], list[Verdict]] = {}
    for verdict in failed:
        by_finding.setdefault((verdict.expectation, verdict.table_name, verdict.observed), []).append(verdict)
    for (expectation, table, observed), verdicts in by_finding.items():
        judged = ", ".join(f"{verdict.month:%Y-%m}" for verdict in verdicts if verdict.month)
        where = f" {judged}" if judged else ""
        console.print(f"\n{expectation} on {table}{where}", style="bold", markup=False)
        console.print(f"  found     {observed}", markup=False)
        console.print(f"  expected  {verdicts[0].expected}", markup=False)
        if keys := sorted({key for verdict in verdicts for key in verdict.example_keys}):
            console.print(f"  such as   {'; '.join(keys)}", markup=False)
        for verdict in verdicts:
            for command in waive_commands(home, verdict, months):
                console.print(f"  to let it pass: {command}", markup=False)


def waive_commands(home: Home, verdict: Verdict, months: Sequence[date]) -> list[str]:
    """What to type to let a verdict on a build of `months` pass: one command per month; none for dbt's tests, which
    cannot be waived."""
    if verdict.origin == "dbt":
        return []
    return [
        f"callboard waive {verdict.expectation} --home {shlex.quote(str(home.root))} --month {month:%Y-%m} "
        f'--table {shlex.quote(verdict.table_name)} --reason "…" --by "…"'
        for month in ([verdict.month] if verdict.month else months)
    ]
