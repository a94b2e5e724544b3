"""The live page in a real browser and by its addresses: what it shows is what the marts hold."""

import html
import re
from datetime import date
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import duckdb
import pytest

from orchestration.home.paths import Home
from orchestration.presentation.language import language
from orchestration.presentation.templating import environment
from tests.browser import chromium
from tests.centres import MONTH, REASON, REASON_ZH
from tests.web.conftest import GONE, NEWER, Served, ask

_PAGES = (
    "/",
    "/?scope=team&id=T000",
    "/?scope=employee",
    "/kpi/service_level",
    "/kpi/average_handle_time?scope=team&id=T000&days_page=2",
    "/kpi/operations_kpi_score",
    "/quarantine",
    "/gate",
    "/gate?state=all",
    "/releases",
    "/changes?before={older}&after={newer}",
    "/changes?before={gone}&after={newer}",
    "/login",
    "/no-such-page",
)


# Of the cells that name a row, in lines of their text.
_MAX_LINES_OF_A_NAME = """Math.max(0, ...[...document.querySelectorAll('tbody th')].map(cell => {
    const text = document.createRange();
    text.selectNodeContents(cell);
    return text.getBoundingClientRect().height / parseFloat(getComputedStyle(cell).lineHeight);
}))"""


def _with_language(path: str, code: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}lang={code}"


@pytest.mark.parametrize(
    ("code", "scheme", "width"), [("en", "light", 1280), ("zh", "dark", 1280), ("zh", "light", 380)]
)
def test_every_page_is_quiet_stays_here_and_can_be_read_by_everybody(
    served_twice: Served, centre: Home, code: str, scheme: str, width: int
) -> None:
    served = served_twice
    older = centre.published_database.resolve().parent.name
    with chromium(color_scheme=scheme, viewport={"width": width, "height": 800}) as visited:
        for named in _PAGES:
            path = named.format(older=older, newer=NEWER, gone=GONE)
            visited.page.goto(served.url + _with_language(path, code))
            assert visited.page.locator("h1").count() == 1, path
            assert visited.accessibility() == [], path
            overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert visited.page.evaluate(overflow) <= 0, f"{path} is wider than the screen"
            assert visited.page.evaluate(_MAX_LINES_OF_A_NAME) <= 4, f"{path} has columns too narrow to read"
            assert visited.page.locator("html").get_attribute("lang") == {"en": "en-GB", "zh": "zh-CN"}[code]
        # A browser reports the page that is not there as an error of its own.
        assert [error for error in visited.errors if "404" not in error] == []
        assert visited.leaving(served.url + "/") == []


def test_chinese_is_chinese(served: Served) -> None:
    with chromium() as visited:
        visited.page.goto(f"{served.url}/kpi/service_level?lang=zh")
        shown = visited.page.inner_text("main")
    for words in ("服务水平", "分子", "近十二个月", "2026年9月"):
        assert words in shown
    assert not re.search(r"Numerator|Deliveries|Agent-days|target", shown)


def test_what_changed_between_two_releases_is_shown_in_either_language(
    served_twice: Served, centre: Home
) -> None:
    older = centre.published_database.resolve().parent.name
    with chromium() as visited:
        for code, words in (
            ("en", ("1 numbers differ", "Service level", "50.0%", "→ 40.0%")),
            ("zh", ("1 个数值不同", "服务水平", "50.0%", "→ 40.0%", "2026年9月的变化")),
        ):
            visited.page.goto(f"{served_twice.url}/releases?lang={code}")
            visited.page.select_option("select[name=before]", older)
            visited.page.select_option("select[name=after]", NEWER)
            visited.page.click("form.choose button")
            shown = visited.page.inner_text("main")
            assert [word for word in words if word not in shown] == []
        visited.page.goto(f"{served_twice.url}/changes?before={GONE}&after={NEWER}&month=2026-09")
        shown = visited.page.inner_text("main")
        assert GONE in shown
        assert "is gone" in shown
        assert "1 numbers differ" in shown


def test_a_verdict_is_in_chinese(served: Served) -> None:
    page = ask(f"{served.url}/gate?state=passed&lang=zh").text
    verdicts = set(re.findall(r'<td class="verdict"><span aria-hidden="true">✓</span> ([^<]+)</td>', page))
    assert verdicts == {"通过"}
    assert "符合预期" in page


