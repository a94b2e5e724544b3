"""All faults of the campaign, and which of them may spoil one refresh together: those that own different KPIs."""

from collections.abc import Sequence

from benchmarks.gate_campaign import faults_acd, faults_crm, faults_people
from benchmarks.gate_campaign.fault import Fault

FAULTS: tuple[Fault, ...] = (*faults_acd.FAULTS, *faults_crm.FAULTS, *faults_people.FAULTS)

#: Sources that lean on each other: one of them is spoilt at a time.
_CORE = ("acd.", "hr.employees", "hr.assignments", "hr.schedules", "hr.staffing_requirements")


def lane(fault: Fault) -> str:
    """What a fault shares a refresh with nothing else of."""
    if fault.source.startswith(_CORE):
        return "core"
    if fault.source.startswith(("qa.evaluation", "hr.training")):
        return fault.source[:12]
    return fault.source


def together(faults: Sequence[Fault]) -> list[tuple[Fault, ...]]:
    """The faults, as many as possible to a refresh, no two of one lane."""
    waiting: dict[str, list[Fault]] = {}
    for fault in faults:
        waiting.setdefault(lane(fault), []).append(fault)
    refreshes = max((len(of_lane) for of_lane in waiting.values()), default=0)
    groups: list[list[Fault]] = [[] for _ in range(refreshes)]
    for of_lane in waiting.values():
        # Spread over all refreshes, so that few faults meet in one.
        for place, fault in enumerate(of_lane):
            groups[place * refreshes // len(of_lane)].append(fault)
    return [tuple(group) for group in groups]
