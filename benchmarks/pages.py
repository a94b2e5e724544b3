"""How long readers wait: the report pack of a published home, and every kind of page of `callboard serve` on it.

    python benchmarks/pages.py --home /tmp/home --results benchmarks/pages.md

The home has a published release; README.md says how to make one of any size. Its release is read, never changed. Each page is asked for as the first one of a server of its own, from the moment that server says it is ready,
then again and again; and once as the first one after a switch to another release, in a home of links made beside it.
Seconds are wall time. Exit code 1 where the pack, or any visit of a page, takes longer than its limit.
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from run import machine_facts

ROOT = Path(__file__).resolve().parents[1]
# The code that stands beside this script, wherever the environment's own was installed from.
CALLBOARD = [sys.executable, "-m", "orchestration.cli"]

PACK_SECONDS = 20.0
PAGE_SECONDS = 0.3
#: How long a server is left alone after a switch, in which it may look at the new release.
SETTLING = 3.0
PAGE_ROWS = 50
KPI = "average_handle_time"
_ASK = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass
class Page:
    """One kind of page: seconds of its first visits after a start, after a switch, and of those that came later; and what
    of these seconds its server was on a processor for."""

    name: str
    path: str
    first: list[float] = field(default_factory=list[float])
    switched: list[float] = field(default_factory=list[float])
    again: list[float] = field(default_factory=list[float])
    first_work: list[float] = field(default_factory=list[float])
    again_work: list[float] = field(default_factory=list[float])

    @property
    def worst(self) -> float:
        return max(self.first + self.switched + self.again)


def pages_of(database: Path) -> list[Page]:
    """Every kind of page on this release: each scope by the one of its ids that has most to count."""
    with duckdb.connect(str(database), read_only=True) as release:

        def rows(sql: str) -> list[tuple[str, ...]]:
            return release.execute(sql).fetchall()

        # The newest that is whole: of the one after, only what was delivered early may be there.
        month, oldest = rows(
            "select strftime(arg_max(month, numbers), '%Y-%m'), strftime(min(month), '%Y-%m') from "
            "(select month, count(*) as numbers from marts.kpi_monthly group by month)"
        )[0]
        mine = f"month = date '{month}-01' and kpi_id = '{KPI}'"
        ids = rows(
            f"select scope, arg_max(scope_id, denominator), count(*) from marts.kpi_monthly where {mine} group by scope"
        )
        days = rows(
            f"select count(*) from marts.fct_agent_day where date_trunc('month', business_date) = date '{month}-01'"
        )[0][0]
        tables = rows(
            "select table_name from audit.quarantined_row group by 1 order by count(*) desc, 1 limit 1"
        )
    people = next(count for scope, _, count in ids if scope == "employee")
    scopes = {scope: "" if scope == "centre" else f"&scope={scope}&id={key}" for scope, key, _ in ids}
    here = f"/kpi/{KPI}?month={month}"
    listed = [
        *((f"overview, {scope}", f"/?month={month}{at}") for scope, at in scopes.items()),
        ("overview, centre, Chinese", f"/?month={month}&lang=zh"),
        ("overview, centre, oldest month", f"/?month={oldest}"),
        ("teams to choose from", f"/?month={month}&scope=team"),
        ("employees to choose from", f"/?month={month}&scope=employee"),
        *((f"KPI, {scope}", here + at) for scope, at in scopes.items()),
        ("KPI, centre, Chinese", f"{here}&lang=zh"),
        ("KPI, centre, oldest month", f"/kpi/{KPI}?month={oldest}"),
        ("KPI, centre, last employees", f"{here}&by=employee&parts_page={_last_page(people)}"),
        ("KPI, centre, last agent-days", f"{here}&days_page={_last_page(days)}"),
        ("KPI of states and schedules, centre", f"/kpi/shrinkage_rate?month={month}"),
        ("KPI made of KPIs, centre", f"/kpi/operations_kpi_score?month={month}"),
        ("quarantine", "/quarantine"),
        *((f"quarantine, {table}", f"/quarantine?table={table}") for (table,) in tables),
        ("gate, what did not pass", "/gate"),
        ("gate, all of a month", f"/gate?state=all&month={month}"),
        ("releases", "/releases"),
    ]
    return [Page(name, path) for name, path in listed]


def _last_page(rows: object) -> int:
    return -(-int(str(rows)) // PAGE_ROWS)


@contextmanager
def server(home: Path) -> Generator[tuple[str, float, int]]:
    """A server of its own on a free port: its address, the seconds until it said that it is ready, its process id."""
    started = time.perf_counter()
    command = [*CALLBOARD, "serve", "--home", str(home), "--port", "0", "--json"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        output = ""
        for line in process.stdout or ():
            output += line
            if line == "}\n":
                break
        url = str(json.loads(output)["url"]).rstrip("/")
        # It waits in the socket's queue until the server takes it.
        seconds(url + "/healthz")
        yield url, time.perf_counter() - started, process.pid
    finally:
        process.terminate()
        process.wait()


def seconds(url: str) -> float:
    """How long until the page was here, whole. Raises where it is not."""
    started = time.perf_counter()
    with _ASK.open(url, timeout=60) as answer:
        answer.read()
    return time.perf_counter() - started


def time_pages(home: Path, pages: list[Page], starts: int, visits: int) -> list[float]:
    """Fill in first and later visits of each page, from servers of their own; gives the seconds they took to start."""
    ready: list[float] = []
    for page in pages:
        for _ in range(starts):
            with server(home) as (url, took, process):
                ready.append(took)
                worked = [_work(process)]
                page.first.append(seconds(url + page.path))
                worked.append(_work(process))
                page.again += [seconds(url + page.path) for _ in range(visits)]
                worked.append(_work(process))
            page.first_work.append(worked[1] - worked[0])
            page.again_work.append((worked[2] - worked[1]) / visits)
    return ready


def _work(process: int) -> float:
    """The seconds that a process was on a processor, in hundredths."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Switching:
    """A home beside the real one, in which its release is published again and again under ever newer ids."""

    def __init__(self, release: Path, work: Path) -> None:
        self.home = work / "switching"
        self._release = release
        self._published = self.home / "published"
        (self._published / "releases").mkdir(parents=True)
        self._newest = self._copy(release.name)
        self._link(self._newest)

    def switch(self) -> None:
        """Publish the release under a newer id, and remove the one that was published."""
        older, self._newest = self._newest, self._copy(_newer_than(self._newest.name))
        self._link(self._newest)
        shutil.rmtree(older)

    def change(self) -> str:
        """Publish a newer release in which every number of its fullest month differs; gives the page of what changed."""
        older, self._newest = self._newest, self._copy(_newer_than(self._newest.name))
        database = self._newest / "callboard.duckdb"
        database.unlink()
        shutil.copyfile(self._release / "callboard.duckdb", database)
        with duckdb.connect(str(database)) as release:
            month = release.execute(
                "select month from marts.kpi_monthly group by month order by count(*) desc limit 1"
            ).fetchall()[0][0]
            release.execute("update marts.kpi_monthly set value = value + 1 where month = ?", [month])
            for name in (older.name, self._newest.name):
                release.execute(
                    "insert into audit.release by name select * replace (? as release_id) from audit.release "
                    "where release_id = ? and not exists (from audit.release where release_id = ?)",
                    [name, self._release.name, name],
                )
        self._link(self._newest)
        return f"/changes?before={older.name}&after={self._newest.name}&month={month:%Y-%m}"

    def _copy(self, name: str) -> Path:
        to = self._published / "releases" / name
        # Hard links: the files are only read.
        shutil.copytree(self._release, to, copy_function=os.link)
        return to

    def _link(self, release: Path) -> None:
        new = self._published / "next"
        new.symlink_to(Path("releases") / release.name / "callboard.duckdb")
        new.replace(self._published / "callboard.duckdb")


