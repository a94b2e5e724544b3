"""Field cases: small homes with one awkward delivery each, refreshed and held against the right numbers.

    python field.py CASES CALLBOARD [--only WORD ...] [--keep FOLDER]

CASES is a folder of cases, CALLBOARD the command (its virtual environment needs duckdb, which Callboard brings along).
Every case is refreshed in a scratch copy; one line a case and a tally are printed; exit 1 if any fails.

A case is a folder with

    case.json                 months, as_of, expect, and perhaps says, warns, never, keys
    home/                     what `callboard refresh --home` gets
    expected.csv              month,kpi_id,scope,scope_id,numerator,denominator,value; value NO ROW: must not be there
    expected_quarantine.csv   table,file,line and perhaps column: exactly these rows are refused (optional)
    README.md                 what is in the files, what is right, and why

    expect   "published": published, and every row of expected.csv as it stands there
             "refused":   nothing published
             "either":    published with the right numbers, or nothing published
    says     regular expressions, each of which must be found in what refresh and status print (with expect "either":
             only where nothing is published)
    warns    regular expressions, each of which must be found in any case, in what is printed or in a refused row's reason
    keys     names of keys in the mappings that stand for whatever Callboard calls them (for people; not looked at)
    never    rows like those of expected.csv, as lists [month, kpi_id, scope, scope_id]: must not be there
"""

import argparse
import csv
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PATIENCE = 1200
NEAR = 1e-6


def with_duckdb(callboard: Path) -> None:
    """This script again under the interpreter beside the command, where this one has no duckdb."""
    try:
        import duckdb  # noqa: F401
    except ImportError:
        python = callboard.parent / "python"
        if os.environ.get("FIELD_AGAIN") or not python.exists():
            sys.exit(f"no duckdb here, and no interpreter beside {callboard}")
        os.execve(python, [str(python), *sys.argv], os.environ | {"FIELD_AGAIN": "1"})


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def published(home: Path) -> tuple[dict[tuple[str, ...], tuple[float, float]], list[dict[str, str]]] | None:
    """The numbers and the refused rows of the newest release; None where there is none."""
    import duckdb

    file = home / "published" / "callboard.duckdb"
    if not file.exists():
        return None
    with duckdb.connect(str(file), read_only=True) as con:
        rows = con.execute(
            "select cast(month as date), kpi_id, scope, scope_id, numerator, denominator from marts.kpi_monthly"
        ).fetchall()
        refused = con.execute(
            "select table_name, file, line, column_name, reason from audit.quarantined_row order by all"
        ).fetchall()
    numbers = {(str(r[0]), r[1], r[2], r[3]): (float(r[4]), float(r[5])) for r in rows}
    keys = ("table", "file", "line", "column", "reason")
    return numbers, [
        dict(zip(keys, ("" if v is None else str(v) for v in row), strict=True)) for row in refused
    ]


def wrong_numbers(case: Path, numbers: dict[tuple[str, ...], tuple[float, float]]) -> list[str]:
    found = []
    for row in read_csv(case / "expected.csv"):
        key = (row["month"], row["kpi_id"], row["scope"], row["scope_id"])
        name, got = " ".join(key), numbers.get(key)
        if row["value"] == "NO ROW":
            if got:
                found.append(f"{name}: expected no row, got {got[0]:g}/{got[1]:g}")
            continue
        right = float(row["numerator"]), float(row["denominator"])
        if got is None:
            found.append(f"{name}: expected {right[0]:g}/{right[1]:g}, got no row")
        elif abs(got[0] - right[0]) > NEAR or abs(got[1] - right[1]) > NEAR:
            found.append(f"{name}: expected {right[0]:g}/{right[1]:g}, got {got[0]:g}/{got[1]:g}")
    return found


