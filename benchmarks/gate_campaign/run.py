"""The gate's campaign: a simulated centre with four good months, the fifth spoilt in some 120 ways.

    python -m benchmarks.gate_campaign.run --to /tmp/campaign                 with the months before
    python -m benchmarks.gate_campaign.run --to /tmp/campaign --first-month   the same month as a centre's first

Several faults go into one refresh where they own different KPIs. The base home is made once and copied; results go to
`results.jsonl`, a line for each fault, and a run that was stopped goes on where it was. --only NAME runs single faults.
Prints what was silent, which KPIs it moved, and where the first item named another source.
"""

import argparse
import json
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.gate_campaign import catalogue, homes, judge
from benchmarks.gate_campaign.fault import Fault
from expectations.items import Item
from orchestration.home.errors import GateRefusedError
from orchestration.home.paths import Home
from orchestration.refresh.steps import gate_step


def main() -> int:
    """Run what has no result yet, then print the summary. Exit code 0 whatever was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--to", type=Path, required=True, help="directory for homes and results")
    parser.add_argument(
        "--first-month", action="store_true", help="the spoilt month is the centre's first one"
    )
    parser.add_argument("--agents", type=int, default=40)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--only", action="append", default=[], help="name of a fault; may be repeated")
    given = parser.parse_args()
    folder = given.to / ("first" if given.first_month else "later")
    base = folder / "base"
    if not (base / "month").is_dir():
        shutil.rmtree(base, ignore_errors=True)
        homes.make_base(base, agents=given.agents, seed=given.seed, with_history=not given.first_month)
    faults = [
        fault
        for fault in catalogue.FAULTS
        if (not given.only or fault.name in given.only) and not (given.first_month and fault.needs_history)
    ]
    results = folder / "results.jsonl"
    _run(base, folder, results, faults)
    _summarise(results, faults)
    return 0


def _run(base: Path, folder: Path, results: Path, faults: Sequence[Fault]) -> None:
    truth = folder / "truth.duckdb"
    if not truth.exists():
        home, items = _refresh(base, folder, ())
        print(f"the good month: {len(items)} items", flush=True)
        shutil.copyfile(home.warehouse, truth)
    done = {outcome["fault"] for outcome in _read(results)}
    waiting = catalogue.together([fault for fault in faults if fault.name not in done])
    while waiting:
        group = waiting.pop(0)
        started = time.monotonic()
        try:
            home, items = _refresh(base, folder, group)
            found = judge.outcomes(group, items, truth, home.warehouse)
        except GateRefusedError as error:
            tables = [item.source for item in error.items]
            found = judge.refused_early(group, tables)
            rest = tuple(fault for fault in group if fault.name not in {outcome.fault for outcome in found})
            if not found:
                raise
            waiting += [rest] if rest else []
        with results.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(outcome.as_json()) + "\n" for outcome in found)
        verdicts = ", ".join(f"{outcome.fault} {outcome.verdict}" for outcome in found)
        print(f"{time.monotonic() - started:5.1f} s  {verdicts}", flush=True)


def _refresh(base: Path, folder: Path, group: Sequence[Fault]) -> tuple[Home, tuple[Item, ...]]:
    home = homes.copy_home(base, folder / "work")
    homes.deliver(base, home.root / "landing", group)
    ctx = homes.context_of_month(home)
    homes.build(ctx)
    return home, gate_step(ctx).items


def _read(results: Path) -> list[dict[str, Any]]:
    if not results.exists():
        return []
    return [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]


def _summarise(results: Path, faults: Sequence[Fault]) -> None:
    wanted = {fault.name for fault in faults}
    outcomes = [outcome for outcome in _read(results) if outcome["fault"] in wanted]
    caught = [outcome for outcome in outcomes if outcome["verdict"] != "silent"]
    harmful = [outcome for outcome in outcomes if outcome["moved"]]
    caught_harmful = [outcome for outcome in harmful if outcome["verdict"] != "silent"]
    print(f"\n{len(caught)} of {len(outcomes)} faults refused or to confirm;")
    print(
        f"{len(caught_harmful)} of the {len(harmful)} that move a KPI of the centre by more than {judge.MOVED:.0%}"
    )
    for outcome in outcomes:
        if outcome["verdict"] == "silent":
            moved = ", ".join(f"{kpi} {was} → {now}" for kpi, (was, now) in outcome["moved"].items())
            print(f"silent: {outcome['fault']} ({outcome['source']}) {moved}")


if __name__ == "__main__":
    sys.exit(main())
