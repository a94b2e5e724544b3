"""`report.xlsx`: the headline with native charts, a sheet a mart, the definitions; real numbers with real formats."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.presentation.language import Language
from orchestration.releases.findings import WITH_FINDINGS
from orchestration.releases.reader import Number, kpis_to_confirm, names_of_scopes
from orchestration.report.facts import MARTS, Facts
from orchestration.report.sheets import NUMBER_FORMATS, SHEETS, Book, finish, write_sheet

_BLUE, _ORANGE, _GREY = "#0B5CAD", "#C45A00", "#595959"
_CHART_WIDTH, _CHART_ROWS = 425, 13
# What A4 takes of the summary, as wide as it is.
_PAGE_ROWS = 80


def write_workbook(
    connection: duckdb.DuckDBPyConnection,
    facts: Facts,
    language: Language,
    path: Path,
    names: Mapping[str, str],
) -> None:
    """Write the month's workbook to `path`. `names`: employee id → name, empty where people are shown by their id."""
    import xlsxwriter

    # Text of a delivery is never a formula or a link.
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as workbook:
        # The release's own time: the same release gives the same bytes.
        workbook.set_properties({"title": "Callboard", "created": facts.release["published_at"]})
        book = Book(workbook, language, _formats(workbook), facts.kpis)
        summary = workbook.add_worksheet("summary")
        below = _write_summary(book, summary, facts)
        charts = _write_trend(book, facts, _targets(connection, facts))
        lacking = MARTS.keys() - {table.name for table in facts.tables}
        # A release of before 0.4.0 says neither what is known nor what is absent.
        lacking |= set() if facts.sources else {"kpi_absence", "source_month"}
        for sheet, (title, sql) in SHEETS.items():
            if sheet in lacking:
                continue
            heads, rows = _read(connection, sql, facts, language)
            if sheet == "agent_scorecard_monthly" and names:
                heads, rows = _named(heads, rows, names)
            if sheet == "kpi_monthly":
                heads, rows = _with_scope_names(heads, rows, names_of_scopes(connection, facts.month))
            write_sheet(book, sheet, title, heads, rows)
            if sheet == "team_chart":
                charts = [*_team_charts(book, heads, rows), *charts]
        _insert(summary, below, charts)


def _read(
    connection: duckdb.DuckDBPyConnection, sql: str, facts: Facts, language: Language
) -> tuple[list[str], list[tuple[Any, ...]]]:
    chinese = language.code == "zh"
    query = sql.replace("{name}", "name_zh" if chinese else "name_en")
    query = query.replace("{sentence}", "sentence_zh as sentence" if chinese else "sentence")
    query = query.replace("{coverage}", "kpi.coverage, " if facts.sources else "")
    query = query.replace("{to_confirm}", kpis_to_confirm(connection))
    query = query.replace("{with_findings}", WITH_FINDINGS)
    query = query.replace("{charted}", str([k.kpi_id for k in facts.kpis.values() if k.is_charted_by_team]))
    found = connection.execute(query, {"month": facts.month})
    return [column[0] for column in found.description], found.fetchall()


def _insert(summary: Any, below: int, charts: Sequence[tuple[Any, int]]) -> None:
    """Place (chart, its height in rows) two abreast from row `below` on, none across two printed pages."""
    row, page, breaks = below, 0, list[int]()
    for left in range(0, len(charts), 2):
        pair = charts[left : left + 2]
        height = max(rows for _, rows in pair)
        if row + height - page > _PAGE_ROWS:
            breaks.append(row)
            page = row
        for side, (chart, _) in enumerate(pair):
            chart.set_size({"width": _CHART_WIDTH, "height": 20 * height - 10})
            summary.insert_chart(row, 0, chart, {"x_offset": (_CHART_WIDTH + 5) * side})
        row += height
    summary.set_h_pagebreaks(breaks)


def _named(
    heads: Sequence[str], rows: Sequence[tuple[Any, ...]], names: Mapping[str, str]
) -> tuple[list[str], list[tuple[Any, ...]]]:
    return [heads[0], "name", *heads[1:]], [(row[0], names.get(row[0], ""), *row[1:]) for row in rows]


def _with_scope_names(
    heads: Sequence[str], rows: Sequence[tuple[Any, ...]], names: Mapping[tuple[str, str], str]
) -> tuple[list[str], list[tuple[Any, ...]]]:
    at = heads.index("scope_id")
    return (
        [*heads[: at + 1], "scope_name", *heads[at + 1 :]],
        [(*row[: at + 1], names.get((row[at - 1], row[at])), *row[at + 1 :]) for row in rows],
    )


