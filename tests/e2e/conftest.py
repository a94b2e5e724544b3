"""Whole refreshes through the command, each in its own process, on copies of the golden homes."""

import gzip
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from tests import forked
from tests.centres import made_once

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden"

AUTUMN = ("--month", "2026-08", "--month", "2026-09", "--as-of", "2026-10-20T00:00:00Z")
SPRING = ("--month", "2026-02", "--month", "2026-03", "--as-of", "2026-03-18T12:00:00Z")


@dataclass(frozen=True)
class CommandResult:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, object]:
        return json.loads(self.out)


@dataclass(frozen=True)
class LiveHome:
    """A home on which real commands run."""

    root: Path

    @property
    def published(self) -> Path:
        return self.root / "published" / "callboard.duckdb"

    def run(self, *arguments: str) -> CommandResult:
        done = subprocess.run(
            self._command(*arguments),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            env=_environment(),
        )
        assert "Traceback" not in done.stdout + done.stderr
        return CommandResult(done.returncode, done.stdout, done.stderr)

    def refresh(self, *arguments: str) -> CommandResult:
        """A refresh in a process that begins with all its imports made; `run("refresh", ...)` makes them, too."""
        result = CommandResult(*forked.run(("refresh", *arguments, "--home", str(self.root)), _environment()))
        assert "Traceback" not in result.out + result.err
        return result

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self._command(*arguments),
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        )

    def query(self, sql: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.published), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def step(self) -> str:
        """The step at which the newest attempt is; '' before there is one."""
        try:
            attempt = json.loads((self.root / "build" / "status.json").read_text())
        except FileNotFoundError:
            return ""
        return f"{attempt['release_id']} {attempt['step']}"

    def copy(self, to: Path) -> "LiveHome":
        shutil.copytree(self.root, to, symlinks=True)
        return LiveHome(to)

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "orchestration.cli", *arguments, "--home", str(self.root)]


def _environment() -> dict[str, str]:
    return {**os.environ, "COLUMNS": "200"}


def golden_home(name: str, to: Path) -> LiveHome:
    """A home with the deliveries of a golden set in landing, unpacked so that tests can spoil them."""
    for packed in (GOLDEN / name / "landing").rglob("*.gz"):
        file = to / packed.relative_to(GOLDEN / name).with_suffix("")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(gzip.decompress(packed.read_bytes()))
    # The PDF has its own tests, and each costs a browser.
    (to / "callboard.toml").write_text('default_site = "SHA"\n[report]\npdf = false\n')
    return LiveHome(to)


@pytest.fixture(scope="session")
def published_autumn(tmp_path_factory: pytest.TempPathFactory) -> LiveHome:
    """Autumn, published once for all tests: they read it, or work on a copy of it."""

    def publish(folder: Path) -> None:
        result = golden_home("autumn", folder / "home").refresh(*AUTUMN, "--json")
        assert result.code == 0, result.out + result.err

    return LiveHome(made_once(tmp_path_factory, "autumn", publish) / "home")


@pytest.fixture
def autumn(published_autumn: LiveHome, tmp_path: Path) -> LiveHome:
    """A copy of published autumn to work on."""
    return published_autumn.copy(tmp_path / "home")
