"""The pages of the numbers: a scope's month, and one KPI of it down to its parts, agent-days and deliveries."""

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache, partial
from typing import cast

from starlette.responses import Response

from orchestration.presentation import charts
from orchestration.presentation.charts import trend_svg
from orchestration.presentation.language import Language, language
from orchestration.releases.reader import (
    SCOPES,
    Kpi,
    Number,
    Scope,
    absences,
    headline,
    names_of_scopes,
    numbers,
    sources_of,
)
from orchestration.web.page_request import PageRequest
from orchestration.web.queries import (
    BELOW,
    INTERVAL_COLUMNS,
    Paged,
    TrendMonth,
    agent_days_of,
    deliveries_of,
    ids_of,
    intervals_of,
    parts_of,
    restatements_of,
    trend_of,
)

_SCOPE_WORDS = {
    "centre": "Centre",
    "site": "Site",
    "business_line": "Business line",
    "team": "Team",
    "employee": "Employee",
}
_MIN_POINTS = 2


@dataclass(frozen=True)
class _Place:
    """The month and scope that a page is about, with what its head needs."""

    month: date
    scope: Scope
    scope_id: str
    names: dict[tuple[str, str], str]

    def called(self, words: Language, scope: str | None = None, scope_id: str | None = None) -> str:
        scope, scope_id = scope or self.scope, scope_id or self.scope_id
        kind = words.text(_SCOPE_WORDS[scope])
        if scope == "centre":
            return kind
        name = self.names.get((scope, scope_id))
        return f"{kind} {scope_id}" + (f" ({name})" if name else "")


def overview(page_request: PageRequest) -> Response:
    """The KPIs of a scope in a month; where the scope still needs an id, the ids to choose from."""
    place = _place(page_request)
    if not place.scope_id:
        ids = ids_of(page_request.reading.connection, place.month, place.scope, page_request.page())
        _check_page(page_request, ids)
        return page_request.answer("choose.html.j2", {**_head(page_request, place), "ids": ids})
    found = numbers(page_request.reading.connection, place.month, (place.scope,), place.scope_id)
    if not found:
        page_request.refuse(404, "There are no numbers of {scope} in {month}.", **_where(page_request, place))
    by_id = {number.kpi_id: number for number in found}
    kpis = page_request.reading.catalogue(page_request.language)
    values = {
        **_head(page_request, place),
        "numbers": found,
        "headline": [by_id[kpi_id] for kpi_id in headline(kpis) if kpi_id in by_id],
        "kpis": kpis,
        "absent": absences(page_request.reading.connection, place.month, (place.scope,), place.scope_id),
        "sources": sources_of(page_request.reading.connection, place.month)
        if place.scope == "centre"
        else [],
    }
    return page_request.answer("overview.html.j2", values)


def kpi_page(page_request: PageRequest) -> Response:
    """One KPI of a scope in a month, and what is behind it."""
    kpi = page_request.kpi(str(page_request.request.path_params["kpi_id"]))
    place = _place(page_request)
    if not place.scope_id:
        page_request.refuse(
            400, "Name the {scope}: id=…", scope=page_request.language.text(_SCOPE_WORDS[place.scope])
        )
    connection, words = page_request.reading.connection, page_request.language
    found = numbers(connection, place.month, (place.scope,), place.scope_id)
    number = next((one for one in found if one.kpi_id == kpi.kpi_id), None)
    if number is None:
        lacking = absences(connection, place.month, (place.scope,), place.scope_id)
        why = [words.absence(a.reason, a.missing_sources) for a in lacking if a.kpi_id == kpi.kpi_id]
        text = (
            "{kpi} has no number of {scope} in {month}: {why}."
            if why
            else "{kpi} has no number of {scope} in {month}."
        )
        page_request.refuse(404, text, kpi=kpi.name, why="".join(why), **_where(page_request, place))
    trend = trend_of(connection, place.month, kpi.kpi_id, place.scope, place.scope_id)
    values = {
        **_head(page_request, place),
        "kpi": kpi,
        "number": number,
        "trend": trend,
        "chart": _chart(page_request.language, kpi, number, trend, place),
        "restatements": restatements_of(connection, place.month, kpi.kpi_id, place.scope, place.scope_id),
        **_parts(page_request, kpi, place),
        **_agent_days(page_request, kpi, place),
        **_intervals(page_request, kpi, place),
        **_deliveries(page_request, kpi),
    }
    return page_request.answer("kpi.html.j2", values)


