"""Texts that a release holds in English read Chinese: each reason and sentence that our code can make has a translation.

The texts are found in the code, so that a new one without Chinese fails here. Values are stood in for by 7.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from expectations.suites import catalogue as suites
from orchestration.presentation.language import language
from sources.contracts.contract import load_contracts
from sources.loading.typing_sql import NOT_OF_TYPE
from sources.reasons import FILE_REASONS, OF_FILE, ROW_REASONS

ROOT = Path(__file__).resolve().parents[2]
_LITERAL = r"'(?:[^']|'')*'"


def _untranslated(texts: set[str]) -> list[str]:
    spoken = language("zh")
    return sorted(text for text in texts if not re.search(r"[\u4e00-\u9fff]", spoken.release_text(text)))


def _said(expression: str) -> str:
    """What an SQL text `'a ' || b` says."""
    said, depth, is_value = "", 0, False
    for token in re.findall(rf"{_LITERAL}|\|\||.", expression, re.DOTALL):
        if depth == 0 and token == "||":
            is_value = False
        elif depth == 0 and token.startswith("'"):
            said += token[1:-1].replace("''", "'")
        elif depth == 0 and not token.isspace() and not is_value:
            said, is_value = f"{said}7", True
        depth += {"(": 1, ")": -1}.get(token, 0)
    return said


def _text(node: ast.AST) -> str | None:
    """The text of a string or an f-string in the code; None for anything else."""
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) or "7" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _nodes(*files: Path) -> Iterator[ast.AST]:
    for file in files:
        yield from ast.walk(ast.parse(file.read_text(encoding="utf-8")))


def _observed() -> set[str]:
    texts: set[str] = set()
    for suite in suites.ALL:
        for expectation in suite.expectations:
            found = re.search(r"\bas key,\s*(.*?)\s+as observed", expectation.broken_rows, re.DOTALL)
            assert found is not None, expectation.name
            cases = re.findall(r"(?:then|else)\s(.*?)\s(?=when|else|end)", found[1], re.DOTALL)
            texts |= {_said(case) for case in (cases if found[1].startswith("case") else [found[1]])}
    return texts


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


def test_the_gate_names_a_file_that_cannot_be_used_in_chinese() -> None:
    assert _untranslated({"hr.sites: it can't be opened: 7", "hr.sites: it can't be read as 7: 7"}) == []


def test_every_sentence_of_the_gate_has_its_chinese() -> None:
    assert _untranslated({e.expected for suite in suites.ALL for e in suite.expectations}) == []


def test_whatever_the_gate_finds_has_its_chinese_but_for_columns_and_their_values() -> None:
    observed = _observed()
    assert {
        "7 rows with one key",
        "7 is no KPI of the catalogue",
        "numerator = 7, denominator = 7, value = 7",
    } <= observed
    # `table: why` of a file that cannot be used is asked for above. Rows in quarantine are of all or of the new ones.
    worded = {text for text in observed if not re.fullmatch(r"\w+ = 7(, \w+ = 7)*(, 7)?|7: 7", text)}
    worded |= {text.replace("7 of 7 7 rows", "7 of 7 new rows") for text in worded}
    worded = {text.replace("7 of 7 7 rows", "7 of 7 all rows") for text in worded}
    assert _untranslated(worded) == []
    spoken = language("zh")
    for text in worded:
        whole = f"3 found, the first of them: {text}"
        assert spoken.release_text(whole) == f"共 3 处，其中第一处：{spoken.release_text(text)}"


def test_why_somebody_has_no_rank_has_its_chinese() -> None:
    model = (ROOT / "dbt_project/models/marts/scorecards/agent_scorecard_monthly.sql").read_text(
        encoding="utf-8"
    )
    block = re.sub(r"{{.*?}}", "7", model.partition("checked as (")[2].partition("ranked as (")[0])
    part = rf"(?:{_LITERAL}|cast\([\w ]+\)|\w+)"
    found = re.findall(rf"\bthen ({part}(?: \|\| {part})+|{_LITERAL})", block)
    assert len(found) == 5
    assert _untranslated({_said(text) for text in found}) == []


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        (
            "every kpi_id and satisfaction_kpi_id stands in dim_kpi",
            "每个 kpi_id 和 satisfaction_kpi_id 都在 dim_kpi 中",
        ),
        ("the team rows add up to 5 / 9, the centre has 4 / 9", "team 各行合计为 5 / 9，全中心为 4 / 9"),
        ("the team rows add up to 5 / 9, the centre has no row", "team 各行合计为 5 / 9，全中心没有该行"),
        (
            "3 found, the first of them: hr.sites: it can't be read as json: {0} is\nnot, {a}",
            "共 3 处，其中第一处：hr.sites：无法按 json 读取：{0} is\nnot, {a}",
        ),
        ("ends on no day, the next one begins on 2026-08-01", "没有结束日，下一行开始于 2026-08-01"),
        ("mart_value = 0.5, kpi_monthly = no row", "mart_value = 0.5，kpi_monthly 中没有该行"),
        ("2 found, the first of them: a = 1, b = 2", "共 2 处，其中第一处：a = 1, b = 2"),
        ("Something: that nobody has translated, yet", "Something: that nobody has translated, yet"),
        ("a is not a number, said the engine", "a is not a number, said the engine"),
        ("", ""),
    ],
)
def test_what_a_text_names_stays_as_it_is_and_what_nobody_translated_stays_english(
    english: str, chinese: str
) -> None:
    assert language("zh").release_text(english) == chinese
    assert language("en").release_text(english) == english


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
