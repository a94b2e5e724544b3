"""What the gate said of a spoilt month: caught, by which item, and which KPIs of the centre moved without a word."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from benchmarks.gate_campaign.fault import Fault
from expectations.items import Item

#: A KPI of the centre that moves by more than this, relative to its value.
MOVED = 0.05


@dataclass(frozen=True)
class Outcome:
    """One fault: `verdict` is refused, to_confirm or silent; `found` says what the first item of its source was found
    by, `first_source` is that of the first item of all; `moved` are KPIs of the centre made of the source."""

    fault: str
    source: str
    verdict: str
    found: str
    first_source: str
    moved: Mapping[str, tuple[float | None, float | None]]

    def as_json(self) -> dict[str, object]:
        """For the file of results."""
        return asdict(self)


def outcomes(faults: Sequence[Fault], items: Sequence[Item], truth: Path, build: Path) -> list[Outcome]:
    """The outcome of each fault of one refresh. `truth` is the build database of the unspoilt month."""
    asked = [item for item in items if item.severity != "noted"]
    moved = _moved(truth, build)
    return [_outcome(fault, asked, moved) for fault in faults]


def refused_early(faults: Sequence[Fault], tables: Sequence[str]) -> list[Outcome]:
    """The outcomes of faults whose delivery was refused before anything was built."""
    return [
        Outcome(f.name, f.source, "refused", "before anything was built", tables[0], {})
        for f in faults
        if f.source in tables
    ]


def _outcome(
    fault: Fault, asked: Sequence[Item], moved: Mapping[str, tuple[set[str], float | None, float | None]]
) -> Outcome:
    ours = {fault.source, *fault.also}
    found = [item for item in asked if item.source in ours]
    return Outcome(
        fault=fault.name,
        source=fault.source,
        verdict=found[0].severity if found else "silent",
        found=f"{found[0].lead.expectation}: {found[0].lead.finding.variant}" if found else "",
        first_source=asked[0].source if asked else "",
        moved={kpi: (was, now) for kpi, (sources, was, now) in moved.items() if sources & ours},
    )


def _moved(truth: Path, build: Path) -> dict[str, tuple[set[str], float | None, float | None]]:
    with duckdb.connect() as connection:
        for name, path in (("truth", truth), ("build", build)):
            connection.execute(f"attach '{path}' as {name} (read_only)")
        rows = connection.execute(
            f"""
            with was as (select kpi_id, value from truth.marts.kpi_monthly
                where scope = 'centre' and month = (select max(month) from truth.ledger.build, unnest(months) as m(month))),
            is_now as (select kpi_id, value from build.marts.kpi_monthly
                where scope = 'centre' and month = (select max(month) from build.ledger.build, unnest(months) as m(month)))
            select kpi_id, coalesce(source_tables, ''), was.value, is_now.value
            from was full join is_now using (kpi_id)
            join truth.intermediate.int_kpi_definitions using (kpi_id)
            where was.value is null or is_now.value is null
                or abs(is_now.value - was.value) > {MOVED} * greatest(abs(was.value), 1e-9)
            order by kpi_id
            """
        ).fetchall()
    return {kpi: (set(sources.split("|")), was, now) for kpi, sources, was, now in rows}