def warm_up() -> None:
    """Draw a first chart with and without a unit at its axis, which loads for a second what all others need."""
    charts.warm_up()
    for unit in ("ratio", "count"):
        _drawn("en", "", unit, "", (date(2000, 1, 1), date(2000, 2, 1)), (0.0, 1.0), 0.5)


def _place(page_request: PageRequest) -> _Place:
    month = page_request.month()
    scope, scope_id = page_request.scope()
    return _Place(month, scope, scope_id, names_of_scopes(page_request.reading.connection, month))


def _where(page_request: PageRequest, place: _Place) -> dict[str, object]:
    short = replace(place, scope_id=place.scope_id[:60])
    return {"scope": short.called(page_request.language), "month": page_request.language.month(place.month)}


def _head(page_request: PageRequest, place: _Place) -> dict[str, object]:
    return {
        "place": place,
        "called": place.called(page_request.language),
        "call": partial(place.called, page_request.language),
        "months": page_request.reading.months,
        "scopes": [(scope, page_request.language.text(_SCOPE_WORDS[scope])) for scope in SCOPES],
    }


def _check_page(page_request: PageRequest, listed: Paged) -> None:
    if listed.page > listed.pages:
        page_request.refuse(
            404, "There are {pages} pages, no page {page}.", pages=listed.pages, page=listed.page
        )


def _parts(page_request: PageRequest, kpi: Kpi, place: _Place) -> dict[str, object]:
    choices = tuple(scope for scope in BELOW[place.scope] if scope in kpi.scopes)
    if not choices:
        return {"below": None, "choices": [], "parts_listed": None}
    below = cast(Scope, page_request.one_of("by", choices, choices[0]))
    parts = parts_of(
        page_request.reading.connection,
        place.month,
        kpi.kpi_id,
        (place.scope, place.scope_id),
        below,
        page_request.page("parts_page"),
    )
    _check_page(page_request, parts)
    named = [(scope, page_request.language.text(_SCOPE_WORDS[scope])) for scope in choices]
    return {"below": below, "choices": named, "parts_listed": parts}


def _agent_days(page_request: PageRequest, kpi: Kpi, place: _Place) -> dict[str, object]:
    columns = kpi.agent_day_columns
    if not columns:
        return {"columns": (), "days": None, "sums": {}}
    page = page_request.page("days_page")
    at = (place.scope, place.scope_id)
    days, sums = agent_days_of(page_request.reading.connection, place.month, at, columns, page)
    _check_page(page_request, days)
    return {"columns": columns, "days": days, "sums": sums}


def _intervals(page_request: PageRequest, kpi: Kpi, place: _Place) -> dict[str, object]:
    if "acd.queue_intervals" not in kpi.source_tables:
        return {"intervals": None}
    page = page_request.page("intervals_page")
    at = (place.scope, place.scope_id)
    found = intervals_of(page_request.reading.connection, place.month, at, page)
    if found is None:
        return {"intervals": None}
    _check_page(page_request, found[0])
    return {"intervals": found[0], "interval_columns": INTERVAL_COLUMNS, "interval_sums": found[1]}


def _deliveries(page_request: PageRequest, kpi: Kpi) -> dict[str, object]:
    tables = kpi.source_tables
    if not tables:
        return {"tables": (), "deliveries": None}
    deliveries = deliveries_of(page_request.reading.connection, tables, page_request.page("files_page"))
    _check_page(page_request, deliveries)
    return {"tables": tables, "deliveries": deliveries}


def _chart(words: Language, kpi: Kpi, number: Number, trend: list[TrendMonth], place: _Place) -> str:
    if sum(one.value is not None for one in trend) < _MIN_POINTS:
        return ""
    return _drawn(
        words.code,
        kpi.name,
        kpi.unit,
        place.called(words),
        tuple(one.month for one in trend),
        tuple(one.value for one in trend),
        number.target,
    )


@lru_cache(maxsize=256)
def _drawn(
    code: str,
    name: str,
    unit: str,
    called: str,
    months: tuple[date, ...],
    values: tuple[float | None, ...],
    target: float | None,
) -> str:
    """The chart of exactly these numbers; drawing one takes most of a page's time."""
    words = language(code)
    description = words.text(
        "From {first} to {last}; the table beside it has the numbers.",
        first=words.month(months[0]),
        last=words.month(months[-1]),
    )
    return trend_svg(
        months, values, target, unit=unit, title=f"{name}, {called}", description=description, language=words
    )
