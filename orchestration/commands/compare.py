"""`callboard compare`: before and after a change, in one team, site or line and in all the others."""

import math
from dataclasses import asdict, dataclass
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from orchestration.commands.console import print_json, stdout_console
from orchestration.commands.options import HomeOption, JsonOption
from orchestration.comparison.compare import Comparison, Difference, Side, compare
from orchestration.comparison.data import Cell, Question, months_in_words, parse_group
from orchestration.home.months import parse_months
from orchestration.home.paths import Home, existing_home, locate_home

_REST = "everybody else"
_UNITS = {"ratio": " %", "seconds": " s", "points": " points", "per_hour": " an hour"}


def compare_command(
    kpi: Annotated[str, typer.Option(help="KPI id, as in marts.dim_kpi.")],
    group: Annotated[str, typer.Option(help="Who tried the change: team:ID, site:ID or business_line:ID.")],
    before: Annotated[str, typer.Option(help="Months before the change: 2026-05..2026-06.")],
    after: Annotated[str, typer.Option(help="Months after the change: 2026-07..2026-08.")],
    confidence: Annotated[float, typer.Option(help="Confidence level, 0.5 to 0.999.")] = 0.95,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare a KPI before and after a change in one group, with everybody left out of it as comparison."""
    place = locate_home(home)
    if not place.published_database.exists():
        place = existing_home(home)
    scope, scope_id = parse_group(group)
    question = Question(
        kpi_id=kpi,
        scope=scope,
        scope_id=scope_id,
        before=parse_months(before, option="--before"),
        after=parse_months(after, option="--after"),
        confidence=confidence,
    )
    answer = compare(place, question)
    if as_json:
        print_json(_as_json(place, answer))
    else:
        _print(stdout_console(), answer)


@dataclass(frozen=True)
class _Numbers:
    """How numbers of one unit look: ratios as percent, their differences in percentage points."""

    unit: str
    digits: int

    def value(self, number: float) -> str:
        return f"{self._rounded(number):,.{self.digits}f}{_UNITS.get(self.unit, '')}"

    def difference(self, number: float) -> str:
        unit = " percentage points" if self.unit == "ratio" else _UNITS.get(self.unit, "")
        return f"{self._signed(number)}{unit}"

    def interval(self, low: float, high: float) -> str:
        return f"{self._signed(low)} to {self._signed(high)}"

    def _signed(self, number: float) -> str:
        rounded = self._rounded(number)
        return f"{rounded:+,.{self.digits}f}" if rounded else f"{0:.{self.digits}f}"

    def _rounded(self, number: float) -> float:
        return round(100 * number if self.unit == "ratio" else number, self.digits)


def _numbers(answer: Comparison) -> _Numbers:
    """Two decimals, or as many more (up to six) as the largest difference needs for two figures of its own."""
    shown = [answer.group.difference, answer.beyond or answer.group.difference]
    largest = max(abs(difference.value) for difference in shown)
    largest *= 100 if answer.kpi.unit == "ratio" else 1
    needed = 1 - math.floor(math.log10(largest)) if largest else 0
    return _Numbers(answer.kpi.unit, min(max(needed, 2), 6))


def in_one_sentence(answer: Comparison) -> str:
    """What the comparison says, in one plain sentence; nothing is claimed where the interval holds 0."""
    numbers, group = _numbers(answer), answer.group
    effect = answer.beyond or group.difference
    went = (
        f"{answer.kpi.name} of {_group(answer)} went from {numbers.value(group.before.value)} "
        f"to {numbers.value(group.after.value)}"
    )
    if answer.beyond:
        went += f", which is {numbers.difference(effect.value)} beyond what {_REST} did"
    else:
        went += f", which is {numbers.difference(effect.value)}"
    alone = "" if answer.beyond else "; without a comparison group, other changes of that time are in it too"
    if effect.interval is None:
        return f"{went}; chance cannot be told from effect ({effect.why_no_interval}){alone}."
    interval = numbers.interval(effect.interval.low, effect.interval.high)
    went += f" ({_percent(answer)} interval {interval})"
    if _holds_0(effect):
        return f"{went}: that may be chance{alone}."
    if answer.beyond and _holds_0(group.difference):
        # It is the others who moved: the group must not read as if it had.
        alone = f", though its own difference ({numbers.difference(group.difference.value)}) may be chance"
    return f"{went}: {_judged(answer, effect)}, hardly chance alone{alone}."


def _holds_0(difference: Difference) -> bool:
    interval = difference.interval
    return interval is None or interval.low <= 0 <= interval.high


def _judged(answer: Comparison, effect: Difference) -> str:
    beside = f" beside {_REST}" if answer.beyond else ""
    if answer.kpi.better not in ("higher", "lower"):
        return f"a change{beside}"
    is_better = (effect.value > 0) == (answer.kpi.better == "higher")
    return f"{'better' if is_better else 'worse'}{beside}"


def _notes(answer: Comparison) -> list[str]:
    """What a reader must know to read the table rightly."""
    if answer.observed == "employee":
        notes = [
            "Everybody counts where they stood on a month's last day, so a group's numbers can differ from its own "
            "rows in kpi_monthly."
        ]
    else:
        plain = _plain(answer.observed)
        notes = [
            f"{answer.kpi.kpi_id} is not measured by employee: months are compared, of all other {plain}s together."
        ]
    notes += [_counted(answer, _group(answer), answer.group)]
    if answer.rest:
        notes += [_counted(answer, _REST, answer.rest)]
    if answer.is_mean:
        each = "employee" if answer.observed == "employee" else _plain(answer.observed)
        notes.append(f"The numbers are means per {each} and month; this KPI is no ratio.")
    if answer.rest is None:
        notes.append(f"Outside {_group(answer)} at least one window has no rows, so there is no comparison.")
    differences = {
        _group(answer): answer.group.difference,
        _REST: answer.rest.difference if answer.rest else None,
        "the difference of both": answer.beyond,
    }
    notes += [
        f"No interval for {of}: {difference.why_no_interval}."
        for of, difference in differences.items()
        if difference and difference.why_no_interval
    ]
    if answer.provisional_months:
        months = months_in_words(answer.provisional_months)
        notes.append(f"* Provisional, may still change: {months}.")
    return notes


def _counted(answer: Comparison, name: str, side: Side) -> str:
    noun = "employees" if answer.observed == "employee" else f"{_plain(answer.observed)}s"
    return (
        f"{name}: {side.members.before} → {side.members.after} {noun} "
        f"({side.members.both} in both windows), {side.before.months} → {side.after.months} months, "
        f"{side.before.observations} → {side.after.observations} observations."
    )


def _direction(answer: Comparison) -> str:
    if answer.kpi.better in ("higher", "lower"):
        return f"{answer.kpi.better} is better"
    return "neither higher nor lower is better"


def _print(console: Console, answer: Comparison) -> None:
    numbers, question = _numbers(answer), answer.question
    title = f"{answer.kpi.name} ({answer.kpi.kpi_id}): {_direction(answer)}"
    console.print(title, style="bold", markup=False)
    provisional = set(answer.provisional_months)
    windows = [
        f"{months_in_words(window)}{' *' if provisional & set(window) else ''}"
        for window in (question.before, question.after)
    ]
    table = Table("", *windows, "difference", f"{_percent(answer)} interval", "p", box=None)
    table.add_row(_group(answer), *_side_cells(numbers, answer.group))
    if answer.rest and answer.beyond:
        table.add_row(_REST, *_side_cells(numbers, answer.rest))
        table.add_row("beyond everybody else", "", "", *_difference_cells(numbers, answer.beyond))
    console.print(table)
    for note in _notes(answer):
        console.print(note, style="dim", markup=False)
    console.print(f"\n{in_one_sentence(answer)}", markup=False)


def _side_cells(numbers: _Numbers, side: Side) -> list[str]:
    return [
        numbers.value(side.before.value),
        numbers.value(side.after.value),
        *_difference_cells(numbers, side.difference),
    ]


def _difference_cells(numbers: _Numbers, difference: Difference) -> list[str]:
    interval = difference.interval
    shown = numbers.difference(difference.value).replace(" percentage points", " pp")
    if interval is None:
        return [shown, "none", ""]
    p_value = "<0.001" if interval.p_value < 0.001 else f"{interval.p_value:.3f}"
    return [shown, numbers.interval(interval.low, interval.high), p_value]


def _group(answer: Comparison) -> str:
    return f"{_plain(answer.question.scope)} {answer.question.scope_id}"


def _plain(scope: str) -> str:
    return scope.replace("_", " ")


def _percent(answer: Comparison) -> str:
    return f"{100 * answer.question.confidence:.10g} %"


def _as_json(home: Home, answer: Comparison) -> dict[str, object]:
    question, kpi = answer.question, answer.kpi
    return {
        "status": "compared",
        "database": str(home.published_database.resolve()),
        "kpi": {"kpi_id": kpi.kpi_id, "name": kpi.name, "unit": kpi.unit, "better": kpi.better},
        "scope": question.scope,
        "scope_id": question.scope_id,
        "months": {
            "before": [f"{month:%Y-%m}" for month in question.before],
            "after": [f"{month:%Y-%m}" for month in question.after],
            "provisional": [f"{month:%Y-%m}" for month in answer.provisional_months],
        },
        "confidence": question.confidence,
        "observed": answer.observed,
        "is_mean": answer.is_mean,
        "group": _side_json(answer.group),
        "rest": _side_json(answer.rest) if answer.rest else None,
        "beyond": _difference_json(answer.beyond) if answer.beyond else None,
        "notes": _notes(answer),
        "sentence": in_one_sentence(answer),
    }


def _side_json(side: Side) -> dict[str, object]:
    return {
        "before": _cell_json(side.before),
        "after": _cell_json(side.after),
        "members": asdict(side.members),
        "difference": _difference_json(side.difference),
    }


def _cell_json(cell: Cell) -> dict[str, object]:
    return {
        "value": cell.value,
        "numerator": cell.numerator,
        "denominator": cell.denominator,
        "months": cell.months,
        "observations": cell.observations,
    }


def _difference_json(difference: Difference) -> dict[str, object]:
    interval = difference.interval
    return {
        "value": difference.value,
        "low": interval and interval.low,
        "high": interval and interval.high,
        "p_value": interval and interval.p_value,
        "standard_error": interval and interval.standard_error,
        "degrees_of_freedom": interval and interval.degrees_of_freedom,
        "why_no_interval": difference.why_no_interval or None,
    }