def _formats(workbook: Any) -> dict[str, Any]:
    formats = {unit: workbook.add_format({"num_format": text}) for unit, text in NUMBER_FORMATS.items()}
    return {
        **formats,
        "head": workbook.add_format(
            {"bold": True, "bg_color": "#DCE6F2", "border": 1, "text_wrap": True, "valign": "top"}
        ),
        "title": workbook.add_format({"bold": True, "font_size": 14}),
        # Apart from the number on its left.
        "text": workbook.add_format({"indent": 1}),
        "wrapped": workbook.add_format({"indent": 1, "text_wrap": True, "valign": "top"}),
        "missed": workbook.add_format({"font_color": "#A33F00", "bold": True, "indent": 1}),
        "provisional": workbook.add_format({"italic": True, "font_color": "#6B3FA0", "indent": 1}),
        "restated": workbook.add_format({"underline": 1, "font_color": "#6B3FA0", "indent": 1}),
        "to confirm": workbook.add_format({"bold": True, "font_color": "#8A5A00", "indent": 1}),
    }


def _write_summary(book: Book, sheet: Any, facts: Facts) -> int:
    """Write the summary without its charts; the row (from 0) where these may begin."""
    t, language, release = book.language.text, book.language, facts.release
    title = t("Contact centre, {month}", month=language.month(facts.month))
    sheet.write_string(0, 0, title, book.formats["title"])
    sheet.write_string(
        1,
        0,
        t("provisional" if facts.is_provisional else "final"),
        book.formats["provisional" if facts.is_provisional else "text"],
    )
    at, as_of = language.instant(release["published_at"]), language.instant(release["as_of"])
    source = t("Release {id}, published {at}, as of {as_of}", id=release["release_id"], at=at, as_of=as_of)
    sheet.write_string(2, 0, source)
    sheet.write_string(
        3, 0, t("People have rows in agent_scorecard_monthly; their KPIs are in the published file.")
    )
    heads = ("KPI", "Value", "Target", "Status", "Last month", "Change", "State")
    for place, head in enumerate(heads):
        sheet.write_string(5, place, t(head), book.formats["head"])
    is_centre = bool(facts.groups) and facts.groups[0].scope == "centre"
    own, absent = (facts.groups[0].numbers, facts.groups[0].absent) if is_centre else ([], [])
    moved = {unit: book.book.add_format({"num_format": _moved(book, unit)}) for unit in NUMBER_FORMATS}
    for line, number in enumerate(own, start=6):
        _write_number(book, sheet, line, number, moved)
    for line, one in enumerate(absent, start=6 + len(own)):
        sheet.write_url(line, 0, book.definition_of(one.kpi_id), string=book.kpis[one.kpi_id].name)
        sheet.write_string(line, 1, language.absence(one.reason, one.missing_sources), book.formats["text"])
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 6, 14)
    last = max(5 + len(own) + len(absent), 6)
    finish(book, sheet, first=5, last=last, columns=len(heads))
    return last + 2


def _moved(book: Book, unit: str) -> str:
    """The format of a change, with its sign; a share moves in percentage points."""
    if unit == "ratio":
        points = book.language.text("{number} pp", number="")
        return f'+0.0"{points}";-0.0"{points}";0.0"{points}"'
    text = NUMBER_FORMATS[unit]
    return f"+{text};-{text};{text}"


def _write_number(book: Book, sheet: Any, line: int, number: Number, moved: Mapping[str, Any]) -> None:
    t, kpi = book.language.text, book.kpis[number.kpi_id]
    unit = kpi.unit if kpi.unit in NUMBER_FORMATS else "decimal"
    sheet.write_url(line, 0, book.definition_of(kpi.kpi_id), string=kpi.name)
    for at, cell in ((1, number.value), (2, number.target), (4, number.value_before)):
        if cell is not None:
            sheet.write_number(line, at, cell, book.formats[unit])
    missed = book.formats["missed"] if number.status == "missed" else book.formats["text"]
    sheet.write_string(line, 3, t(number.status) if number.status else "–", missed)
    if number.value_before is not None:
        change = (number.value - number.value_before) * (100 if unit == "ratio" else 1)
        sheet.write_number(line, 5, change, moved[unit])
    marks = [
        word
        for word, holds in (
            ("provisional", number.is_provisional),
            ("restated", number.is_restated),
            ("to confirm", number.is_to_confirm),
        )
        if holds
    ]
    style = book.formats[marks[-1] if marks else "text"]
    words = [t(word) for word in marks or ["final"]]
    if number.coverage < 1:
        words.append(t("{share} known", share=book.language.number(number.coverage, "ratio")))
    sheet.write_string(line, 6, t(", ").join(words), style)


def _targets(connection: duckdb.DuckDBPyConnection, facts: Facts) -> dict[str, list[float | None]]:
    """The centre's targets in the months of the trend, by KPI; those that never had one are left out."""
    rows = connection.execute(
        """
        select kpis.kpi_id, list(kpi.target order by months.month)
        from unnest($months) as months(month)
        cross join unnest($kpis) as kpis(kpi_id)
        left join marts.kpi_monthly as kpi
            on kpi.month = months.month and kpi.kpi_id = kpis.kpi_id and kpi.scope = 'centre'
        group by kpis.kpi_id
        having count(kpi.target) > 0
        """,
        {"months": facts.trend_months, "kpis": list(facts.centre_trends)},
    ).fetchall()
    return dict(rows)


