"""Every reason and sentence that our code can make has its Chinese, and says numbers as people write them.

The sentences are found in the code, so that a new one without Chinese fails here.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from expectations.sentences import OF_DBT, UNCHECKED
from expectations.suite import Expectation
from expectations.suites import catalogue as suites
from expectations.verdicts import Verdict
from orchestration.presentation.findings import found_in_words, item_in_words
from orchestration.presentation.language import language
from sources.contracts.contract import load_contracts
from sources.loading.typing_sql import NOT_OF_TYPE
from sources.reasons import FILE_REASONS, OF_FILE, ROW_REASONS
from tests.findings import failing, items

ROOT = Path(__file__).resolve().parents[2]


def _text(node: ast.AST) -> str | None:
    """The text of a string or an f-string in the code; None for anything else."""
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) or "7" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _nodes(*files: Path) -> Iterator[ast.AST]:
    for file in files:
        yield from ast.walk(ast.parse(file.read_text(encoding="utf-8")))


def test_every_reason_of_quarantine_has_its_chinese() -> None:
    spoken = language("zh")
    sentences = [*ROW_REASONS.values(), *FILE_REASONS.values(), OF_FILE]
    assert [english for english in sentences if spoken.text(english) == english] == []


def test_every_reason_that_is_found_has_its_sentence() -> None:
    named = {code for kind, code in NOT_OF_TYPE.items()}
    named |= {rule.reason for contract in load_contracts().values() for rule in contract.rules}
    for file in (ROOT / "sources/formats").glob("*.py"):
        named |= set(re.findall(r"\bthen '(\w+)'", file.read_text(encoding="utf-8")))
    for file in (ROOT / "dbt_project/macros/contracts").glob("r*.sql"):
        found = re.findall(r"'code': '(\w+)'|'(\w+)' as reason_code", file.read_text(encoding="utf-8"))
        named |= {code for pair in found for code in pair if code}
    assert named == set(ROW_REASONS)


def test_every_reason_that_a_file_cannot_be_used_for_has_its_sentence() -> None:
    calls = [node for node in _nodes(*(ROOT / "sources").rglob("*.py")) if isinstance(node, ast.Call)]
    named = {_text(c.args[0]) for c in calls if getattr(c.func, "id", "") == "UnreadableFile"}
    assert named == set(FILE_REASONS)


def test_a_reason_reads_in_both_languages() -> None:
    params = '{"error": "Permission denied"}'
    english, chinese = (language(code).reason("cannot_be_opened", None, params, "") for code in ("en", "zh"))
    assert english == "the file can't be used: it can't be opened: Permission denied"
    assert chinese == "文件无法使用：无法打开：Permission denied"
    assert (
        language("zh").reason(None, None, None, "as an older release has it") == "as an older release has it"
    )


def _sentences(expectation: Expectation) -> list[str]:
    found = [expectation.found] if isinstance(expectation.found, str) else [*expectation.found.values()]
    # `a = {a}, b = {b}` names columns and needs no words.
    return [s for s in (expectation.expected, expectation.ask, *found) if not re.fullmatch(_NUMBERS, s)]


_NUMBERS = r"\w+ = \{\w+\}(, (\w+ = )?\{\w+\})*"


def test_every_sentence_of_the_gate_has_its_chinese() -> None:
    spoken = language("zh")
    sentences = {s for suite in suites.ALL for e in suite.expectations for s in _sentences(e)}
    sentences |= {*UNCHECKED.values(), OF_DBT.expected, *OF_DBT.found.values()} - {"{message}"}
    assert len(sentences) > 100
    assert sorted(s for s in sentences if spoken.text(s) == s) == []


def test_every_finding_fills_its_sentence_in_both_languages() -> None:
    """Each `{name}` of a sentence is a parameter of the expectation, or a column of its query's structs."""
    for suite in suites.ALL:
        for expectation in suite.expectations:
            given = set(re.findall(r"(\w+) :=", expectation.broken_rows)) | set(expectation.params)
            templates = (
                [expectation.found] if isinstance(expectation.found, str) else expectation.found.values()
            )
            for template in templates:
                named = set(re.findall(r"{(\w+)}", template)) - {"why", "first"}
                # Found before a build, and a key at which oddities of a source are found.
                early = {"first_file", "first_line", "first_value", "column"}
                assert named <= given | early, (expectation.name, named - given)
            assert set(re.findall(r"{(\w+)}", expectation.ask)) <= {"table", "month"}, expectation.name


