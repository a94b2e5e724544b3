"""What a comparison reads of the published release: a KPI's rows in two windows, in a group and in the rest.

What is observed is one row of `marts.kpi_monthly` an employee and month, each in the team, site or line of the
assignment on the month's last day. A KPI without rows by employee is observed by the month: that of the group's own
scope, and that of all others of this scope added up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from orchestration.comparison.differences import Observations
from orchestration.home.errors import UsageError
from orchestration.home.months import next_month
from orchestration.home.suggestions import did_you_mean
from orchestration.releases.reader import Kpi, catalogue

GROUP_SCOPES = ("team", "site", "business_line")
_MAX_NAMED = 20

# $observed is the scope whose rows count, $scope and $scope_id the group. What is observed is an employee's month, or
# where employees are not measured the month of the group and that of all others together. Sums run in one order, so
# that they are equal bit for bit in every run.
_OBSERVED = """
    with asked_for as (
        select
            kpi.*,
            list_contains($after, kpi.month) as is_after,
            list_contains($after, kpi.month) or list_contains($before, kpi.month) as is_in_windows,
            coalesce($scope_id = case
                when $observed <> 'employee' then kpi.scope_id
                when $scope = 'team' then assignment.team_id
                when $scope = 'site' then assignment.site_id
                else assignment.business_line
            end, false) as is_group
        from marts.kpi_monthly as kpi
        left join marts.dim_employee as assignment
            on
                $observed = 'employee'
                and assignment.employee_id = kpi.scope_id
                and last_day(kpi.month) between assignment.valid_from
                and coalesce(assignment.valid_to, date '9999-12-31')
        where kpi.kpi_id = $kpi_id and kpi.scope = $observed
    ),

    observed as (
        select
            is_group,
            is_after,
            month,
            case when $observed = 'employee' then scope_id else cast(month as varchar) end as unit,
            sum(numerator order by scope_id) as numerator,
            sum(denominator order by scope_id) as denominator,
            bool_and(denominator = 1) as is_one,
            bool_or(is_provisional) as is_provisional
        from asked_for
        where is_in_windows
        group by all
    )
"""
_ROWS = f"""
    {_OBSERVED}
    select
        numerator / denominator as value,
        denominator as weight,
        dense_rank() over (order by unit) as unit,
        is_after,
        is_group
    from observed
    order by is_group, month, unit
"""
_CELLS = f"""
    {_OBSERVED}
    select
        is_group,
        is_after,
        sum(numerator order by month, unit),
        sum(denominator order by month, unit),
        count(distinct unit),
        count(distinct month),
        count(*),
        max(numerator / denominator) > min(numerator / denominator),
        bool_and(is_one),
        list(distinct month order by month) filter (where is_provisional)
    from observed
    group by is_group, is_after
"""
_MEMBERS = f"""
    {_OBSERVED},

    members as (
        select is_group, scope_id, bool_or(not is_after) as is_before, bool_or(is_after) as is_after
        from asked_for
        where is_in_windows
        group by is_group, scope_id
    )

    select
        is_group,
        count(*) filter (where is_before),
        count(*) filter (where is_after),
        count(*) filter (where is_before and is_after)
    from members
    group by is_group
"""
_MONTHS_OF_GROUP = f"{_OBSERVED} select distinct month from asked_for where is_group order by month"
_GROUPS = """
    select scope_id from marts.kpi_monthly where scope = $scope
    union
    select case $scope when 'team' then team_id when 'site' then site_id else business_line end
    from marts.dim_employee
