"""Before and after: sums worked out by hand, intervals by textbook formulas, and every way to ask wrongly."""

import json
import math
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pytest
from scipy import stats

from orchestration.commands.compare import in_one_sentence
from orchestration.comparison.compare import Comparison, compare
from orchestration.comparison.data import Question, months_in_words
from orchestration.comparison.differences import Interval, Observations, beyond_the_rest
from orchestration.home.errors import UsageError
from orchestration.home.paths import Home

from .conftest import CommandResult

pytestmark = pytest.mark.filterwarnings("error")

ROOT = Path(__file__).resolve().parents[2]
MAY, JUNE, JULY, AUGUST = (date(2026, month, 1) for month in (5, 6, 7, 8))
EVERYWHERE = "centre|site|business_line|team|employee"

_SCHEMA = """
create schema marts;
create table marts.dim_kpi (
    kpi_id varchar, name_en varchar, unit varchar, better varchar, scopes varchar, definition varchar default '',
    numerator varchar default '', denominator varchar default '', owner_role varchar default '', headline_rank integer,
    is_charted_by_team boolean default false, source_tables varchar default '', agent_day_columns varchar default '');
create table marts.dim_employee (
    employee_id varchar, valid_from date, valid_to date, site_id varchar, team_id varchar, business_line varchar);
create table marts.kpi_monthly (
    month date, kpi_id varchar, scope varchar, scope_id varchar, numerator double, denominator double, value double,
    is_provisional boolean);
"""
_KPIS = [
    ("schedule_adherence_rate", "Schedule adherence", "ratio", "higher", EVERYWHERE),
    ("average_handle_time", "Average handle time", "seconds", "lower", EVERYWHERE),
    ("order_value", "Order value", "money", "higher", "centre|team|employee"),
    ("service_level", "Service level", "ratio", "higher", "centre|business_line"),
    ("staffing_ratio", "Staffing ratio", "ratio", "none", "centre|business_line"),
    ("customer_loss_rate", "Customer loss", "ratio", "lower", "centre"),
]


@dataclass
class Published:
    """A published database written by hand."""

    home: Home
    kpi_id: str = "schedule_adherence_rate"
    people: list[tuple[object, ...]] = field(default_factory=list)
    rows: list[tuple[object, ...]] = field(default_factory=list)

    def person(
        self,
        employee_id: str,
        team: str | None,
        since: str = "1900-01-01",
        until: str | None = None,
        *,
        site: str = "SHA",
        line: str = "inquiry",
    ) -> None:
        self.people.append((employee_id, since, until, site, team, line))

    def put(
        self,
        scope_id: str,
        month: date,
        numerator: float,
        denominator: float = 100,
        *,
        scope: str = "employee",
        provisional: bool = False,
    ) -> None:
        value = numerator / denominator
        self.rows.append((month, self.kpi_id, scope, scope_id, numerator, denominator, value, provisional))

    def write(self) -> Home:
        self.home.published.mkdir(parents=True, exist_ok=True)
        with duckdb.connect(str(self.home.published_database)) as connection:
            connection.execute(_SCHEMA)
            for table, rows in (
                ("dim_kpi (kpi_id, name_en, unit, better, scopes)", _KPIS),
                ("dim_employee", self.people),
                ("kpi_monthly", self.rows),
            ):
                if rows:
                    marks = ", ".join("?" for _ in rows[0])
                    connection.executemany(f"insert into marts.{table} values ({marks})", rows)
        return self.home

    def ask(
        self,
        before: Sequence[date] = (MAY,),
        after: Sequence[date] = (JULY,),
        *,
        scope: str = "team",
        scope_id: str = "T1",
        confidence: float = 0.95,
    ) -> Comparison:
        if not self.home.published_database.exists():
            self.write()
        return compare(
            self.home, Question(self.kpi_id, scope, scope_id, tuple(before), tuple(after), confidence)
        )


@pytest.fixture
def published(home: Home) -> Published:
    return Published(home)