@pytest.mark.parametrize(
    ("verdict", "english", "chinese"),
    [
        (
            failing("no_scheduled_day_has_few_states", found={"present_share": 0.0968, "usual_share": 0.995}),
            "9.7% of scheduled time in some state, 99.5% are usual",
            "排班时间中有坐席状态的占 9.7%，平常为 99.5%",
        ),
        (
            failing(
                "kpi_monthly_centre_values_are_near_trailing_months",
                "kpi_monthly",
                keys={"kpi_id": "schedule_adherence_rate"},
                found={
                    "kpi_id": "schedule_adherence_rate",
                    "value": 0.5713,
                    "usual_value": 0.9438,
                    "unit": "ratio",
                },
            ),
            "schedule_adherence_rate is 57.1%, usual is 94.4%",
            "schedule_adherence_rate 为 57.1%，通常为 94.4%",
        ),
        (
            failing(
                "fct_agent_day_seconds_fit_into_the_day",
                found={"longest_seconds": 90001, "day_seconds": 86400.0},
            ),
            "25 h in a day of 24 h",
            "一天共 24 小时，却记有 25 小时",
        ),
        (
            failing(
                "every_delivery_is_readable",
                "delivery",
                None,
                keys={"file": "hr/sites/a.csv"},
                found={
                    "file": "hr/sites/a.csv",
                    "why_code": "cannot_be_opened",
                    "why_params": '{"error": "no right"}',
                },
            ),
            "hr/sites/a.csv: it can't be opened: no right",
            "hr/sites/a.csv：无法打开：no right",
        ),
        (
            failing("dim_team_history_is_seamless", variant="open", found={"next_begins_on": "2026-08-01"}),
            "ends on no day, the next one begins on 1 August 2026",
            "没有结束日，下一行开始于2026年8月1日",
        ),
        (
            failing(variant="unchecked", found={"error": "no table"}),
            "could not be checked: no table",
            "无法检查：no table",
        ),
    ],
)
def test_what_was_found_reads_in_both_languages_with_numbers_as_people_write_them(
    verdict: Verdict, english: str, chinese: str
) -> None:
    (entry,) = items(verdict)[0].entries
    assert (found_in_words(entry, language("en")), found_in_words(entry, language("zh"))) == (
        english,
        chinese,
    )


def test_an_item_says_where_when_what_it_touches_and_whom_to_ask_for_what() -> None:
    verdict = failing(kpis=("attendance_rate", "idle_rate"))
    (item,) = items(verdict)
    words = item_in_words(item, language("en"), {"attendance_rate": "Attendance"})
    assert words.title == "acd.agent_states, August 2026, 3 August 2026"
    assert words.found == ("SHA: 12 agents were scheduled, none was in any state",)
    assert words.touches == "Attendance, idle_rate"
    assert (
        words.ask == "Ask for acd.agent_states of August 2026 again, complete and as usual, and deliver it."
    )


def test_no_translation_loses_what_its_text_names() -> None:
    with (ROOT / "orchestration/presentation/languages/zh.po").open("rb") as file:
        catalogue = read_po(file)
    entries = [(str(m.id), str(m.string)) for m in catalogue if m.id]
    assert len(entries) > 400
    assert [
        english
        for english, chinese in entries
        if set(re.findall(r"{(\w+)}", english)) != set(re.findall(r"{(\w+)}", chinese))
    ] == []
