"""How things look: progress and tables for people, one JSON object for machines."""

import json
import sys
from collections.abc import Mapping

from rich.console import Console
from rich.status import Status

from orchestration.home.errors import CallboardError
from orchestration.refresh.progress import StepResult


class TerminalProgress:
    """One line a finished step: name, rows, seconds; between them, on a terminal only, a line that moves."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = None
        self._step = ""

    def begin(self, step: str) -> None:
        """Show that `step` is at work."""
        self._step = step
        if self._console.is_terminal:
            self._status = self._console.status(f"{step} …")
            self._status.start()

    def note(self, text: str) -> None:
        """Show what the step is doing now."""
        if self._status:
            self._status.update(f"{self._step} … [dim]{text}[/dim]")

    def end(self, result: StepResult) -> None:
        """Say what the step did."""
        if self._status:
            self._status.stop()
            self._status = None
        rows = f"{result.rows:>14,} rows" if result.rows is not None else " " * 19
        self._console.print(f"{result.name:<10}{rows}  {result.seconds:>7.1f} s", highlight=False)


def stdout_console() -> Console:
    """A console on stdout; 160 columns wide where it is no terminal, so that tables do not break."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=160, soft_wrap=True)


def print_json(value: Mapping[str, object]) -> None:
    """One JSON object on stdout; dates and paths as text."""
    sys.stdout.write(json.dumps(value, default=str, ensure_ascii=False, indent=2) + "\n")


def print_error(error: CallboardError, *, as_json: bool) -> None:
    """One message: what, and what to do next. On stderr, for machines also as the JSON object on stdout."""
    if as_json:
        print_json(
            {
                "status": "error",
                "exit_code": error.exit_code,
                "message": error.message,
                "hint": error.hint or None,
            }
        )
    Console(stderr=True, highlight=False, soft_wrap=True).print(
        error.message + (f"\n{error.hint}" if error.hint else ""), markup=False
    )
