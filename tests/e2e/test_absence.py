"""Homes in which something is missing: no number that nothing stands behind, and words in its place."""

import json
import shutil
from pathlib import Path

import pytest

from orchestration.releases.reader import open_release
from orchestration.report.pack import write_pack
from sources.simulator.run import simulate
from tests.centres import made_once

from .conftest import LiveHome

AFTER_AUGUST = "2026-09-05T00:00:00Z"
IN_NOVEMBER = "2026-11-05T00:00:00Z"


@pytest.fixture(scope="session")
def august(tmp_path_factory: pytest.TempPathFactory) -> LiveHome:
    """A simulated centre with August in landing and nothing published; to be copied."""

    def make(folder: Path) -> None:
        simulate(folder / "home" / "landing", months=["2026-08"], agents=20, seed=5)
        (folder / "home" / "callboard.toml").write_text('default_site = "SHA"\n[report]\npdf = false\n')

    return LiveHome(made_once(tmp_path_factory, "august", make) / "home")


def refresh(home: LiveHome, *arguments: str) -> None:
    result = home.refresh(*arguments, "--json")
    assert result.code == 0, result.out + result.err


def months(home: LiveHome) -> list[str]:
    rows = home.query("select distinct month::varchar from marts.kpi_monthly order by 1")
    return [str(month) for (month,) in rows]


def values(home: LiveHome, month: str) -> dict[str, tuple[object, ...]]:
    rows = home.query(
        "select kpi_id, value, is_provisional from marts.kpi_monthly "
        f"where scope = 'centre' and month = date '{month}'"
    )
    return {str(row[0]): row[1:] for row in rows}


def test_a_centre_of_calls_roster_and_schedules_has_the_numbers_of_these_and_says_what_is_missing(
    august: LiveHome, tmp_path: Path
) -> None:
    home = august.copy(tmp_path / "home")
    kept = {"acd/contact_legs", "acd/queues", "hr/sites", "hr/employees", "hr/assignments", "hr/schedules"}
    for table in (home.root / "landing").glob("*/*"):
        if f"{table.parent.name}/{table.name}" not in kept:
            shutil.rmtree(table)
    refresh(home, "--as-of", AFTER_AUGUST)
    assert values(home, "2026-08-01").keys() == {
        "abandon_rate",
        "annualised_attrition_rate",
        "answer_rate",
        "attrition_rate",
        "average_first_response_time",
        "average_handle_time",
        "average_speed_of_answer",
        "customer_loss_rate",
        "first_contact_resolution_rate",
        "operations_kpi_score",
        "service_level",
        "transfer_rate",
        "voluntary_attrition_rate",
    }
    absent = dict(home.query("select kpi_id, missing_sources from marts.kpi_absence where scope = 'centre'"))
    assert absent["schedule_adherence_rate"] == "acd.agent_states"
    assert absent["complaint_rate"] == "crm.complaints"
    assert absent["empathy_rate"] == "qa.evaluation_items|qa.evaluations"
    # Of the centre's weights 55 points have a number, of no agent's half of them.
    assert home.query("select coverage from marts.kpi_monthly where kpi_id = 'operations_kpi_score'") == [
        (0.55,)
    ]
    ranked = home.query("select count(rank), count(score) from marts.agent_scorecard_monthly")
    assert ranked == [(0, 0)]
    assert home.query("select count(adherent_seconds) from marts.schedule_adherence_monthly") == [(0,)]
    says_so_everywhere(home, tmp_path)


def says_so_everywhere(home: LiveHome, scratch: Path) -> None:
    status = home.run("status").out.replace("\n", " ")
    assert "Sources of 2026-08: acd.contact_legs," in status
    assert "crm.complaints" in status[: status.index("no (never delivered)")]
    release = home.published.resolve().parent
    for lang, words in {
        "en": (
            "not delivered: acd.agent_states",
            "acd.agent_states no (never delivered)",
            "numbers for less than half of the weight",
        ),
        "zh": ("未交付：acd.agent_states", "acd.agent_states 无（从未交付）", "有数值的指标不足权重的一半"),
    }.items():
        with open_release(release) as connection:
            (month,) = connection.execute("select max(month) from marts.kpi_monthly").fetchone() or ()
        pack = write_pack(release, month=month, lang=lang, to=scratch / lang)
        page = pack.html.read_text(encoding="utf-8")
        assert [word for word in words if word not in page] == []


def test_nothing_for_september_opens_no_september(august: LiveHome, tmp_path: Path) -> None:
    home = august.copy(tmp_path / "home")
    refresh(home, "--as-of", AFTER_AUGUST)
    refresh(home, "--as-of", IN_NOVEMBER)
    assert months(home) == ["2026-08-01"]
    deliver_what_is_known_ahead(home)
    refresh(home, "--as-of", IN_NOVEMBER)
    assert months(home) == ["2026-08-01"]
    # Asked for by name it is made, and nothing of it is final, least of all a score.
    refresh(home, "--month", "2026-09", "--as-of", IN_NOVEMBER)
    september = values(home, "2026-09-01")
    assert {kpi for kpi, (_, is_provisional) in september.items() if not is_provisional} == set()
    assert {"attrition_rate", "admin_budget_overrun_rate"} <= september.keys()
    assert "operations_kpi_score" not in september
    manifest = json.loads((home.published.resolve().parent / "manifest.json").read_text())
    assert [month["is_provisional"] for month in manifest["months"]] == [True, True]


def deliver_what_is_known_ahead(home: LiveHome) -> None:
    landing = home.root / "landing"
    owner = (landing / "hr" / "employees").glob("*.csv").__next__().read_text().splitlines()[1].split(",")[0]
    for file, text in {
        "hr/training_sessions/ahead.csv": "session_id,programme,title,planned_on,planned_hours,status\n"
        "TS9,new_hire,Welcome,2026-09-10,8,planned\n",
        "hr/requisitions/ahead.csv": "requisition_id,role,opened_on,due_on,requested,filled\n"
        "RQ9,agent,2026-08-20,2026-09-20,3,0\n",
        "hr/budget_lines/ahead.csv": "month,category,budgeted,spent\n2026-09-01,rent,13000,0\n",
        "qa/report_deliveries/ahead.csv": "report_id,report_name,owner_id,due_at\n"
        f"RD9,daily,{owner},2026-09-15T01:00:00Z\n",
    }.items():
        (landing / file).write_text(text)


def test_a_month_begins_once_somebody_is_hired_in_it(august: LiveHome, tmp_path: Path) -> None:
    home = august.copy(tmp_path / "home")
    refresh(home, "--as-of", AFTER_AUGUST)
    employees = home.root / "landing" / "hr" / "employees"
    (employees / "z-september.csv").write_text(
        "employee_id,agent_id,full_name,hired_on\nE-new,A-new,Li Na,2026-09-07\n"
    )
    refresh(home, "--as-of", IN_NOVEMBER)
    assert months(home) == ["2026-08-01", "2026-09-01"]