def paired(published: Published, team: str, before: Sequence[float], after: Sequence[float]) -> list[float]:
    """A team of which everybody has one row in May and one in July, of 100 each; gives their differences."""
    for place, (old, new) in enumerate(zip(before, after, strict=True)):
        published.person(f"{team}-{place}", team)
        published.put(f"{team}-{place}", MAY, old)
        published.put(f"{team}-{place}", JULY, new)
    return [(new - old) / 100 for old, new in zip(before, after, strict=True)]


def sum_of_squares(values: Sequence[float]) -> float:
    mean = math.fsum(values) / len(values)
    return math.fsum((value - mean) ** 2 for value in values)


def held(interval: Interval | None) -> Interval:
    assert interval is not None
    return interval


# What the numbers are


def test_a_cell_is_the_sum_of_numerators_over_the_sum_of_denominators(published: Published) -> None:
    published.person("A", "T1")
    published.person("B", "T1")
    published.person("C", "T2")
    published.person("D", "T2")
    published.put("A", MAY, 10, 10)  # 100 %
    published.put("B", MAY, 40, 90)  # 44.4 %; the mean of both ratios would be 72.2 %
    published.put("A", JUNE, 30, 100)
    published.put("A", JULY, 27, 30)
    published.put("B", JULY, 33, 70)
    published.put("C", MAY, 5, 20)
    published.put("D", JUNE, 5, 30)
    published.put("C", JULY, 8, 20)
    published.put("D", JULY, 12, 80)
    answer = published.ask(before=(MAY, JUNE))
    assert (answer.group.before.numerator, answer.group.before.denominator) == (80, 200)
    assert answer.group.before.value == 0.4
    assert answer.group.after.value == 0.6
    assert answer.rest is not None
    assert answer.rest.before.value == 0.2
    assert answer.rest.after.value == 0.2
    assert answer.beyond is not None
    assert answer.group.difference.value == pytest.approx(0.2, abs=1e-15)
    assert answer.rest.difference.value == 0
    assert answer.beyond.value == pytest.approx(0.2, abs=1e-15)
    # The regression's estimate lies in the middle of its interval: it is the same number.
    for difference in (answer.group.difference, answer.rest.difference, answer.beyond):
        interval = held(difference.interval)
        assert (interval.low + interval.high) / 2 == pytest.approx(difference.value, abs=1e-12)


def test_how_many_employees_months_and_observations_are_behind_each_side_is_said(
    published: Published,
) -> None:
    for name in ("A", "B"):
        published.person(name, "T1")
    published.person("C", "T2")
    for name, months in (("A", (MAY, JUNE, JULY)), ("B", (MAY, AUGUST)), ("C", (MAY, AUGUST))):
        for month in months:
            published.put(name, month, 50 + month.month)
    answer = published.ask((MAY, JUNE), (JULY, AUGUST))
    before, after = answer.group.before, answer.group.after
    assert (before.units, before.months, before.observations) == (2, 2, 3)
    assert (after.units, after.months, after.observations) == (2, 2, 2)
    members = answer.group.members
    assert (members.before, members.after, members.both) == (2, 2, 2)
    assert answer.rest is not None
    assert (answer.rest.before.units, answer.rest.before.months, answer.rest.before.observations) == (1, 1, 1)


def test_other_months_other_scopes_and_other_kpis_do_not_count(published: Published) -> None:
    published.person("A", "T1")
    published.person("B", "T2")
    for name in ("A", "B"):
        published.put(name, MAY, 50)
        published.put(name, JUNE, 99)
        published.put(name, JULY, 50)
    for month in (MAY, JULY):
        published.put("T1", month, 1, scope="team")
        published.put("all", month, 1, scope="centre")
    published.kpi_id = "average_handle_time"
    published.put("A", MAY, 7000, 10)
    published.kpi_id = "schedule_adherence_rate"
    answer = published.ask()
    assert answer.group.before.denominator == answer.group.after.denominator == 100
    assert answer.group.difference.value == 0


