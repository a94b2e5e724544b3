"""Who works here: every seat's successive holders, their traits and their moves between teams.

What belongs here: people as arrays, one element a person, simulated from `ROSTER_STARTS_ON` to the last day asked for.
What does not: the HR tables written from them (`hr_tables`).
"""

from dataclasses import dataclass, fields

import numpy as np

from sources.simulator.centre import DEFAULT_SITE, SHIFT_KINDS, Teams, make_teams
from sources.simulator.clock import (
    ROSTER_STARTS_ON,
    Bools,
    Floats,
    Ints,
    day_number,
    stream,
    weekday,
)

#: A day that never comes.
NEVER = 10**6
ROLES = ("agent", "team_lead", "trainer", "report_specialist", "hr_specialist", "qa_specialist", "manager")
AGENT, TEAM_LEAD, TRAINER, REPORT_SPECIALIST, HR_SPECIALIST, QA_SPECIALIST, MANAGER = range(7)
TRAINING_DAYS = 5
PROBATION_DAYS = 90
_AGENTS_PER_OFFICE_SEAT = {
    TRAINER: 150,
    REPORT_SPECIALIST: 120,
    HR_SPECIALIST: 300,
    QA_SPECIALIST: 80,
    MANAGER: 250,
}
_AGENT_CODES, _OTHER_CODES = 100_000, 900_000
_ROSTER = 1


@dataclass(frozen=True)
class People:
    """One element a person. Days are day numbers; `team*` are positions in Teams (the office comes after the last).

    `code` is the number in employee_id and agent_id. `skill` is about N(0, 1); `pace` multiplies handle times;
    `punctuality` multiplies how far actual times stray from the plan.
    """

    code: Ints
    role: Ints
    hired: Ints
    left: Ints
    is_voluntary: Bools
    team0: Ints
    moved1: Ints
    team1: Ints
    moved2: Ints
    team2: Ints
    skill: Floats
    pace: Floats
    punctuality: Floats
    off_day: Ints
    shift_kind: Ints

    def take(self, chosen: Bools | Ints) -> "People":
        """The chosen people, by mask or position."""
        return People(*(getattr(self, field.name)[chosen] for field in fields(self)))

    def team_on(self, day: int) -> Ints:
        """Each one's team on that day."""
        return np.where(day >= self.moved2, self.team2, np.where(day >= self.moved1, self.team1, self.team0))


@dataclass(frozen=True)
class Roster:
    """Everybody who ever held a seat, and the teams; `site` and `line` reach one past the teams, to the office."""

    people: People
    teams: Teams
    site: Ints
    line: Ints

    @property
    def office(self) -> int:
        """The position of the office among the teams."""
        return len(self.teams.site)

    def employed(self, first: int, last: int) -> People:
        """Those employed on at least one day from `first` to `last`."""
        return self.people.take((self.people.hired <= last) & (self.people.left >= first))


def make_roster(seed: int, agents: int, until: int) -> Roster:
    """The roster up to day `until`; a longer one begins with the same people."""
    teams = make_teams(agents)
    site = np.append(teams.site, DEFAULT_SITE)
    line = np.append(teams.line, -1)
    roles, homes = _seats(agents, len(teams.site))
    generations: list[People] = []
    last_left = np.full(len(roles), day_number(ROSTER_STARTS_ON) - 9)
    while bool((last_left < until).any()):
        generation = _next_holders(seed, len(generations), roles, homes, last_left, site)
        generations.append(generation)
        last_left = generation.left
    columns = (np.concatenate([getattr(one, field.name) for one in generations]) for field in fields(People))
    people = People(*columns)
    known = people.take(people.hired <= until)
    return Roster(known.take(np.argsort(known.code, kind="stable")), teams, site, line)


