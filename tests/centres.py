"""What tests only read, made once for all workers of a test run: any folder, and a small published centre."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

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
    connection.execute(
        """
        insert into audit.gate_result by name
        select * from (values
            ('no_scheduled_day_is_without_states', 'acd.agent_states', date '2026-09-01', 'error', false,
                '2 found, the first of them: 9 agents were scheduled, none was in any state',
                'agents in some state on every local day on which agents were scheduled', 'Li Wei', 'typhoon'),
            ('survey_review_exclusions_have_a_reason', 'survey_review', date '2026-09-01', 'warning', false,
                'excluded without a reason', 'whoever excludes a rating says why', null, null)
        ) as said(expectation, table_name, month, severity, passed, observed, expected, waived_by, waived_reason)
        """
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
