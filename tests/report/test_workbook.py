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

from orchestration.home import Home
from orchestration.published import opened, release_to_read
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


def test_every_sheet_is_frozen_and_filtered_and_the_summary_has_native_charts(workbook: Path) -> None:
    book = openpyxl.load_workbook(workbook)
    assert book.sheetnames[:2] == ["summary", "trend"]
    assert {"kpi_monthly", *MARTS, "agent_scorecard_monthly", "definitions"} <= set(book.sheetnames)
    for sheet in book.worksheets:
        assert sheet.freeze_panes, sheet.title
        assert sheet.auto_filter.ref, sheet.title
    assert len(book["summary"]._charts) == 4


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
    with opened(release_to_read(centre)) as connection:
        expected = connection.execute(
            "select kpi_id, scope, scope_id, value, numerator, denominator from marts.kpi_monthly "
            "where month = ? and scope <> 'employee' order by scope, scope_id, kpi_id",
            [SEPTEMBER],
        ).fetchall()
        shown = [(r[0], r[2], r[3], r[4], r[8], r[9]) for r in _rows(recalculated, "kpi_monthly")]
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
