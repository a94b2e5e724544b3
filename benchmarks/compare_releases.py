"""Whether two releases are the same: every table, column, row, comment, manifest key and report file.

    python benchmarks/compare_releases.py ONE OTHER [--allow PATTERN ...]

ONE and OTHER are two releases, two homes (their releases are paired in order), or two directories of homes as
make_homes.py makes them. Rows are compared as bags, values bit for bit. Prints one line per table (equal, allowed or
different) and up to five examples for each that differs. Exit code 1 where anything differs that no --allow names.

Ids drawn anew by every run are compared by what they mean: a release id as its place in the history, a delivery id as
table, file and content. IGNORED lists what has to differ between two runs or two checkouts.

--allow takes names as they are printed, * allowed: marts.dim_kpi.definition (a column, or one that only one side has),
marts.dim_kpi (its rows), comments.marts.dim_kpi.definition, manifest.waivers, manifest.gate_results.observed,
files.report.html. The rest of an allowed
column's table is still compared. Names that allow nothing are reported: a list of differences should not outlive them.
"""

import argparse
import json
import re
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from compare_tables import (
    DELIVERY_IDS,
    IGNORED,
    RELEASE_IDS,
    SIDES,
    Report,
    attach,
    compare_comments,
    compare_tables,
    known_ids,
)

_RELEASE_ID = r"\d{8}T\d{6}Z-[0-9a-f]{8}"


@dataclass(frozen=True)
class Side:
    """One of the two releases, attached under its name."""

    name: str
    path: Path
    manifest: dict[str, Any]


def compare(one: Path, other: Path, report: Report) -> None:
    """Compares two directories of homes, homes or releases."""
    if (one / "callboard.duckdb").is_file():
        compare_releases(one, other, report)
    elif (one / "callboard.toml").is_file() or (one / "published").is_dir():
        pair(releases(one), releases(other), f"releases of {one.name}", report)
    else:
        homes = [{path.parent.name for path in side.glob("*/callboard.toml")} for side in (one, other)]
        for name in sorted(homes[0] ^ homes[1]):
            report.differs(f"homes.{name}", f"only in {SIDES[name in homes[1]]}")
        for name in sorted(homes[0] & homes[1]):
            compare(one / name, other / name, report)


def releases(home: Path) -> list[Path]:
    """The releases of a home that are whole, in order of publication."""
    return sorted(path.parent for path in home.glob("published/releases/*Z-*/manifest.json"))


def pair(ones: Sequence[Path], others: Sequence[Path], what: str, report: Report) -> None:
    if len(ones) != len(others):
        report.differs(what, f"{len(ones)} and {len(others)}")
    else:
        report.equal(what, str(len(ones)))
    for one, other in zip(ones, others, strict=False):
        compare_releases(one, other, report)


def compare_releases(one: Path, other: Path, report: Report) -> None:
    """Compares two releases."""
    report.releases += 1
    print(f"\n{one}\n{other}")
    sides = [
        Side(name, path, json.loads((path / "manifest.json").read_text(encoding="utf-8")))
        for name, path in zip(SIDES, (one, other), strict=True)
    ]
    with duckdb.connect() as engine:
        for side in sides:
            attach(engine, side.name, side.path)
        compare_tables(engine, report)
        compare_comments(engine, report)
        ids = [known_ids(engine, side.name) for side in sides]
    _compare_manifests(sides, ids, report)
    _compare_files(sides, report)


def _compare_manifests(sides: Sequence[Side], ids: Sequence[dict[str, Any]], report: Report) -> None:
    """The manifest key by key; of a list of records the records as a bag."""
    one, other = (
        {key: _meaning(value, f"manifest.{key}", known, report) for key, value in side.manifest.items()}
        for side, known in zip(sides, ids, strict=True)
    )
    for key in sorted({*one, *other}):
        bags = [Counter(_records(manifest.get(key, "(no such key)"))) for manifest in (one, other)]
        if bags[0] == bags[1]:
            report.equal(f"manifest.{key}", f"{bags[0].total()} records")
        else:
            left = [sorted((a - b).elements()) for a, b in (bags, bags[::-1])]
            lines = [
                f"{side}: {record}"
                for side, records in zip(SIDES, left, strict=True)
                for record in records[:3]
            ]
            report.differs(f"manifest.{key}", f"{len(left[0])} and {len(left[1])} records", lines)


