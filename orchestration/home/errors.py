"""The errors people meet: what was expected, what was found, what to do next, and the exit code.

Anything raised from here is printed as one message without a trace. Everything else that escapes is a defect of
ours and ends in `build/logs/`.
"""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from expectations.items import Item


class CallboardError(Exception):
    """A failure with a message for people. `hint` says what to do next; `exit_code` is the command's."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(CallboardError):
    """A request that cannot be met: a missing home, an unknown month, a key that is not in the configuration."""

    exit_code: ClassVar[int] = 2


class GateRefusedError(CallboardError):
    """This build may not be published; `items` say why, where any do. What was published stays published. `months` are
    those that were not even built."""

    exit_code: ClassVar[int] = 3

    def __init__(
        self, message: str, *, hint: str = "", items: "Sequence[Item]" = (), months: Sequence[date] = ()
    ) -> None:
        super().__init__(message, hint=hint)
        self.items, self.months = tuple(items), tuple(months)


class LockHeldError(CallboardError):
    """Another refresh is at work on this home."""

    exit_code: ClassVar[int] = 4
