"""A month's rows about people and plans: the HR tables and the report register.

What belongs here: rows of a month as arrays, known at its end. What does not: schedules (`shifts`), spelling (`tables`).
"""

from dataclasses import dataclass

import numpy as np

from sources.simulator.centre import DEFAULT_SITE, SITES, TIME_ZONES
from sources.simulator.clock import DAY, Bools, Ints, noon_offsets, stream, weekday
from sources.simulator.roster import (
    AGENT,
    MANAGER,
    PROBATION_DAYS,
    REPORT_SPECIALIST,
    TEAM_LEAD,
    TRAINING_DAYS,
    People,
    Roster,
)
from sources.simulator.writing import Columns

REPORTS = ("daily traffic", "daily quality", "daily staffing", "weekly satisfaction", "monthly scorecard")
TITLES = (
    "New-hire course",
    "Product update",
    "Handling complaints",
    "Writing to customers",
    "Data protection",
)
NEW_HIRE, ON_THE_JOB = 0, 1
HELD, CANCELLED = 1, 2
CATEGORIES = ("office", "travel", "print", "telephony", "training", "recruiting")
#: Snapshots still name those who left in the last quarter.
_REMEMBERED_DAYS = 92
_SESSIONS, _REPORTS, _BUDGET, _APPRAISALS, _REQUISITIONS, _REQUIREMENTS = 41, 42, 43, 44, 45, 46


@dataclass(frozen=True)
class Month:
    """A month to write: `first` and `following` are day numbers (the month's first day and the next month's)."""

    seed: int
    first: int
    following: int

    @property
    def last(self) -> int:
        return self.following - 1


def known_people(roster: Roster, month: Month) -> People:
    """Everybody in the month's snapshot."""
    return roster.employed(month.first - _REMEMBERED_DAYS, month.last)


def employees(roster: Roster, month: Month) -> Columns:
    """The employees as HR knows them on the month's last day: later leavers have not left yet."""
    people = known_people(roster, month)
    has_left = people.left <= month.last
    probation_ends = people.hired + PROBATION_DAYS
    is_decided = (probation_ends <= month.last) & (people.left >= probation_ends)
    has_failed = ~people.is_voluntary & (people.left < probation_ends + 21)
    return {
        "employee": people.code,
        "is_agent": people.role == AGENT,
        "hired_on": people.hired,
        "probation_ends_on": probation_ends,
        "probation_result": np.where(is_decided, np.where(has_failed, 1, 0), -1),
        "left_on": np.where(has_left, people.left, -1),
        "left_reason": np.where(has_left, np.where(people.is_voluntary, 0, 1), -1),
        "site": roster.site[people.team0],
    }


def assignments(roster: Roster, month: Month) -> Columns:
    """Each one's first team and the moves since, with the lead of the team (for leads and the office, a manager)."""
    people = known_people(roster, month)
    moved1, moved2 = people.moved1 <= month.last, people.moved2 <= month.last
    who = np.concatenate([np.arange(len(people.code)), np.flatnonzero(moved1), np.flatnonzero(moved2)])
    team = np.concatenate([people.team0, people.team1[moved1], people.team2[moved2]])
    since = np.concatenate([people.hired, people.moved1[moved1], people.moved2[moved2]])
    order = np.lexsort((since, people.code[who]))
    who, team, since = who[order], team[order], since[order]
    everybody = roster.people
    leads = everybody.take(everybody.role == TEAM_LEAD)
    lead_of = np.full(roster.office + 1, -1)
    lead_of[leads.team0] = leads.code
    manager = everybody.code[everybody.role == MANAGER][0]
    supervisor = np.where(people.role[who] == AGENT, lead_of[team], manager)
    number = np.append(roster.teams.number, 0)
    return {
        "employee": people.code[who],
        "valid_from": since,
        "site": roster.site[team],
        "team": team,
        "team_number": number[team],
        "line": roster.line[team],
        "role": people.role[who],
        "supervisor": np.where(people.role[who] == MANAGER, -1, supervisor),
    }