def test_a_reason_of_quarantine_is_shown_in_chinese_and_looked_for_in_english(served_twice: Served) -> None:
    page = ask(f"{served_twice.url}/quarantine?lang=zh").text
    link = re.search(rf'<a href="([^"]+)">{REASON_ZH}</a>', page)
    assert link is not None
    address = html.unescape(link[1])
    assert parse_qs(urlsplit(address).query)["reason"] == [REASON]
    found = ask(served_twice.url + address).text
    assert f"：<code>acd.contact_legs</code>，{REASON_ZH}</h2>" in found
    assert f"<td><code>outcome</code></td><td>{REASON_ZH}</td>" in found
    assert REASON not in re.sub(r'href="[^"]*"', "", found)
    english = ask(served_twice.url + address.replace("lang=zh", "lang=en")).text
    assert f"<td><code>outcome</code></td><td>{REASON}</td>" in english


def test_what_the_gate_expected_and_found_is_in_chinese(served_twice: Served) -> None:
    page = ask(f"{served_twice.url}/gate?lang=zh").text
    for cell in (
        "凡有坐席排班的当地日，都有坐席状态",
        "有 12 名坐席排班，但没有任何坐席状态",
        "Li Wei：typhoon",
        "剔除评价须说明理由",
        "已剔除，但没有理由",
    ):
        assert re.search(rf"<td[^>]*>{cell}</td>", page), cell


def test_an_odd_number_is_marked_and_its_item_says_what_to_do(served_twice: Served) -> None:
    month = {"en": "2026-09", "zh": "2026-09"}
    for lang, mark, found, ask_for in (
        ("en", "to confirm", "is 41.0%, usual is 92.5%", "Ask for kpi_monthly of September 2026 again"),
        ("zh", "待确认", "为 41.0%，通常为 92.5%", "请要求重新提供2026年9月的 kpi_monthly"),
    ):
        overview = ask(f"{served_twice.url}/?month={month[lang]}&lang={lang}").text
        row = re.search(r'<tr data-kpi="answer_rate">.*?</tr>', overview, re.DOTALL)
        assert row is not None
        assert re.search(rf'<span class="mark"><a href="[^"]*#to-confirm">{mark}</a></span>', row[0])
        assert (
            mark not in (re.search(r'<tr data-kpi="occupancy_rate">.*?</tr>', overview, re.DOTALL) or [""])[0]
        )
        gate = ask(f"{served_twice.url}/gate?lang={lang}").text
        item = re.search(r'<section class="item".*?</section>', gate, re.DOTALL)
        assert item is not None
        for part in (mark, found, ask_for, "callboard confirm 2026-09-"):
            assert part in item[0], part


@pytest.mark.parametrize(
    ("now", "expected"), [(0.80004, "0.0 pp"), (0.801, "+0.1 pp better"), (0.799, "−0.1 pp worse")]
)
def test_what_reads_as_no_change_is_neither_better_nor_worse(now: float, expected: str) -> None:
    words = language("en")
    parts = environment().get_template("web/parts.html.j2").make_module({"language": words, "t": words.text})
    number = SimpleNamespace(value=now, value_before=0.8)
    shown = parts.change(number, SimpleNamespace(unit="ratio", better="higher"))  # type: ignore[attr-defined]
    assert " ".join(re.sub(r"<[^>]+>", " ", shown).split()) == expected


def test_a_reader_with_a_keyboard_reaches_the_content_and_a_kpi(served: Served) -> None:
    with chromium() as visited:
        page = visited.page
        page.goto(served.url)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        seen: list[str] = []
        for _ in range(8):
            page.keyboard.press("Tab")
            seen.append(
                page.evaluate("document.activeElement.getAttribute('href') || document.activeElement.name")
            )
        assert {"month", "scope", "id"} <= set(seen)
        assert any(href.startswith("/kpi/") for href in seen)


def test_the_overview_shows_the_numbers_of_the_marts(served: Served, centre: Home) -> None:
    page = ask(f"{served.url}/?month={MONTH}").text
    shown = dict(
        re.findall(r'<tr data-kpi="([a-z_]+)">.*?<td class="number"><data value="([^"]+)"', page, re.DOTALL)
    )
    with duckdb.connect(str(centre.published_database), read_only=True) as connection:
        held = connection.execute(
            "select kpi_id, value from marts.kpi_monthly where month = ? and scope = 'centre'",
            [date.fromisoformat(f"{MONTH}-01")],
        ).fetchall()
    assert len(held) > 20
    assert {kpi: float(value) for kpi, value in shown.items()} == dict(held)


