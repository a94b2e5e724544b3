"""The `callboard` command: its parts put together, and every failure turned into one message and an exit code.

The commands themselves stand in `commands/`; none of them imports Dagster, dbt or the gate before it needs them.
"""

import atexit
import gc
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

import typer

from orchestration.commands.arrivals import arrivals_command
from orchestration.commands.check import check_command
from orchestration.commands.compare import compare_command
from orchestration.commands.confirm import confirm_command
from orchestration.commands.console import print_error
from orchestration.commands.homes import init_command, simulate_command
from orchestration.commands.refresh import refresh_command
from orchestration.commands.report import report_command
from orchestration.commands.reviews import reviews_command
from orchestration.commands.serve import serve_command
from orchestration.commands.serve_to import serve_to_command
from orchestration.commands.status import status_command
from orchestration.commands.waivers import waive_command, waivers_app
from orchestration.home.errors import CallboardError
from orchestration.home.known_errors import in_words
from orchestration.home.paths import locate_home

app = typer.Typer(
    name="callboard",
    help="The KPI warehouse of a contact centre: deliveries in, checked monthly KPIs out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("init")(init_command)
app.command("simulate")(simulate_command)
app.command("refresh")(refresh_command)
app.command("check")(check_command)
app.command("status")(status_command)
app.command("arrivals")(arrivals_command)
app.command("report")(report_command)
app.command("compare")(compare_command)
app.command("serve")(serve_command)
app.command("confirm")(confirm_command)
app.command("waive")(waive_command)
app.command("reviews")(reviews_command)
app.command("serve-to")(serve_to_command)
app.add_typer(waivers_app, name="waivers")


def main() -> None:
    """Run the command line.

    Exit codes: 0 done, 1 failed, 2 wrong usage, 3 refused by the gate or a source overdue, 4 lock held.
    """
    # What a command imports and makes stays until it ends: looking through it for garbage so often meanwhile, and once
    # more at the end, is a twelfth of the CPU of a small refresh and a fifth of that of `status`.
    gc.set_threshold(50_000, 20, 100)
    atexit.register(gc.freeze)
    try:
        app()
    except Exception as error:  # the last place that can turn a trace into a message
        failure = in_words(error) or _defect(error)
        print_error(failure, as_json="--json" in sys.argv)
        sys.exit(failure.exit_code)


def _defect(error: Exception) -> CallboardError:
    """An unforeseen error: one line for people, the trace into the home's logs."""
    where = _write_trace(error)
    first = str(error).strip().splitlines()
    return CallboardError(
        f"Callboard failed: {type(error).__name__}: {first[0] if first else ''}",
        hint=f"This is a defect of Callboard's. The trace is in {where}; what was published stays published."
        if where
        else "This is a defect of Callboard's, and its trace could not be written anywhere.",
    )


def _write_trace(error: Exception) -> Path | None:
    logs = locate_home(_home_argument(sys.argv)).logs
    path = logs / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}.log"
    try:
        # A home that is not there is not made for the sake of a log.
        if not logs.parent.parent.is_dir():
            return None
        logs.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    except OSError:
        return None
    return path


def _home_argument(arguments: list[str]) -> Path | None:
    for place, argument in enumerate(arguments):
        if argument == "--home" and place + 1 < len(arguments):
            return Path(arguments[place + 1])
        if argument.startswith("--home="):
            return Path(argument.removeprefix("--home="))
    return None


if __name__ == "__main__":
    main()
