"""The diffs of docs/contributing.md apply and do what the page says. test_house.py looks for the files that it names."""

import re
from collections.abc import Generator
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from tests.project_copy import ProjectCopy
from tests.worked_diffs import (
    FIRST_AGENT,
    MONTH,
    PAGE,
    ROOT,
    SECOND_AGENT,
    apply,
    contributed,
    home_of,
    worked_diffs,
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> ProjectCopy:
    return contributed(tmp_path_factory)


@pytest.fixture(scope="module")
def published(project: ProjectCopy) -> Generator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(home_of(project) / "published" / "callboard.duckdb"), read_only=True) as found:
        yield found


@pytest.fixture(scope="module")
def built(project: ProjectCopy) -> Generator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(home_of(project) / "build" / "warehouse.duckdb"), read_only=True) as found:
        yield found


def test_the_page_has_a_diff_for_each_thing_that_is_added() -> None:
    assert list(worked_diffs()) == [
        "Add a source table",
        "Add a mapping",
        "Add a KPI",
        "Add an expectation",
        "Add a mart",
        "Add a report section",
    ]
    page = (ROOT / PAGE).read_text(encoding="utf-8")
    assert page.count("```diff\n") == len(worked_diffs())


def test_a_diff_that_no_longer_applies_is_reported_with_the_page(tmp_path: Path) -> None:
    changed = tmp_path / "project"
    changed.mkdir()
    diff = worked_diffs()["Add a report section"]
    for name in re.findall(r"^--- a/(.+)$", diff, re.MULTILINE):
        (changed / name).parent.mkdir(parents=True, exist_ok=True)
        (changed / name).write_bytes((ROOT / name).read_bytes())
    copy = ProjectCopy(changed)
    copy.replace("orchestration/report/facts.py", '"Training"', '"Courses"')
    with pytest.raises(
        pytest.fail.Exception, match=rf"{PAGE}: the diff of “Add a report section” .*facts\.py"
    ):
        apply(copy, "Add a report section", diff)


def test_a_source_table_is_loaded_and_its_bad_row_is_in_quarantine(
    built: duckdb.DuckDBPyConnection, published: duckdb.DuckDBPyConnection
) -> None:
    current = built.execute(
        "select callback_id, agent_id, due_at, called_at, outcome from staging.stg_crm__callbacks "
        "where callback_id not like 'dialler:%' order by all"
    ).fetchall()
    assert current == [
        ("C1", FIRST_AGENT, datetime(2026, 8, 10, 8), datetime(2026, 8, 10, 7, 30), "reached"),
        ("C2", FIRST_AGENT, datetime(2026, 8, 11, 8), datetime(2026, 8, 11, 9, 30), "not_reached"),
    ]
    refused = published.execute(
        "select file, line, column_name, reason_code from audit.quarantined_row where table_name = 'crm.callbacks'"
    ).fetchall()
    assert refused == [("crm/callbacks/2026-08.csv", 4, "outcome", "not_in_vocabulary")]


def test_a_mapping_gives_rows_of_the_table(built: duckdb.DuckDBPyConnection) -> None:
    mapped = built.execute(
        "select callback_id, agent_id, due_at, called_at, outcome, line_number from staging.stg_crm__callbacks "
        "where callback_id like 'dialler:%' order by all"
    ).fetchall()
    # 16:00 in Shanghai is 08:00 UTC.
    called = ("dialler:1", SECOND_AGENT, datetime(2026, 8, 12, 8), datetime(2026, 8, 12, 7), "reached", 2)
    assert mapped == [called, ("dialler:2", SECOND_AGENT, datetime(2026, 8, 13, 8), None, None, 3)]


def test_a_kpi_stands_in_the_mart(published: duckdb.DuckDBPyConnection) -> None:
    scopes = published.execute(
        "select distinct scope from marts.kpi_monthly where kpi_id = 'average_hold_time' order by all"
    ).fetchall()
    assert scopes == [("business_line",), ("centre",), ("employee",), ("site",), ("team",)]


def test_an_expectation_has_its_verdict(published: duckdb.DuckDBPyConnection) -> None:
    verdicts = published.execute(
        "select table_name, month, passed from audit.gate_result "
        "where expectation = 'attrition_monthly_early_leavers_were_hired'"
    ).fetchall()
    assert verdicts == [("attrition_monthly", date(2026, 8, 1), True)]


def test_a_mart_is_published_with_types_comments_and_lineage(published: duckdb.DuckDBPyConnection) -> None:
    columns = published.execute(
        "select column_name, data_type from duckdb_columns() "
        "where schema_name = 'marts' and table_name = 'callbacks_monthly' and comment is not null order by column_index"
    ).fetchall()
    assert columns == [
        ("month", "DATE"),
        ("team_id", "VARCHAR"),
        ("callbacks_due", "BIGINT"),
        ("callbacks_made", "BIGINT"),
        ("callbacks_made_on_time", "BIGINT"),
        ("release_id", "VARCHAR"),
    ]
    comment = published.execute(
        "select comment from duckdb_tables() where schema_name = 'marts' and table_name = 'callbacks_monthly'"
    ).fetchall()
    assert comment[0][0].startswith("One row per month and team")
    # Four of them count: three were made, one of these an hour and a half late.
    rows = published.execute(
        "select sum(callbacks_due), sum(callbacks_made), sum(callbacks_made_on_time) "
        "from marts.callbacks_monthly group by team_id = 'all'"
    ).fetchall()
    assert rows == [(4, 3, 2), (4, 3, 2)]
    sources = published.execute(
        "select source_table, source_column from audit.column_lineage "
        "where table_name = 'callbacks_monthly' and column_name = 'callbacks_made_on_time'"
    ).fetchall()
    assert ("crm.callbacks", "called_at") in sources


def test_a_report_section_is_shown_in_both_languages(project: ProjectCopy, tmp_path: Path) -> None:
    for code, title, header in (("en", "Callbacks", "callbacks made on time"), ("zh", "回呼", "按时回呼数")):
        to = tmp_path / code
        options = ("--month", MONTH, "--lang", code, "--to", str(to), "--no-pdf")
        project.callboard("report", "--home", str(home_of(project)), *options)
        page = (to / "report.html").read_text(encoding="utf-8")
        section = page.partition('<h2 id="callbacks_monthly">')[2].partition("</section>")[0]
        assert section.startswith(f"{title}</h2>")
        assert header in section
        assert '<td class="n">4</td>' in section


def test_the_copy_passes_the_tests_that_hold_such_changes_together(project: ProjectCopy) -> None:
    passed = project.python(
        *("-m", "pytest", "-q", "-p", "no:cacheprovider", "-k"),
        "test_glossary or test_exposures or test_release_texts or shown_to_fail or callbacks_monthly or early_leavers",
        *(
            "tests/test_glossary.py",
            "tests/bi/test_exposures.py",
            "tests/orchestration/test_release_texts.py",
        ),
        "tests/expectations/test_spoilt_centres.py",
    )
    assert re.search(r"\d+ passed", passed)
