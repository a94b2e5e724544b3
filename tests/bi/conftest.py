"""A PostgreSQL server of the tests' own, started on a free port and stopped again, and the small published centre."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from tests.centres import published_centre
from tests.e2e.conftest import LiveHome

ADMIN, PASSWORD = "postgres", "owls & 'quotes' @ night"


@dataclass(frozen=True)
class Server:
    """A running server that asks everybody for a password; `database` is one of a test's own."""

    port: int
    database: str = "postgres"

    def address(self, user: str = ADMIN, password: str | None = PASSWORD) -> str:
        login = user if password is None else f"{user}:{quote(password, safe='')}"
        return f"postgresql://{login}@127.0.0.1:{self.port}/{self.database}"

    def connect(self, user: str = ADMIN, password: str = PASSWORD) -> psycopg.Connection:
        return psycopg.connect(self.address(user, password), autocommit=True)

    def run(self, *statements: str) -> None:
        with self.connect() as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def query(self, sql: str) -> list[tuple[object, ...]]:
        with self.connect() as connection:
            return connection.execute(sql.encode()).fetchall()

    def psql(self, *commands: str) -> str:
        asked = [part for command in commands for part in ("-c", command)]
        environment = {**os.environ, "PGPASSWORD": PASSWORD, "COLUMNS": "200"}
        done = subprocess.run(
            [str(_binary("psql")), "-X", "-P", "pager=off", self.address(password=None), *asked],
            capture_output=True,
            text=True,
            check=True,
            env=environment,
        )
        return done.stdout


def _binary(name: str) -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    path = shutil.which(name) or (found[0] if found else None)
    if path is None:
        pytest.skip(f"{name} is missing: apt-get install postgresql")
    return Path(path)


def _owner() -> str | None:
    """PostgreSQL does not run as root: there it runs as the user that Debian's package makes."""
    if os.geteuid():
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        pytest.skip("root cannot run PostgreSQL and there is no user postgres: apt-get install postgresql")


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    initdb, postgres = _binary("initdb"), _binary("postgres")
    owner = _owner()
    # Not below pytest's folders: those are closed to other users.
    folder = Path(tempfile.mkdtemp(prefix="callboard-postgres-"))
    secret = folder / "secret"
    secret.write_text(PASSWORD)
    if owner:
        for path in (folder, secret):
            shutil.chown(path, owner)
    login = ("-U", ADMIN, "-A", "scram-sha-256", f"--pwfile={secret}")
    subprocess.run(
        [initdb, *login, "-D", folder / "data", "-E", "UTF8", "--locale=C"],
        user=owner,
        cwd=folder,
        check=True,
        capture_output=True,
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["-clisten_addresses=127.0.0.1", f"-cunix_socket_directories={folder}", "-cfsync=off"]
    running = subprocess.Popen(
        [postgres, "-D", folder / "data", "-p", str(port), *options],
        user=owner,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(Server(port))
        yield Server(port)
    finally:
        running.terminate()
        running.wait(timeout=60)
        shutil.rmtree(folder)


def _wait(server: Server) -> None:
    for _ in range(300):
        try:
            server.connect().close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server did not start")


@pytest.fixture
def database(server: Server, request: pytest.FixtureRequest) -> Iterator[Server]:
    """An empty database for one test."""
    name = f"test_{abs(hash(request.node.nodeid))}"
    server.run(f"create database {name}")
    yield Server(server.port, name)
    server.run(f"drop database {name} with (force)")


@pytest.fixture(scope="session")
def centre(tmp_path_factory: pytest.TempPathFactory) -> LiveHome:
    """The small published centre, for commands that only read it."""
    return LiveHome(published_centre(tmp_path_factory))
