"""The KPI that docs/contributing.md adds is one block of YAML and one measure: everything else follows."""

import re
import shutil
from collections.abc import Generator
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from expectations.gate import run_gate
from expectations.settings import GateSettings
from orchestration.presentation.language import language
from tests.project_copy import ProjectCopy, copy_project
from tests.web.conftest import ask, starter
from tests.worked_diffs import MONTH, apply, contributed, home_of, worked_diffs


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> ProjectCopy:
    return contributed(tmp_path_factory)


@pytest.fixture
def published(project: ProjectCopy) -> Generator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(home_of(project) / "published" / "callboard.duckdb"), read_only=True) as found:
        yield found


def centre_value(published: duckdb.DuckDBPyConnection) -> float:
    rows = published.execute(
        "select value from marts.kpi_monthly where kpi_id = 'average_hold_time' and scope = 'centre'"
    ).fetchall()
    return float(rows[0][0])


def test_it_stands_in_the_marts_with_numbers_that_the_legs_give(
    published: duckdb.DuckDBPyConnection,
) -> None:
    differing = """
        with
            told as (
                select scope_id, numerator, denominator, value
                from marts.kpi_monthly where kpi_id = 'average_hold_time' and scope = 'employee'
            ),
            counted as (
                select employee_id as scope_id, sum(hold_seconds) as held, sum(answered_legs) as legs
                from marts.fct_agent_day group by all having legs > 0
            )
        select * from told full join counted using (scope_id)
        where numerator is distinct from held or denominator is distinct from legs
            or value is distinct from held::double / legs
    """
    assert published.execute(differing).fetchall() == []
    by_scope = "select scope, count(*) from marts.kpi_monthly where kpi_id = 'average_hold_time' group by all"
    counts = dict(published.execute(by_scope).fetchall())
    assert set(counts) == {"centre", "site", "business_line", "team", "employee"}
    assert counts["centre"] == 1
    assert counts["employee"] >= 5
    described = published.execute(
        "select name_en, name_zh, unit, source_tables, agent_day_columns from marts.dim_kpi "
        "where kpi_id = 'average_hold_time'"
    ).fetchall()
    columns = "answered_legs|talk_seconds|hold_seconds|wrap_seconds|transferred_legs"
    assert described == [("Average hold time", "平均保持时长", "seconds", "acd.contact_legs", columns)]


def test_the_report_shows_it_in_both_languages(
    project: ProjectCopy, published: duckdb.DuckDBPyConnection
) -> None:
    value = language("en").number(centre_value(published), "seconds")
    for code, name, text in (
        ("en", "Average hold time", "Mean time that the customer of an answered leg was on hold."),
        ("zh", "平均保持时长", "已接起话务中客户被保持的平均时长。"),
    ):
        to = project.root.parent / code
        project.callboard(
            "report", "--home", str(home_of(project)), "--lang", code, "--to", str(to), "--no-pdf"
        )
        page = (to / "report.html").read_text(encoding="utf-8")
        shown = re.findall(
            r'<a href="#def-average_hold_time">([^<]*)</a>.*?<td class="n">([^<]*)</td>', page, re.S
        )
        assert shown[0] == (name, value if code == "en" else shown[0][1])
        assert text in page


def test_the_live_page_shows_it_down_to_its_deliveries_in_both_languages(
    project: ProjectCopy, published: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    starts = starter(tmp_path, project.root)
    server = next(starts)(home_of(project), PYTHONPATH=str(project.root))
    value = language("en").number(centre_value(published), "seconds")
    for code, name in (("en", "Average hold time"), ("zh", "平均保持时长")):
        page = ask(f"{server.url}/kpi/average_hold_time?month={MONTH}&scope=centre&lang={code}")
        assert page.status == 200
        assert name in page.text
        assert "acd/contact_legs/" in page.text
        assert value in page.text or code == "zh"
        assert name in ask(f"{server.url}/?month={MONTH}&lang={code}").text
    starts.close()


def test_the_gate_judges_it(project: ProjectCopy, tmp_path: Path) -> None:
    warehouse = shutil.copy2(home_of(project) / "build" / "warehouse.duckdb", tmp_path / "spoilt.duckdb")
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "update marts.kpi_monthly set numerator = -numerator, value = -value "
            "where kpi_id = 'average_hold_time' and scope = 'centre'"
        )
    found = run_gate(
        Path(warehouse),
        months=[date(2026, 8, 1)],
        as_of=datetime(2026, 10, 20, tzinfo=UTC),
        settings=GateSettings(),
        default_site="SHA",
    )
    refused = {
        result.expectation
        for result in found.results
        if not result.passed
        and any(finding.keys.get("kpi_id") == "average_hold_time" for finding in result.findings)
    }
    assert refused >= {
        "kpi_monthly_values_are_within_bounds",
        "kpi_monthly_parts_add_up_to_the_centre",
    }


def test_the_docs_describe_it(project: ProjectCopy) -> None:
    page = (project.root / "docs" / "kpis.md").read_text(encoding="utf-8")
    assert "## Average hold time · 平均保持时长" in page
    assert "`average_hold_time` (seconds, lower is better): Mean time" in page


def test_a_kpi_that_lacks_an_attribute_is_refused_in_words(tmp_path: Path) -> None:
    broken = copy_project(tmp_path / "project")
    apply(broken, "Add a KPI", worked_diffs()["Add a KPI"].replace("unit: seconds", "units: seconds"))
    script = (
        "from pathlib import Path; from orchestration.warehouse.dbt import run_dbt; "
        f"print(run_dbt(['run', '-s', 'int_kpi_definitions'], warehouse=Path({str(tmp_path / 'w.duckdb')!r}), "
        "vars={}).in_words())"
    )
    told = broken.python("-c", script)
    assert (
        "KPI average_hold_time (models/kpis/service.yml): meta.unit is missing; meta.units does not exist"
        in told
    )
