"""A small published centre for tests that only read it, made once for all workers of a test run."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

ROOT = Path(__file__).resolve().parents[1]
#: The newest ended month of the centre, and what it looks from.
MONTH = "2026-09"
AS_OF = "2026-10-05T02:00:00Z"


def published_centre(factory: pytest.TempPathFactory) -> Path:
    """The home of a simulated centre of 45 agents with 2026-07 to 2026-09 published. Nobody writes to it."""
    shared = factory.getbasetemp()
    # Under xdist each worker has a folder of its own inside the run's.
    shared = shared.parent if shared.name.startswith("popen-") else shared
    home = shared / "centre" / "home"
    with FileLock(str(shared / "centre.lock")):
        if not home.exists():
            _run("simulate", "--home", home, "--months", "2026-07..2026-09", "--agents", "45", "--seed", "5")
            told = _run("refresh", "--home", home, "--as-of", AS_OF, "--json")
            assert json.loads(told)["status"] == "published", told
    return home


def _run(*arguments: object) -> str:
    command = [sys.executable, "-m", "orchestration.cli", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
