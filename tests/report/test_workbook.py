"""The workbook of a real release: as openpyxl reads it and as LibreOffice recalculates it, beside the marts."""

import re
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from orchestration.home.paths import Home
from orchestration.releases.reader import open_release, release_to_read
from orchestration.report.pack import write_pack

SEPTEMBER = date(2026, 9, 1)
MARTS = ("report_timeliness_monthly", "schedule_adherence_monthly", "attrition_monthly", "training_monthly")


@pytest.fixture(scope="session")
def workbook(centre: Home) -> Path:
    return release_to_read(centre) / "report.xlsx"


@pytest.fixture(scope="session")
def recalculated(workbook: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The workbook once LibreOffice has opened, recalculated and written it."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("no LibreOffice on this machine: apt-get install libreoffice-calc")
    folder = tmp_path_factory.mktemp("office")
    command = [office, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
    command += ["--convert-to", "xlsx", "--outdir", str(folder), str(workbook)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return openpyxl.load_workbook(folder / "report.xlsx", data_only=True)


def _rows(book: Any, sheet: str) -> list[tuple[Any, ...]]:
    return [tuple(cell for cell in row) for row in book[sheet].iter_rows(min_row=3, values_only=True)]


def _heads(book: Any, sheet: str) -> list[str]:
    return [cell.comment.text for cell in book[sheet][2]]


def _columns(book: Any, sheet: str, columns: tuple[str, ...]) -> list[tuple[Any, ...]]:
    heads = _heads(book, sheet)
    return [tuple(row[heads.index(column)] for column in columns) for row in _rows(book, sheet)]


def test_every_sheet_is_frozen_and_filtered_and_the_summary_has_native_charts(workbook: Path) -> None:
    book = openpyxl.load_workbook(workbook)
    assert book.sheetnames[:2] == ["summary", "trend"]
    assert {"kpi_monthly", *MARTS, "agent_scorecard_monthly", "definitions"} <= set(book.sheetnames)
    for sheet in book.worksheets:
        assert sheet.freeze_panes, sheet.title
        assert sheet.auto_filter.ref, sheet.title
    charts = book["summary"]._charts
    assert [type(chart).__name__ for chart in charts[:2]] == ["BarChart", "BarChart"]
    assert {type(chart).__name__ for chart in charts[2:]} == {"LineChart"}
    titles = [
        "".join(run.t for paragraph in chart.title.tx.rich.p for run in paragraph.r or ()) for chart in charts
    ]
    heads = [cell.value for cell in book["trend"][2]]
    assert titles[2:] == [head for head in heads[1:] if not head.endswith(": Target")]
    read = {str(series.val.numRef.f).split("!")[0].strip("'") for chart in charts for series in chart.series}
    assert read == {"trend", "team_chart"}


def test_cells_are_numbers_dates_and_shares_with_formats_of_their_own(workbook: Path) -> None:
    book = openpyxl.load_workbook(workbook)
    sheet = book["kpi_monthly"]
    heads = [cell.comment.text for cell in sheet[2]]
    value, unit, matures = heads.index("value"), heads.index("unit"), heads.index("matures_on")
    formats = {row[unit].value: row[value].number_format for row in sheet.iter_rows(min_row=3)}
    assert formats["ratio"] == "0.0%"
    assert formats["seconds"] == "#,##0.0"
    first = sheet[3]
    assert first[matures].is_date
    assert isinstance(first[value].value, int | float)


def test_libreoffice_finds_no_error_and_the_numbers_of_the_marts(centre: Home, recalculated: Any) -> None:
    cells = [
        cell for sheet in recalculated.worksheets for row in sheet.iter_rows(values_only=True) for cell in row
    ]
    assert len(cells) > 5000
    assert [c for c in cells if isinstance(c, str) and re.match(r"#[A-Z/0!?]+$|Err:\d", c)] == []
    with open_release(release_to_read(centre)) as connection:
        expected = connection.execute(
            "select kpi_id, scope, scope_id, value, numerator, denominator from marts.kpi_monthly "
            "where month = ? and scope <> 'employee' order by scope, scope_id, kpi_id",
            [SEPTEMBER],
        ).fetchall()
        columns = ("kpi_id", "scope", "scope_id", "value", "numerator", "denominator")
        shown = _columns(recalculated, "kpi_monthly", columns)
        assert [row[:3] for row in shown] == [row[:3] for row in expected]
        for ours, theirs in zip(shown, expected, strict=True):
            assert ours[3:] == pytest.approx(theirs[3:], rel=1e-12)
        for mart in MARTS:
            _assert_equal_mart(connection, recalculated, mart)


def _assert_equal_mart(connection: duckdb.DuckDBPyConnection, book: Any, mart: str) -> None:
    expected = connection.execute(
        f"select * exclude (month, release_id) from marts.{mart} where month = ? order by team_id <> 'all', team_id",
        [SEPTEMBER],
    ).fetchall()
    shown = _rows(book, mart)
    assert len(shown) == len(expected) > 1
    for ours, theirs in zip(shown, expected, strict=True):
        assert list(ours) == [
            pytest.approx(float(cell), rel=1e-12) if isinstance(cell, int | float) else cell
            for cell in theirs
        ]


def test_text_that_looks_like_a_formula_stays_text(centre: Home, tmp_path: Path) -> None:
    shutil.copy(release_to_read(centre) / "callboard.duckdb", tmp_path)
    with duckdb.connect(str(tmp_path / "callboard.duckdb")) as connection:
        connection.execute("update marts.attrition_monthly set team_name = '=cmd()' where team_id <> 'all'")
    pack = write_pack(tmp_path, month=SEPTEMBER, lang="zh", to=tmp_path)
    book = openpyxl.load_workbook(pack.xlsx)
    cells = [
        cell
        for row in book["attrition_monthly"].iter_rows(min_row=3)
        for cell in row
        if cell.value == "=cmd()"
    ]
    assert cells
    assert {cell.data_type for cell in cells} == {"s"}
    assert book["attrition_monthly"]["A2"].value == "班组编号"


def test_the_summary_is_the_centre_of_the_mart_with_its_change(centre: Home, recalculated: Any) -> None:
    shown = {
        row[0]: row[1:6]
        for row in recalculated["summary"].iter_rows(min_row=7, values_only=True)
        if isinstance(row[1], int | float)
    }
    with open_release(release_to_read(centre)) as connection:
        expected = connection.execute(
            """
            select dim.name_en, now.value, now.target, coalesce(now.status, '–'), before.value,
                (now.value - before.value) * if(dim.unit = 'ratio', 100, 1)
            from marts.kpi_monthly as now
            inner join marts.dim_kpi as dim using (kpi_id)
            left join marts.kpi_monthly as before
                on before.kpi_id = now.kpi_id and before.scope = 'centre' and before.month = date '2026-08-01'
            where now.month = date '2026-09-01' and now.scope = 'centre'
            """
        ).fetchall()
    by_name = {row[0]: row[1:] for row in expected}
    assert len(shown) > 10
    for name, cells in shown.items():
        value, target, status, *moved = by_name[name]
        assert cells[2] == status, name
        for cell, theirs in zip((cells[0], cells[1], *cells[3:]), (value, target, *moved), strict=True):
            assert cell == (None if theirs is None else pytest.approx(theirs, rel=1e-9, abs=1e-9)), name


def test_the_trend_is_the_values_and_targets_of_the_mart(centre: Home, recalculated: Any) -> None:
    sheet = recalculated["trend"]
    heads = [(cell.comment.text, "Target" in cell.value) for cell in sheet[2][1:]]
    shown = {
        (kpi, row[0].value.date(), is_target): cell.value
        for row in sheet.iter_rows(min_row=3)
        for (kpi, is_target), cell in zip(heads, row[1:], strict=True)
        if cell.value is not None
    }
    with open_release(release_to_read(centre)) as connection:
        rows = connection.execute(
            "select kpi_id, month, value, target from marts.kpi_monthly where scope = 'centre' and month <= ?",
            [SEPTEMBER],
        ).fetchall()
    kpis = {kpi for kpi, _ in heads}
    expected = {(kpi, month, False): value for kpi, month, value, _ in rows if kpi in kpis}
    expected |= {(kpi, month, True): t for kpi, month, _, t in rows if kpi in kpis and t is not None}
    assert len({month for _, month, _ in shown}) == 3
    assert any(is_target for *_, is_target in shown)
    assert shown == pytest.approx(expected, rel=1e-12)


def test_a_kpi_leads_to_its_definition(workbook: Path) -> None:
    book = openpyxl.load_workbook(workbook)
    for sheet in ("kpi_monthly", "kpi_driver_monthly", "team_chart"):
        column = _heads(book, sheet).index("kpi_id")
        cells = [row[column] for row in book[sheet].iter_rows(min_row=3) if row[column].value]
        assert cells or sheet == "kpi_driver_monthly", sheet
        for cell in cells:
            place = cell.hyperlink.location.removeprefix("'definitions'!").removeprefix("definitions!")
            assert book["definitions"][place].value == cell.value


def test_whole_numbers_have_no_dangling_point_and_seconds_are_seconds(workbook: Path) -> None:
    book = openpyxl.load_workbook(workbook)
    formats = {cell.number_format for sheet in book.worksheets for row in sheet.iter_rows() for cell in row}
    assert not [text for text in formats if text.endswith(".##")]
    sheet, heads = book["schedule_adherence_monthly"], _heads(book, "schedule_adherence_monthly")
    first = {column: cell.number_format for column, cell in zip(heads, sheet[3], strict=True)}
    assert first["scheduled_seconds"] == "#,##0.0"
    assert first["shifts"] == "#,##0"
    assert first["schedule_adherence_rate"] == "0.0%"


def test_provisional_and_restated_numbers_say_so_in_words_and_colour(centre: Home, tmp_path: Path) -> None:
    shutil.copy(release_to_read(centre) / "callboard.duckdb", tmp_path)
    with duckdb.connect(str(tmp_path / "callboard.duckdb")) as connection:
        connection.execute(
            "update marts.kpi_monthly set is_provisional = kpi_id = 'answer_rate' where month = ?",
            [SEPTEMBER],
        )
        connection.execute(
            "insert into audit.restatement by name (select month, kpi_id, scope, scope_id, 0.5 as value_before, "
            "value as value_after, 'r' as release_id from marts.kpi_monthly "
            "where month = ? and kpi_id = 'service_level' and scope = 'centre')",
            [SEPTEMBER],
        )
    book = openpyxl.load_workbook(write_pack(tmp_path, month=SEPTEMBER, lang="en", to=tmp_path).xlsx)
    columns = ("kpi_id", "scope", "is_provisional", "is_restated")
    marks = {(kpi, scope): said for kpi, scope, *said in _columns(book, "kpi_monthly", columns)}
    assert marks["answer_rate", "centre"] == ["provisional", None]
    assert marks["service_level", "centre"] == ["final", "restated"]
    assert marks["abandon_rate", "centre"] == ["final", None]
    rules = [rule.formula[0] for found in book["kpi_monthly"].conditional_formatting for rule in found.rules]
    letters = [
        book["kpi_monthly"][2][_heads(book, "kpi_monthly").index(c)].column_letter for c in columns[2:]
    ]
    assert f'${letters[0]}3="provisional"' in rules
    assert f'${letters[1]}3="restated"' in rules


def test_a_number_that_excel_has_not_is_written_as_text_not_as_an_error(centre: Home, tmp_path: Path) -> None:
    shutil.copy(release_to_read(centre) / "callboard.duckdb", tmp_path)
    with duckdb.connect(str(tmp_path / "callboard.duckdb")) as connection:
        connection.execute(
            "update marts.attrition_monthly set mean_headcount = 'nan', attrition_rate = 'inf' where month = ?",
            [SEPTEMBER],
        )
    book = openpyxl.load_workbook(write_pack(tmp_path, month=SEPTEMBER, lang="en", to=tmp_path).xlsx)
    assert set(_columns(book, "attrition_monthly", ("mean_headcount", "attrition_rate"))) == {("nan", "inf")}


def test_a_release_made_before_there_was_a_monthly_mart_has_its_pack_without_it(
    centre: Home, tmp_path: Path
) -> None:
    shutil.copy(release_to_read(centre) / "callboard.duckdb", tmp_path)
    with duckdb.connect(str(tmp_path / "callboard.duckdb")) as connection:
        connection.execute("drop table marts.training_monthly")
    pack = write_pack(tmp_path, month=SEPTEMBER, lang="en", to=tmp_path)
    assert "training_monthly" not in openpyxl.load_workbook(pack.xlsx).sheetnames
    page = pack.html.read_text(encoding="utf-8")
    assert 'id="attrition_monthly"' in page
    assert 'id="training_monthly"' not in page


def test_the_chinese_workbook_has_chinese_titles_headers_and_marks(centre: Home, tmp_path: Path) -> None:
    pack = write_pack(release_to_read(centre), month=SEPTEMBER, lang="zh", to=tmp_path)
    book = openpyxl.load_workbook(pack.xlsx)
    chinese = re.compile(r"[\u4e00-\u9fff]")
    for sheet in book.worksheets:
        header = 6 if sheet.title == "summary" else 2
        for cell in (sheet["A1"], *sheet[header]):
            assert cell.value is None or chinese.search(cell.value), (
                sheet.title,
                cell.coordinate,
                cell.value,
            )
    words = {said for row in _columns(book, "kpi_monthly", ("status", "is_provisional")) for said in row}
    assert words - {None} <= {"达标", "未达标", "暂定", "最终"}
    assert {"达标", "未达标", "最终"} <= words