def _newer_than(release_id: str) -> str:
    number = int(release_id[:8]) + 1 if release_id.startswith("3") else 30_000_000
    return f"{number}T000000Z-00000000"


def time_switches(switching: Switching, pages: list[Page]) -> None:
    """Fill in the first visit of each page after a switch."""
    with server(switching.home) as (url, _, _):
        for page in pages:
            switching.switch()
            time.sleep(SETTLING)
            page.switched.append(seconds(url + page.path))


@dataclass(frozen=True)
class Pack:
    """The report pack: seconds of each run, the mean of what a run was on the processors for (what the browser's own
    processes were is not known), its files and their MiB."""

    seconds: list[float]
    work: float
    files: list[str]
    mib: float


def time_pack(home: Path, work: Path, runs: int) -> Pack:
    """`callboard report`, start-up and all; with its PDF where the machine has a browser, as a release has it."""
    took: list[float] = []
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(runs):
        started = time.perf_counter()
        options = ["--home", str(home), "--to", str(work / "pack"), "--json"]
        subprocess.run([*CALLBOARD, "report", *options], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        took.append(time.perf_counter() - started)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    worked = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    files = sorted((work / "pack").iterdir())
    return Pack(
        took, worked / runs, [file.name for file in files], sum(file.stat().st_size for file in files) / 2**20
    )


def described(database: Path) -> str:
    """What the release holds, in a line."""
    with duckdb.connect(str(database), read_only=True) as release:
        found = release.execute(
            """
            select
                (select count(distinct month) from marts.kpi_monthly),
                (select count(distinct scope_id) from marts.kpi_monthly where scope = 'employee'),
                (select count(*) from marts.kpi_monthly),
                (select count(*) from marts.fct_agent_day),
                (select count(*) from audit.quarantined_row)
            """
        ).fetchone()
    assert found is not None
    names = ("month(s)", "employees with numbers", "numbers", "agent-days", "rows in quarantine")
    counts = ", ".join(f"{count:,} {name}" for count, name in zip(found, names, strict=True))
    return f"- {counts}; the file has {database.stat().st_size / 2**20:,.0f} MiB"


def summary(pages: list[Page], ready: list[float], pack: Pack, database: Path, loads: list[float]) -> str:
    """The measurements as markdown."""

    def ms(values: list[float]) -> str:
        return f"{max(values) * 1000:,.0f}" if values else ""

    starts, visits = len(pages[0].first), len(pages[0].again)
    lines = [
        f"Measured {datetime.now(UTC):%Y-%m-%d} with `benchmarks/pages.py`.",
        "",
        *machine_facts(),
        f"- processes that wanted a processor, the mean of a minute: {min(loads):.1f} to {max(loads):.1f}, our own included",
        described(database),
        f"- report pack ({', '.join(pack.files)}), start-up and all: {', '.join(f'{took:.1f}' for took in pack.seconds)} s, of which "
        f"{pack.work:.1f} s on a processor; {pack.mib:.1f} MiB; limit {PACK_SECONDS:.0f} s",
        f"- `callboard serve` ready after {statistics.median(ready):.1f} s in the median and {max(ready):.1f} s at most of "
        f"{len(ready)} starts",
        "",
        f"Milliseconds until a page was there, limit {PAGE_SECONDS * 1000:.0f}: the worst of {starts} first visits, each of "
        f"a server just ready; the first {SETTLING:.0f} s after a switch; median and worst of {visits} later visits. Beside "
        "them what the server was on a processor for: at most for a first visit, in the mean for a later one.",
        "",
        "| page | first | work | after a switch | later, median | worst | work |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {page.name} | {ms(page.first)} | {ms(page.first_work)} | {ms(page.switched)} | "
        f"{ms([statistics.median(page.again)])} | {ms(page.again)} | {ms([statistics.mean(page.again_work)])} |"
        for page in pages
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--home", type=Path, required=True, help="a home with a published release")
    parser.add_argument("--starts", type=int, default=2, help="servers started for each page")
    parser.add_argument("--visits", type=int, default=10, help="later visits of each page and server")
    parser.add_argument("--packs", type=int, default=2, help="report packs written")
    parser.add_argument("--results", type=Path, help="where to write the page, as benchmarks/pages.md")
    given = parser.parse_args()
    given.home = given.home.resolve()
    database = (given.home / "published" / "callboard.duckdb").resolve()
    pages = pages_of(database)
    # Beside the home, for a release is published again as hard links to its files.
    with tempfile.TemporaryDirectory(prefix="callboard-pages-", dir=given.home.parent) as work:
        loads = [os.getloadavg()[0]]
        pack = time_pack(given.home, Path(work), given.packs)
        loads.append(os.getloadavg()[0])
        ready = time_pages(given.home, pages, given.starts, given.visits)
        switching = Switching(database.parent, Path(work))
        time_switches(switching, pages)
        changes = Page("changes, every number of a month", switching.change())
        ready += time_pages(switching.home, [changes], given.starts, given.visits)
        pages.append(changes)
        loads.append(os.getloadavg()[0])
    text = summary(pages, ready, pack, database, loads)
    print(text)
    if given.results:
        given.results.write_text(f"# What readers wait for\n\n{text}", encoding="utf-8")
    is_good = max(pack.seconds) <= PACK_SECONDS and all(page.worst <= PAGE_SECONDS for page in pages)
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
