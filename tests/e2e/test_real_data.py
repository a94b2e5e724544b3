"""Three real systems' records through the mappings of docs/examples: the totals that were worked out with other tools."""

import shutil
from pathlib import Path

import pytest

from .conftest import ROOT, LiveHome

REAL = ROOT.parent / "shared" / "realdata"


def example(name: str, records: str, folder: str, to: Path, *months: str) -> LiveHome:
    """A home with an example's configuration and mappings, its records delivered, and the months published."""
    if not (REAL / records).is_dir():
        pytest.skip(f"the records {records} lie beside this project and are not there")
    shutil.copytree(ROOT / "docs" / "examples" / name, to)
    (to / "landing" / folder).mkdir(parents=True)
    for file in (REAL / records).iterdir():
        shutil.copyfile(file, to / "landing" / folder / file.name)
    home = LiveHome(to)
    result = home.refresh(*(word for month in months for word in ("--month", month)))
    assert result.code == 0, result.out + result.err
    assert home.query("select count(*) from audit.quarantined_row") == [(0,)]
    return home


def centre(home: LiveHome, *kpis: str) -> dict[str, tuple[object, object]]:
    """Numerator and denominator of each KPI at the centre, summed over the months."""
    rows = home.query(
        "select kpi_id, sum(numerator), sum(denominator) from marts.kpi_monthly where scope = 'centre' group by 1"
    )
    return {str(kpi): (numerator, denominator) for kpi, numerator, denominator in rows if kpi in kpis}


def test_the_banks_february_1999(tmp_path: Path) -> None:
    home = example("bank-1999", "anonymous_bank_1999", "bank", tmp_path / "home", "1999-02")
    assert centre(home, "answer_rate", "abandon_rate", "average_handle_time") == {
        "answer_rate": (27162, 27162 + 3932),
        "abandon_rate": (3932, 27162 + 3932),
        "average_handle_time": (4790100, 27162),
    }


def test_the_rosters_september_2015(tmp_path: Path) -> None:
    home = example("staff-roster", "hrdataset_v14", "roster", tmp_path / "home", "2015-09")
    assert home.query(
        "select opening_headcount, closing_headcount, separations, voluntary_separations "
        "from marts.attrition_monthly where team_id = 'all'"
    ) == [(244, 237, 7, 5)]
    assert (
        home.query("select column_name from information_schema.columns where column_name = 'full_name'") == []
    )


def test_phonenows_first_quarter_of_2021(tmp_path: Path) -> None:
    home = example("phonenow", "phonenow", "phonenow", tmp_path / "home", "2021-01", "2021-02", "2021-03")
    numbers = centre(home, "answer_rate", "average_speed_of_answer")
    assert numbers["answer_rate"] == (4054, 5000)
    waited, answered = numbers["average_speed_of_answer"]
    assert round(float(str(waited)) / float(str(answered)), 2) == 67.52
    rated = home.query("select sum(csat_sum) / sum(csat_count) from marts.fct_agent_day")
    assert round(float(str(rated[0][0])), 2) == 3.40
