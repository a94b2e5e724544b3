"""CPU seconds of the same commands in two checkouts, measured in turn.

    python benchmarks/compare_cpu.py BASE CHANGED --rounds 5

In each round, and in an order that changes with it, either checkout refreshes a fresh home of the golden set autumn,
refreshes it again with nothing new, prints its status, and parses the dbt project from nothing. One round before the
first is not counted: it fills each checkout's cache of parses and compiles bytecode. Prints markdown: user and system
seconds, those of child processes included, as median and minimum, and CHANGED / BASE of both. CPU seconds are steadier
than wall time on a busy machine, not steady: compare BASE with itself to see how far. Exit code 1 where a command fails.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from make_homes import SHARED, configure, copy_plain, environment
from run import machine_facts, measure

AUTUMN = ("--month", "2026-08", "--month", "2026-09", "--as-of", "2026-10-20T00:00:00Z")
#: {home} and {project} stand for the home and the checkout's dbt project.
AT_HOME = ("--home", "{home}", "--json")
PROJECT = ("--project-dir", "{project}", "--profiles-dir", "{project}")
SCRATCH = ("--target-path", "{home}/parse", "--log-path", "{home}/parse")
COMMANDS = {
    "refresh": ("callboard", "refresh", *AUTUMN, *AT_HOME),
    "refresh with nothing new": ("callboard", "refresh", *AUTUMN, *AT_HOME),
    "status": ("callboard", "status", *AT_HOME),
    "dbt parse": ("dbt", "--quiet", "parse", "--no-partial-parse", *PROJECT, *SCRATCH),
}
#: CPU seconds by (command, place of the checkout).
Seconds = dict[tuple[str, int], list[float]]


def one_round(checkout: Path, place: int, landing: Path, work: Path, seconds: Seconds) -> None:
    """Runs the commands in a fresh home, which is removed, and adds what each took. Raises SystemExit."""
    home = work / f"home-{place}"
    configure(home, "en")
    copy_plain(landing, home / "landing")
    own = {"CALLBOARD_CACHE": f"cache-{place}", "CALLBOARD_WAREHOUSE": "parse.duckdb"}
    env = environment() | {name: str(work / path) for name, path in own.items()}
    places = {"home": home, "project": checkout / "dbt_project"}
    for name, (program, *words) in COMMANDS.items():
        command = [str(checkout / ".venv" / "bin" / program), *(word.format(**places) for word in words)]
        measured = measure(command, env)
        if measured.exit_code != 0:
            raise SystemExit(f"{' '.join(command)} ended with {measured.exit_code}: nothing to compare")
        seconds.setdefault((name, place), []).append(measured.cpu_seconds)
    shutil.rmtree(home)


def page(seconds: Seconds, rounds: int) -> str:
    """The measurements as markdown."""
    lines = [
        f"CPU seconds (user and system), median and minimum of {rounds} rounds in turn.",
        "",
        *machine_facts(),
        "",
        "| command | base | changed | changed / base, medians | changed / base, minima |",
        "|---|---:|---:|---:|---:|",
    ]
    for name in COMMANDS:
        base, changed = seconds[name, 0], seconds[name, 1]
        medians = statistics.median(base), statistics.median(changed)
        cells = [
            f"{median:.2f} ({min(each):.2f})" for median, each in zip(medians, (base, changed), strict=True)
        ]
        ratios = f"{medians[1] / medians[0]:.3f} | {min(changed) / min(base):.3f}"
        lines.append(f"| {name} | {' | '.join(cells)} | {ratios} |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("base", type=Path, help="a checkout after make setup")
    parser.add_argument("changed", type=Path, help="another one, or the same")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--landing", type=Path, default=SHARED / "golden" / "autumn" / "landing")
    given = parser.parse_args()
    checkouts = [(0, given.base.absolute()), (1, given.changed.absolute())]
    seconds: Seconds = {}
    with tempfile.TemporaryDirectory(prefix="callboard-cpu-") as work:
        for turn in range(given.rounds + 1):
            if turn == 1:
                seconds = {}
            for place, checkout in checkouts if turn % 2 else checkouts[::-1]:
                one_round(checkout, place, given.landing, Path(work), seconds)
                print(f"round {turn}, {checkout}: {seconds['refresh', place][-1]:.2f} s", file=sys.stderr)
    print(page(seconds, given.rounds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
