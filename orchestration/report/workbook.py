"""`report.xlsx`: a sheet a mart, the headline with native charts, the definitions; real numbers with real formats."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.language import Language
from orchestration.report.facts import MARTS, Facts

_FORMATS = {
    "ratio": "0.0%",
    "seconds": "#,##0.0",
    "points": "#,##0.00",
    "money": "#,##0.00",
    "per_hour": "#,##0.0",
    "count": "#,##0.##",
}
_WIDE = 44
_CHARTS = ("service_level", "csat_score", "schedule_adherence_rate", "attrition_rate")

#: sheet → (title, SQL of its rows for the month); a column named unit formats value, target and the like in its row.
_SHEETS: Mapping[str, tuple[str, str]] = {
    "kpi_monthly": (
        "All KPIs but those of single people",
        """
        select
            kpi.kpi_id, dim.{name} as kpi, kpi.scope, kpi.scope_id, kpi.value, kpi.target, kpi.status,
            earlier.value as last_month, kpi.numerator, kpi.denominator, kpi.is_provisional, kpi.matures_on,
            restated.kpi_id is not null as is_restated, dim.unit
        from marts.kpi_monthly as kpi
        inner join marts.dim_kpi as dim using (kpi_id)
        left join marts.kpi_monthly as earlier
            on earlier.month = cast($month - interval 1 month as date)
            and earlier.kpi_id = kpi.kpi_id and earlier.scope = kpi.scope and earlier.scope_id = kpi.scope_id
        left join (
            select distinct kpi_id, scope, scope_id from audit.restatement
            where month = $month and value_before is not null
        ) as restated
            on restated.kpi_id = kpi.kpi_id and restated.scope = kpi.scope and restated.scope_id = kpi.scope_id
        where kpi.month = $month and kpi.scope <> 'employee'
        order by kpi.scope, kpi.scope_id, kpi.kpi_id
        """,
    ),
    **{
        mart: (
            title,
            f"select * exclude (month, release_id) from marts.{mart} where month = $month "
            "order by team_id <> 'all', team_id",
        )
        for mart, title in MARTS.items()
    },
    "team_scorecard_monthly": (
        "Teams by score",
        "select * exclude (month, release_id) from marts.team_scorecard_monthly where month = $month "
        "order by business_line nulls first, score desc, team_id",
    ),
    "agent_scorecard_monthly": (
        "People by score",
        "select * exclude (month, release_id) from marts.agent_scorecard_monthly where month = $month "
        "order by business_line, role, rank nulls last, employee_id",
    ),
    "kpi_driver_monthly": (
        "What goes with satisfaction",
        "select business_line, kpi_id, satisfaction_kpi_id, months, agents, correlation, slope, r_squared, {sentence} "
        "from marts.kpi_driver_monthly where month = $month and correlation is not null "
        "order by satisfaction_kpi_id, abs(correlation) desc, business_line, kpi_id",
    ),
    "restatement": (
        "Restated numbers",
        "select r.kpi_id, r.scope, r.scope_id, r.value_before, r.value_after, r.release_id, dim.unit "
        "from audit.restatement as r left join marts.dim_kpi as dim using (kpi_id) "
        "where r.month = $month and r.scope <> 'employee' order by r.release_id desc, r.scope, r.scope_id, r.kpi_id",
    ),
    "gate_result": (
        "Waivers and warnings",
        "select expectation, table_name, severity, passed, observed, expected, waived_by, waived_reason "
        "from audit.gate_result where (month = $month or month is null) and not passed order by all",
    ),
    "quarantined_row": (
        "Rows refused, by table and reason",
        "select table_name, reason, count(*) as rows from audit.quarantined_row where $month is not null "
        "group by all order by rows desc, table_name, reason",
    ),
    "definitions": (
        "Definitions",
        "select kpi_id, name_en, name_zh, unit, better, definition, definition_zh, numerator, numerator_zh, "
        "denominator, denominator_zh, owner_role, scopes from marts.dim_kpi where $month is not null order by kpi_id",
    ),
}
_BY_UNIT = {"value", "target", "last_month", "value_before", "value_after"}


@dataclass
class _Book:
    book: Any
    language: Language
    formats: dict[str, Any]

    def number(self, column: str, kind: str, unit: str) -> Any:
        """The format of a cell of this column; `kind` is the column's type, `unit` its row's."""
        if column in _BY_UNIT:
            return self.formats[unit]
        if column.endswith("_rate") or column == "training_plan_adherence":
            return self.formats["ratio"]
        if "DATE" in kind or "TIMESTAMP" in kind:
            return self.formats["date"]
        if column in ("score", "own_score", "team_score"):
            return self.formats["points"]
        if column in ("correlation", "slope", "r_squared"):
            return self.formats["fraction"]
        return self.formats["count"]


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
    options = {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
    with xlsxwriter.Workbook(str(path), options) as workbook:
        # The release's own time: the same release gives the same bytes.
        workbook.set_properties({"title": "Callboard", "created": facts.release["published_at"]})
        book = _Book(workbook, language, _formats(workbook))
        _write_summary(book, facts)
        _write_trend(book, facts)
        for sheet, (title, sql) in _SHEETS.items():
            chinese = language.code == "zh"
            query = sql.replace("{name}", "name_zh" if chinese else "name_en")
            query = query.replace("{sentence}", "sentence_zh as sentence" if chinese else "sentence")
            found = connection.execute(query, {"month": facts.month})
            heads = [(column[0], str(column[1])) for column in found.description]
            rows = found.fetchall()
            if sheet == "agent_scorecard_monthly" and names:
                heads.insert(1, ("name", "VARCHAR"))
                rows = [(row[0], names.get(row[0], ""), *row[1:]) for row in rows]
            _write_sheet(book, sheet, title, heads, rows)


def _formats(workbook: Any) -> dict[str, Any]:
    formats = {unit: workbook.add_format({"num_format": text}) for unit, text in _FORMATS.items()}
    return {
        **formats,
        "date": workbook.add_format({"num_format": "yyyy-mm-dd"}),
        "month": workbook.add_format({"num_format": "yyyy-mm"}),
        "fraction": workbook.add_format({"num_format": "0.000"}),
        "head": workbook.add_format(
            {"bold": True, "bg_color": "#DCE6F2", "border": 1, "text_wrap": True, "valign": "top"}
        ),
        "title": workbook.add_format({"bold": True, "font_size": 14}),
        "missed": workbook.add_format({"font_color": "#A33F00", "bold": True}),
        "provisional": workbook.add_format({"italic": True, "font_color": "#6B3FA0"}),
    }


def _write_sheet(
    book: _Book, name: str, title: str, heads: Sequence[tuple[str, str]], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Headers in words with the column's own name as a comment, rows below, frozen and filtered."""
    sheet = book.book.add_worksheet(name)
    sheet.write_string(0, 0, book.language.text(title), book.formats["title"])
    unit_at = next((at for at, (column, _) in enumerate(heads) if column == "unit"), None)
    units = [row[unit_at] or "count" for row in rows] if unit_at is not None else ["count"] * len(rows)
    for at, (column, kind) in enumerate(heads):
        sheet.write_string(
            1, at, book.language.text(column.replace("_", " ")).capitalize(), book.formats["head"]
        )
        sheet.write_comment(1, at, column)
        cells = [row[at] for row in rows]
        longest = max((len(str(cell)) for cell in cells if isinstance(cell, str)), default=8)
        sheet.set_column(at, at, min(max(longest, 11) + 2, _WIDE))
        if column in _BY_UNIT:
            for line, (cell, unit) in enumerate(zip(cells, units, strict=True), start=2):
                if cell is not None:
                    sheet.write_number(line, at, cell, book.formats[unit])
        else:
            sheet.write_column(2, at, [_plain(cell) for cell in cells], book.number(column, kind, "count"))
    last = max(len(rows) + 1, 2)
    sheet.autofilter(1, 0, last, len(heads) - 1)
    sheet.freeze_panes(2, 1)
    _mark(book, sheet, [column for column, _ in heads], last)


