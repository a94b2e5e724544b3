"""Items: what the gate found, one for each cause, as people are asked about it.

A missing file moves ten KPIs and breaks five expectations: people are asked once, for the file. Findings of a source come
first and take in what the KPIs that need it show; KPIs that no finding of a source explains are put together by the
source that most of them need. Belongs here: grouping and order. Does not: words (`orchestration.presentation.findings`).
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from expectations.settling import Bound
from expectations.verdicts import SEVERITIES, Finding, Origin, Severity, Verdict, worst

#: Keys that many findings of one cause differ in, or that do not say where it is.
_NO_PLACE = ("business_date", "month", "source", "measure", "column", "file")


@dataclass(frozen=True)
class Entry:
    """One finding with the expectation, table and month that it is of."""

    expectation: str
    table_name: str
    month: date | None
    finding: Finding
    origin: Origin = "gate"
    is_waivable: bool = True

    @property
    def source(self) -> str:
        """The source table that it names; '' where it only shows in the marts."""
        named = self.finding.keys.get("source") or self.finding.found.get("source")
        return str(named) if named else self.table_name if "." in self.table_name else ""

    @property
    def place(self) -> tuple[tuple[str, str], ...]:
        """Where in the source or the marts it is, days aside. Days that are missing have one cause wherever they are."""
        if self.is_of_day and self.source:
            return ()
        return tuple(sorted((k, v) for k, v in self.finding.keys.items() if k not in _NO_PLACE))

    @property
    def is_of_day(self) -> bool:
        """Whether it is one of the days that an item lists."""
        return "business_date" in self.finding.keys

    @property
    def bound(self) -> Bound:
        """The finding as a waiver or a confirmation remembers it."""
        return Bound(self.expectation, self.table_name, self.finding.keys, self.finding.found)


@dataclass(frozen=True)
class Item:
    """What one cause was found by, the entry that says most first. `source` is the source table to ask for, '' where none
    is known, and `kpis` those it touches; `damage` is by which share their numbers could be wrong."""

    item_id: str
    month: date | None
    source: str
    entries: tuple[Entry, ...]

    @property
    def lead(self) -> Entry:
        """The entry that says most."""
        return self.entries[0]

    @property
    def severity(self) -> Severity:
        """The worst of what is not settled; of all, where everything is."""
        left = [entry.finding for entry in self.entries if entry.finding.settled is None]
        return worst(finding.severity for finding in left or [entry.finding for entry in self.entries])

    @property
    def is_settled(self) -> bool:
        """Whether every finding was waived or confirmed."""
        return all(entry.finding.settled for entry in self.entries)

    @property
    def kpis(self) -> tuple[str, ...]:
        """The KPIs it touches."""
        return tuple(sorted({kpi for entry in self.entries for kpi in entry.finding.kpis}))

    @property
    def damage(self) -> float:
        """By which share the numbers could be wrong."""
        return max(entry.finding.damage for entry in self.entries)


def items_of(verdicts: Sequence[Verdict], sources_of: Mapping[str, Sequence[str]]) -> tuple[Item, ...]:
    """The items of a gate's verdicts, refused ones first, then by damage. `sources_of`: the source tables each KPI needs."""
    entries = [
        Entry(v.expectation, v.table_name, v.month, f, v.origin, v.is_waivable)
        for v in verdicts
        for f in v.findings
    ]
    noted = [entry for entry in entries if entry.finding.severity == "noted"]
    asked = [entry for entry in entries if entry.finding.severity != "noted"]
    groups = _of_sources(entry for entry in asked if entry.source)
    in_marts = [entry for entry in asked if not entry.source]
    of_kpis = [entry for entry in in_marts if entry.is_waivable and "kpi_id" in entry.finding.keys]
    groups += _by_source([entry for entry in of_kpis if not _taken_in(entry, groups)], sources_of)
    groups += _by_expectation(entry for entry in in_marts if entry not in of_kpis)
    groups += _by_expectation(noted)
    return _in_order(_item(source, group) for source, group in groups)


_Group = tuple[str, list[Entry]]


def _of_sources(entries: Iterable[Entry]) -> list[_Group]:
    """Findings of one month, source, column and place have one cause; one without a place goes to the worst of them."""
    found: dict[tuple[date | None, str, str], dict[tuple[tuple[str, str], ...], list[Entry]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for entry in entries:
        found[entry.month, entry.source, entry.finding.keys.get("column", "")][entry.place].append(entry)
    groups: list[_Group] = []
    for (_, source, _), places in found.items():
        everywhere = places.pop((), [])
        listed = sorted(places.values(), key=_damage, reverse=True) or [[]]
        listed[0].extend(everywhere)
        groups += [(source, sorted(group, key=_rank)) for group in listed]
    return groups


def _taken_in(entry: Entry, groups: Sequence[_Group]) -> bool:
    """Put a finding of a KPI to the worst cause that touches it in its month; whether there is one."""
    kpi_id = entry.finding.keys["kpi_id"]
    explaining = [
        group
        for _, group in groups
        if group[0].month in (None, entry.month) and any(kpi_id in each.finding.kpis for each in group)
    ]
    if not explaining:
        return False
    max(explaining, key=_damage).append(entry)
    return True


def _by_source(entries: Sequence[Entry], sources_of: Mapping[str, Sequence[str]]) -> list[_Group]:
    """KPIs of a month by the source that most of those left need; what needs none (scores) goes to the worst."""
    groups: list[_Group] = []
    for month in sorted({entry.month for entry in entries}, key=str):
        left = [entry for entry in entries if entry.month == month]
        mine: list[_Group] = []
        while left:
            needing: dict[str, set[str]] = defaultdict(set)
            for entry in left:
                for source in sources_of.get(entry.finding.keys["kpi_id"], ()):
                    needing[source].add(entry.finding.keys["kpi_id"])
            if not needing:
                break
            source = max(sorted(needing), key=lambda one: len(needing[one]))
            mine.append(
                (source, sorted((e for e in left if e.finding.keys["kpi_id"] in needing[source]), key=_rank))
            )
            left = [entry for entry in left if entry.finding.keys["kpi_id"] not in needing[source]]
        if left and mine:
            max(mine, key=lambda group: _damage(group[1]))[1].extend(left)
        elif left:
            mine.append(("", sorted(left, key=_rank)))
        groups += mine
    return groups


def _by_expectation(entries: Iterable[Entry]) -> list[_Group]:
    found: dict[tuple[str, str, date | None], list[Entry]] = defaultdict(list)
    for entry in entries:
        found[entry.expectation, entry.table_name, entry.month].append(entry)
    return [(group[0].source, sorted(group, key=_rank)) for group in found.values()]


def _rank(entry: Entry) -> tuple[int, float, str, str]:
    finding = entry.finding
    return (
        SEVERITIES.index(finding.severity),
        -finding.damage,
        entry.expectation,
        str(sorted(finding.keys.items())),
    )


def _damage(group: Sequence[Entry]) -> float:
    return max(entry.finding.damage for entry in group)


def _item(source: str, entries: Sequence[Entry]) -> Item:
    lead = entries[0]
    named = f"{lead.month}|{source}|{lead.expectation}|{lead.table_name}|{lead.place}"
    digest = hashlib.sha256(named.encode()).hexdigest()[:4]
    month = f"{lead.month:%Y-%m}" if lead.month else "all"
    return Item(f"{month}-{digest}", lead.month, source, tuple(entries))


def _in_order(items: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(
        sorted(items, key=lambda item: (SEVERITIES.index(item.severity), -item.damage, item.item_id))
    )