def test_who_moves_counts_where_they_stand_on_the_last_day_of_the_month(published: Published) -> None:
    published.person("mover", "T1", until="2026-05-30")
    published.person("mover", "T2", since="2026-05-31")  # May's last day: in T2 for all of May
    published.person("later", "T1", until="2026-07-31")
    published.person("later", "T2", since="2026-08-01")  # still in T1 on July's last day
    published.person("stays", "T2")
    for name, numerator in (("mover", 10), ("later", 20), ("stays", 40)):
        published.put(name, MAY, numerator)
        published.put(name, JULY, numerator)
    answer = published.ask()
    assert answer.group.before.numerator == answer.group.after.numerator == 20
    assert answer.rest is not None
    assert answer.rest.before.numerator == 50


def test_who_changes_sides_between_the_windows_counts_on_both(published: Published) -> None:
    published.person("mover", "T1", until="2026-06-30")
    published.person("mover", "T2", since="2026-07-01")
    for name, team in (("A", "T1"), ("B", "T1"), ("C", "T2"), ("D", "T2")):
        published.person(name, team)
    for place, name in enumerate(("mover", "A", "B", "C", "D")):
        published.put(name, MAY, 50 + place)
        published.put(name, JULY, 60 - 2 * place)
    answer = published.ask()
    assert answer.rest is not None
    assert (answer.group.members.before, answer.group.members.after, answer.group.members.both) == (3, 2, 2)
    assert (answer.rest.members.before, answer.rest.members.after, answer.rest.members.both) == (2, 3, 2)
    assert held(answer.beyond and answer.beyond.interval).standard_error > 0


def test_who_has_no_assignment_is_among_everybody_else(published: Published) -> None:
    published.person("A", "T1")
    published.person("nobodys", None)
    for name in ("A", "nobodys", "not in the roster"):
        published.put(name, MAY, 50)
        published.put(name, JULY, 60)
    answer = published.ask()
    assert answer.rest is not None
    assert answer.rest.members.both == 2


@pytest.mark.parametrize(("scope", "scope_id"), [("site", "NYC"), ("business_line", "complaint")])
def test_a_site_and_a_line_are_groups_too(published: Published, scope: str, scope_id: str) -> None:
    published.person("A", "T1", site="NYC", line="complaint")
    published.person("B", "T2")
    published.put("A", MAY, 10)
    published.put("A", JULY, 20)
    published.put("B", MAY, 30)
    published.put("B", JULY, 30)
    answer = published.ask(scope=scope, scope_id=scope_id)
    assert answer.group.before.numerator == 10
    assert answer.group.after.numerator == 20


# How sure they are


def test_with_equal_weights_and_one_month_each_the_interval_is_that_of_the_paired_t_test(
    published: Published,
) -> None:
    before, after = [70, 80, 75, 90, 60], [78, 81, 83, 95, 71]
    paired(published, "T1", before, after)
    paired(published, "T2", [50, 60, 70], [55, 58, 71])
    group = held(published.ask(confidence=0.9).group.difference.interval)
    textbook = stats.ttest_rel(after, before)
    bounds = textbook.confidence_interval(0.9)
    assert group.low == pytest.approx(bounds.low / 100, rel=1e-9)
    assert group.high == pytest.approx(bounds.high / 100, rel=1e-9)
    assert group.p_value == pytest.approx(textbook.pvalue, rel=1e-9)
    assert group.degrees_of_freedom == 4


def test_the_difference_of_differences_has_the_jackknifes_standard_error(published: Published) -> None:
    group = paired(published, "T1", [70, 80, 75, 90, 60], [78, 81, 83, 95, 71])
    rest = paired(published, "T2", [50, 60, 70, 64], [55, 58, 71, 60])
    beyond = published.ask().beyond
    interval = held(beyond and beyond.interval)
    # Without one of n the mean of n differences moves by (its distance from the mean) / (n - 1).
    moved = sum_of_squares(group) / 4**2 + sum_of_squares(rest) / 3**2
    assert interval.standard_error == pytest.approx(math.sqrt(8 / 9 * moved), rel=1e-9)
    assert interval.degrees_of_freedom == 3
    t_of_3 = 3.182446305  # 97.5 % of Student's t with 3 degrees of freedom, as tables have it
    assert interval.high - interval.low == pytest.approx(2 * t_of_3 * interval.standard_error, rel=1e-8)


