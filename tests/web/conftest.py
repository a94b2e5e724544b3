"""A real `callboard serve` as a process of its own, and the addresses of a small published centre to ask it for."""

import json
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from orchestration.home.paths import Home
from tests.centres import refuse_and_waive

ROOT = Path(__file__).resolve().parents[2]
NEWER = "29990101T000000Z-00000000"
GONE = "20000101T000000Z-00000000"


@dataclass(frozen=True)
class Answer:
    """What a server answered."""

    status: int
    headers: dict[str, str]
    text: str


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:  # type: ignore[override]
        return None


def ask(url: str, *, method: str = "GET", data: bytes | None = None, **headers: str) -> Answer:
    """One request, redirects not followed."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, data=data, method=method, headers=named)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())
    try:
        with opener.open(request, timeout=20) as found:
            return Answer(
                found.status, {k.lower(): v for k, v in found.headers.items()}, found.read().decode()
            )
    except urllib.error.HTTPError as error:
        return Answer(
            error.code,
            {k.lower(): v for k, v in error.headers.items()},
            error.read().decode(errors="replace"),
        )


@dataclass(frozen=True)
class Served:
    """A running server: its address without the last slash, and where its stderr goes."""

    url: str
    process: subprocess.Popen[str]
    errors: Path


Start = Callable[..., Served]


def starter(folder: Path, project: Path = ROOT) -> Generator[Start]:
    started: list[subprocess.Popen[str]] = []

    def start(home: Path, *options: str, **environment: str) -> Served:
        errors = folder / f"serve-{len(started)}.err"
        with errors.open("w") as stderr:
            process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "orchestration.cli",
                    "serve",
                    "--home",
                    str(home),
                    "--port",
                    "0",
                    "--json",
                    *options,
                ],
                cwd=project,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                env={**os.environ, **environment},
            )
        started.append(process)
        output = ""
        for line in process.stdout or ():
            output += line
            if line == "}\n":
                break
        port = json.loads(output)["port"]
        # What is asked before it is ready waits in the socket's queue.
        return Served(f"http://127.0.0.1:{port}", process, errors)

    try:
        yield start
    finally:
        for process in started:
            process.kill()
            process.wait()


@pytest.fixture
def serve(tmp_path: Path) -> Generator[Start]:
    yield from starter(tmp_path)


@pytest.fixture(scope="module")
def served(centre: Home, tmp_path_factory: pytest.TempPathFactory) -> Generator[Served]:
    """A server on the small centre, for tests that only ask."""
    starts = starter(tmp_path_factory.mktemp("served"))
    yield next(starts)(centre.root)
    starts.close()


@pytest.fixture(scope="module")
def served_twice(centre: Home, tmp_path_factory: pytest.TempPathFactory) -> Generator[Served]:
    """A server on the small centre with two releases, which differ in the service level of September."""
    home = copy_of(centre, tmp_path_factory.mktemp("twice") / "home")
    switch(home, newer_release(home))
    starts = starter(tmp_path_factory.mktemp("served"))
    yield next(starts)(home.root)
    starts.close()


def copy_of(centre: Home, to: Path) -> Home:
    """A copy of the centre's home, to write in."""
    shutil.copytree(centre.root, to, symlinks=True)
    return Home(to)


def newer_release(home: Home) -> Path:
    """A release after the published one, in which the centre's service level of September is exactly a half, and met
    its target; which has a row in quarantine and a waived verdict; and which knows of a release whose file is gone."""
    current = home.published_database.resolve().parent
    newer = home.releases / NEWER
    shutil.copytree(current, newer)
    (newer / "callboard.duckdb").chmod(0o644)
    with duckdb.connect(str(newer / "callboard.duckdb")) as connection:
        refuse_and_waive(connection)
        changed = "kpi_id = 'service_level' and scope = 'centre' and month = '2026-09-01'"
        connection.execute(
            "insert into audit.restatement select month, kpi_id, scope, scope_id, value, 0.5, ?, [] "
            f"from marts.kpi_monthly where {changed}",
            [NEWER],
        )
        connection.execute(
            f"update marts.kpi_monthly set value = 0.5, target = 0.4, status = 'met' where {changed}"
        )
        for release_id, published_on in ((NEWER, "2999-01-01"), (GONE, "2000-01-01")):
            connection.execute(
                "insert into audit.release select * replace (? as release_id, ?::timestamp as published_at) "
                "from audit.release where release_id = ?",
                [release_id, published_on, current.name],
            )
    return newer


def switch(home: Home, release: Path) -> None:
    """Publish a release of the home, as a refresh does."""
    link = home.published / "next"
    link.symlink_to(Path("releases") / release.name / "callboard.duckdb")
    link.replace(home.published_database)
