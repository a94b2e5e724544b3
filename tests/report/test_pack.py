"""The report pack of a real release: in a real browser, beside the marts, in both languages."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import openpyxl
import pytest

from orchestration.home.files import sha256_of
from orchestration.home.paths import Home
from orchestration.presentation.language import language
from orchestration.releases.manifest import current_manifest, read_manifest
from orchestration.releases.reader import numbers, open_release, release_to_read
from orchestration.report.facts import read_facts
from orchestration.report.pack import write_pack
from orchestration.report.page import render_page
from orchestration.report.pdf import find_browser, print_to_pdf
from tests.browser import chromium
from tests.centres import REASON, REASON_ZH, refuse_and_waive

ROOT = Path(__file__).resolve().parents[2]
SEPTEMBER = date(2026, 9, 1)


@pytest.fixture(scope="session")
def packs(centre: Home, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder with the pack of September in a language."""
    made: dict[str, Path] = {}

    def pack(lang: str) -> Path:
        if lang not in made:
            made[lang] = tmp_path_factory.mktemp(lang)
            write_pack(release_to_read(centre), month=SEPTEMBER, lang=lang, to=made[lang])
        return made[lang]

    return pack


def test_a_release_carries_the_pack_of_its_newest_ended_month_and_vouches_for_it(centre: Home) -> None:
    release = release_to_read(centre)
    manifest = current_manifest(centre)
    assert manifest is not None
    assert {"report.html", "report.xlsx"} <= {part.path for part in manifest.parts}
    assert "September 2026" in (release / "report.html").read_text(encoding="utf-8")


def test_the_same_release_gives_the_same_bytes(centre: Home, tmp_path: Path) -> None:
    release = release_to_read(centre)
    write_pack(release, month=SEPTEMBER, lang="en", to=tmp_path)
    for name in ("report.html", "report.xlsx"):
        assert (tmp_path / name).read_bytes() == (release / name).read_bytes()


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_quiet_alone_and_accessible(packs: Callable[[str], Path], lang: str, scheme: str) -> None:
    folder = packs(lang)
    with chromium(color_scheme=scheme) as visited:
        visited.page.goto((folder / "report.html").as_uri())
        assert visited.errors == []
        assert visited.leaving(folder.as_uri()) == []
        visited.page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
        assert visited.accessibility() == []


def test_a_number_is_one_click_from_its_definition(packs: Callable[[str], Path]) -> None:
    with chromium() as visited:
        visited.page.goto((packs("en") / "report.html").as_uri())
        visited.page.locator("#centre ~ div a", has_text="Service level").first.click()
        target = visited.page.locator("#def-service_level")
        assert target.evaluate(
            "e => e.getBoundingClientRect().top < innerHeight && e === document.querySelector(':target')"
        )
        broken = visited.page.eval_on_selector_all(
            "a[href^='#']", "all => all.map(a => a.hash.slice(1)).filter(id => !document.getElementById(id))"
        )
        assert broken == []


def test_a_chinese_page_speaks_chinese(packs: Callable[[str], Path]) -> None:
    page = (packs("zh") / "report.html").read_text(encoding="utf-8")
    assert '<html lang="zh-CN">' in page
    for words in ("2026年9月", "服务水平", "在队列规定秒数内接起的话务", "未达标指标", "已接起的呼入话务"):
        assert words in page
    assert not re.search(
        r"<h[1-3][^>]*>[A-Za-z ]+</h[1-3]>", page.replace("</h3>", "</h3>\n").split('id="lines"')[0]
    )