def test_with_unequal_weights_the_standard_error_is_the_jackknife_over_employees(
    published: Published,
) -> None:
    rows = {  # numerator and denominator of May, June and July
        "A": [(8, 10), (30, 40), (45, 50)],
        "B": [(50, 100), None, (10, 40)],
        "C": [(9, 30), (7, 7), (18, 20)],
        "D": [None, (10, 60), (21, 70)],
    }
    published.person("X", "T2")
    for name, months in rows.items():
        published.person(name, "T1")
        for month, sums in zip((MAY, JUNE, JULY), months, strict=True):
            if sums:
                published.put(name, month, *sums)

    def difference(left_out: str) -> float:
        kept = [months for name, months in rows.items() if name != left_out]
        before = [sums for months in kept for sums in months[:2] if sums]
        after = [sums for months in kept for sums in months[2:] if sums]
        ratios = [sum(n for n, _ in cell) / sum(d for _, d in cell) for cell in (before, after)]
        return ratios[1] - ratios[0]

    published.put("X", MAY, 1)
    interval = held(published.ask((MAY, JUNE), (JULY,)).group.difference.interval)
    spread = sum((difference(name) - difference("nobody")) ** 2 for name in rows)
    assert interval.standard_error == pytest.approx(math.sqrt(3 / 4 * spread), rel=1e-9)


def test_degrees_of_freedom_are_those_of_the_smallest_cell(published: Published) -> None:
    for place in range(6):
        published.person(f"A{place}", "T1")
        published.put(f"A{place}", MAY, 50 + place)
    for place in range(3):  # half of them are gone
        published.put(f"A{place}", JULY, 60 - place)
    paired(published, "T2", [50, 51, 52, 53], [50, 52, 51, 54])
    answer = published.ask()
    assert answer.rest is not None
    assert held(answer.group.difference.interval).degrees_of_freedom == 2
    assert held(answer.rest.difference.interval).degrees_of_freedom == 3
    assert held(answer.beyond and answer.beyond.interval).degrees_of_freedom == 2


def test_where_nothing_changed_a_small_team_is_seldom_said_to_have_changed() -> None:
    """The usual formula (CR1, all clusters' degrees of freedom) is wrong here in one case of seven."""
    draw = np.random.default_rng(20261)
    people, group, months, centres = 45, 5, 2, 400
    is_after = np.repeat([False] * months + [True] * months, people)
    unit = np.tile(np.arange(people), 2 * months)
    wrong = 0
    for _ in range(centres):
        level = np.tile(draw.normal(size=people), 2 * months)
        size = np.tile(draw.lognormal(0, 0.4, people), 2 * months)
        seen = Observations(
            value=level + draw.normal(size=unit.size),
            weight=size * draw.lognormal(0, 0.5, unit.size),
            unit=unit,
            is_after=is_after,
            is_group=unit < group,
        )
        interval = held(beyond_the_rest(seen, confidence=0.95, smallest_cell=group))
        wrong += not interval.low <= 0 <= interval.high
    assert 0 < wrong <= 0.06 * centres


def test_a_change_in_one_team_is_found_and_none_where_nothing_was_changed(published: Published) -> None:
    wobble = [0.9, -1.3, 0.4, -0.2, 1.1, -0.9, 0.3, -0.6, 0.8, -0.5]
    levels = [62, 70, 74, 66, 81, 77, 69, 73, 64, 78]
    paired(published, "T1", levels, [a + 6 + b for a, b in zip(levels, wobble, strict=True)])
    paired(published, "T2", levels, [a + b for a, b in zip(levels, reversed(wobble), strict=True)])
    paired(published, "T3", levels, [a - b for a, b in zip(levels, wobble, strict=True)])
    changed = published.ask()
    beyond, rest = held(changed.beyond and changed.beyond.interval), changed.rest
    assert beyond.low < 0.06 < beyond.high
    assert beyond.low > 0.05
    assert beyond.p_value < 0.001
    assert rest is not None
    assert held(rest.difference.interval).low < 0 < held(rest.difference.interval).high
    assert in_one_sentence(changed).endswith(": better beside everybody else, hardly chance alone.")
    # T2 against the rest, where T1 alone was changed: less than everybody else's rise, and unsure.
    untouched = published.ask(scope_id="T2")
    assert held(untouched.group.difference.interval).low < 0 < held(untouched.group.difference.interval).high
    assert "better" not in in_one_sentence(untouched)