def _records(value: object) -> list[str]:
    return [
        json.dumps(each, sort_keys=True, ensure_ascii=False)
        for each in (value if isinstance(value, list) else [value])
    ]


def _meaning(value: Any, name: str, ids: dict[str, Any], report: Report) -> Any:
    """A value of the manifest, its ids by what they mean; records without what is ignored or allowed."""
    if name in IGNORED:
        return "(ignored)"
    if isinstance(value, dict):
        named = {key: f"{name}.{key}" for key in value}
        kept = [key for key in value if named[key] not in IGNORED and not report.allows(named[key])]
        return {key: _meaning(value[key], named[key], ids, report) for key in kept}
    if isinstance(value, list):
        return [_meaning(each, name, ids, report) for each in value]
    last = name.rpartition(".")[2]
    kind = "release" if last in RELEASE_IDS else "delivery" if last in DELIVERY_IDS else ""
    return ids[kind].get(value, value) if kind else value


def _compare_files(sides: Sequence[Side], report: Report) -> None:
    """The files of the report by their text; which files there are is in the manifest's parts."""
    for file in ("report.html", "report.xlsx"):
        paths = [side.path / file for side in sides]
        if not all(path.exists() for path in paths):
            continue
        one, other = (Counter(_texts(path, side)) for path, side in zip(paths, sides, strict=True))
        if one == other:
            report.equal(f"files.{file}", f"{one.total():,} pieces of text")
        else:
            gone, come = sorted((one - other).elements()), sorted((other - one).elements())
            lines = [f"one: {text[:200]}" for text in gone[:2]] + [
                f"other: {text[:200]}" for text in come[:2]
            ]
            report.differs(f"files.{file}", f"{len(gone):,} and {len(come):,} pieces of text", lines)


def _texts(file: Path, side: Side) -> Iterator[str]:
    """The file cut at its tags, without release ids, code version and time of publication."""
    time = side.manifest["published_at"][11:16]
    code = re.escape(side.manifest["code_version"])
    own = re.compile(rf"{_RELEASE_ID}|{code}|\d[\w\s]*{time} UTC")
    if file.suffix == ".xlsx":
        with zipfile.ZipFile(file) as book:
            whole = "\n".join(
                book.read(name).decode("utf-8", "replace")
                for name in sorted(book.namelist())
                if name != "docProps/core.xml"
            )
    else:
        whole = file.read_text(encoding="utf-8")
    yield from (own.sub("(own)", text) for text in re.split(r"\n|(?<=>)", whole) if text.strip())


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("one", type=Path, help="a release, a home, or a directory of homes")
    parser.add_argument("other", type=Path, help="the same of the other run")
    parser.add_argument(
        "--allow", action="append", default=[], help="a name that may differ; may be repeated"
    )
    parser.add_argument("--examples", type=int, default=5, help="how many to print for each difference")
    parser.add_argument("--brief", action="store_true", help="print only what differs")
    given = parser.parse_args()
    for path in (given.one, given.other):
        if not path.is_dir():
            parser.error(f"expected a directory, found none: {path}")
    report = Report(given.allow, given.examples, given.brief)
    compare(given.one.resolve(), given.other.resolve(), report)
    for pattern in sorted(set(given.allow) - report.used):
        print(f"note       --allow {pattern} named nothing that differs")
    verdict = f"{report.different} differences that nothing allows." if report.different else "The same."
    print(f"\n{report.releases} releases, {report.tables} tables, {report.rows:,} rows compared. {verdict}")
    return 1 if report.different or not report.releases else 0


if __name__ == "__main__":
    sys.exit(main())
