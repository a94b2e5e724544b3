"""The sheets of rows in `report.xlsx`: which there are, their SQL, and how a row becomes cells.

Text of a delivery is only ever text here; a number keeps all its digits under the format of its unit.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from expectations.sentences import is_known
from orchestration.presentation.findings import expected_in_words, found_in_words
from orchestration.presentation.language import Language
from orchestration.releases.findings import entries_in
from orchestration.releases.reader import Kpi
from orchestration.report.facts import MARTS, UNRANKED
from orchestration.warehouse.quarantine import WITH_REASONS

#: How numbers of a unit look (`dim_kpi.unit`), and some that no KPI has.
NUMBER_FORMATS = {
    "ratio": "0.0%",
    "seconds": "#,##0.0",
    "points": "#,##0.00",
    "money": "#,##0.00",
    "per_hour": "#,##0.0",
    "whole": "#,##0",
    "decimal": "#,##0.00",
    "fraction": "0.000",
    "date": "yyyy-mm-dd",
    "month": "yyyy-mm",
}
_TEAMS_CHARTED = 25
_FINDINGS = 5
_WIDE = 48
# More columns than these on the width of a page can't be read.
_PRINTED_AS_ONE = 20
# Excel takes no more links in a sheet.
_LINKS = 65_000

#: sheet → (title, SQL of its rows for the month); a column named unit formats value, target and the like in its row.
SHEETS: Mapping[str, tuple[str, str]] = {
    "kpi_monthly": (
        "All KPIs but those of single people, which are in the published file and its parquet",
        """
        select
            kpi.kpi_id, dim.{name} as kpi, kpi.scope, kpi.scope_id, kpi.value, kpi.target, kpi.status,
            earlier.value as last_month, kpi.numerator, kpi.denominator, {coverage}kpi.is_provisional, kpi.matures_on,
            restated.kpi_id is not null as is_restated, kpi.kpi_id in ({to_confirm}) as is_to_confirm, dim.unit
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
    "kpi_absence": (
        "KPIs without a number, and why",
        """
        select kpi_id, dim.{name} as kpi, scope, scope_id, {'reason': reason, 'missing': missing_sources} as why
        from marts.kpi_absence
        inner join marts.dim_kpi as dim using (kpi_id)
        where month = $month
        order by scope, scope_id, kpi_id
        """,
    ),
    "source_month": (
        "Sources of this month",
        "select source_table, is_delivered, has_rows from audit.source_month where month = $month order by source_table",
    ),
    **{
        mart: (
            title,
            f"select * exclude (month, release_id) from marts.{mart} where month = $month "
            "order by team_id <> 'all', team_id",
        )
        for mart, title in MARTS.items()
    },
    "team_chart": (
        "Teams farthest from target",
        f"""
        with
            teams as (
                select team_id, team_name
                from marts.dim_team
                where valid_from <= last_day($month) and (valid_to is null or valid_to >= last_day($month))
            )
        select
            kpi.kpi_id, dim.{{name}} as kpi, coalesce(teams.team_name || ' (' || kpi.scope_id || ')', kpi.scope_id) as team,
            kpi.value, kpi.target, kpi.status, kpi.is_provisional, dim.unit
        from marts.kpi_monthly as kpi
        inner join marts.dim_kpi as dim using (kpi_id)
        left join teams on kpi.scope_id = teams.team_id
        where kpi.month = $month and kpi.scope = 'team' and list_contains({{charted}}, kpi.kpi_id)
        qualify
            row_number() over (partition by kpi.kpi_id order by kpi.attainment nulls last, kpi.scope_id)
            <= {_TEAMS_CHARTED}
        order by kpi.kpi_id, kpi.attainment nulls last, kpi.scope_id
        """,
    ),
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
        "To confirm, and waivers",
        "select expectation, table_name, severity, {'expectation': expectation, 'table_name': table_name, "
        "'findings': findings, 'stored': observed} as observed, {'expectation': expectation, 'stored': expected} as expected, "
        "waived_by, waived_reason from (from audit.gate_result {with_findings}) "
        "where (month = $month or month is null) and not passed order by expectation, table_name",
    ),
    "quarantined_row": (
        "Rows refused, by table and reason",
        "select table_name, {'code': reason_code, 'column': column_name, 'params': reason_params, 'stored': refused.reason} "
        "as reason, count(*) as rows "
        f"from (from audit.quarantined_row {WITH_REASONS}) as refused where $month is not null "
        "group by table_name, refused.reason, reason_code, column_name, reason_params "
        "order by rows desc, table_name, refused.reason",
    ),
    "definitions": (
        "Definitions",
        "select kpi_id, name_en, name_zh, unit, better, definition, definition_zh, numerator, numerator_zh, "
        "denominator, denominator_zh, owner_role, scopes from marts.dim_kpi where $month is not null order by kpi_id",
    ),
}
_BY_UNIT = {"value", "target", "last_month", "value_before", "value_after"}
_FRACTIONS = {"correlation", "slope", "r_squared"}
_SCORES = {"score", "own_score", "team_score"}
_MARKED = ("value", "score", "value_after")
_WORDS = {
    "is_provisional": ("final", "provisional"),
    "is_restated": ("", "restated"),
    "is_to_confirm": ("", "to confirm"),
}


