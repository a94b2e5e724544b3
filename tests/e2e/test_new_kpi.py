"""Adding a KPI is one block of YAML and, where a measure is missing, one SQL expression: everything else follows."""

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

BLOCK = """
  - name: average_hold_time
    label: Average hold time
    description: Mean time that the customer of an answered leg was on hold.
    type: ratio
    type_params: {numerator: hold_seconds, denominator: answered_legs}
    config:
      meta:
        numerator: Seconds on hold of answered legs
        denominator: Answered inbound legs
        zh:
          name: 平均保持时长
          definition: 已接起话务中客户被保持的平均时长。
          numerator: 已接起话务的保持秒数
          denominator: 已接起的呼入话务
        unit: seconds
        better: lower
        owner_role: team_lead
        scopes: [centre, site, business_line, team, employee]
        needs: [acd.contact_legs]
        headline_rank: 18
"""
MEASURE = "      - {name: hold_seconds, agg: sum, expr: hold_seconds, create_metric: true}\n"
LAST_MEASURE = "      - {name: handle_seconds, agg: sum, create_metric: true}\n"
MONTH, AS_OF = "2026-08", "2026-10-20T00:00:00Z"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> ProjectCopy:
    """A copy of the project with the KPI added, and a small centre refreshed with it in `home` beside it."""
    copy = copy_project(tmp_path_factory.mktemp("new_kpi") / "project")
    copy.append("dbt_project/models/kpis/service.yml", BLOCK)
    copy.replace("dbt_project/models/kpis/_semantic_models.yml", LAST_MEASURE, LAST_MEASURE + MEASURE)
    home = str(home_of(copy))
    copy.callboard("simulate", "--home", home, "--months", MONTH, "--agents", "20", "--seed", "3")
    (home_of(copy) / "callboard.toml").write_text('default_site = "SHA"\n[report]\npdf = false\n')
    copy.callboard("refresh", "--home", home, "--month", MONTH, "--as-of", AS_OF)
    return copy


@pytest.fixture
def published(project: ProjectCopy) -> Generator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(home_of(project) / "published" / "callboard.duckdb"), read_only=True) as found:
        yield found


def home_of(project: ProjectCopy) -> Path:
    return project.root.parent / "home"


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
        if not result.passed and any("average_hold_time" in key for key in result.example_keys)
    }
    assert refused >= {
        "kpi_monthly_values_are_within_bounds",
        "kpi_monthly_parts_add_up_to_the_centre",
    }


def test_the_docs_describe_it(project: ProjectCopy) -> None:
    project.python("docs/kpi_page.py")
    page = (project.root / "docs" / "kpis.md").read_text(encoding="utf-8")
    assert "## Average hold time · 平均保持时长" in page
    assert "`average_hold_time` (seconds, lower is better): Mean time" in page


def test_a_kpi_that_lacks_an_attribute_is_refused_in_words(project: ProjectCopy, tmp_path: Path) -> None:
    broken = copy_project(tmp_path / "project")
    broken.append("dbt_project/models/kpis/service.yml", BLOCK.replace("unit: seconds", "units: seconds"))
    broken.replace("dbt_project/models/kpis/_semantic_models.yml", LAST_MEASURE, LAST_MEASURE + MEASURE)
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
