"""The simulator's one command: a synthetic centre's deliveries, month by month.

What belongs here: which file is written when. What does not: how the centre behaves (`roster`, `shifts`, `handling`,
`contacts`, `followups`, `people_tables`).

Every row is derived from the seed, the number of agents and its own day, never from which months were asked for. A
day's rows go to the delivery of the month in which they fall (at the site of their agent): what a night shift does after
midnight on the month's last day is in the next month's files.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np

from sources.simulator import followups, people_tables
from sources.simulator.centre import LINES, QUEUES, SITES, TIME_ZONES
from sources.simulator.clock import Bools, Ints, midnights, month_days
from sources.simulator.contacts import Legs, contact_day
from sources.simulator.flaws import deliver_flaws
from sources.simulator.handling import States, work_day
from sources.simulator.people_tables import Month
from sources.simulator.roster import QA_SPECIALIST, Roster, make_roster
from sources.simulator.shifts import DayPlan, on_queue_by_half_hour, plan_day
from sources.simulator.tables import SELECTS
from sources.simulator.writing import Columns, DeliveryFile, pick

MIN_AGENTS, MAX_AGENTS = 20, 10_000
Progress = Callable[[str, int], None]
_DAILY = (
    "hr.schedules",
    "acd.agent_states",
    "acd.contact_legs",
    "crm.surveys",
    "crm.cases",
    "crm.complaints",
    "crm.orders",
    "qa.evaluations",
    "qa.evaluation_items",
)


@dataclass(frozen=True)
class SimulationReport:
    """What was written: the files of landing, in order, and rows by table name (`acd.contact_legs`)."""

    files: tuple[Path, ...]
    rows: Mapping[str, int]


def simulate(
    landing: Path,
    *,
    months: Sequence[str],
    agents: int,
    seed: int,
    flaws: bool = False,
    progress: Progress | None = None,
) -> SimulationReport:
    """Writes deliveries of all source tables for the months into `landing/<system>/<table>/<month>.csv`.

    The same arguments give the same bytes; a month's files do not depend on the other months. `months` are 'YYYY-MM',
    `agents` counts seats (a few are vacant at any time), `flaws` adds files with what real systems deliver beside clean
    rows and leaves the clean files as they are. `progress` hears the day written and the rows so far.

    Raises ValueError for a month, number of agents or seed that cannot be simulated.
    """
    if not MIN_AGENTS <= agents <= MAX_AGENTS:
        raise ValueError(
            f"expected {MIN_AGENTS} to {MAX_AGENTS} agents, found {agents}: give a number between"
        )
    if seed < 0:
        raise ValueError(f"expected a seed of 0 or more, found {seed}")
    wanted = sorted({month_days(month) for month in months})
    if not wanted:
        raise ValueError("no month to simulate: give at least one as YYYY-MM")
    roster = make_roster(seed, agents, wanted[-1][1])
    files: list[Path] = []
    rows: Counter[str] = Counter()
    with duckdb.connect() as engine:
        for first, following in wanted:
            month = Month(seed, first, following)
            for file, table, count in _write_month(engine, landing, month, roster, agents, progress):
                files.append(file)
                rows[table] += count
                if flaws:
                    for flawed, flawed_rows in deliver_flaws(engine, file, table, count):
                        files.append(flawed)
                        rows[table] += flawed_rows
    return SimulationReport(tuple(files), dict(rows))


def _write_month(
    engine: duckdb.DuckDBPyConnection,
    landing: Path,
    month: Month,
    roster: Roster,
    agents: int,
    progress: Progress | None,
) -> Iterator[tuple[Path, str, int]]:
    """Writes one month; gives file, table and rows of each delivery."""
    with ExitStack() as stack:
        deliveries = {
            table: stack.enter_context(DeliveryFile(engine, _path(landing, table, month), select))
            for table, select in SELECTS.items()
        }
        planned = np.zeros((len(LINES), (month.following - month.first) * 48), dtype=np.int64)
        home_month_start = int(_bounds(month)[0][0])
        for day in range(month.first - 1, month.following):
            plan = plan_day(month.seed, roster, day)
            planned += on_queue_by_half_hour(plan, home_month_start, planned.shape[1], len(LINES))
            for table, columns in _day_rows(plan, month, roster, agents):
                deliveries[table].append(columns)
            if progress:
                date = np.datetime64(day, "D")
                progress(f"simulate {date}", sum(delivery.rows for delivery in deliveries.values()))
        for table, columns in _month_rows(month, roster, agents, planned, home_month_start):
            deliveries[table].append(columns)
    for table, delivery in deliveries.items():
        yield delivery.path, table, delivery.rows


def _path(landing: Path, table: str, month: Month) -> Path:
    system, _, name = table.partition(".")
    return landing / system / name / f"{np.datetime64(month.first, 'D').astype('datetime64[M]')}.csv"


def _bounds(month: Month) -> tuple[Ints, Ints]:
    """The instants at which the month begins and ends, by site."""
    return midnights(TIME_ZONES, month.first), midnights(TIME_ZONES, month.following)


def _day_rows(plan: DayPlan, month: Month, roster: Roster, agents: int) -> Iterator[tuple[str, Columns]]:
    """The rows of one day's shifts that fall into the month."""
    states, answered = work_day(month.seed, plan)
    legs = contact_day(month.seed, plan, answered, agents)
    yield "hr.schedules", _schedule_rows(plan, month)
    yield "acd.agent_states", _state_rows(plan, month, states)
    yield "acd.contact_legs", pick(_leg_columns(plan, legs), _within(month, legs.site, legs.offered_at))
    people = roster.employed(plan.day, plan.day)
    evaluators = people.code[people.role == QA_SPECIALIST]
    heads, items = followups.evaluations(month.seed, plan, legs, evaluators)
    for table, columns, dated_by in (
        ("crm.surveys", followups.surveys(month.seed, plan, legs), "responded_at"),
        ("crm.cases", followups.cases(month.seed, plan, legs), "opened_at"),
        ("crm.complaints", followups.complaints(month.seed, plan, legs), "received_at"),
        ("crm.orders", followups.orders(month.seed, plan, legs), "created_at"),
        ("qa.evaluations", heads, "evaluated_at"),
        ("qa.evaluation_items", items, "evaluated_at"),
    ):
        yield table, pick(columns, _within(month, columns["site"], columns[dated_by]))


