"""dbt inside our own process: parsed once per state of the project, started with the manifest in memory.

Everything that knows how dbt is called lives here; which models there are is the project's, what a failure means
for a refresh is `steps`'.
"""

import hashlib
import json
import logging
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from orchestration.home.errors import CallboardError
from orchestration.home.versions import NOT_CODE

if TYPE_CHECKING:
    from dbt.artifacts.schemas.run import RunExecutionResult
    from dbt.contracts.graph.manifest import Manifest
    from dbt_common.events.base_types import EventMsg

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
_TABLES = frozenset({"table", "incremental"})
_OK_STATUSES = frozenset({"success", "pass", "no-op", "reused"})

# Quiet everywhere: what people see is drawn from the events, and dbt itself sends nothing anywhere.
_GLOBAL_FLAGS = (
    "--no-use-colors",
    "--log-level=none",
    "--log-level-file=none",
    "--no-send-anonymous-usage-stats",
    "--no-version-check",
)


@dataclass(frozen=True)
class NodeResult:
    """One finished model or test. `failures` are a test's failing rows, `rows` a table's after the run."""

    unique_id: str
    name: str
    resource_type: str
    status: str
    seconds: float
    message: str = ""
    failures: int | None = None
    rows: int | None = None

    @property
    def ok(self) -> bool:
        """Whether it did what it should. A test of severity `warn` that found rows is not ok, nor is a skip."""
        return self.status in _OK_STATUSES

    @property
    def is_test(self) -> bool:
        return self.resource_type in {"test", "unit_test"}


@dataclass(frozen=True)
class DbtOutcome:
    """What one invocation did, node by node in the order they ended."""

    nodes: tuple[NodeResult, ...]
    seconds: float

    @property
    def failed_tests(self) -> tuple[NodeResult, ...]:
        """Tests that found rows they should not, or could not run; a test of severity `warn` is not among them."""
        return tuple(n for n in self.nodes if n.is_test and n.status in {"fail", "error", "runtime error"})

    @property
    def failed_models(self) -> tuple[NodeResult, ...]:
        return tuple(n for n in self.nodes if not n.is_test and n.status in {"error", "partial success"})

    @property
    def rows(self) -> int:
        """Rows in all the tables this run made."""
        return sum(n.rows or 0 for n in self.nodes)

    def in_words(self) -> str:
        """Every failure, one per line; '' where there was none."""
        models = [f"model {n.name}: {_first_lines(n.message)}" for n in self.failed_models]
        tests = [f"test {n.name}: {_test_in_words(n)}" for n in self.failed_tests]
        return "\n".join(models + tests)


def run_dbt(
    args: Sequence[str],
    *,
    warehouse: Path,
    vars: Mapping[str, object],  # noqa: A002 - dbt's own word for them
    threads: int | None = None,
    memory_limit: str | None = None,
    on_event: Callable[[NodeResult], None] | None = None,
) -> DbtOutcome:
    """Run one dbt command (`["build"]`, `["run", "--select", ...]`) on `warehouse`, the only writer meanwhile.

    `vars` are the refresh's (docs/architecture.md); `threads` None is one for each core, up to four; `memory_limit`
    (`8GB`) None is DuckDB's own. `on_event` gets every node as it ends, from dbt's threads. Failed models and tests are in the outcome. Raises
    CallboardError where dbt could not do its work at all (project does not parse, database cannot be opened).
    """
    from dbt.cli.main import dbtRunner

    started = time.perf_counter()
    arguments = [args[0], *_project_flags(warehouse.parent / "dbt"), f"--vars={json.dumps(vars)}", *args[1:]]
    arguments.insert(1, f"--threads={threads or min(os.cpu_count() or 1, 4)}")
    manifest = _fresh_manifest(warehouse)
    rows: dict[str, int] | None = None if args[0] == "compile" else {}  # compiling makes no table to count
    with _surroundings(warehouse, memory_limit):
        done = dbtRunner(manifest=manifest, callbacks=[_listener(rows, on_event)]).invoke(
            [*_GLOBAL_FLAGS, "--no-write-json", *arguments]
        )
    if done.result is None or isinstance(done.result, bool):
        raise CallboardError(
            f"dbt could not run: {_first_lines(str(done.exception), 6)}",
            hint=f"The project is {DBT_PROJECT}, the database {warehouse}.",
        ) from done.exception
    results = _ran(cast("RunExecutionResult", done.result))
    nodes = tuple(
        NodeResult(
            unique_id=r.node.unique_id,
            name=r.node.name,
            resource_type=str(r.node.resource_type),
            status=str(r.status),
            seconds=r.execution_time,
            message=r.message or "",
            failures=r.failures,
            rows=(rows or {}).get(r.node.unique_id),
        )
        for r in results
    )
    return DbtOutcome(nodes, time.perf_counter() - started)


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


