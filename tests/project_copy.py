"""A copy of the whole project, to be changed as a contributor would and run as it then is."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_PARTS = ("orchestration", "sources", "expectations", "dbt_project", "docs", "tests")


@dataclass(frozen=True)
class ProjectCopy:
    """A copy of the project at `root`. Its own parse of the dbt project is kept beside it."""

    root: Path

    @property
    def environment(self) -> dict[str, str]:
        """What a process of the copy sees: its code before the installed one."""
        cache = self.root.parent / "cache"
        return {**os.environ, "PYTHONPATH": str(self.root), "CALLBOARD_CACHE": str(cache), "COLUMNS": "200"}

    def replace(self, file: str, old: str, new: str) -> None:
        """Put `new` in the place of `old`, which stands in the file exactly once."""
        path = self.root / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{file} has {text.count(old)} times: {old}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def python(self, *arguments: str) -> str:
        """What Python prints when it runs in the copy; fails where it fails."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def callboard(self, *arguments: str) -> str:
        """What `callboard` prints in the copy; fails where it fails."""
        return self.python("-m", "orchestration.cli", *arguments)


def copy_project(to: Path) -> ProjectCopy:
    """A copy of the project as it lies here, in the new folder `to`."""
    for part in _PARTS:
        shutil.copytree(
            ROOT / part, to / part, ignore=shutil.ignore_patterns("target", "logs", "__pycache__")
        )
    shutil.copy2(ROOT / "pyproject.toml", to)
    return ProjectCopy(to)