def test_what_everybody_did_is_not_laid_at_the_groups_door(published: Published) -> None:
    paired(published, "T1", [60, 70, 80, 65], [66, 75, 84, 72])
    paired(published, "T2", [61, 72, 83, 64], [66, 78, 89, 68])
    answer = published.ask()
    assert held(answer.group.difference.interval).low > 0
    assert in_one_sentence(answer).endswith("that may be chance.")


def test_where_only_the_others_moved_the_group_does_not_read_as_if_it_had(published: Published) -> None:
    paired(published, "T1", [70, 80, 75, 66], [71, 79, 76, 65])
    paired(published, "T2", [60, 65, 70, 55], [50, 56, 59, 44])
    sentence = in_one_sentence(published.ask())
    assert "better beside everybody else, hardly chance alone, though its own difference (" in sentence
    assert sentence.endswith("may be chance.")


# Where there is too little for an interval


def test_one_employee_gives_numbers_without_an_interval(published: Published) -> None:
    paired(published, "T1", [70], [80])
    paired(published, "T2", [50, 60], [55, 58])
    answer = published.ask()
    assert answer.group.difference.value == pytest.approx(0.1)
    assert answer.group.difference.interval is None
    assert "too few" in answer.group.difference.why_no_interval
    assert answer.beyond is not None
    assert answer.beyond.interval is None
    assert answer.rest is not None
    assert held(answer.rest.difference.interval)
    assert "chance cannot be told from effect" in in_one_sentence(answer)


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ([100, 100, 100], [100, 100, 100], "all values of one side are the same"),
        ([90, 95, 92], [100, 100, 100], "all values of one side are the same"),
        ([50, 60, 70], [60, 70, 80], "all changed by the same"),
    ],
)
def test_values_without_spread_give_no_interval(
    published: Published, before: list[float], after: list[float], why: str
) -> None:
    paired(published, "T1", before, after)
    paired(published, "T2", [50, 60, 70], [55, 58, 71])
    difference = published.ask().group.difference
    assert difference.interval is None
    assert why in difference.why_no_interval
    assert difference.value == pytest.approx((sum(after) - sum(before)) / 300)


def test_where_everybody_is_in_the_group_only_its_own_difference_is_given(
    published: Published, callboard: Callable[..., CommandResult]
) -> None:
    paired(published, "T1", [70, 80, 75], [90, 98, 97])
    answer = published.ask()
    assert answer.rest is None
    assert answer.beyond is None
    assert held(answer.group.difference.interval).low > 0
    assert in_one_sentence(answer).endswith(
        ": better, hardly chance alone; without a comparison group, other changes of that time are in it too."
    )
    assert "there is no comparison" in _run(callboard, published).out


def test_a_rest_that_is_missing_in_one_window_is_no_comparison(published: Published) -> None:
    paired(published, "T1", [70, 80, 75], [90, 98, 97])
    published.person("X", "T2")
    published.put("X", MAY, 50, provisional=True)
    answer = published.ask()
    assert answer.rest is None
    assert answer.provisional_months == ()  # what is not used is not complained of


# KPIs that no employee has


def _service_level(published: Published) -> dict[str, list[float]]:
    published.kpi_id = "service_level"
    levels = {"a": [80, 82, 90, 94], "b": [60, 63, 61, 64], "c": [90, 91, 92, 90]}
    for line, values in levels.items():
        for month, value in zip((MAY, JUNE, JULY, AUGUST), values, strict=True):
            published.put(line, month, value, scope="business_line")
    published.put("all", MAY, 1, scope="centre")
    return levels


