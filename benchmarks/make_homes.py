"""Homes with published releases, made the same way by any checkout, for compare_releases.py.

    python benchmarks/make_homes.py --callboard BASE/.venv/bin/callboard --to /tmp/before
    python benchmarks/make_homes.py --callboard CHANGED/.venv/bin/callboard --to /tmp/after --like /tmp/before
    python benchmarks/compare_releases.py /tmp/before /tmp/after

Makes under --to, each a home that is refreshed with a fixed --as-of:

- `simulated`: 60 agents, seed 7, three months with flawed deliveries and local times; a second release after late
  corrections and a file delivered again (so that there are restatements and superseded deliveries), under a lower
  quarantine limit that refuses it until it is waived; report in Chinese.
- `autumn`, `spring`: the golden sets.
- `case_…`: small homes with vendor exports, mappings, workbooks and clock changes, each with a case.json.

--like takes the deliveries of `simulated` from there instead of simulating them, so that the simulator is no part of the
comparison. --only makes some of the homes. Golden sets and cases are those of the tests, or of --shared; what is not there
is left out. Exit code 1 where a refresh ended otherwise than expected.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SHARED = Path(__file__).resolve().parents[1] / "tests"
CASES = (
    "case_08_planned_break_in_the_skipped_hour",
    "case_15_xlsx_blank_rows_and_line_numbers",
    "case_24_rehired_under_the_same_number",
    "case_25_three_chats_at_once",
    "case_36_one_line_two_rows_one_refused",
)
PUBLISHED, REFUSED = 0, 3
CONFIGURATION = 'default_site = "SHA"\n[report]\npdf = false\nlang = "{lang}"\n'
#: Below the share of bad rows that the simulator delivers for some tables.
LOW_LIMIT = "[gate]\nmax_quarantined_share = 0.0051\n"


class UnexpectedEnd(Exception):
    """A command ended otherwise than the recipe of its home says."""


@dataclass(frozen=True)
class Maker:
    """One checkout's command, the directory the homes go to, and where their deliveries come from."""

    callboard: Path
    to: Path
    like: Path | None
    shared: Path

    def run(self, *arguments: object, expected: tuple[int, ...] = (PUBLISHED,)) -> dict[str, Any]:
        """Runs the command with --json; gives what it printed. Raises UnexpectedEnd."""
        words = [str(self.callboard), *map(str, arguments), "--json"]
        done = subprocess.run(words, capture_output=True, text=True, check=False, env=environment())
        if done.returncode not in expected:
            raise UnexpectedEnd(
                f"{' '.join(words)}\nended with {done.returncode}\n{done.stdout}{done.stderr}"
            )
        return json.loads(done.stdout)

    def simulated(self, home: Path) -> None:
        deliveries = self._simulated_deliveries()
        configure(home, "zh")
        shutil.copytree(deliveries / "first", home / "landing")
        self.run("refresh", "--home", home, "--as-of", "2026-10-05T02:00:00Z")
        # Only now: in a first refresh all rows are new ones, and which of two equal findings is printed is left open.
        configure(home, "zh", LOW_LIMIT)
        shutil.copytree(deliveries / "late", home / "landing", dirs_exist_ok=True)
        self._refused_then_waived(home, "2026-10-09T02:00:00Z")

    def _refused_then_waived(self, home: Path, as_of: str) -> None:
        outcome = self.run("refresh", "--home", home, "--as-of", as_of, expected=(PUBLISHED, REFUSED))
        failed = outcome["gate"]
        if not failed:
            return
        for verdict in failed:
            for month in [verdict["month"]] if verdict["month"] else outcome["months"]:
                where = ["--home", home, "--month", month, "--table", verdict["table_name"]]
                self.run(
                    "waive", verdict["expectation"], *where, "--by", "Li Wei", "--reason", "made-up rows"
                )
        self.run("refresh", "--home", home, "--as-of", as_of)

    def _simulated_deliveries(self) -> Path:
        """`first` and `late`: the files of landing as they come, those that correct others in `late`."""
        ours = self.to / "simulated.deliveries"
        shutil.rmtree(ours, ignore_errors=True)
        if self.like:
            shutil.copytree(self.like / "simulated.deliveries", ours)
            return ours
        scratch = self.to / "simulated.scratch"
        months = ["--months", "2026-07..2026-09", "--agents", "60", "--seed", "7", "--flaws"]
        self.run("simulate", "--home", scratch, *months)
        shutil.move(scratch / "landing", ours / "first")
        shutil.rmtree(scratch)
        for file in sorted((ours / "first").rglob("*_late.csv*")):
            late = ours / "late" / file.relative_to(ours / "first")
            late.parent.mkdir(parents=True, exist_ok=True)
            file.rename(late)
        # Delivered again under the same name, five complaints fewer: supersedes the first delivery.
        again = Path("crm", "complaints", "2026-08.csv")
        lines = (ours / "first" / again).read_text(encoding="utf-8").splitlines(keepends=True)
        (ours / "late" / again).write_text("".join(lines[:-5]), encoding="utf-8")
        return ours

    def golden(self, home: Path) -> None:
        months = ("2026-08", "2026-09") if home.name == "autumn" else ("2026-02", "2026-03")
        as_of = "2026-10-20T00:00:00Z" if home.name == "autumn" else "2026-03-18T12:00:00Z"
        configure(home, "en")
        copy_plain(self.shared / "golden" / home.name / "landing", home / "landing")
        self._refresh(home, as_of, months)

    def case(self, home: Path) -> None:
        case = self.shared / "field" / home.name
        copy_plain(case / "home", home)
        about = json.loads((case / "case.json").read_text(encoding="utf-8"))
        self._refresh(home, about["as_of"], about["months"], expected=(PUBLISHED, REFUSED))

    def _refresh(
        self, home: Path, as_of: str, months: list[str] | tuple[str, ...], **options: tuple[int, ...]
    ) -> None:
        named = [word for month in months for word in ("--month", month)]
        self.run("refresh", "--home", home, "--as-of", as_of, *named, **options)