def _write_trend(
    book: Book, facts: Facts, targets: Mapping[str, list[float | None]]
) -> list[tuple[Any, int]]:
    """Write the sheet of months and headline KPIs, targets behind them; a chart of each for the summary, and its
    height in rows."""
    sheet, t = book.book.add_worksheet("trend"), book.language.text
    last = 1 + len(facts.trend_months)
    sheet.write_string(0, 0, t("Twelve months"), book.formats["title"])
    sheet.write_string(1, 0, t("Month"), book.formats["head"])
    months = [datetime(month.year, month.month, month.day) for month in facts.trend_months]
    sheet.write_column(2, 0, months, book.formats["month"])
    columns = [(kpi_id, book.kpis[kpi_id].name, values) for kpi_id, values in facts.centre_trends.items()]
    columns += [
        (kpi_id, f"{book.kpis[kpi_id].name}: {t('Target')}", targets[kpi_id])
        for kpi_id in facts.centre_trends
        if kpi_id in targets
    ]
    lines: dict[str, list[Any]] = {}
    for at, (kpi_id, name, values) in enumerate(columns, start=1):
        unit = book.kpis[kpi_id].unit
        sheet.write_string(1, at, name, book.formats["head"])
        sheet.write_comment(1, at, kpi_id)
        sheet.write_column(2, at, values, book.formats[unit if unit in NUMBER_FORMATS else "decimal"])
        drawn = t("Target") if kpi_id in lines else name
        lines.setdefault(kpi_id, []).append((drawn, ["trend", 2, at, last, at]))
    sheet.set_column(0, len(columns), 14)
    finish(book, sheet, first=1, last=last, columns=1 + len(columns))
    return [
        (_chart(book, "line", kpi_id, ["trend", 2, 0, last, 0], lines[kpi_id]), _CHART_ROWS)
        for kpi_id in facts.centre_trends
    ]


def _team_charts(book: Book, heads: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, int]]:
    """Of each KPI drawn for teams, a bar chart of the teams in the sheet `team_chart`, the farthest from target on top,
    and its height in rows."""
    kpis = [row[0] for row in rows]
    team, value = heads.index("team"), heads.index("value")
    charts: list[tuple[Any, int]] = []
    for kpi_id in dict.fromkeys(kpis):
        first = 2 + kpis.index(kpi_id)
        last = first + kpis.count(kpi_id) - 1
        bars = [(book.kpis[kpi_id].name, ["team_chart", first, value, last, value])]
        chart = _chart(book, "bar", kpi_id, ["team_chart", first, team, last, team], bars)
        charts.append((chart, max(_CHART_ROWS, 5 + last - first)))
    return charts


def _chart(
    book: Book, kind: str, kpi_id: str, categories: list[Any], series: Sequence[tuple[str, list[Any]]]
) -> Any:
    """A native chart; a second series is the target, dashed and without markers."""
    kpi, chart = book.kpis[kpi_id], book.book.add_chart({"type": kind})
    for place, (name, values) in enumerate(series):
        line = (
            {"color": _ORANGE, "dash_type": "dash", "width": 1.5} if place else {"color": _BLUE, "width": 2}
        )
        labels = {"value": True, "font": {"size": 8}}
        bar = {"fill": {"color": _BLUE}, "gap": 60, "data_labels": labels}
        style: dict[str, Any] = bar if kind == "bar" else {"line": line}
        if kind == "line" and not place:
            dot = {"color": _BLUE}
            style |= {"marker": {"type": "circle", "size": 5, "fill": dot, "border": dot}}
        chart.add_series({"name": name, "categories": categories, "values": values, **style})
    title = book.language.text("{kpi}, by team", kpi=kpi.name) if kind == "bar" else kpi.name
    chart.set_title({"name": title, "name_font": {"size": 11}, "overlay": False})
    chart.set_legend({"position": "bottom"} if len(series) > 1 else {"none": True})
    font = {"size": 8, "color": _GREY}
    numbers = {"num_format": NUMBER_FORMATS.get(kpi.unit, "#,##0.0"), "num_font": font}
    numbers |= {"major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}}}
    if kind == "bar":
        # High: below, as the teams run downwards.
        chart.set_x_axis(numbers | {"min": 0, "label_position": "high"})
        chart.set_y_axis({"reverse": True, "num_font": font})
    else:
        chart.set_y_axis(numbers)
        chart.set_x_axis({"num_format": "yyyy-mm", "text_axis": True, "num_font": font | {"rotation": -45}})
    return chart
