"""Ordinary months held against the gate: how many were refused, and how many items people were asked about.

    python -m benchmarks.gate_campaign.ordinary_run --to /tmp/ordinary --only small_1

Each centre is built once with all of its months; the gate then judges each month that has trailing ones. What the newest
roster says otherwise than the one before is asked about in the last month alone, since all files are there at once.
"""

import argparse
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median

from benchmarks.gate_campaign import homes, ordinary
from expectations.gate import run_gate
from expectations.items import Item
from expectations.settings import GateSettings
from orchestration.home.paths import Home
from orchestration.refresh.context import make_context
from sources.simulator.run import simulate

_SETTINGS = GateSettings()
#: Months that a month is held against.
_TRAILING = _SETTINGS.trailing_months


def main() -> int:
    """Build and judge; prints every item of every month, then the totals."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--to", type=Path, required=True, help="directory for the homes")
    parser.add_argument("--only", action="append", default=[], help="name of a centre; may be repeated")
    given = parser.parse_args()
    counts: list[tuple[int, int]] = []
    for centre in ordinary.CENTRES:
        if given.only and centre.name not in given.only:
            continue
        home = Home(given.to / centre.name)
        as_of = datetime.combine(
            _next_month(_first_day(centre.months[-1])), datetime.min.time(), UTC
        ).replace(day=5)
        _build(centre, home, as_of)
        for month in centre.months[_TRAILING:]:
            items = _judge(home, _first_day(month), as_of, is_last=month == centre.months[-1])
            refused = sum(item.severity == "refused" for item in items)
            counts.append((refused, len(items) - refused))
            print(f"{centre.name} {month}: {refused} refused, {len(items) - refused} to confirm", flush=True)
            for item in items:
                lead = item.lead
                print(f"    {item.severity} {item.source} {lead.expectation} {dict(lead.finding.keys)}")
    if counts:
        print(f"{len(counts)} months, {sum(refused > 0 for refused, _ in counts)} refused, "
              f"{median(asked for _, asked in counts)} items to confirm in the median")  # fmt: skip
    return 0


def _build(centre: ordinary.Centre, home: Home, as_of: datetime) -> None:
    if home.warehouse.exists():
        return
    simulate(home.landing, months=centre.months, agents=centre.agents, seed=centre.seed)
    ordinary.change(centre, home.landing)
    (home.root / "callboard.toml").write_text(homes.CONFIGURATION, encoding="utf-8")
    homes.build(make_context(home, months=[_first_day(month) for month in centre.months], as_of=as_of))


def _judge(home: Home, month: date, as_of: datetime, *, is_last: bool) -> list[Item]:
    report = run_gate(home.warehouse, months=[month], as_of=as_of, settings=_SETTINGS, default_site="SHA")
    return [
        item
        for item in report.items
        if item.severity != "noted" and (is_last or item.lead.expectation != "source_keeps_what_was_known")
    ]


def _first_day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def _next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


if __name__ == "__main__":
    sys.exit(main())