def environment() -> dict[str, str]:
    """The caller's, without what would point Callboard elsewhere or keep Python from reusing its bytecode."""
    kept = {k: v for k, v in os.environ.items() if k not in ("CALLBOARD_HOME", "PYTHONDONTWRITEBYTECODE")}
    return kept | {
        "DAGSTER_DISABLE_TELEMETRY": "yes",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }


def configure(home: Path, lang: str, more: str = "") -> None:
    """Makes the home with its callboard.toml. No PDF: it depends on the machine's browser and costs its time."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "callboard.toml").write_text(CONFIGURATION.format(lang=lang) + more, encoding="utf-8")


def copy_plain(source: Path, target: Path) -> None:
    """Copies a tree that may be read-only into one that is not."""
    shutil.copytree(source, target, copy_function=shutil.copyfile)
    for directory in [target, *(path for path in target.rglob("*") if path.is_dir())]:
        directory.chmod(0o755)


def recipes(maker: Maker) -> dict[str, Callable[[Path], None]]:
    """Name of a home → what makes it, of those whose deliveries are there."""
    golden = {
        name: maker.golden for name in ("autumn", "spring") if (maker.shared / "golden" / name).is_dir()
    }
    cases = {name: maker.case for name in CASES if (maker.shared / "field" / name).is_dir()}
    return {"simulated": maker.simulated, **golden, **cases}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--callboard", type=Path, required=True, help="a checkout's .venv/bin/callboard")
    parser.add_argument(
        "--to", type=Path, required=True, help="directory for the homes; existing ones are replaced"
    )
    parser.add_argument(
        "--like", type=Path, help="a directory made before, whose simulated deliveries are taken"
    )
    parser.add_argument("--shared", type=Path, default=SHARED, help="where golden/ and field/ lie")
    parser.add_argument("--only", action="append", help="name of a home; may be repeated")
    given = parser.parse_args()
    maker = Maker(
        given.callboard.absolute(), given.to.absolute(), given.like and given.like.absolute(), given.shared
    )
    maker.to.mkdir(parents=True, exist_ok=True)
    known, failed = recipes(maker), 0
    for name in given.only or known:
        if name not in known:
            parser.error(f"no home {name!r}; known are: {', '.join(known)}")
        shutil.rmtree(maker.to / name, ignore_errors=True)
        try:
            known[name](maker.to / name)
            print(f"made {maker.to / name}", flush=True)
        except UnexpectedEnd as error:
            failed += 1
            print(f"FAILED {name}: {error}", file=sys.stderr, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