def test_a_chinese_pack_tells_reasons_and_sentences_of_the_gate_in_chinese(
    centre: Home, tmp_path: Path
) -> None:
    release = _copied(centre, tmp_path)
    with duckdb.connect(str(release / "callboard.duckdb")) as connection:
        refuse_and_waive(connection)
    pack = write_pack(release, month=SEPTEMBER, lang="zh", to=tmp_path / "zh")
    page = pack.html.read_text(encoding="utf-8")
    found = "有 12 名坐席排班，但没有任何坐席状态"
    assert f"(acd.agent_states)：{found}。由 Li Wei 豁免：typhoon</li>" in page
    assert "(survey_review)：已剔除，但没有理由</li>" in page
    assert f"<td>{REASON_ZH}</td>" in page
    assert "为 41.0%，通常为 92.5%</li>" in page
    assert re.search(r'<a class="flag" href="#checks">. 待确认</a>', page)
    book = openpyxl.load_workbook(pack.xlsx)
    cells = {
        cell for sheet in ("gate_result", "quarantined_row") for row in book[sheet].values for cell in row
    }
    expected = "凡有坐席排班的当地日，都有坐席状态"
    assert {REASON_ZH, found, expected, "已剔除，但没有理由", "已拒绝", "提示"} <= cells
    assert REASON not in cells
    kpis = [*book["kpi_monthly"].values]
    mark = kpis[1].index("是否待确认")
    assert {row[mark] for row in kpis[2:] if row[0] == "answer_rate"} == {"待确认"}
    assert {row[mark] for row in kpis[2:] if row[0] != "answer_rate"} == {None}
    english = write_pack(release, month=SEPTEMBER, lang="en", to=tmp_path / "en").html.read_text(
        encoding="utf-8"
    )
    assert f"<td>{REASON}</td>" in english


def test_every_message_of_pack_has_its_chinese() -> None:
    spoken = language("zh")
    source = (ROOT / "orchestration/presentation/templates/report.html.j2").read_text(encoding="utf-8")
    source += (ROOT / "orchestration/report/workbook.py").read_text(encoding="utf-8")
    messages = set(re.findall(r"""\bt\(\s*["']([^"'{}]+)["']""", source)) - {"T"}
    assert len(messages) > 50
    assert [
        m for m in sorted(messages) if not re.search(r"[\u3000-\u9fff\uff00-\uffef]", spoken.text(m))
    ] == []


#: A row of a table that has a number, and the KPI that it is of.
_NUMBER_OF = r'<th scope="row"><a href="#def-(\w+)">(?:(?!</tr>).)*?<td class="n">'


def test_the_headline_of_every_group_is_what_the_marts_say(
    centre: Home, packs: Callable[[str], Path]
) -> None:
    spoken = language("en")
    page = (packs("en") / "report.html").read_text(encoding="utf-8")
    with open_release(release_to_read(centre)) as connection:
        result = connection.execute(
            """
            select scope, scope_id, kpi_id, value, unit
            from marts.kpi_monthly inner join marts.dim_kpi using (kpi_id)
            where month = ? and scope in ('centre', 'business_line', 'team') and headline_rank is not null
            """,
            [SEPTEMBER],
        ).fetchall()
    rows = re.findall(rf"{_NUMBER_OF}([^<]*)</td>", page, re.DOTALL)
    assert len(result) > 60
    shown = [(kpi_id, value) for kpi_id, value in rows]
    for _, _, kpi_id, value, unit in result:
        assert (kpi_id, spoken.number(value, unit)) in shown


def test_a_release_that_does_not_say_which_kpis_come_first_shows_those_with_a_target(
    centre: Home, tmp_path: Path
) -> None:
    release = _copied(centre, tmp_path)
    with duckdb.connect(str(release / "callboard.duckdb")) as connection:
        for column in ("headline_rank", "is_charted_by_team", "source_tables", "agent_day_columns"):
            connection.execute(f"alter table marts.dim_kpi drop column {column}")
        targeted = connection.execute(
            "select distinct kpi_id from marts.kpi_monthly "
            "where month = ? and scope = 'centre' and target is not null order by kpi_id",
            [SEPTEMBER],
        ).fetchall()
    page = _page(release)
    first_group = page[: page.index("</table>", page.index("Headline KPIs of the centre"))]
    assert re.findall(_NUMBER_OF, first_group, re.DOTALL) == [kpi for (kpi,) in targeted]
    assert (release / "report.xlsx").is_file()


def test_provisional_and_restated_numbers_are_marked(centre: Home, tmp_path: Path) -> None:
    release = _copied(centre, tmp_path)
    with duckdb.connect(str(release / "callboard.duckdb")) as connection:
        connection.execute("update marts.kpi_monthly set is_provisional = kpi_id = 'csat_score'")
        connection.execute(
            "insert into audit.restatement values ('2026-09-01', 'service_level', 'centre', 'all', 0.1234, 0.5, 'r', [1])"
        )
    page = _page(release)
    assert re.search(r"Customer satisfaction</a> <span class=\"flag\"[^>]*>◔ provisional", page)
    assert re.search(r"Service level</a> <span class=\"flag\">↻ restated", page)
    assert "12.3%" in page.split('id="restated"')[1]


