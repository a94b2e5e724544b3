"""Findings and verdicts: what the gate found, as codes and parameters, and whether it keeps a month back.

Belongs here: the types, for everybody who judges, settles, stores, publishes or shows them. Does not: how a verdict is
reached (`gate`), who settles a finding (`settling`), and the sentences (`sentences`, and the language of the reader).
Nothing here imports Great Expectations.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

#: `refused`: a number is surely wrong, nothing is published. `to_confirm`: it is odd, published with a mark until
#: a person confirms it. `noted`: worth a look, marks nothing.
Severity = Literal["refused", "to_confirm", "noted"]
#: All of them, the worst first.
SEVERITIES: tuple[Severity, ...] = ("refused", "to_confirm", "noted")
#: Origin of a verdict: an expectation of the gate, or a test of the dbt project, which cannot be waived.
Origin = Literal["gate", "dbt"]
Value = str | int | float | bool | None | list[str]


def worst(severities: Iterable[Severity]) -> Severity:
    """The worst of some severities. Raises ValueError for none."""
    return min(severities, key=SEVERITIES.index)


@dataclass(frozen=True)
class Settlement:
    """Who lets a finding pass or confirms it, why and when."""

    by: str
    reason: str
    at: datetime
    kind: Literal["waived", "confirmed"]


@dataclass(frozen=True)
class Finding:
    """One place at which an expectation does not hold.

    `keys` name the place (kpi_id, scope, site_id, business_date, file ...), `found` are the sentence's parameters: numbers
    unrounded, in the unit of the warehouse. `variant` says which of the expectation's sentences it is, '' for the only
    one. `kpis` are the KPIs it touches, `damage` by which share their numbers could be wrong (0 to 1 and above).
    """

    keys: Mapping[str, str] = field(default_factory=dict[str, str])
    found: Mapping[str, Value] = field(default_factory=dict[str, Value])
    severity: Severity = "refused"
    variant: str = ""
    kpis: tuple[str, ...] = ()
    damage: float = 0.0
    settled: Settlement | None = None

    @property
    def blocks(self) -> bool:
        """Whether it keeps a build from being published."""
        return self.severity == "refused" and self.settled is None


@dataclass(frozen=True)
class Verdict:
    """One expectation's verdict on one table and month (a first day; None where it is of the whole table).

    `broken` counts all places at which it does not hold; `findings` hold the worst of them, refused ones first, then by damage. `severity` is the
    worst of theirs, the expectation's own where it held.
    """

    expectation: str
    table_name: str
    month: date | None
    severity: Severity = "refused"
    broken: int = 0
    findings: tuple[Finding, ...] = ()
    origin: Origin = "gate"
    #: Neither arithmetic, keys nor dbt's tests can be waived.
    is_waivable: bool = True

    @property
    def passed(self) -> bool:
        """Whether the expectation held."""
        return self.broken == 0

    @property
    def blocks(self) -> bool:
        """Whether this verdict keeps a build from being published."""
        if any(finding.blocks for finding in self.findings):
            return True
        # Nobody settles what was not kept: where the last finding kept is refused, so may be those after it.
        is_cut = len(self.findings) < self.broken
        return is_cut and any(finding.severity == "refused" for finding in self.findings[-1:])
