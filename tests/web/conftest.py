"""A real `callboard serve` as a process of its own, and the addresses of a small published centre to ask it for."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestration.home import Home

ROOT = Path(__file__).resolve().parents[2]


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


def starter(folder: Path) -> Generator[Start]:
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
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                env={**os.environ, **environment},
            )
        started.append(process)
        told = ""
        for line in process.stdout or ():
            told += line
            if line == "}\n":
                break
        port = json.loads(told)["port"]
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