"""


@dataclass(frozen=True)
class Question:
    """What is asked: a KPI, a group as scope and id, two windows of months (first days, in order) and the share of
    all intervals that shall hold the true difference."""

    kpi_id: str
    scope: str
    scope_id: str
    before: tuple[date, ...]
    after: tuple[date, ...]
    confidence: float = 0.95


@dataclass(frozen=True)
class Cell:
    """One side in one window: the sums, whose ratio is the value, and how much is behind it.

    `units` is how many of the observations' employees (or months, where employees are not measured) there are;
    `has_spread` says that the observations differ, `is_mean` that all denominators are 1.
    """

    numerator: float
    denominator: float
    units: int
    months: int
    observations: int
    has_spread: bool
    is_mean: bool
    provisional_months: tuple[date, ...]

    @property
    def value(self) -> float:
        return self.numerator / self.denominator


@dataclass(frozen=True)
class Members:
    """How many employees (or ids of the group's scope) one side has in each window, and in both."""

    before: int
    after: int
    both: int


def parse_group(text: str) -> tuple[str, str]:
    """`team:T1` → scope and id. Raises UsageError."""
    scope, _, scope_id = (part.strip() for part in text.partition(":"))
    if not scope_id or scope not in GROUP_SCOPES:
        raise UsageError(
            f"--group {text!r} names no group.",
            hint=f"Write {', '.join(f'{known}:ID' for known in GROUP_SCOPES)}; such as team:T1.",
        )
    return scope, scope_id


def check_question(question: Question) -> None:
    """Raises UsageError where the windows meet or stand the wrong way round, or the confidence is no share of 1."""
    last, first = question.before[-1], question.after[0]
    if last >= first:
        raise UsageError(
            f"--before ends with {last:%Y-%m} and --after begins with {first:%Y-%m}.",
            hint="All months of --before must come before all months of --after.",
        )
    if not 0.5 <= question.confidence <= 0.999:
        raise UsageError(
            f"--confidence {question.confidence:g} is not between 0.5 and 0.999.",
            hint="Write 0.95 for 95 %.",
        )


def known_kpi(connection: duckdb.DuckDBPyConnection, kpi_id: str) -> Kpi:
    """The KPI of that id. Raises UsageError, naming those near it."""
    # Late: babel is not imported for --help.
    from orchestration.presentation.language import language

    by_id = catalogue(connection, language("en"))
    if kpi_id not in by_id:
        raise UsageError(
            f"There is no KPI {kpi_id!r} in the published release.",
            hint=did_you_mean(kpi_id, list(by_id), "All of them: select kpi_id from marts.dim_kpi"),
        )
    return by_id[kpi_id]


def check_group(connection: duckdb.DuckDBPyConnection, scope: str, scope_id: str) -> None:
    """Raises UsageError where the release knows no such team, site or line, naming those near it."""
    found = connection.execute(_GROUPS, {"scope": scope}).fetchall()
    known = sorted(row[0] for row in found if row[0] is not None)
    if scope_id not in known:
        listed = f"There are: {', '.join(known)}." if len(known) <= _MAX_NAMED else f"There are {len(known)}."
        raise UsageError(
            f"There is no {_plain(scope)} {scope_id!r} in the published release.",
            hint=did_you_mean(scope_id, known, listed),
        )


def check_months(connection: duckdb.DuckDBPyConnection, question: Question) -> None:
    """Raises UsageError where a month of the windows is not published, naming it and those that are."""
    rows = connection.execute("select distinct month from marts.kpi_monthly order by month").fetchall()
    published = [row[0] for row in rows]
    missing = [month for month in (*question.before, *question.after) if month not in published]
    if missing:
        raise UsageError(
            f"Not published: {months_in_words(missing)}.",
            hint=f"Published are: {months_in_words(published)}." if published else "No month is published.",
        )


def observed_scope(kpi: Kpi, scope: str) -> str:
    """`employee` where the KPI has rows by employee, else the group's scope. Raises UsageError where it has neither."""
    for usable in ("employee", scope):
        if usable in kpi.scopes:
            return usable
    groups = [known for known in GROUP_SCOPES if known in kpi.scopes]
    raise UsageError(
        f"{kpi.kpi_id} has no rows by employee or by {_plain(scope)}, only by: {', '.join(kpi.scopes)}.",
        hint=f"Name a group as {', '.join(f'{known}:ID' for known in groups)}."
        if groups
        else "It is a number of the whole centre: there is no group to compare it with.",
    )


def read_cells(
    connection: duckdb.DuckDBPyConnection, question: Question, observed: str
) -> dict[tuple[bool, bool], Cell]:
    """The cells that have rows, by `(is_group, is_after)`.

    Raises UsageError where the group has no row in one of the windows.
    """
    named = _parameters(question, observed)
    rows = connection.execute(_CELLS, named).fetchall()
    cells = {(row[0], row[1]): Cell(*row[2:9], provisional_months=tuple(row[9] or ())) for row in rows}
    for is_after, window in ((False, question.before), (True, question.after)):
        if (True, is_after) not in cells:
            found = connection.execute(_MONTHS_OF_GROUP, named).fetchall()
            has = months_in_words([row[0] for row in found])
            raise UsageError(
                f"{question.kpi_id} has no row of {_plain(question.scope)} {question.scope_id} "
                f"in {months_in_words(window)}.",
                hint=f"It has rows of it in: {has}." if has else "It has none in any published month.",
            )
    return cells


def read_members(
    connection: duckdb.DuckDBPyConnection, question: Question, observed: str
) -> dict[bool, Members]:
    """Who is behind each side, by `is_group`."""
    rows = connection.execute(_MEMBERS, _parameters(question, observed)).fetchall()
    return {row[0]: Members(*row[1:]) for row in rows}


def read_observations(
    connection: duckdb.DuckDBPyConnection, question: Question, observed: str
) -> Observations:
    """The observations of both windows, in one order."""
    columns: Mapping[str, Any] = connection.execute(_ROWS, _parameters(question, observed)).fetchnumpy()
    return Observations(
        value=columns["value"],
        weight=columns["weight"],
        unit=columns["unit"],
        is_after=columns["is_after"],
        is_group=columns["is_group"],
    )


def months_in_words(months: Sequence[date]) -> str:
    """`2026-05..2026-07, 2026-09` for months in order."""
    runs: list[list[date]] = []
    for month in months:
        if runs and month == next_month(runs[-1][-1]):
            runs[-1].append(month)
        else:
            runs.append([month])
    return ", ".join(
        f"{run[0]:%Y-%m}..{run[-1]:%Y-%m}" if len(run) > 1 else f"{run[0]:%Y-%m}" for run in runs
    )


def _plain(scope: str) -> str:
    return scope.replace("_", " ")


def _parameters(question: Question, observed: str) -> dict[str, object]:
    return {
        "kpi_id": question.kpi_id,
        "scope": question.scope,
        "scope_id": question.scope_id,
        "observed": observed,
        "before": list(question.before),
        "after": list(question.after),
    }
