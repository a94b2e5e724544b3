"""Verdicts and waivers: what one expectation found on one table and month, and who lets a failed one pass.

Belongs here: the two types, for everybody who judges, stores, publishes or shows them. Does not: how a verdict is
reached (`gate`) and where waivers are kept (the home). Nothing here imports Great Expectations.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Severity = Literal["error", "warning"]
#: Origin of a verdict: an expectation of the gate, which can be waived, or a test of the dbt project, which cannot.
Origin = Literal["gate", "dbt"]


@dataclass(frozen=True)
class Waiver:
    """`expectation` may fail for `month` (first day) without refusing it, on `table_name` or, where that is None,
    on every table."""

    expectation: str
    month: date
    table_name: str | None
    reason: str
    waived_by: str
    waived_at: datetime

    @property
    def key(self) -> tuple[str, date, str | None]:
        return (self.expectation, self.month, self.table_name)


@dataclass(frozen=True)
class Verdict:
    """One expectation's verdict. `month` is a first day, or None where the check is of the whole table."""

    expectation: str
    table_name: str
    month: date | None
    severity: Severity
    passed: bool
    observed: str
    expected: str
    example_keys: tuple[str, ...] = ()
    waived_by: str | None = None
    waived_reason: str | None = None
    origin: Origin = "gate"

    @property
    def blocks(self) -> bool:
        """Whether this verdict keeps a build from being published."""
        return not self.passed and self.severity == "error" and self.waived_by is None

    @property
    def warns(self) -> bool:
        """Whether it failed without keeping anything from being published."""
        return not self.passed and self.severity == "warning" and self.waived_by is None
