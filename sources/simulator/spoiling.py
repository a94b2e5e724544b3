"""What can be wrong with a row: every way to break a contract, read from the contract itself.

What belongs here: a flaw as the SQL that makes it from a clean row, all columns being texts. What does not: how many
rows suffer it and in which file they are delivered (`flaws`).
"""

import re
from collections.abc import Iterator, Mapping

from sources.contracts.contract import ColumnType, Contract

#: The columns that differ from the clean row, with the SQL of their new texts.
Change = Mapping[str, str]

_NOT_OF_TYPE: Mapping[ColumnType, str] = {
    "int": "12.5",
    "decimal": "about twelve",
    "bool": "maybe",
    "date": "2026-02-30",
    "timestamp": "2026-13-45T99:00:00Z",
}
_COMPARISON = re.compile(r"^(\w+) (>=|>|<=|<) (\w+)$")
_SPECIAL: Mapping[str, tuple[Change, ...]] = {
    "acd.contact_legs": ({"outcome": "'abandoned'", "answered_at": "offered_at"},),
    "hr.staffing_requirements": ({"interval_starts_at": "replace(interval_starts_at, '0:00Z', '7:00Z')"},),
}


def moved(column: str, interval: str, form: str = "%Y-%m-%dT%H:%M:%SZ") -> str:
    """SQL of a timestamp text (ISO 8601 with Z) moved by an interval, written in `form`."""
    return f"strftime(strptime({column}, '%Y-%m-%dT%H:%M:%SZ') + interval '{interval}', '{form}')"


def violations(contract: Contract) -> Iterator[Change]:
    """Every way to break the contract: type, required, vocabulary, range, reference, rules, uniqueness, overlap."""
    for name, column in contract.columns.items():
        if column.required:
            yield {name: "null"}
        if column.type != "text":
            yield {name: f"'{_NOT_OF_TYPE[column.type]}'"}
        if column.vocabulary:
            yield {name: "'unheard-of'"}
        if column.range:
            low, high = column.range
            yield {name: f"'{low - 1:.0f}'"}
            yield {name: f"'{high + 1:.0f}'"}
        if column.ref:
            yield {name: "'NOBODY' || line"}
    yield from _broken_rules(contract)
    yield from _SPECIAL.get(contract.name, ())
    if contract.leads_to:
        # The later in key order is the one to refuse, so that the good row stays.
        yield {contract.leads_to.of: f"'Z' || {contract.leads_to.of}"}
    if contract.no_overlap:
        yield {contract.no_overlap.starts: moved(contract.no_overlap.starts, "4 minutes")}


def _broken_rules(contract: Contract) -> Iterator[Change]:
    """For each rule that compares two columns: the first moved to the wrong side of the second."""
    for rule in contract.rules:
        comparison = _COMPARISON.match(rule.check)
        if not comparison:
            continue
        column, sign, other = comparison.groups()
        before = sign.startswith(">")
        match contract.columns[column].type:
            case "timestamp":
                yield {column: moved(other, "-1 hour" if before else "1 hour")}
            case "date":
                yield {column: f"({other}::date {'-' if before else '+'} 3)::varchar"}
            case _:
                yield {column: f"({other}::decimal(12, 1) {'-' if before else '+'} 1)::varchar"}


def respelt(contract: Contract) -> Change:
    """The same row spelt otherwise: stray blanks and case in vocabulary, another offset in timestamps."""
    change: dict[str, str] = {}
    for name, column in contract.columns.items():
        if column.vocabulary:
            change[name] = f"' ' || upper({name}) || '  '"
        elif column.type == "timestamp":
            change[name] = moved(name, "-3 hours", "%Y-%m-%dT%H:%M:%S-03:00")
    return change


#: What systems put right afterwards: a later delivery of the same key.
CORRECTIONS: Mapping[str, Change] = {
    "acd.contact_legs": {"wrap_seconds": "(wrap_seconds::integer + 7)::varchar"},
    "crm.cases": {"reopened": "'true'"},
    "crm.surveys": {"review": "'excluded'", "review_reason": "'wrong contact rated'"},
    "crm.complaints": {"upheld": "case upheld when 'true' then 'false' else 'true' end"},
    "crm.orders": {"status": "'abnormal'"},
    "qa.evaluations": {"status": "'overturned'"},
    "qa.evaluation_items": {"points": "'0.0'"},
    "qa.report_deliveries": {"defects": "'1'"},
    "hr.employees": {"full_name": "full_name || ' Jr.'"},
    "hr.schedules": {"activity": "'meeting'"},
    "hr.staffing_requirements": {"required_agents": "(required_agents::decimal(12, 1) + 0.5)::varchar"},
    "hr.training_records": {"absences": "(absences::integer + 1)::varchar"},
    "hr.appraisals": {"manager_score": "'80.0'"},
}
#: The agent forgot to log out: the state never ends.
NEVER_CLOSED: Mapping[str, Change] = {"acd.agent_states": {"ended_at": "null"}}
#: What was not decided yet when it was first delivered; the month's own file, later in name, decides it.
UNDECIDED: Mapping[str, Change] = {
    "crm.surveys": {"review": "'pending'"},
    "crm.complaints": {"upheld": "null"},
    "qa.evaluations": {"status": "'disputed'"},
}
#: Everybody who owns a report works at the default site, so that times without an offset are its local ones.
LOCAL_TIMES: Mapping[str, Change] = {
    "qa.report_deliveries": {
        "due_at": moved("due_at", "8 hours", "%Y-%m-%d %H:%M:%S"),
        "delivered_at": moved("delivered_at", "8 hours", "%Y-%m-%d %H:%M:%S"),
    }
}