def new_hire_training(roster: Roster, month: Month) -> tuple[Columns, Columns]:
    """The cohorts that started in the month, one a site and start day, and how each agent did."""
    everybody = roster.people
    cohort = everybody.take(
        (everybody.role == AGENT) & (everybody.hired >= month.first) & (everybody.hired <= month.last)
    )
    rng = stream(month.seed, _SESSIONS, month.first, NEW_HIRE)
    site = roster.site[cohort.team0]
    session = (cohort.hired * 10 + site) * 10
    sessions, place = np.unique(session, return_index=True)
    count = len(sessions)
    heads: Columns = {
        "session": sessions,
        "programme": np.full(count, NEW_HIRE),
        "title": np.zeros(count, dtype=np.int64),
        "planned_on": cohort.hired[place],
        "planned_hours": np.full(count, 40.0),
        "held_hours": np.where(rng.random(count) < 0.2, 36.0, 40.0),
        "ended_on": cohort.hired[place] + TRAINING_DAYS - 1,
        "status": np.full(count, HELD),
    }
    has_left = cohort.left < cohort.hired + TRAINING_DAYS
    return heads, _records(rng, session, cohort, has_left)


def on_the_job_training(roster: Roster, month: Month) -> tuple[Columns, Columns]:
    """About two sessions for three teams a month; one in twelve is cancelled, some run short."""
    rng = stream(month.seed, _SESSIONS, month.first, ON_THE_JOB)
    teams = len(roster.teams.site)
    count = max(4, teams * 2 // 3)
    team = rng.permutation(np.arange(count) % teams)
    planned_on = month.first + rng.integers(0, month.following - month.first - 3, count)
    status = np.where(rng.random(count) < 0.08, CANCELLED, HELD)
    hours = rng.choice([2.0, 4.0, 8.0], count)
    held = np.where(rng.random(count) < 0.15, hours * 0.75, hours)
    session = (month.first * 10 + 9) * 10_000 + np.arange(count)
    heads: Columns = {
        "session": session,
        "programme": np.full(count, ON_THE_JOB),
        "title": rng.integers(1, len(TITLES), count),
        "planned_on": planned_on,
        "planned_hours": hours,
        "held_hours": np.where(status == HELD, held, -1.0),
        "ended_on": np.where(status == HELD, planned_on + rng.integers(0, 3, count), -1),
        "status": status,
    }
    people = roster.employed(month.first, month.last)
    people = people.take((people.role == AGENT) & (people.hired <= month.first) & (people.left > month.last))
    member, place = np.nonzero(people.team_on(month.first)[:, None] == team[None, :])
    chosen = people.take(member)
    return heads, _records(rng, session[place], chosen, np.zeros(len(member), dtype=np.bool_))


def _records(rng: np.random.Generator, session: Ints, people: People, has_left: Bools) -> Columns:
    count = len(session)
    tenths = np.rint(np.clip(76 + 7 * people.skill + rng.normal(0, 9, count), 5, 100) * 10).astype(np.int64)
    sat = (rng.random(count) >= 0.05) & ~has_left
    return {
        "session": session,
        "employee": people.code,
        "absences": np.where(rng.random(count) < 0.15, rng.integers(1, 3, count), 0),
        "exam_tenths": np.where(sat, tenths, -1),
        "left": has_left,
    }


def requisitions(roster: Roster, month: Month) -> Columns:
    """The seats each site asked to fill with the month's cohorts, and how many agents started."""
    rng = stream(month.seed, _REQUISITIONS, month.first)
    everybody = roster.people
    starts = (everybody.hired >= month.first) & (everybody.hired <= month.last) & (everybody.role == AGENT)
    filled = np.bincount(roster.site[everybody.team0[starts]], minlength=len(SITES))
    requested = filled + rng.binomial(filled, 0.1)
    requested[DEFAULT_SITE] = max(1, requested[DEFAULT_SITE])
    asked = np.flatnonzero(requested)
    return {
        "requisition": month.first * 10 + asked,
        "opened_on": month.first - rng.integers(30, 60, len(SITES))[asked],
        "due_on": np.full(len(asked), month.last - 5),
        "requested": requested[asked],
        "filled": filled[asked],
    }


def budget_lines(month: Month, agents: int) -> Columns:
    """Six categories, in cents; most months stay within the budget, a little."""
    rng = stream(month.seed, _BUDGET, month.first)
    usual = np.array([9_000, 2_500, 1_500, 12_000, 4_000, 3_500]) * agents
    spent = usual * rng.normal(0.985, 0.04, len(CATEGORIES))
    return {
        "category": np.arange(len(CATEGORIES)),
        "month": np.full(len(CATEGORIES), month.first),
        "budgeted": usual,
        "spent": np.rint(spent).astype(np.int64),
    }


def appraisals(roster: Roster, month: Month) -> Columns:
    """The month's appraisals (tenths of points) of everybody employed at its end."""
    rng = stream(month.seed, _APPRAISALS, month.first)
    people = roster.employed(month.last, month.last)
    count = len(people.code)
    manager = np.clip(78 + 6 * people.skill + rng.normal(0, 5, count), 0, 100)
    own = np.clip(manager * 0.6 + 36 + rng.normal(0, 4, count), 0, 100)
    return {
        "employee": people.code,
        "month": np.full(count, month.first),
        "self_tenths": np.where(rng.random(count) < 0.04, -1, np.rint(own * 10)).astype(np.int64),
        "manager_tenths": np.where(rng.random(count) < 0.01, -1, np.rint(manager * 10)).astype(np.int64),
    }


def report_deliveries(roster: Roster, month: Month) -> Columns:
    """The report specialists' register: due at 10:00 of the centre's home site, sometimes late, seldom never."""
    rng = stream(month.seed, _REPORTS, month.first)
    days = np.arange(month.first, month.following)
    people = roster.employed(month.first, month.last)
    people = people.take(people.role == REPORT_SPECIALIST)
    report = np.arange(len(REPORTS))
    day, person, kind = (
        grid.ravel() for grid in np.meshgrid(days, np.arange(len(people.code)), report, indexing="ij")
    )
    falls_due = (
        ((kind <= 2) & ((kind + person) % 2 == 0))
        | ((kind == 3) & (weekday(day) == 0))
        | ((kind == 4) & (day == month.first + 2))
    )
    falls_due &= (people.hired[person] <= day) & (people.left[person] > day)
    day, person, kind = day[falls_due], person[falls_due], kind[falls_due]
    count = len(day)
    offset = np.array([noon_offsets(TIME_ZONES[:1], int(each))[0] for each in days])[day - month.first]
    due = day * DAY + 10 * 3600 - offset
    late = rng.random(count)
    hours = np.where(late < 0.07, rng.exponential(4.0, count) + 0.1, -rng.exponential(1.5, count))
    is_delivered = rng.random(count) >= 0.01
    defects = np.where(rng.random(count) < 0.06, rng.integers(1, 5, count), 0)
    unchecked = (rng.random(count) < 0.04) | ~is_delivered
    return {
        "report": month.first * 100_000 + np.arange(count),
        "name": kind,
        "owner": people.code[person],
        "due_at": due,
        "delivered_at": np.where(is_delivered, due + np.rint(hours * 3600).astype(np.int64), -1),
        "defects": np.where(unchecked, -1, defects),
    }


def staffing_requirements(month: Month, planned: Ints, first: int) -> Columns:
    """Agents needed by half hour and line: what is planned, missed as a forecast misses (tenths of an agent)."""
    rng = stream(month.seed, _REQUIREMENTS, month.first)
    lines, half_hours = planned.shape
    error = np.clip(rng.normal(1.0, 0.10, planned.shape), 0.6, 1.4)
    tenths = np.rint(planned / 1800 * error * 10).astype(np.int64)
    return {
        "starts_at": np.tile(first + 1800 * np.arange(half_hours), lines),
        "line": np.repeat(np.arange(lines), half_hours),
        "tenths": tenths.ravel(),
    }
