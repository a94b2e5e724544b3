"""How long a refresh takes, step by step, beside the same work as one bare DuckDB script.

    python benchmarks/run.py --agents 2000 --agents 10000 --month 2026-08 --work /tmp/bench --results benchmarks/results.md

For each number of agents: simulates the month into a fresh home under --work, refreshes it (the command, as people run
it, in a process of its own), refreshes again with nothing new to do, runs bare.sql on the same files, and holds the two
results against each other number by number. Prints a page of markdown, and writes it to --results where given.
Seconds are wall time; memory is the peak of the process. Run it on a quiet machine: the ratios hold better than the
seconds. Needs about 1 GB of disk for a thousand agents. Exit code 1 where a refresh did not publish or numbers differ.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import duckdb

CALLBOARD = Path(sys.executable).with_name("callboard")
BARE = Path(__file__).with_name("bare.py")
LIBRARIES = ("duckdb", "dbt-core", "dbt-duckdb", "dagster", "great-expectations", "numpy")
SEED = 1


@dataclass(frozen=True)
class Measured:
    """One process: wall and CPU seconds (user and system, its own children's included), peak memory in MiB, exit code,
    and what it said as JSON (empty where it did not)."""

    seconds: float
    cpu_seconds: float
    peak_mib: float
    exit_code: int
    said: dict[str, object]

    @property
    def steps(self) -> dict[str, float]:
        """Seconds by step, as far as the process reported them."""
        steps = self.said.get("steps")
        return (
            {str(step["name"]): float(step["seconds"]) for step in steps} if isinstance(steps, list) else {}
        )


@dataclass(frozen=True)
class Comparison:
    """One number of agents."""

    agents: int
    simulate: Measured
    refresh: Measured
    again: Measured
    bare: Measured
    source_rows: int
    landing_mib: float
    compared: int = 0
    differing: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return self.refresh.exit_code == 0 and self.compared > 0 and not self.differing


def measure(command: list[str], env: Mapping[str, str] | None = None) -> Measured:
    """Runs the command, in `env` where given; its last line or all of its output may be JSON."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=sys.stderr, text=True, env=env)
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - started
    cpu_seconds = usage.ru_utime + usage.ru_stime
    return Measured(seconds, cpu_seconds, usage.ru_maxrss / 1024, process.returncode, _json_in(output))


def _json_in(output: str) -> dict[str, object]:
    begins = output.find("{")
    try:
        said = json.loads(output[begins:]) if begins >= 0 else {}
    except json.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}


def compare(agents: int, month: str, as_of: str, work: Path) -> Comparison:
    """Measures one number of agents in a fresh home, which is removed afterwards."""
    home, database = work / f"home-{agents}", work / f"bare-{agents}.duckdb"
    shutil.rmtree(home, ignore_errors=True)
    at_home = ["--home", str(home), "--json"]
    simulate = ["simulate", *at_home, "--months", month, "--agents", str(agents), "--seed", str(SEED)]
    simulated = measure([str(CALLBOARD), *simulate])
    if simulated.exit_code != 0:
        raise SystemExit(f"callboard simulate ended with {simulated.exit_code}: nothing to measure")
    refresh = [str(CALLBOARD), "refresh", *at_home, "--month", month, "--as-of", as_of]
    refreshed = measure(refresh)
    again = measure(refresh)
    landing = home / "landing"
    arguments = ["--landing", str(landing), "--month", month, "--as-of", as_of, "--database", str(database)]
    bare = measure([sys.executable, str(BARE), *arguments])
    rows = simulated.said.get("rows")
    published = home / "published" / "callboard.duckdb"
    compared, differing = differences(published, database, month) if published.exists() else (0, [])
    mib = sum(file.stat().st_size for file in landing.rglob("*") if file.is_file()) / 2**20
    shutil.rmtree(home)
    database.unlink(missing_ok=True)
    return Comparison(
        agents,
        simulated,
        refreshed,
        again,
        bare,
        sum(rows.values()) if isinstance(rows, dict) else 0,
        mib,
        compared,
        differing,
    )


def differences(published: Path, bare: Path, month: str) -> tuple[int, list[str]]:
    """How many numbers of the bare script were found in the release, and the first that differ by more than 1e-9."""
    with duckdb.connect() as engine:
        engine.execute(f"attach '{published}' as release (read_only); attach '{bare}' as bare (read_only)")
        rows = engine.execute(
            """
            select kpi_id, scope, scope_id, release.numerator, bare.numerator, release.denominator, bare.denominator
            from release.marts.kpi_monthly as release
            full join bare.kpi_monthly as bare using (month, kpi_id, scope, scope_id)
            where month = ?::date and kpi_id in (select kpi_id from bare.kpi_monthly)
            order by all
            """,
            [f"{month}-01"],
        ).fetchall()
    differing = [
        f"{row[0]} {row[1]} {row[2]}: {row[3]}/{row[5]} published, {row[4]}/{row[6]} bare"
        for row in rows
        if not (_close(row[3], row[4]) and _close(row[5], row[6]))
    ]
    return len(rows), differing


