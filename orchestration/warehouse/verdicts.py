"""A verdict: what one expectation said of one table and month, as it is stored, published and shown."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Verdict:
    """One expectation's verdict. `month` is a first day, or None where the check is of the whole table."""

    expectation: str
    table_name: str
    month: date | None
    severity: str
    passed: bool
    observed: str
    expected: str
    example_keys: tuple[str, ...] = ()
    waived_by: str | None = None
    waived_reason: str | None = None

    @property
    def blocks(self) -> bool:
        """Whether this verdict keeps a build from being published."""
        return not self.passed and self.severity == "error" and self.waived_by is None

    @property
    def warns(self) -> bool:
        """Whether it failed without keeping anything from being published."""
        return not self.passed and self.severity == "warning" and self.waived_by is None