def _mark(book: _Book, sheet: Any, columns: Sequence[str], last: int) -> None:
    import xlsxwriter.utility as cells

    for column, wanted, style in (
        ("status", '"missed"', "missed"),
        ("is_provisional", "TRUE", "provisional"),
        ("is_restated", "TRUE", "provisional"),
    ):
        if column in columns:
            letter = cells.xl_col_to_name(columns.index(column))
            rule = {
                "type": "formula",
                "criteria": f"=${letter}3={wanted}",
                "format": book.formats[style],
            }
            sheet.conditional_format(2, 0, last, len(columns) - 1, rule)


def _write_summary(book: _Book, facts: Facts) -> None:
    sheet, t, language = book.book.add_worksheet("summary"), book.language.text, book.language
    sheet.write_string(
        0, 0, t("Contact centre, {month}", month=language.month(facts.month)), book.formats["title"]
    )
    state = "provisional" if facts.is_provisional else "final"
    release = facts.release
    sheet.write_string(1, 0, t(state), book.formats["provisional"])
    sheet.write_string(
        2,
        0,
        t(
            "Release {id}, published {at}, as of {as_of}",
            id=release["release_id"],
            at=language.instant(release["published_at"]),
            as_of=language.instant(release["as_of"]),
        ),
    )
    sheet.write_string(
        3, 0, t("People have rows in agent_scorecard_monthly; their KPIs are in the published file.")
    )
    heads = ("KPI", "Value", "Target", "Status", "Last month", "State")
    sheet.write_row(5, 0, [t(head) for head in heads], book.formats["head"])
    own = facts.groups[0].numbers if facts.groups and facts.groups[0].scope == "centre" else []
    for line, n in enumerate(own, start=6):
        style = book.formats[facts.kpis[n.kpi_id].unit]
        sheet.write_string(line, 0, facts.kpis[n.kpi_id].name)
        sheet.write_number(line, 1, n.value, style)
        for at, cell in ((2, n.target), (4, n.value_before)):
            if cell is not None:
                sheet.write_number(line, at, cell, style)
        missed = book.formats["missed"] if n.status == "missed" else None
        sheet.write_string(line, 3, t(n.status) if n.status else "–", missed)
        marks = [
            t(word)
            for word, holds in (("provisional", n.is_provisional), ("restated", n.is_restated))
            if holds
        ]
        sheet.write_string(line, 5, ", ".join(marks) or t("final"))
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 5, 13)
    sheet.freeze_panes(6, 1)
    sheet.autofilter(5, 0, max(5 + len(own), 6), len(heads) - 1)
    for place, kpi_id in enumerate(kpi for kpi in _CHARTS if kpi in facts.centre_trends):
        chart = _line_chart(book, facts, kpi_id)
        sheet.insert_chart(5 + 15 * (place // 2), 7 + 8 * (place % 2), chart)


def _line_chart(book: _Book, facts: Facts, kpi_id: str) -> Any:
    kpi, at = facts.kpis[kpi_id], 1 + list(facts.centre_trends).index(kpi_id)
    last = 1 + len(facts.trend_months)
    chart = book.book.add_chart({"type": "line"})
    chart.add_series(
        {
            "name": kpi.name,
            "categories": ["trend", 2, 0, last, 0],
            "values": ["trend", 2, at, last, at],
            "line": {"color": "#0B5CAD"},
            "marker": {"type": "circle", "size": 5},
        }
    )
    chart.set_title({"name": kpi.name, "name_font": {"size": 11}})
    chart.set_legend({"none": True})
    chart.set_y_axis({"num_format": _FORMATS[kpi.unit]})
    chart.set_x_axis({"num_format": "yyyy-mm", "text_axis": True})
    chart.set_size({"width": 500, "height": 280})
    return chart


def _write_trend(book: _Book, facts: Facts) -> None:
    sheet, t = book.book.add_worksheet("trend"), book.language.text
    sheet.write_string(0, 0, t("Twelve months"), book.formats["title"])
    sheet.write_string(1, 0, t("Month"), book.formats["head"])
    sheet.write_column(
        2, 0, [datetime(m.year, m.month, m.day) for m in facts.trend_months], book.formats["month"]
    )
    for at, (kpi_id, values) in enumerate(facts.centre_trends.items(), start=1):
        kpi = facts.kpis[kpi_id]
        sheet.write_string(1, at, kpi.name, book.formats["head"])
        sheet.write_column(2, at, values, book.formats[kpi.unit])
    sheet.set_column(0, max(len(facts.centre_trends), 1), 14)
    sheet.freeze_panes(2, 1)
    sheet.autofilter(1, 0, 1 + len(facts.trend_months), len(facts.centre_trends))


def _plain(cell: Any) -> Any:
    if isinstance(cell, list):
        return ", ".join(map(str, cell))  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(cell, date) and not isinstance(cell, datetime):
        return datetime(cell.year, cell.month, cell.day)
    return cell
