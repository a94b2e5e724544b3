"""The worked diffs of docs/contributing.md, applied to a copy of the project that is then run."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.centres import made_once
from tests.project_copy import ROOT, ProjectCopy, copy_project

PAGE = "docs/contributing.md"
MONTH, AS_OF = "2026-08", "2026-10-20T00:00:00Z"
#: What `make generate` runs.
GENERATORS = (
    ("-m", "sources.contracts.generate"),
    ("docs/kpi_page.py",),
    ("-m", "orchestration.warehouse.lineage"),
)
_HEADER = "callback_id,agent_id,due_at,called_at,outcome\n"
_DIALLER_HEADER = "Task,List,Agent,Call_by,Dialled,Result\n"
#: Agents of the simulated centre who are in a team all through the month.
FIRST_AGENT, SECOND_AGENT = "A10000003", "A10000104"


def worked_diffs() -> dict[str, str]:
    """Each diff of the page by the heading above it, as in `Add a KPI`."""
    page = (ROOT / PAGE).read_text(encoding="utf-8")
    return dict(
        re.findall(r"^### (Add [^\n]+)\n(?:(?!^#).)*?^```diff\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    )


def apply(copy: ProjectCopy, heading: str, diff: str) -> None:
    """Apply a diff of the page to the copy. Fails, with the page's name, where a file is no longer as the diff has it."""
    # A repository around the copy would have git pass over the files without a word.
    alone = {**os.environ, "GIT_CEILING_DIRECTORIES": str(copy.root.parent)}
    command = ["git", "apply", "--whitespace=error-all", "-"]
    done = subprocess.run(
        command, cwd=copy.root, env=alone, input=diff, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.fail(
            f"{PAGE}: the diff of “{heading}” does not apply, write it anew: {done.stderr}", pytrace=False
        )


def contributed(factory: pytest.TempPathFactory) -> ProjectCopy:
    """A copy of the project with every diff of the page, and a small centre refreshed with it in `home_of(copy)`.

    Callbacks come in a file of the contract's columns, one row of which breaks it, and in an export of a dialler.
    """
    return ProjectCopy(made_once(factory, "contributed", _make) / "project")


def home_of(copy: ProjectCopy) -> Path:
    """The home of that centre."""
    return copy.root.parent / "home"


def _make(folder: Path) -> None:
    copy = copy_project(folder / "project")
    for heading, diff in worked_diffs().items():
        apply(copy, heading, diff)
    for generator in GENERATORS:
        copy.python(*generator)
    home = home_of(copy)
    copy.callboard("simulate", "--home", str(home), "--months", MONTH, "--agents", "20", "--seed", "3")
    # A bad row of three is more than a gate lets pass by itself.
    settings = 'default_site = "SHA"\n[report]\npdf = false\n[gate]\nmax_quarantined_share = 0.5\n'
    (home / "callboard.toml").write_text(settings)
    _deliver(home, copy.root / "docs/examples/dialler/mappings/callbacks.sql")
    copy.callboard("refresh", "--home", str(home), "--month", MONTH, "--as-of", AS_OF)


def _deliver(home: Path, mapping: Path) -> None:
    crm, dialler = home / "landing/crm/callbacks", home / "landing/dialler"
    for folder in (crm, dialler, home / "mappings"):
        folder.mkdir(parents=True, exist_ok=True)
    (home / "mappings/callbacks.sql").write_bytes(mapping.read_bytes())
    (crm / "2026-08.csv").write_text(
        _HEADER
        + f"C1,{FIRST_AGENT},2026-08-10T08:00:00Z,2026-08-10T07:30:00Z,reached\n"
        + f"C2,{FIRST_AGENT},2026-08-11T08:00:00Z,2026-08-11T09:30:00Z,not_reached\n"
        + f"C3,{FIRST_AGENT},2026-08-11T08:00:00Z,2026-08-11T08:30:00Z,busy\n"
    )
    (dialler / "2026-08.csv").write_text(
        _DIALLER_HEADER
        + f"1,CALLBACK,{SECOND_AGENT},2026-08-12 16:00:00,2026-08-12 15:00:00,CONNECTED\n"
        + f"2,CALLBACK,{SECOND_AGENT},2026-08-13 16:00:00,,\n"
        + f"3,SURVEY,{SECOND_AGENT},2026-08-12 16:00:00,2026-08-12 15:00:00,CONNECTED\n"
    )