def _seats(agents: int, teams: int) -> tuple[Ints, Ints]:
    """Role and home team of every seat: the agents', a lead for each team, and the office."""
    office = [role for role, per in _AGENTS_PER_OFFICE_SEAT.items() for _ in range(max(1, agents // per))]
    roles = np.concatenate([np.full(agents, AGENT), np.full(teams, TEAM_LEAD), np.array(office)])
    homes = np.concatenate(
        [np.arange(agents) * teams // agents, np.arange(teams), np.full(len(office), teams)]
    )
    return roles.astype(np.int64), homes.astype(np.int64)


def _next_holders(
    seed: int, generation: int, roles: Ints, homes: Ints, last_left: Ints, site: Ints
) -> People:
    """The next holder of every seat. Always draws for all seats, so that a later horizon changes nobody."""
    rng = stream(seed, _ROSTER, generation)
    seats = len(roles)
    is_agent = roles == AGENT
    first = generation == 0
    hired = _hire_days(last_left, is_agent)
    tenure = _tenures(rng, seats, first=first)
    # Team leads and managers stay: others' rows name them as supervisors.
    stays = np.isin(roles, (TEAM_LEAD, MANAGER))
    left = np.where(stays, NEVER, hired + np.where(is_agent, tenure, tenure * 2 + 60))
    hired = hired - (rng.integers(30, 1500, seats) if first else 0)
    moved1 = hired + 120 + rng.exponential(500, seats).astype(np.int64)
    moved2 = moved1 + 120 + rng.exponential(700, seats).astype(np.int64)
    team1 = _other_team(rng, homes, site)
    team2 = _other_team(rng, team1, site)
    moved1 = np.where(is_agent & (team1 != homes) & (moved1 < left), moved1, NEVER)
    moved2 = np.where((moved1 < NEVER) & (team2 != team1) & (moved2 < left), moved2, NEVER)
    seat_numbers = np.where(is_agent, _AGENT_CODES, _OTHER_CODES) + np.arange(seats)
    return People(
        code=seat_numbers * 100 + generation,
        role=roles,
        hired=hired,
        left=left,
        is_voluntary=rng.random(seats) < 0.72,
        team0=homes,
        moved1=moved1,
        team1=team1,
        moved2=moved2,
        team2=team2,
        skill=rng.normal(0.0, 1.0, seats),
        pace=np.exp(rng.normal(0.0, 0.13, seats)),
        punctuality=rng.gamma(4.0, 0.25, seats),
        off_day=np.where(rng.random(seats) < 0.45, 5, rng.integers(0, 7, seats)),
        shift_kind=np.searchsorted(np.cumsum([kind[1] for kind in SHIFT_KINDS])[:-1], rng.random(seats)),
    )


def _hire_days(last_left: Ints, is_agent: Bools) -> Ints:
    """Agents start with a cohort, on the first or third Monday of a month; others the day after their forerunner."""
    days = np.arange(day_number(ROSTER_STARTS_ON) - 40, day_number(ROSTER_STARTS_ON) + 366 * 130)
    mondays = days[weekday(days) == 0]
    day_of_month = (
        mondays.astype("datetime64[D]") - mondays.astype("datetime64[D]").astype("datetime64[M]")
    ).astype(np.int64)
    cohorts = mondays[(day_of_month < 7) | ((day_of_month >= 14) & (day_of_month < 21))]
    place = np.minimum(np.searchsorted(cohorts, last_left + 8), len(cohorts) - 1)
    return np.where(is_agent, cohorts[place], last_left + 1)


def _tenures(rng: np.random.Generator, seats: int, *, first: bool) -> Ints:
    """Days employed after the first: some leave in training, more in probation, most stay for years."""
    kind = rng.random(seats)
    long_run = 90 + rng.exponential(800, seats).astype(np.int64)
    probation = rng.integers(TRAINING_DAYS, PROBATION_DAYS, seats)
    training = rng.integers(1, TRAINING_DAYS, seats)
    if first:
        return long_run
    return np.where(kind < 0.05, training, np.where(kind < 0.17, probation, long_run))


def _other_team(rng: np.random.Generator, current: Ints, site: Ints) -> Ints:
    """A team drawn for each: mostly at the same site, sometimes anywhere."""
    teams = len(site) - 1
    draw = rng.random(len(current))
    by_site = np.argsort(site[:teams], kind="stable")
    starts = np.searchsorted(site[by_site], site[current], side="left")
    ends = np.searchsorted(site[by_site], site[current], side="right")
    same_site = by_site[np.minimum(starts + (draw * (ends - starts)).astype(np.int64), teams - 1)]
    anywhere = np.minimum((draw * teams).astype(np.int64), teams - 1)
    return np.where(rng.random(len(current)) < 0.88, same_site, anywhere)
