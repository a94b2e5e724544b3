"""Who settled which finding: waivers let a refused one pass, confirmations say that an odd one is right.

Both are bound to what was found when they were given: another value is asked about again. Belongs here: the two types and
whether they cover a finding. Does not: where they are kept (the home).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from expectations.verdicts import Finding, Settlement, Value, Verdict

#: Numbers that differ by less are the same finding: what was rounded or counted a moment later is no other value.
_SAME_WITHIN = 0.01


@dataclass(frozen=True)
class Bound:
    """What was found when a person settled it."""

    expectation: str
    table_name: str
    keys: Mapping[str, str]
    found: Mapping[str, Value] = field(default_factory=dict[str, Value])

    def is_of(self, verdict: Verdict, finding: Finding) -> bool:
        """Whether the finding is still this one: the same place, and numbers that read the same."""
        if (self.expectation, self.table_name) != (verdict.expectation, verdict.table_name):
            return False
        mine, other = _binding(self.found), _binding(finding.found)
        return (
            dict(self.keys) == dict(finding.keys)
            and mine.keys() == other.keys()
            and all(_is_same(value, other[name]) for name, value in mine.items())
        )


@dataclass(frozen=True)
class Waiver:
    """`expectation` may fail on `table_name` for `month` (first day) at the places `bound`, which are those that `key` named.

    A waiver of before keys were named has neither: it covers what it meets once, and is bound to that.
    """

    expectation: str
    month: date
    table_name: str | None
    reason: str
    waived_by: str
    waived_at: datetime
    key: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    bound: tuple[Bound, ...] | None = None

    @property
    def identity(self) -> tuple[str, date, str | None, str]:
        """What tells waivers apart; a later one of the same takes the place of an older one."""
        return (self.expectation, self.month, self.table_name, str(sorted(self.key.items())))

    def covers(self, verdict: Verdict, finding: Finding) -> bool:
        """Whether it lets this finding of `verdict` pass; the month is looked at by the caller."""
        if self.expectation != verdict.expectation or self.table_name not in (None, verdict.table_name):
            return False
        return self.bound is None or any(bound.is_of(verdict, finding) for bound in self.bound)


@dataclass(frozen=True)
class Confirmation:
    """A person says that what an item found is right. It holds for these findings of `month` (None: of whole tables), and
    hides no other."""

    item: str
    month: date | None
    findings: tuple[Bound, ...]
    reason: str
    confirmed_by: str
    confirmed_at: datetime


def settle(
    verdicts: Sequence[Verdict],
    months: Sequence[date],
    waivers: Sequence[Waiver] = (),
    confirmations: Sequence[Confirmation] = (),
) -> list[Verdict]:
    """The verdicts on `months` with every finding settled that was waived or confirmed.

    What is not of a month needs a waiver for every month that is to be published. Nothing settles arithmetic and keys.
    """
    return [
        replace(
            verdict,
            findings=tuple(
                replace(finding, settled=_settled(verdict, finding, months, waivers, confirmations))
                for finding in verdict.findings
            ),
        )
        if verdict.findings and verdict.is_waivable
        else verdict
        for verdict in verdicts
    ]


def _settled(
    verdict: Verdict,
    finding: Finding,
    months: Sequence[date],
    waivers: Sequence[Waiver],
    confirmations: Sequence[Confirmation],
) -> Settlement | None:
    needed: list[date | None] = [verdict.month] if verdict.month else [*months]
    if finding.severity == "to_confirm":
        needed = [verdict.month]
        mine = [c for c in confirmations if any(bound.is_of(verdict, finding) for bound in c.findings)]
        by_month: dict[date | None, Settlement] = {
            c.month: Settlement(c.confirmed_by, c.reason, c.confirmed_at, "confirmed") for c in mine
        }
    else:
        covering = [w for w in waivers if w.covers(verdict, finding)]
        by_month = {w.month: Settlement(w.waived_by, w.reason, w.waived_at, "waived") for w in covering}
    return by_month[needed[0]] if needed and all(month in by_month for month in needed) else None


def _binding(found: Mapping[str, Value]) -> dict[str, Value]:
    # The usual value moves with every restated month, and the first of many with the order of the files.
    return {name: value for name, value in found.items() if not name.startswith(("usual", "first_"))}


def _is_same(one: Value, other: Value) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=_SAME_WITHIN)
    return one == other