@dataclass(frozen=True)
class Book:
    """The workbook being written: xlsxwriter's workbook, its formats by name, and what its words come from."""

    book: Any
    language: Language
    formats: Mapping[str, Any]
    kpis: Mapping[str, Kpi]

    def definition_of(self, kpi_id: str) -> str | None:
        """Where in the workbook a KPI is defined; None where it isn't."""
        place = self._places.get(kpi_id)
        return None if place is None else f"internal:'definitions'!A{place}"

    @property
    def _places(self) -> Mapping[str, int]:
        return {kpi_id: place for place, kpi_id in enumerate(self.kpis, start=3)}


def write_sheet(
    book: Book, name: str, title: str, heads: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """A sheet of rows under headers in words, with the column's own name as a comment; frozen, filtered, printable.

    `heads` are the columns' names; a column `unit` formats value, target and the like of its row.
    """
    sheet = book.book.add_worksheet(name)
    sheet.write_string(0, 0, book.language.text(title), book.formats["title"])
    units = [row[heads.index("unit")] for row in rows] if "unit" in heads else [None] * len(rows)
    for at, column in enumerate(heads):
        sheet.write_string(1, at, head(book, column), book.formats["head"])
        sheet.write_comment(1, at, column)
        cells = [_plain(book, column, row[at]) for row in rows]
        longest = max((_width(cell) for cell in cells if isinstance(cell, str)), default=0)
        sheet.set_column(at, at, min(max(longest + 2, 13), _WIDE))
        if column in ("kpi_id", "satisfaction_kpi_id") and name != "definitions":
            _write_links(book, sheet, at, cells)
            continue
        text = book.formats["wrapped" if longest > _WIDE else "text"]
        for line, (cell, unit) in enumerate(zip(cells, units, strict=True), start=2):
            if isinstance(cell, str):
                sheet.write_string(line, at, cell, text)
            elif isinstance(cell, datetime):
                sheet.write_datetime(line, at, cell, book.formats["date"])
            elif cell is not None:
                sheet.write_number(line, at, cell, book.formats[_look(book, column, cell, unit)])
    finish(book, sheet, first=1, last=max(len(rows) + 1, 2), columns=len(heads))
    _mark(book, sheet, heads, max(len(rows) + 1, 2))


def finish(book: Book, sheet: Any, *, first: int, last: int, columns: int) -> None:
    """Freeze and filter below the header in row `first` (from 0), and have it print on A4, one page wide."""
    sheet.autofilter(first, 0, last, columns - 1)
    sheet.freeze_panes(first + 1, 1)
    sheet.repeat_rows(first)
    sheet.set_paper(9)
    if columns <= _PRINTED_AS_ONE:
        sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&A&R&P / &N")
    if columns > 7:
        sheet.set_landscape()


def head(book: Book, column: str) -> str:
    """A column's header: the name of the KPI that it is, else its own name in words."""
    if column in book.kpis:
        return book.kpis[column].name
    words = re.sub(r"\bkpi(?=s?\b)", "KPI", book.language.text(column.replace("_", " ")))
    return words[:1].upper() + words[1:]


def _look(book: Book, column: str, cell: float, unit: str | None) -> str:
    """The name of a number's format."""
    if unit in NUMBER_FORMATS and column in _BY_UNIT:
        return str(unit)
    if column in book.kpis and book.kpis[column].unit in NUMBER_FORMATS:
        return book.kpis[column].unit
    if column.endswith("_rate") or column in ("coverage", "weight_covered"):
        return "ratio"
    if column.endswith("_seconds"):
        return "seconds"
    if column in _SCORES:
        return "points"
    if column in _FRACTIONS:
        return "fraction"
    return "whole" if float(cell).is_integer() else "decimal"


def _write_links(book: Book, sheet: Any, at: int, cells: Sequence[Any]) -> None:
    places = {kpi_id: book.definition_of(kpi_id) for kpi_id in {str(cell) for cell in cells}}
    for line, cell in enumerate(cells, start=2):
        place = places[str(cell)]
        if place is None or line > _LINKS // 2:
            sheet.write_string(line, at, str(cell))
        else:
            sheet.write_url(line, at, place, string=str(cell))


def _mark(book: Book, sheet: Any, heads: Sequence[str], last: int) -> None:
    """Colour the word and the number of what missed its target, is provisional or restated."""
    from xlsxwriter.utility import xl_col_to_name

    for column, word, style in (
        ("status", "missed", "missed"),
        ("is_provisional", "provisional", "provisional"),
        ("is_restated", "restated", "restated"),
        ("is_to_confirm", "to confirm", "to confirm"),
    ):
        if column not in heads:
            continue
        at = heads.index(column)
        said = book.language.text(word).replace('"', '""')
        rule = {
            "type": "formula",
            "criteria": f'=${xl_col_to_name(at)}3="{said}"',
            "format": book.formats[style],
        }
        for place in {at, *(heads.index(marked) for marked in _MARKED if marked in heads)}:
            sheet.conditional_format(2, place, last, place, rule)


def _plain(book: Book, column: str, cell: Any) -> str | float | datetime | None:
    """A cell as Excel knows it: a word for what is true or false of a number; no number that Excel has not."""
    if column in _WORDS and cell is not None:
        word = _WORDS[column][bool(cell)]
        return book.language.text(word) if word else None
    if column in ("status", "severity") and cell:
        return book.language.text(str(cell).replace("_", " "))
    if column == "unranked_code" and cell:
        return book.language.text(UNRANKED.get(str(cell), str(cell)))
    if column == "why" and isinstance(cell, dict):
        found = cast(dict[str, str | None], cell)
        return book.language.absence(found["reason"] or "", (found["missing"] or "").split("|"))
    if isinstance(cell, dict):
        return _in_words(book, cast(dict[str, Any], cell))
    if isinstance(cell, datetime):
        return cell
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)
    if isinstance(cell, bool):
        return book.language.text("yes" if cell else "no")
    if isinstance(cell, int | float | Decimal):
        return float(cell) if math.isfinite(cell) else str(cell)
    return None if cell is None else str(cell)


def _in_words(book: Book, cell: dict[str, Any]) -> str:
    """A reason of quarantine, or what the gate expected or found; what an older release has only in English stays so."""
    if "expectation" not in cell:
        return book.language.reason(**cell)
    names = {kpi.kpi_id: kpi.name for kpi in book.kpis.values()}
    if not is_known(cell["expectation"]):
        return str(cell["stored"])
    if "findings" not in cell:
        return expected_in_words(cell["expectation"], book.language)
    entries = entries_in(cell["expectation"], cell["table_name"], None, cell["findings"])
    found = [found_in_words(entry, book.language, names) for entry in entries[:_FINDINGS]]
    return book.language.text("; ").join(found) or str(cell["stored"])


def _width(text: str) -> int:
    # In GBK, as on the screen, a Chinese character takes two.
    return len(text.encode("gbk", errors="replace"))
