"""Before and after: how a KPI moved in one team, site or line, and in all others over the same time.

Reads the published release and writes nothing; `observed` says what is read, `differences` how sure it is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from orchestration.comparison.data import (
    Cell,
    Members,
    Question,
    check_group,
    check_months,
    check_question,
    known_kpi,
    observed_scope,
    read_cells,
    read_members,
    read_observations,
)
from orchestration.comparison.differences import Interval, Observations, beyond_the_rest, over_time
from orchestration.home.errors import UsageError
from orchestration.home.paths import Home
from orchestration.releases.reader import Kpi

_MIN_UNITS = 2


@dataclass(frozen=True)
class Difference:
    """A difference with its interval, or with the reason why there is none."""

    value: float
    interval: Interval | None
    why_no_interval: str = ""


@dataclass(frozen=True)
class Side:
    """The group, or the rest."""

    before: Cell
    after: Cell
    members: Members
    difference: Difference


@dataclass(frozen=True)
class Comparison:
    """The answer. `rest` and `beyond` (the group's difference less the rest's) are None where no employee is left outside the group.

    `observed` is `employee`, or the group's scope where the KPI has no rows by employee; `is_mean` says that all denominators are 1, so that values are
    means of the observations and no ratios.
    """

    question: Question
    kpi: Kpi
    observed: str
    is_mean: bool
    group: Side
    rest: Side | None
    beyond: Difference | None
    provisional_months: tuple[date, ...]


def compare(home: Home, question: Question) -> Comparison:
    """Answer `question` from the published release, read-only.

    Raises UsageError where nothing is published, and where the KPI, the group, a month or the group's rows in one of
    the windows are not in the release.
    """
    check_question(question)
    if not home.published_database.exists():
        raise UsageError(
            f"Nothing is published yet in {home.root}.",
            hint=f"Publish a release with: callboard refresh --home {home.root}",
        )
    with duckdb.connect(str(home.published_database), read_only=True) as connection:
        kpi = known_kpi(connection, question.kpi_id)
        check_group(connection, question.scope, question.scope_id)
        check_months(connection, question)
        return _compare(connection, question, kpi)


def _compare(connection: duckdb.DuckDBPyConnection, question: Question, kpi: Kpi) -> Comparison:
    observed = observed_scope(kpi, question.scope)
    cells = read_cells(connection, question, observed)
    members = read_members(connection, question, observed)
    seen = read_observations(connection, question, observed)
    sides = {
        is_group: _side(
            seen.side(is_group=is_group),
            (cells[is_group, False], cells[is_group, True]),
            members[is_group],
            question.confidence,
        )
        for is_group in (True, False)
        if (is_group, False) in cells and (is_group, True) in cells
    }
    group, rest = sides[True], sides.get(False)
    used = [cell for side in sides.values() for cell in (side.before, side.after)]
    return Comparison(
        question=question,
        kpi=kpi,
        observed=observed,
        is_mean=all(cell.is_mean for cell in used),
        group=group,
        rest=rest,
        beyond=_beyond(seen, group, rest, question.confidence) if rest else None,
        provisional_months=tuple(sorted({month for cell in used for month in cell.provisional_months})),
    )


def _side(seen: Observations, cells: tuple[Cell, Cell], members: Members, confidence: float) -> Side:
    before, after = cells
    difference = _difference(after.value - before.value, cells, over_time, seen, confidence)
    return Side(before, after, members, difference)


def _beyond(seen: Observations, group: Side, rest: Side, confidence: float) -> Difference:
    value = group.difference.value - rest.difference.value
    cells = (group.before, group.after, rest.before, rest.after)
    return _difference(value, cells, beyond_the_rest, seen, confidence)


def _difference(
    value: float,
    cells: Sequence[Cell],
    regression: Callable[..., Interval | None],
    seen: Observations,
    confidence: float,
) -> Difference:
    """The difference, with its interval where its cells have enough rows for one."""
    smallest_cell = min(cell.units for cell in cells)
    if smallest_cell < _MIN_UNITS:
        why = f"too few on one side in one window: {smallest_cell}, and an interval needs {_MIN_UNITS}"
        return Difference(value, None, why)
    if not all(cell.has_spread for cell in cells):
        return Difference(
            value, None, "all values of one side are the same in one window: no spread to judge by"
        )
    interval = regression(seen, confidence=confidence, smallest_cell=smallest_cell)
    return Difference(value, interval, "" if interval else "all changed by the same: no spread to judge by")
