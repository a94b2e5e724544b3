"""What a refresh says while it works: which step, how many rows, how long. How it looks is the command line's."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class StepResult:
    """One finished step. `rows` counts what the step wrote; None where that says nothing."""

    name: str
    seconds: float
    rows: int | None = None


class Progress(Protocol):
    """Receives the steps as they happen. Calls may come from another thread."""

    def begin(self, step: str) -> None: ...

    def note(self, text: str) -> None: ...

    def end(self, result: StepResult) -> None: ...


class Silent:
    """For tests and machines."""

    def begin(self, step: str) -> None:
        """Says nothing."""

    def note(self, text: str) -> None:
        """Says nothing."""

    def end(self, result: StepResult) -> None:
        """Says nothing."""
