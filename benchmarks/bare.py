"""Runs bare.sql on a landing directory and prints its seconds as JSON: {"steps": [{"name", "seconds"}], "seconds"}.

python benchmarks/bare.py --landing HOME/landing --month 2026-08 --as-of 2026-09-10T00:00:00Z --database /tmp/bare.duckdb
"""

import argparse
import json
import time
from pathlib import Path

import duckdb

SCRIPT = Path(__file__).with_name("bare.sql")
#: Parts of the script, each with the opening words of its last statement.
PARTS = (
    ("load", "delete from schedules"),
    ("split days", "create table plan_pieces"),
    ("facts", "create table staffing"),
    ("KPIs", "create table kpi_monthly"),
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--landing", type=Path, required=True)
    parser.add_argument("--month", required=True, help="YYYY-MM")
    parser.add_argument("--as-of", required=True, help="ISO 8601, UTC")
    parser.add_argument("--database", type=Path, required=True, help="a new DuckDB file")
    given = parser.parse_args()
    given.database.unlink(missing_ok=True)
    started = time.perf_counter()
    with duckdb.connect(str(given.database)) as engine:
        for name, kind, value in (
            ("landing", "varchar", str(given.landing)),
            ("month_starts_on", "date", f"{given.month}-01"),
            ("as_of", "timestamp", given.as_of.removesuffix("Z").replace("T", " ")),
        ):
            engine.execute(f"set variable {name} = ?::{kind}", [value])
        steps = run(engine, started)
    print(json.dumps({"steps": steps, "seconds": round(time.perf_counter() - started, 3)}))


def run(engine: duckdb.DuckDBPyConnection, started: float) -> list[dict[str, str | float]]:
    """Executes the script; gives the seconds of its parts."""
    steps: list[dict[str, str | float]] = []
    part, since = 0, started
    for statement in engine.extract_statements(SCRIPT.read_text(encoding="utf-8")):
        engine.execute(statement)
        if PARTS[part][1] in statement.query:
            now = time.perf_counter()
            steps.append({"name": PARTS[part][0], "seconds": round(now - since, 3)})
            part, since = min(part + 1, len(PARTS) - 1), now
    return steps


if __name__ == "__main__":
    main()