def wrong_quarantine(case: Path, refused: list[dict[str, str]]) -> list[str]:
    path = case / "expected_quarantine.csv"
    if not path.exists():
        return []
    expected = read_csv(path)
    keys = [key for key in ("table", "file", "line", "column") if expected and key in expected[0]]

    def shown(row: dict[str, str]) -> tuple[str, ...]:
        return tuple(row[key].rpartition("/")[2] if key == "file" else row[key] for key in keys)

    keys = keys or ["table", "file", "line"]
    want, got = sorted(map(shown, expected)), sorted(map(shown, refused))
    found = [f"not refused: {' '.join(row)}" for row in want if row not in got]
    found += [f"refused: {' '.join(row)}" for row in got if row not in want]
    if not found and len(want) != len(got):
        found.append(f"refused {len(got)} rows, expected {len(want)}")
    return found


def _unsaid(wanted: list[str], words: str) -> list[str]:
    return [f"does not say /{said}/" for said in wanted if not re.search(said, words, re.IGNORECASE)]


def run(case: Path, callboard: Path, scratch: Path) -> list[str]:
    """What is wrong with one case; nothing where it passes."""
    told = json.loads((case / "case.json").read_text(encoding="utf-8"))
    home = scratch / "home"
    shutil.copytree(case / "home", home)
    command = [str(callboard), "refresh", "--home", str(home)]
    command += [part for month in told["months"] for part in ("--month", month)]
    command += ["--as-of", told["as_of"]] if told.get("as_of") else []
    try:
        done = subprocess.run(command, capture_output=True, text=True, cwd=scratch, timeout=PATIENCE)
        status = subprocess.run(
            [str(callboard), "status", "--home", str(home)],
            capture_output=True,
            text=True,
            cwd=scratch,
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired:
        return [f"not done in {PATIENCE} s"]
    words = re.sub(
        r"\s+", " ", re.sub(r"[│╭╮╰╯─]", " ", done.stdout + done.stderr + status.stdout + status.stderr)
    )
    (scratch / "words.txt").write_text(
        done.stdout + done.stderr + status.stdout + status.stderr, encoding="utf-8"
    )
    if "Traceback (most recent call last)" in words:
        return ["it ends with a traceback"]
    release, expect = published(home), told["expect"]
    if expect == "refused" and release:
        return ["published, where it should be refused"]
    if expect == "published" and not release:
        return [f"not published (exit {done.returncode}): {words.strip()[:300]}"]
    unsaid = _unsaid(told.get("says", []), words)
    if release is None:
        return unsaid + _unsaid(told.get("warns", []), words)
    numbers, refused = release
    found = [] if expect == "either" else unsaid
    found += _unsaid(told.get("warns", []), " ".join([words, *(row["reason"] for row in refused)]))
    found += wrong_numbers(case, numbers) + wrong_quarantine(case, refused)
    found += [
        f"{' '.join(key)}: should not be there" for key in told.get("never", []) if tuple(key) in numbers
    ]
    return found


def main() -> int:
    parser = argparse.ArgumentParser(
        description="Refresh field cases and hold them against the right numbers."
    )
    parser.add_argument("cases", type=Path)
    parser.add_argument("callboard", type=Path)
    parser.add_argument("--only", nargs="*", default=[], help="parts of the names of the cases to run")
    parser.add_argument("--keep", type=Path, help="keep the scratch copies here")
    told = parser.parse_args()
    with_duckdb(told.callboard.absolute())
    cases = sorted(path.parent for path in told.cases.glob("*/case.json"))
    cases = [case for case in cases if not told.only or any(word in case.name for word in told.only)]
    if not cases:
        sys.exit(f"no cases in {told.cases}")
    failed = 0
    for case in cases:
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="field-") as temporary:
            scratch = Path(temporary)
            if told.keep:
                scratch = told.keep.absolute() / case.name
                shutil.rmtree(scratch, ignore_errors=True)
                scratch.mkdir(parents=True)
            wrong = run(case, told.callboard.absolute(), scratch)
        failed += bool(wrong)
        print(f"{'FAIL' if wrong else 'PASS'} {case.name} ({time.monotonic() - started:.0f} s)", flush=True)
        for what in wrong:
            print(f"     {what}", flush=True)
    print(f"{len(cases) - failed} of {len(cases)} pass")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