def _within(month: Month, site: Ints, at: Ints) -> Bools:
    since, until = _bounds(month)
    return (at >= since[site]) & (at < until[site])


def _schedule_rows(plan: DayPlan, month: Month) -> Columns:
    """Segments of the plan, one where the whole shift is leave, cut where the month begins and ends."""
    first_only = np.arange(plan.activity.shape[1]) == 0
    exists = ~plan.on_leave[:, None] | first_only
    ends = np.where(plan.on_leave[:, None], plan.bounds[:, -1:], plan.bounds[:, 1:])
    shift = np.broadcast_to(np.arange(len(plan.team))[:, None], exists.shape)[exists]
    starts, ends, falls = _clip(month, plan.site[shift], plan.bounds[:, :-1][exists], ends[exists])
    columns = {
        "employee": plan.agents.code[shift],
        "activity": plan.activity[exists],
        "starts_at": starts,
        "ends_at": ends,
    }
    return pick(columns, falls)


def _state_rows(plan: DayPlan, month: Month, states: States) -> Columns:
    started, ended, falls = _clip(month, plan.site[states.shift], states.started_at, states.ended_at)
    columns = {
        "agent": plan.agents.code[states.shift],
        "state": states.state,
        "started_at": started,
        "ended_at": ended,
    }
    return pick(columns, falls)


def _clip(month: Month, site: Ints, start: Ints, end: Ints) -> tuple[Ints, Ints, Bools]:
    since, until = _bounds(month)
    start, end = np.maximum(start, since[site]), np.minimum(end, until[site])
    return start, end, end > start


def _leg_columns(plan: DayPlan, legs: Legs) -> Columns:
    return {
        "contact": legs.contact,
        "leg_number": legs.leg_number,
        "is_outbound": legs.is_outbound,
        "queue": legs.queue,
        "agent": np.where(legs.shift >= 0, plan.agents.code[legs.shift], -1),
        "customer": legs.customer,
        "topic": legs.topic,
        "offered_at": legs.offered_at,
        "answered_at": legs.answered_at,
        "ended_at": legs.ended_at,
        "talk": legs.talk,
        "hold": legs.hold,
        "wrap": legs.wrap,
        "outcome": legs.outcome,
        "is_transferred": legs.is_transferred,
    }


def _month_rows(
    month: Month, roster: Roster, agents: int, planned: Ints, home_month_start: int
) -> Iterator[tuple[str, Columns]]:
    """The tables that are written once a month."""
    yield "hr.sites", _texts(("site_id", "site_name", "time_zone", "country"), SITES)
    yield (
        "acd.queues",
        {
            "queue_id": np.array([queue.queue_id for queue in QUEUES]),
            "queue_name": np.array([queue.queue_name for queue in QUEUES]),
            "line": np.array([queue.line for queue in QUEUES]),
            "channel": np.array([queue.channel for queue in QUEUES]),
            "service_level_seconds": np.array([queue.service_level_seconds for queue in QUEUES]),
            "short_abandon_seconds": np.array([queue.short_abandon_seconds for queue in QUEUES]),
        },
    )
    yield "hr.employees", people_tables.employees(roster, month)
    yield "hr.assignments", people_tables.assignments(roster, month)
    yield "hr.staffing_requirements", people_tables.staffing_requirements(month, planned, home_month_start)
    for sessions, records in (
        people_tables.new_hire_training(roster, month),
        people_tables.on_the_job_training(roster, month),
    ):
        yield "hr.training_sessions", sessions
        yield "hr.training_records", records
    yield "hr.requisitions", people_tables.requisitions(roster, month)
    yield "hr.budget_lines", people_tables.budget_lines(month, agents)
    yield "hr.appraisals", people_tables.appraisals(roster, month)
    yield "qa.report_deliveries", people_tables.report_deliveries(roster, month)


def _texts(names: Sequence[str], rows: Sequence[Sequence[str]]) -> Columns:
    return {name: np.array([row[place] for row in rows]) for place, name in enumerate(names)}
