"""What tests only read, made once for all workers of a test run: any folder, and a small published centre."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

from orchestration.releases.audit_schema import AUDIT_TABLES
from orchestration.releases.findings import audit_row, fill_to_confirm
from tests.findings import failing, items, waived

ROOT = Path(__file__).resolve().parents[1]
#: The newest ended month of the centre, and what it looks from.
MONTH = "2026-09"
AS_OF = "2026-10-05T02:00:00Z"
#: Why `refuse_and_waive` has a row refused, and how that reads in Chinese.
REASON = "outcome is not one of answered, abandoned, overflowed, voicemail"
REASON_PARAMS = '{"word_list": ["answered", "abandoned", "overflowed", "voicemail"]}'
REASON_ZH = "outcome 不在允许的取值之中：answered、abandoned、overflowed、voicemail"


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder of that name, made by the first worker that asks for it, to be read or copied by all of them."""
    shared = factory.getbasetemp()
    # Under xdist each worker has a folder of its own inside the run's.
    shared = shared.parent if shared.name.startswith("popen-") else shared
    folder, whole = shared / name, shared / f"{name}.whole"
    with FileLock(str(shared / f"{name}.lock")):
        if not whole.exists():
            # What a maker that failed left behind is nobody's.
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            whole.touch()
    return folder


def published_centre(factory: pytest.TempPathFactory) -> Path:
    """The home of a simulated centre of 45 agents with 2026-07 to 2026-09 published. Nobody writes to it."""
    return made_once(factory, "centre", lambda folder: _publish(folder / "home")) / "home"


def refuse_and_waive(connection: duckdb.DuckDBPyConnection) -> None:
    """Put a refused row, a waived verdict and a warning, all of September, into a copy of a release."""
    connection.execute(
        "insert into audit.quarantined_row values ('acd.contact_legs', 'acd/contact_legs/x.csv', 7, 'outcome', ?, "
        "'{\"outcome\": \"lost\"}', 'not_in_vocabulary', ?, 1)",
        [REASON, REASON_PARAMS],
    )
    verdicts = [
        failing(month=date(2026, 9, 1), keys={"business_date": "2026-09-03", "site_id": "SHA"},
                settled=waived("Li Wei", "typhoon")),
        failing("survey_review_exclusions_have_a_reason", "survey_review", date(2026, 9, 1), keys={"survey_id": "S1"},
                severity="noted"),
        ODD,
    ]  # fmt: skip
    columns = AUDIT_TABLES["gate_result"][1]
    connection.executemany(
        f"insert into audit.gate_result values ({', '.join('?' * len(columns))})",
        [audit_row(v) for v in verdicts],
    )
    fill_to_confirm(connection, items(ODD))


#: An odd number of September that nobody has confirmed.
ODD = failing(
    "kpi_monthly_centre_values_are_near_trailing_months",
    "kpi_monthly",
    date(2026, 9, 1),
    keys={"kpi_id": "answer_rate", "scope": "centre", "scope_id": "all"},
    found={"kpi_id": "answer_rate", "value": 0.41, "usual_value": 0.925, "unit": "ratio"},
    severity="to_confirm",
    kpis=("answer_rate",),
    damage=0.56,
)


def _publish(home: Path) -> None:
    _run("simulate", "--home", home, "--months", "2026-07..2026-09", "--agents", "45", "--seed", "5")
    result = _run("refresh", "--home", home, "--as-of", AS_OF, "--json")
    assert json.loads(result)["status"] == "published", result


def _run(*arguments: object) -> str:
    command = [sys.executable, "-m", "orchestration.cli", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