def test_a_kpi_without_employees_is_compared_by_the_months_of_the_groups_own_scope(
    published: Published,
) -> None:
    levels = _service_level(published)
    answer = published.ask((MAY, JUNE), (JULY, AUGUST), scope="business_line", scope_id="a")
    assert answer.observed == "business_line"
    assert answer.group.before.value == 0.81
    assert answer.group.after.value == 0.92
    assert answer.rest is not None
    assert answer.rest.before.value == (60 + 63 + 90 + 91) / 400
    assert (answer.rest.before.units, answer.rest.before.months, answer.rest.before.observations) == (2, 2, 2)
    assert (answer.rest.members.before, answer.rest.members.both) == (2, 2)
    # Two cells of two months: without one, a cell's mean moves by half the distance of its months.
    group = held(answer.group.difference.interval)
    assert group.standard_error == pytest.approx(math.sqrt(3 / 4 * 2 * (0.01**2 + 0.02**2)), rel=1e-9)
    assert group.degrees_of_freedom == 1
    # A month is left out on both sides at once, so what moves both sides alike cancels out.
    rest = [(b + c) / 200 for b, c in zip(levels["b"], levels["c"], strict=True)]
    gaps = [a / 100 - other for a, other in zip(levels["a"], rest, strict=True)]
    moved = 2 * ((gaps[0] - gaps[1]) / 2) ** 2 + 2 * ((gaps[2] - gaps[3]) / 2) ** 2
    beyond = held(answer.beyond and answer.beyond.interval)
    assert beyond.standard_error == pytest.approx(math.sqrt(3 / 4 * moved), rel=1e-9)


def test_one_month_a_window_gives_such_a_kpi_no_interval(published: Published) -> None:
    _service_level(published)
    answer = published.ask((MAY,), (JULY,), scope="business_line", scope_id="a")
    assert answer.beyond is not None
    assert answer.beyond.value == pytest.approx(0.1 - 0.015)
    assert answer.beyond.interval is None
    assert "too few" in answer.beyond.why_no_interval


