"""The parsed dbt project, made once per state of its files and kept on disk, and the surroundings dbt is called in.

A parse is kept as dbt's manifest.json and as two packed manifests: the whole one, and one without what only the test
suite runs, so that a refresh neither unpacks nor walks it.
"""

import hashlib
import json
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Collection, Generator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from orchestration.home.errors import CallboardError
from orchestration.home.versions import NOT_CODE

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

DBT_PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"

# What the SQL sees while the project is parsed. A parse outlives the refresh it was made in, so no value of a
# refresh may be in it; values as odd as these are found again where one has been.
_PARSE_VARS: dict[str, object] = {
    "as_of": "1901-01-13 00:00:00",
    "months": ["1901-01-01"],
    "default_site": "site-while-parsing",
    "default_time_zone": "Etc/UTC",
    "release_id": "release-while-parsing",
    "driver_min_surveys": "surveys-while-parsing",
    "driver_min_agents": "agents-while-parsing",
}
_PARSE_MARKS = ("1901-01-", "-while-parsing")
_KEPT_PARSES = 6
_WHOLE, _WITHOUT_SUITE = "manifest.msgpack", "without_suite.msgpack"

# Quiet everywhere: what people see is drawn from the events, and dbt itself sends nothing anywhere.
GLOBAL_FLAGS = (
    "--no-use-colors",
    "--log-level=none",
    "--log-level-file=none",
    "--no-send-anonymous-usage-stats",
    "--no-version-check",
)


def manifest_json() -> Mapping[str, Any]:
    """The project's manifest.json, parsed first where no parse of this state of the project is kept.

    Raises CallboardError where the project does not parse.
    """
    return _read_json(_parsed("warehouse") / "manifest.json")


def selectors(unique_ids: Collection[str]) -> list[str]:
    """The options of `dbt build` that select exactly these models, seeds and tests."""
    nodes = manifest_json()["nodes"]
    names = sorted("fqn:" + ".".join(nodes[unique_id]["fqn"]) for unique_id in unique_ids)
    return ["--select", *names, "--indirect-selection", "empty"]


def tables_read(unique_ids: Collection[str], *, schema: str) -> set[str]:
    """Names of the tables in `schema`, seeds aside, that these nodes read, also through views, and are not among them."""
    nodes = manifest_json()["nodes"]
    waiting, seen = list(unique_ids), set(unique_ids)
    read: set[str] = set()
    while waiting:
        parents = nodes[waiting.pop()]["depends_on"].get("nodes", ())
        for parent in [parent for parent in parents if parent in nodes and parent not in seen]:
            seen.add(parent)
            made_as = nodes[parent]["config"]["materialized"]
            if made_as in {"view", "ephemeral"}:
                waiting.append(parent)
            elif made_as == "table" and nodes[parent]["schema"] == schema:
                read.add(nodes[parent]["name"])
    return read


@cache
def _read_json(path: Path) -> Mapping[str, Any]:
    return json.loads(path.read_bytes())


def fresh_manifest(database: str, *, suite: bool) -> "Manifest":
    """The project's manifest for a database file of that stem, a new one per run, since a run writes compiled SQL into it.

    `suite` False leaves out unit tests and the tests that only the test suite runs (meta `run_in: suite`). Raises
    CallboardError where the project does not parse.
    """
    from dbt.contracts.graph.manifest import Manifest

    packed = (_parsed(database) / (_WHOLE if suite else _WITHOUT_SUITE)).read_bytes()
    return cast("Manifest", Manifest.from_msgpack(packed))  # pyright: ignore[reportUnnecessaryCast]


def _parsed(database: str) -> Path:
    """The directory with the parse of the project as it is now, for a database file of that stem."""
    key = _project_key(database)
    for root in _cache_roots():
        if (root / key / _WHOLE).is_file():
            return root / key
    for root in _cache_roots():
        try:
            root.mkdir(parents=True, exist_ok=True)
            scratch = Path(tempfile.mkdtemp(prefix=".parsing-", dir=root))
        except OSError:
            continue
        try:
            return _parse_into(scratch, root / key, database)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    raise CallboardError(
        "Nowhere to keep the parsed dbt project.",
        hint="Set CALLBOARD_CACHE to a directory that can be written to.",
    )


def _parse_into(scratch: Path, target: Path, database: str) -> Path:
    from dbt.cli.main import dbtRunner

    with surroundings(Path(f"{database}.duckdb")):
        done = dbtRunner().invoke(
            [*GLOBAL_FLAGS, "parse", *project_flags(scratch), f"--vars={json.dumps(_PARSE_VARS)}"]
        )
    if not done.success:
        raise CallboardError(
            f"The dbt project does not parse: {first_lines(str(done.exception), 6)}",
            hint=f"It is {DBT_PROJECT}.",
        ) from done.exception
    manifest = cast("Manifest", done.result)
    _refuse_parse_values(scratch / "manifest.json")
    (scratch / _WHOLE).write_bytes(manifest.to_msgpack())
    _leave_out_suite(manifest)
    (scratch / _WITHOUT_SUITE).write_bytes(manifest.to_msgpack())
    try:
        scratch.rename(target)
    except OSError:
        # Another process was first, and its parse is of the same files.
        if not (target / _WHOLE).is_file():
            raise
    _forget_old_parses(target.parent)
    return target