@pytest.mark.parametrize(
    ("lang", "words", "sheet_words"),
    [
        (
            "en",
            (
                "93.0% known",
                "not delivered: crm.complaints",
                "acd.contact_legs or acd.queue_intervals",
                "not known",
            ),
            ("not delivered: crm.complaints", "yes, 93.0% known"),
        ),
        (
            "zh",
            ("已知 93.0%", "未交付：crm.complaints", "acd.contact_legs 或 acd.queue_intervals", "未知"),
            ("未交付：crm.complaints", "已知 93.0%"),
        ),
    ],
)
def test_what_is_missing_and_what_is_unknown_is_said_where_a_number_would_stand(
    centre: Home, tmp_path: Path, lang: str, words: tuple[str, ...], sheet_words: tuple[str, ...]
) -> None:
    release = _copied(centre, tmp_path)
    missing = {
        "complaint_rate": ("not_delivered", "crm.complaints"),
        "service_level": ("not_delivered", "acd.contact_legs or acd.queue_intervals"),
        "average_handle_time": ("not_known", None),
    }
    with duckdb.connect(str(release / "callboard.duckdb")) as connection:
        connection.execute("update marts.kpi_monthly set coverage = 0.93 where kpi_id = 'csat_score'")
        for kpi_id, (reason, tables) in missing.items():
            connection.execute("delete from marts.kpi_monthly where kpi_id = ?", [kpi_id])
            connection.execute(
                "insert into marts.kpi_absence values ('2026-09-01', ?, 'centre', 'all', ?, ?, 'r')",
                [kpi_id, reason, tables],
            )
    pack = write_pack(release, month=SEPTEMBER, lang=lang, to=release)
    page = pack.html.read_text(encoding="utf-8")
    assert [word for word in words if word not in page] == []
    headline = page[page.index("<tbody>") : page.index("</tbody>")]
    row = headline[headline.index("#def-service_level") :]
    assert words[2] in row[: row.index("</tr>")]
    book = openpyxl.load_workbook(pack.xlsx)
    cells = {str(cell.value) for sheet in ("summary", "kpi_absence") for row in book[sheet] for cell in row}
    assert sheet_words[0] in cells
    assert any(sheet_words[1].rpartition(", ")[2] in cell for cell in cells)


def test_without_a_number_to_judge_no_target_was_missed_or_met(centre: Home, tmp_path: Path) -> None:
    release = _copied(centre, tmp_path)
    with duckdb.connect(str(release / "callboard.duckdb")) as connection:
        connection.execute("update marts.kpi_monthly set status = null")
    assert "No number of the centre has a target, so none was missed or met." in _page(release)


def test_a_release_that_knew_nothing_of_absence_has_its_report(centre: Home, tmp_path: Path) -> None:
    release = _copied(centre, tmp_path)
    with duckdb.connect(str(release / "callboard.duckdb")) as connection:
        connection.execute("alter table marts.kpi_monthly drop column coverage")
        connection.execute("alter table marts.team_scorecard_monthly drop column weight_covered")
        connection.execute("drop table marts.kpi_absence")
        connection.execute("drop table audit.source_month")
    page = _page(release)
    assert "Service level" in page
    assert "Without a number" not in page
    assert "kpi_absence" not in openpyxl.load_workbook(release / "report.xlsx").sheetnames


def test_what_a_delivery_calls_a_team_is_only_text(centre: Home, tmp_path: Path) -> None:
    release = _copied(centre, tmp_path)
    with duckdb.connect(str(release / "callboard.duckdb")) as connection:
        connection.execute("update marts.dim_team set team_name = '<script>alert(1)</script>'")
    page = _page(release)
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_people_have_names_only_where_they_are_given(centre: Home) -> None:
    with open_release(release_to_read(centre)) as connection:
        facts = read_facts(connection, SEPTEMBER, language("en"))
    employee = facts.people_league[0][4]
    assert "Ada Example" not in render_page(facts, language("en"), {})
    assert f"{employee} Ada Example" in render_page(facts, language("en"), {employee: "Ada Example"})


def test_a_browser_prints_the_page(packs: Callable[[str], Path], tmp_path: Path) -> None:
    browser = _browser()
    printed = print_to_pdf(browser, packs("zh") / "report.html", tmp_path / "report.pdf")
    assert printed.read_bytes().startswith(b"%PDF")