def _close(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return False
    return abs(one - other) <= 1e-9 * max(1.0, abs(one), abs(other))


def page(comparisons: list[Comparison], month: str, as_of: str) -> str:
    """The measurements as markdown."""
    heads = [f"{each.agents:,} agents" for each in comparisons]
    lines = [
        f"Measured {datetime.now(UTC):%Y-%m-%d} with `benchmarks/run.py`: month {month}, as of {as_of}, csv, seed {SEED}.",
        "",
        *machine_facts(),
        "",
        f"| | {' | '.join(heads)} |",
        f"|---|{'---:|' * len(heads)}",
    ]
    lines += [f"| {name} | {' | '.join(cells)} |" for name, cells in _rows(comparisons)]
    lines += ["", *_remarks(comparisons)]
    return "\n".join(lines) + "\n"


def _rows(comparisons: list[Comparison]) -> list[tuple[str, list[str]]]:
    def cells(value: Callable[[Comparison], str]) -> list[str]:
        return [value(each) for each in comparisons]

    steps = list(dict.fromkeys(name for each in comparisons for name in each.refresh.steps))
    parts = list(dict.fromkeys(name for each in comparisons for name in each.bare.steps))
    return [
        ("source rows", cells(lambda each: f"{each.source_rows:,}")),
        ("landing, MiB", cells(lambda each: f"{each.landing_mib:,.0f}")),
        ("simulate, s", cells(lambda each: f"{each.simulate.seconds:.1f}")),
        ("**refresh, s**", cells(lambda each: f"**{each.refresh.seconds:.1f}**")),
        *((f"– {name}, s", cells(partial(_step, name))) for name in steps),
        (
            "– start-up and the rest, s",
            cells(lambda each: f"{each.refresh.seconds - sum(each.refresh.steps.values()):.1f}"),
        ),
        ("refresh, peak MiB", cells(lambda each: f"{each.refresh.peak_mib:,.0f}")),
        ("refresh with nothing new to do, s", cells(lambda each: f"{each.again.seconds:.1f}")),
        ("**bare script, s**", cells(lambda each: f"**{each.bare.seconds:.1f}**")),
        *((f"– {name}, s", cells(partial(_part, name))) for name in parts),
        ("bare script, peak MiB", cells(lambda each: f"{each.bare.peak_mib:,.0f}")),
        ("refresh / bare", cells(lambda each: f"{each.refresh.seconds / each.bare.seconds:.2f}")),
        (
            "(refresh - refresh of nothing) / bare",
            cells(lambda each: f"{(each.refresh.seconds - each.again.seconds) / each.bare.seconds:.2f}"),
        ),
        ("load and build / bare", cells(lambda each: f"{_core(each) / each.bare.seconds:.2f}")),
        ("numbers compared, differing", cells(lambda each: f"{each.compared:,}, {len(each.differing):,}")),
    ]


def _step(name: str, comparison: Comparison) -> str:
    return f"{comparison.refresh.steps.get(name, 0):.1f}"


def _part(name: str, comparison: Comparison) -> str:
    return f"{comparison.bare.steps.get(name, 0):.1f}"


def _core(comparison: Comparison) -> float:
    """The steps of a refresh whose work the bare script does too."""
    return sum(comparison.refresh.steps.get(name, 0.0) for name in ("load", "build"))


def _remarks(comparisons: list[Comparison]) -> list[str]:
    """What went wrong, if anything did."""
    remarks: list[str] = []
    for each in comparisons:
        if each.refresh.exit_code != 0:
            said = each.refresh.said.get("message", "")
            remarks.append(
                f"- {each.agents:,} agents: the refresh ended with {each.refresh.exit_code}. {said}"
            )
        if each.again.exit_code != 0:
            remarks.append(f"- {each.agents:,} agents: the second refresh ended with {each.again.exit_code}.")
        remarks += [f"- {each.agents:,} agents: {line}" for line in each.differing[:5]]
    return remarks


def machine_facts() -> list[str]:
    """The machine and the versions, as markdown list items."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        )
        if Path("/proc/cpuinfo").exists()
        else iter(()),
        platform.processor() or "unknown processor",
    )
    versions = ", ".join(f"{name} {_version(name)}" for name in LIBRARIES)
    return [
        f"- {len(os.sched_getaffinity(0))} cores ({model}), {memory:.0f} GiB of memory, {platform.system()}",
        f"- Python {platform.python_version()}, {versions}",
    ]


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "not installed"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--agents", type=int, action="append", help="may be repeated; 2000 where not given")
    parser.add_argument("--month", default="2026-08", help="YYYY-MM")
    parser.add_argument("--as-of", help="ISO 8601 in UTC; else the tenth of the month after")
    parser.add_argument("--work", type=Path, required=True, help="an empty directory on a local disk")
    parser.add_argument("--results", type=Path, help="where to write the page, as benchmarks/results.md")
    given = parser.parse_args()
    after = (date.fromisoformat(f"{given.month}-01") + timedelta(days=31)).replace(day=10)
    as_of = given.as_of or f"{after}T00:00:00Z"
    given.work.mkdir(parents=True, exist_ok=True)
    comparisons = [compare(agents, given.month, as_of, given.work) for agents in given.agents or [2000]]
    text = page(comparisons, given.month, as_of)
    print(text)
    if given.results:
        given.results.write_text(f"# Benchmark results\n\n{text}", encoding="utf-8")
    return 0 if all(each.is_good for each in comparisons) else 1


if __name__ == "__main__":
    sys.exit(main())