def _leave_out_suite(manifest: "Manifest") -> None:
    """Takes out of the manifest what a refresh neither runs nor reads: tests of the suite, unit tests, documentation."""
    from dbt.contracts.graph.nodes import ModelNode

    for key in [key for key, node in manifest.nodes.items() if node.config.meta.get("run_in") == "suite"]:
        del manifest.nodes[key]
    for node in manifest.nodes.values():
        node.description = ""
        if not (isinstance(node, ModelNode) and node.config.contract.enforced):
            node.columns = {}
    for macro in manifest.macros.values():
        macro.description, macro.arguments = "", []
    for unused in (manifest.unit_tests, manifest.docs, manifest.files):
        unused.clear()


def _refuse_parse_values(manifest: Path) -> None:
    """A variable read where dbt parses (in `config(...)`) would keep one refresh's value for all later ones."""
    nodes: dict[str, dict[str, object]] = json.loads(manifest.read_bytes())["nodes"]
    caught = [
        key for key, node in nodes.items() if any(m in json.dumps(node.get("config")) for m in _PARSE_MARKS)
    ]
    if caught:
        raise CallboardError(
            f"These models read a variable while dbt parses, in config(): {', '.join(sorted(caught))}.",
            hint="Read it in the model's SQL or in a macro that runs when the model does.",
        )


def _forget_old_parses(root: Path) -> None:
    parses = sorted((p for p in root.iterdir() if p.is_dir()), key=lambda p: p.stat().st_mtime, reverse=True)
    for old in parses[_KEPT_PARSES:]:
        shutil.rmtree(old, ignore_errors=True)


def _project_key(database: str) -> str:
    """What a parse depends on: the project's files, the versions of dbt, what is kept of a parse, the database's name."""
    digest = hashlib.sha256(
        f"{version('dbt-core')} {version('dbt-duckdb')} {_WITHOUT_SUITE} {DBT_PROJECT} {database}".encode()
    )
    for path in sorted(p for p in DBT_PROJECT.rglob("*") if p.suffix in {".sql", ".yml", ".csv", ".md"}):
        name = path.relative_to(DBT_PROJECT)
        if not NOT_CODE.intersection(name.parts):  # dbt run by hand leaves folders called `….yml`
            digest.update(f"\0{name}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:24]


def _cache_roots() -> tuple[Path, ...]:
    """Where parses may be kept, best first: a read-only or missing home directory is no reason to fail."""
    cache = os.environ.get("CALLBOARD_CACHE")
    if cache:
        return (Path(cache) / "dbt",)
    environment = Path(sys.prefix) / "var" / "callboard" / "dbt"
    home = os.environ.get("XDG_CACHE_HOME") or (
        f"{os.environ['HOME']}/.cache" if os.environ.get("HOME") else ""
    )
    return (Path(home) / "callboard" / "dbt", environment) if home else (environment,)


def project_flags(target: Path) -> list[str]:
    """dbt's options for our project and profile; artefacts and logs go to the folder `target`."""
    return [
        f"--project-dir={DBT_PROJECT}",
        f"--profiles-dir={DBT_PROJECT}",
        f"--target-path={target}",
        f"--log-path={target}",
    ]


@contextmanager
def surroundings(warehouse: Path, memory_limit: str | None = None) -> Generator[None]:
    """Sets the environment that dbt reads, and undoes the changes dbt leaves behind."""
    handlers, directory = list(logging.getLogger().handlers), Path.cwd()
    variables = {
        "CALLBOARD_WAREHOUSE": str(warehouse),
        "CALLBOARD_MEMORY_LIMIT": memory_limit or _own_memory_limit(),
    }
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        _close_database()
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        logging.getLogger().handlers = handlers
        os.chdir(directory)


def _own_memory_limit() -> str:
    import duckdb

    with duckdb.connect() as connection:
        found = connection.execute("select current_setting('memory_limit')").fetchone()
    return str(found[0]) if found else "4GB"


def _close_database() -> None:
    """dbt-duckdb keeps the file open until the process ends, and no other process could open it meanwhile."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    # Before dbt opens a database there is no environment, which raises a bare Exception.
    with suppress(Exception):
        DuckDBConnectionManager.env().close()
    DuckDBConnectionManager.close_all_connections()


def first_lines(text: str, lines: int = 3) -> str:
    """The first lines of a message that are not blank, as one line."""
    kept = [line.strip() for line in text.strip().splitlines() if line.strip()]
    return " ".join(kept[:lines])