def test_what_has_no_number_says_why(served: Served, centre: Home) -> None:
    with duckdb.connect(str(centre.published_database), read_only=True) as connection:
        rows = connection.execute(
            "select kpi_id from marts.kpi_absence where month = date '2026-09-01' and scope = 'centre'"
        ).fetchall()
    lacking = sorted(kpi_id for (kpi_id,) in rows)
    assert lacking
    page = ask(f"{served.url}/?month=2026-09").text
    assert sorted(re.findall(r'data-absent="(\w+)"', page)) == lacking
    assert "acd.queue_intervals no (never delivered)" in page
    assert "acd.queue_intervals 无（从未交付）" in ask(f"{served.url}/?month=2026-09&lang=zh").text
    answer = ask(f"{served.url}/kpi/{lacking[0]}?month=2026-09")
    assert answer.status == 404
    assert ": nothing to count." in answer.text


def test_a_kpi_page_leads_down_to_agent_days_that_add_up_and_to_deliveries(
    served: Served, centre: Home
) -> None:
    address = f"{served.url}/kpi/average_handle_time?month={MONTH}&scope=team&id=T000"
    page = ask(address).text
    with duckdb.connect(str(centre.published_database), read_only=True) as connection:
        number = connection.execute(
            "select value, numerator, denominator from marts.kpi_monthly "
            "where kpi_id = 'average_handle_time' and scope_id = 'T000' and month = '2026-09-01'"
        ).fetchone()
        answered, days = connection.execute(
            "select sum(answered_legs), count(*) from marts.fct_agent_day "
            "where team_id = 'T000' and business_date between '2026-09-01' and '2026-09-30'"
        ).fetchall()[0]
        files = connection.execute(
            "select count(*) from audit.delivery where table_name = 'acd.contact_legs' and superseded_by is null"
        ).fetchall()[0][0]
    shown = [
        float(re.search(rf'id="{name}">\s*<data value="([^"]+)"', page)[1])  # type: ignore[index]
        for name in ("value", "numerator", "denominator")
    ]
    assert number is not None
    assert shown == list(number)
    total = re.search(r'data-sum="answered_legs"><data value="([^"]+)"', page)
    assert total is not None
    assert float(total[1]) == float(answered)
    assert f"{days:,} agent-days" in page
    assert f"{files:,} deliveries" in page
    assert page.count("contact_legs/") == min(files, 50)


def test_the_pages_of_a_list_hold_each_agent_day_once(served: Served, centre: Home) -> None:
    address = f"{served.url}/kpi/average_handle_time?month={MONTH}&scope=team&id=T000"
    seen: list[tuple[str, str]] = []
    for number in range(1, 100):
        answer = ask(f"{address}&days_page={number}")
        if answer.status == 404:
            break
        table = answer.text.partition('id="days-table"')[2].partition("</table>")[0]
        seen += re.findall(r'<th scope="row">(2026-\d\d-\d\d)</th><td>(E\d+)</td>', table)
    with duckdb.connect(str(centre.published_database), read_only=True) as connection:
        held = connection.execute(
            "select cast(business_date as varchar), employee_id from marts.fct_agent_day "
            "where team_id = 'T000' and business_date between '2026-09-01' and '2026-09-30' order by all"
        ).fetchall()
    assert len(held) > 50
    assert sorted(seen) == held


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/?month=2020-01", 404, "no numbers of 2020-01"),
        ("/?month=September", 400, "2026-09"),
        ("/?scope=planet", 400, "business_line"),
        ("/?scope=team&id=T999", 404, "Team T999"),
        ("/kpi/no_such_kpi", 404, "no_such_kpi"),
        ("/kpi/service_level?days_page=0", 400, "days_page"),
        ("/kpi/service_level?days_page=900", 404, "no page 900"),
        ("/gate?state=odd", 400, "waived"),
        ("/?lang=fr", 400, "en, zh"),
        ("/changes?before=a&after=b", 404, "no release"),
        ("/changes", 400, "before="),
        ("/nowhere", 404, "no such page"),
    ],
)
def test_what_cannot_be_answered_is_explained(served: Served, path: str, status: int, words: str) -> None:
    answer = ask(served.url + path)
    assert answer.status == status
    assert words in answer.text
    assert "<main" in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/?scope=team&id={}",
        "/?month={}",
        "/?scope={}",
        "/kpi/{}",
        "/quarantine?table={}",
        "/changes?before={}&after=x",
    ],
)
def test_a_hostile_name_is_shown_as_text(served: Served, path: str) -> None:
    answer = ask(served.url + path.format("%3Cscript%3Ealert(1)%3C%2Fscript%3E%22%27"))
    assert answer.status in (400, 404)
    assert "<script" not in answer.text


def test_sql_in_a_parameter_is_a_name_that_is_not_there(served: Served) -> None:
    assert ask(f"{served.url}/?scope=team&id=T000%27%20or%201%3D1--").status == 404