def _fresh_manifest(warehouse: Path) -> "Manifest":
    """A manifest of its own for each run, since a run writes compiled SQL into it."""
    from dbt.contracts.graph.manifest import Manifest

    packed = (_parsed(warehouse.stem) / "manifest.msgpack").read_bytes()
    return cast("Manifest", Manifest.from_msgpack(packed))  # pyright: ignore[reportUnnecessaryCast]


def _parsed(database: str) -> Path:
    """The directory with the parse of the project as it is now, for a database file of that stem."""
    key = _project_key(database)
    for root in _cache_roots():
        if (root / key / "manifest.msgpack").is_file():
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

    with _surroundings(Path(f"{database}.duckdb")):
        done = dbtRunner().invoke(
            [*_GLOBAL_FLAGS, "parse", *_project_flags(scratch), f"--vars={json.dumps(_PARSE_VARS)}"]
        )
    if not done.success:
        raise CallboardError(
            f"The dbt project does not parse: {_first_lines(str(done.exception), 6)}",
            hint=f"It is {DBT_PROJECT}.",
        ) from done.exception
    manifest = cast("Manifest", done.result)
    _refuse_parse_values(scratch / "manifest.json")
    (scratch / "manifest.msgpack").write_bytes(manifest.to_msgpack())
    try:
        scratch.rename(target)
    except OSError:
        # Another process was first, and its parse is of the same files.
        if not (target / "manifest.msgpack").is_file():
            raise
    _forget_old_parses(target.parent)
    return target


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
    """What a parse depends on: every file of the project, the versions of dbt, the name of the database."""
    digest = hashlib.sha256(
        f"{version('dbt-core')} {version('dbt-duckdb')} {DBT_PROJECT} {database}".encode()
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


def _project_flags(target: Path) -> list[str]:
    return [
        f"--project-dir={DBT_PROJECT}",
        f"--profiles-dir={DBT_PROJECT}",
        f"--target-path={target}",
        f"--log-path={target}",
    ]


@contextmanager
def _surroundings(warehouse: Path, memory_limit: str | None = None) -> Generator[None]:
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


def _listener(
    rows: dict[str, int] | None, on_event: Callable[[NodeResult], None] | None
) -> "Callable[[EventMsg], None]":
    """Hears of every finished node, from dbt's threads; counts the rows of each table that was made into `rows`."""

    def on_dbt_event(event: "EventMsg") -> None:
        if event.info.name != "NodeFinished":
            return
        data = cast("Any", event.data)
        node, result = data.node_info, data.run_result
        if node.resource_type == "exposure":
            return
        if rows is not None and node.materialized in _TABLES and result.status in _OK_STATUSES:
            rows[node.unique_id] = _row_count(node.node_relation.relation_name)
        if on_event is None:
            return
        on_event(
            NodeResult(
                unique_id=node.unique_id,
                name=node.node_name,
                resource_type=node.resource_type,
                status=result.status,
                seconds=result.execution_time,
                message=result.message,
                failures=result.num_failures if node.resource_type == "test" else None,
                rows=(rows or {}).get(node.unique_id),
            )
        )

    return on_dbt_event


def _row_count(relation: str) -> int:
    """Rows of a table in dbt's own database, which is open; DuckDB knows them without reading the table."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    handle = cast("Any", DuckDBConnectionManager.env().handle())
    try:
        [count] = handle.cursor().execute(f"select count(*) from {relation}").fetchone()
    finally:
        handle.close()
    return int(count)


def _ran(result: "RunExecutionResult") -> "list[Any]":
    """dbt build lists the exposures too, though there is nothing in them to run."""
    return [r for r in result.results if not r.node.unique_id.startswith("exposure.")]


def _test_in_words(node: NodeResult) -> str:
    return (f"{node.failures} rows that should not be; " if node.failures else "") + _first_lines(
        node.message
    )


def _first_lines(text: str, lines: int = 3) -> str:
    kept = [line.strip() for line in text.strip().splitlines() if line.strip()]
    return " ".join(kept[:lines])