def test_a_release_has_its_report_as_a_pdf_too(centre: Home) -> None:
    _browser()
    release = release_to_read(centre)
    assert (release / "report.pdf").read_bytes().startswith(b"%PDF")
    parts = {part.path: part for part in read_manifest(release).parts}
    assert parts["report.pdf"].sha256 == sha256_of(release / "report.pdf")


def test_a_browser_that_prints_nothing_keeps_the_rest_of_the_pack(centre: Home, tmp_path: Path) -> None:
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\necho no display >&2\nexit 1\n")
    broken.chmod(0o755)
    made = write_pack(release_to_read(centre), month=SEPTEMBER, lang="en", to=tmp_path, browser=str(broken))
    assert made.pdf is None
    assert made.no_pdf is not None
    assert "no display" in str(made.no_pdf)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["chromium", "report.html", "report.xlsx"]
    result = _callboard("report", "--home", centre.root, "--to", tmp_path, CALLBOARD_CHROMIUM=str(broken))
    assert result.returncode == 1
    assert "no display" in result.stderr


def test_the_command_writes_a_pack_without_touching_the_release(centre: Home, tmp_path: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in release_to_read(centre).iterdir()}
    result = _callboard(
        "report", "--home", centre.root, "--month", "2026-08", "--to", tmp_path, "--no-pdf", "--json"
    )
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["month"] == "2026-08"
    assert "August 2026" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert before == {p: p.stat().st_mtime_ns for p in release_to_read(centre).iterdir()}


def test_a_report_is_never_written_into_a_release(centre: Home) -> None:
    result = _callboard("report", "--home", centre.root, "--to", release_to_read(centre), "--no-pdf")
    assert result.returncode == 2
    assert "never changes" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--month", "2020-01"), "holds nothing of 2020-01"),
        (("--lang", "fr"), "Unknown language 'fr'"),
        (("--release", "../.."), "There is no release"),
        (("--names",), "does not allow names"),
    ],
)
def test_a_report_that_cannot_be_is_explained(
    centre: Home, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    result = _callboard("report", "--home", centre.root, "--to", tmp_path, "--no-pdf", *arguments)
    assert result.returncode == 2
    assert words in result.stderr


def test_names_come_from_the_build_database_of_a_home_that_allows_them(centre: Home, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(centre.root, home, symlinks=True)
    link = home / "published" / "callboard.duckdb"
    newest = release_to_read(centre).name
    link.unlink()
    link.symlink_to(Path("releases") / newest / "callboard.duckdb")
    with (home / "callboard.toml").open("a", encoding="utf-8") as file:
        file.write("\n[report]\nnames = true\n")
    result = _callboard("report", "--home", home, "--month", "2026-09", "--to", tmp_path / "out", "--no-pdf")
    assert result.returncode == 0, result.stderr
    with open_release(release_to_read(centre)) as connection:
        employee = read_facts(connection, SEPTEMBER, language("en")).people_league[0][4]
    with duckdb.connect(str(home / "build" / "warehouse.duckdb"), read_only=True) as connection:
        row = connection.execute(
            "select full_name from staging.stg_hr__employees where employee_id = ?", [employee]
        ).fetchone()
    assert row is not None
    assert f"{employee} {row[0]}" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert row[0] not in (release_to_read(centre) / "report.html").read_text(encoding="utf-8")


def test_numbers_know_the_month_before(centre: Home) -> None:
    with open_release(release_to_read(centre)) as connection:
        found = {n.kpi_id: n for n in numbers(connection, SEPTEMBER, ("centre",))}
        august = dict(
            connection.execute(
                "select kpi_id, value from marts.kpi_monthly where month = '2026-08-01' and scope = 'centre'"
            ).fetchall()
        )
    assert found["service_level"].value_before == august["service_level"]
    assert len(found) > 40


def _copied(centre: Home, to: Path) -> Path:
    release = to / "release"
    release.mkdir()
    shutil.copy(release_to_read(centre) / "callboard.duckdb", release)
    return release


def _page(release: Path) -> str:
    pack = write_pack(release, month=SEPTEMBER, lang="en", to=release)
    return pack.html.read_text(encoding="utf-8")


def _callboard(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "orchestration.cli", *map(str, arguments)]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )


def _browser() -> str:
    browser = find_browser()
    if browser is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    return browser
