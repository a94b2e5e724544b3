"""dbt inside our own process, started with the manifest in memory: how it is called and what each node gave.

Which models there are is the project's, what a failure means for a refresh is `steps`'.
"""

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from orchestration.home.errors import CallboardError
from orchestration.warehouse.parse import (
    DBT_PROJECT,
    GLOBAL_FLAGS,
    first_lines,
    fresh_manifest,
    project_flags,
    surroundings,
)

if TYPE_CHECKING:
    from dbt.artifacts.schemas.run import RunExecutionResult
    from dbt_common.events.base_types import EventMsg

_TABLES = frozenset({"table", "incremental"})
_OK_STATUSES = frozenset({"success", "pass", "no-op", "reused"})


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
        models = [f"model {n.name}: {first_lines(n.message)}" for n in self.failed_models]
        tests = [f"test {n.name}: {_test_in_words(n)}" for n in self.failed_tests]
        return "\n".join(models + tests)


def run_dbt(
    args: Sequence[str],
    *,
    warehouse: Path,
    vars: Mapping[str, object],  # noqa: A002 - dbt's own word for them
    threads: int | None = None,
    memory_limit: str | None = None,
    suite: bool = True,
    on_event: Callable[[NodeResult], None] | None = None,
) -> DbtOutcome:
    """Run one dbt command (`["build"]`, `["run", "--select", ...]`) on `warehouse`, the only writer meanwhile.

    `vars` are the refresh's (docs/architecture.md); `threads` None is one for each core, up to four; `memory_limit`
    (`8GB`) None is DuckDB's own. `suite` False knows neither unit tests nor the tests that only the test suite runs.
    `on_event` gets every node as it ends, from dbt's threads. Failed models and tests are in the outcome. Raises
    CallboardError where dbt could not do its work at all (project does not parse, database cannot be opened).
    """
    from dbt.cli.main import dbtRunner

    started = time.perf_counter()
    arguments = [args[0], *project_flags(warehouse.parent / "dbt"), f"--vars={json.dumps(vars)}", *args[1:]]
    arguments.insert(1, f"--threads={threads or min(os.cpu_count() or 1, 4)}")
    manifest = fresh_manifest(warehouse.stem, suite=suite)
    rows: dict[str, int] | None = None if args[0] == "compile" else {}  # compiling makes no table to count
    with surroundings(warehouse, memory_limit):
        done = dbtRunner(manifest=manifest, callbacks=[_listener(rows, on_event)]).invoke(
            [*GLOBAL_FLAGS, "--no-write-json", *arguments]
        )
    if done.result is None or isinstance(done.result, bool):
        raise CallboardError(
            f"dbt could not run: {first_lines(str(done.exception), 6)}",
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
    return (f"{node.failures} rows that should not be; " if node.failures else "") + first_lines(node.message)