def test_a_kpi_that_is_neither_better_high_nor_low_is_not_judged(published: Published) -> None:
    published.kpi_id = "staffing_ratio"
    months = [date(2026, month, 1) for month in range(1, 9)]
    for place, month in enumerate(months):
        published.put("a", month, (80 if place < 4 else 95) + place % 2, scope="business_line")
        published.put("b", month, 70 + (place + place // 4) % 2, scope="business_line")
    sentence = in_one_sentence(published.ask(months[:4], months[4:], scope="business_line", scope_id="a"))
    assert sentence.endswith(": a change beside everybody else, hardly chance alone.")


# What people read


def test_order_value_is_said_to_be_a_mean_per_employee_and_month(
    published: Published, callboard: Callable[..., CommandResult]
) -> None:
    published.kpi_id = "order_value"
    for name, team, amounts in (
        ("A", "T1", (1000, 3000)),
        ("B", "T1", (2000, 2500)),
        ("C", "T2", (500, 600)),
        ("D", "T2", (700, 500)),
    ):
        published.person(name, team)
        published.put(name, MAY, amounts[0], 1)
        published.put(name, JULY, amounts[1], 1)
    answer = published.ask()
    assert (answer.group.before.value, answer.group.after.value) == (1500, 2750)
    assert "means per employee and month" in _run(callboard, published).out
    assert "went from 1,500.00 to 2,750.00" in in_one_sentence(answer)


def test_a_ratio_is_not_said_to_be_a_mean(
    published: Published, callboard: Callable[..., CommandResult]
) -> None:
    paired(published, "T1", [70, 80, 75], [90, 98, 97])
    assert "means per" not in _run(callboard, published).out


def test_ratios_are_percent_and_their_differences_percentage_points(
    published: Published, callboard: Callable[..., CommandResult]
) -> None:
    paired(published, "T1", [70, 80, 75], [78, 91, 86])
    paired(published, "T2", [50, 60, 70], [52, 58, 70])
    result = _run(callboard, published)
    assert result.err == ""
    assert "75.00 %" in result.out
    assert "+10.00 pp" in result.out
    last = result.out.strip().splitlines()[-1]
    assert last.startswith(
        "Schedule adherence of team T1 went from 75.00 % to 85.00 %, "
        "which is +10.00 percentage points beyond what everybody else did (95 % interval +"
    )


@pytest.mark.parametrize(("step", "ending"), [(-30, "better"), (30, "worse")])
def test_where_lower_is_better_less_is_for_the_better(published: Published, step: int, ending: str) -> None:
    published.kpi_id = "average_handle_time"
    paired(
        published, "T1", [30000, 32000, 31000], [30000 + 100 * step, 32050 + 100 * step, 30990 + 100 * step]
    )
    paired(published, "T2", [30000, 32000, 31000], [30020, 31970, 31010])
    sentence = in_one_sentence(published.ask())
    assert f": {ending} beside everybody else, hardly chance alone." in sentence
    assert " s beyond what everybody else did" in sentence


def test_a_small_difference_keeps_figures_of_its_own(published: Published) -> None:
    published.person("A", "T1")
    published.person("B", "T2")
    for name, after in (("A", 500_025), ("B", 500_000)):
        published.put(name, MAY, 500_000, 1_000_000)
        published.put(name, JULY, after, 1_000_000)
    assert "+0.0025 percentage points" in in_one_sentence(published.ask())


def test_provisional_months_are_marked(published: Published, callboard: Callable[..., CommandResult]) -> None:
    paired(published, "T1", [70, 80, 75], [78, 91, 86])
    published.person("X", "T2")
    published.put("X", MAY, 50)
    published.put("X", JULY, 50, provisional=True)
    result = _run(callboard, published)
    assert "2026-07 *" in result.out
    assert "2026-05 *" not in result.out
    assert "Provisional, may still change: 2026-07" in result.out
    assert json.loads(_run(callboard, published, "--json").out)["months"]["provisional"] == ["2026-07"]


def test_machines_get_the_raw_numbers(published: Published, callboard: Callable[..., CommandResult]) -> None:
    before, after = [70, 80, 75], [78, 91, 86]
    paired(published, "T1", before, after)
    paired(published, "T2", [50], [52])
    answer = json.loads(_run(callboard, published, "--json").out)
    assert answer["group"]["before"]["value"] == 0.75
    assert answer["group"]["difference"]["p_value"] == pytest.approx(
        stats.ttest_rel(after, before).pvalue, rel=1e-9
    )
    assert answer["group"]["members"] == {"before": 3, "after": 3, "both": 3}
    assert answer["beyond"]["value"] == pytest.approx(0.08)
    assert answer["beyond"]["low"] is None
    assert "too few" in answer["beyond"]["why_no_interval"]


def test_months_are_reported_in_runs() -> None:
    assert months_in_words([date(2025, 12, 1), date(2026, 1, 1), MAY, JULY, AUGUST]) == (
        "2025-12..2026-01, 2026-05, 2026-07..2026-08"
    )


# Only reading


def test_a_release_behind_a_link_is_read_and_nothing_is_written(
    published: Published, callboard: Callable[..., CommandResult]
) -> None:
    paired(published, "T1", [70, 80, 75], [78, 91, 86])
    home = published.write()
    release = home.releases / "20261020T000000Z-0" / "callboard.duckdb"
    release.parent.mkdir(parents=True)
    home.published_database.rename(release)
    home.published_database.symlink_to(release)
    seen = {path: path.read_bytes() for path in home.root.rglob("*") if path.is_file()}
    release.chmod(0o444)
    answer = json.loads(_run(callboard, published, "--json").out)
    assert answer["status"] == "compared"
    assert answer["database"] == str(release)
    assert {path: path.read_bytes() for path in home.root.rglob("*") if path.is_file()} == seen


def test_the_command_line_starts_without_the_statistics() -> None:
    code = (
        "import sys; import orchestration.cli\n"
        "print(sorted({'statsmodels', 'scipy', 'numpy', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# Asked wrongly


def _run(
    callboard: Callable[..., CommandResult], published: Published, *more: str, **changed: str
) -> CommandResult:
    if not published.home.published_database.exists():
        published.write()
    options = {
        "kpi": published.kpi_id,
        "group": "team:T1",
        "before": "2026-05",
        "after": "2026-07",
        **changed,
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    return callboard("compare", "--home", published.home.root, *arguments, *more)


@pytest.mark.parametrize(
    ("changed", "message", "hint"),
    [
        ({"kpi": "schedule_adherance"}, "no KPI 'schedule_adherance'", "schedule_adherence_rate"),
        ({"kpi": "zzz"}, "no KPI 'zzz'", "marts.dim_kpi"),
        ({"group": "T1"}, "--group 'T1' names no group", "team:ID"),
        ({"group": "queue:Q1"}, "--group 'queue:Q1' names no group", "business_line:ID"),
        ({"group": "team:"}, "--group 'team:' names no group", "site:ID"),
        ({"group": "team:T11"}, "no team 'T11'", "T1"),
        ({"group": "business_line:xyz"}, "no business line 'xyz'", "inquiry"),
        ({"before": "2026-03..2026-05"}, "Not published: 2026-03..2026-04", "2026-05, 2026-07"),
        ({"after": "2026-07,2026-12"}, "Not published: 2026-12", "2026-05, 2026-07"),
        ({"before": "2026-07", "after": "2026-05"}, "--before ends with 2026-07", "before all months"),
        (
            {"before": "2026-05..2026-07", "after": "2026-07"},
            "--before ends with 2026-07",
            "before all months",
        ),
        ({"before": "2026-07..2026-05"}, "--before '2026-07..2026-05' spans", "the earlier first"),
        ({"before": "May"}, "Invalid month 'May'", "YYYY-MM"),
        ({"confidence": "95"}, "--confidence 95 is not between", "0.95"),
        ({"confidence": "nan"}, "--confidence nan is not between", "0.95"),
        ({"kpi": "customer_loss_rate"}, "no rows by employee or by team, only by: centre", "whole centre"),
        ({"kpi": "service_level"}, "no rows by employee or by team", "business_line:ID"),
        (
            {"kpi": "order_value"},
            "order_value has no row of team T1 in 2026-05",
            "none in any published month",
        ),
        ({"group": "team:T3"}, "no row of team T3 in 2026-07", "It has rows of it in: 2026-05"),
    ],
)
def test_a_wrong_question_is_code_2_and_says_what_to_do(
    published: Published,
    callboard: Callable[..., CommandResult],
    changed: dict[str, str],
    message: str,
    hint: str,
) -> None:
    paired(published, "T1", [70, 80], [78, 91])
    paired(published, "T2", [50, 60], [52, 58])
    published.person("left", "T3")
    published.put("left", MAY, 50)
    result = _run(callboard, published, **changed)
    assert result.code == 2
    assert "Traceback" not in result.err
    assert message in result.err
    assert hint in result.err.splitlines()[-1]


def test_a_home_without_a_release_is_code_2(home: Home, callboard: Callable[..., CommandResult]) -> None:
    result = callboard(
        "compare",
        "--home",
        home.root,
        "--kpi",
        "k",
        "--group",
        "team:T1",
        "--before",
        "2026-05",
        "--after",
        "2026-07",
    )
    assert result.code == 2
    assert "Nothing is published" in result.err
    assert "callboard refresh" in result.err
    assert list(home.root.iterdir()) == [home.landing]


def test_the_group_that_was_named_is_not_taken_for_another_scopes_id(published: Published) -> None:
    paired(published, "T1", [70, 80], [78, 91])
    with pytest.raises(UsageError, match="no site 'T1'"):
        published.ask(scope="site")
