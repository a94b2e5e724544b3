"""A local day's plan: who works, and the segments of each shift.

What belongs here: the schedule. What does not: what people then do (`handling`).
"""

from dataclasses import dataclass

import numpy as np

from sources.simulator.centre import NIGHT_SHIFT, SHIFT_KINDS, TIME_ZONES
from sources.simulator.clock import DAY, Bools, Ints, chance, noon_offsets, stream
from sources.simulator.roster import AGENT, NEVER, TRAINING_DAYS, People, Roster

ACTIVITIES = ("on_queue", "break", "lunch", "training", "coaching", "meeting", "leave")
ON_QUEUE, BREAK, LUNCH, TRAINING, COACHING, MEETING, LEAVE = range(7)
SEGMENTS = 9
SHIFT_MINUTES = 540
_WEEKLY_START, _WEEKLY_LEAVE, _SHIFTS = 11, 12, 2


@dataclass(frozen=True)
class DayPlan:
    """The shifts that start on one local day. One element a shift; `bounds` (shifts × 10) are instants, `activity`
    (shifts × 9) positions in ACTIVITIES. A shift on leave has the activity leave throughout."""

    day: int
    agents: People
    team: Ints
    site: Ints
    line: Ints
    offset: Ints
    bounds: Ints
    activity: Ints
    on_leave: Bools
    present: Bools


def plan_day(seed: int, roster: Roster, day: int) -> DayPlan:
    """Who is scheduled on `day` (local to each one's site), and for what."""
    agents = _working(roster, day)
    count = len(agents.code)
    rng = stream(seed, _SHIFTS, day)
    team = agents.team_on(day)
    site, line = roster.site[team], roster.line[team]
    is_trainee = day - agents.hired < TRAINING_DAYS
    is_anchor = _anchors(site, agents.shift_kind == NIGHT_SHIFT, is_trainee)
    week = np.full(count, day // 7)
    on_leave = (chance(seed, _WEEKLY_LEAVE, agents.code, week) < 0.05) & ~is_anchor & ~is_trainee
    present = ~on_leave & ((rng.random(count) >= 0.018 + 0.012 * agents.punctuality) | is_anchor)
    starts = np.array([kind[0] for kind in SHIFT_KINDS])[agents.shift_kind]
    starts = starts + 30 * ((chance(seed, _WEEKLY_START, agents.code, week) * 3).astype(np.int64) - 1)
    offset = noon_offsets(TIME_ZONES, day)[site]
    minutes, activity = _segments(rng, count)
    activity[is_trainee & ~is_anchor] = np.where(
        activity[is_trainee & ~is_anchor] == ON_QUEUE, TRAINING, activity[is_trainee & ~is_anchor]
    )
    activity[on_leave] = LEAVE
    bounds = day * DAY + (starts[:, None] + minutes) * 60 - offset[:, None]
    return DayPlan(day, agents, team, site, line, offset, bounds, activity, on_leave, present)


def _working(roster: Roster, day: int) -> People:
    """Agents employed that day who are not off. A move between sites takes two days, so that shifts never meet."""
    people = roster.employed(day, day)
    people = people.take(people.role == AGENT)
    is_off = ((day + 3) % 7 - people.off_day) % 7 < 2
    for moved, old, new in (
        (people.moved1, people.team0, people.team1),
        (people.moved2, people.team1, people.team2),
    ):
        crosses = (moved < NEVER) & (roster.site[old] != roster.site[new])
        is_off = is_off | (crosses & ((moved == day) | (moved == day + 1)))
    return people.take(~is_off)


def _anchors(site: Ints, is_night: Bools, is_trainee: Bools) -> Bools:
    """One agent of each site and of its night who always comes: no day with a schedule goes without contacts."""
    order = np.lexsort((np.arange(len(site)), is_trainee, is_night, site))
    group = (site * 2 + is_night)[order]
    is_first = np.append(True, group[1:] != group[:-1])[: len(group)]
    anchors = np.zeros(len(site), dtype=np.bool_)
    anchors[order[is_first]] = True
    return anchors


def _segments(rng: np.random.Generator, count: int) -> tuple[Ints, Ints]:
    """Minutes from the shift's start (count × 10) and activities (count × 9)."""
    slack = 5 * rng.integers(0, 4, (count, 4))
    extra = rng.choice([BREAK, COACHING, MEETING, TRAINING], count, p=[0.55, 0.15, 0.18, 0.12])
    extra_minutes = np.where(extra == BREAK, 10, 30)
    fixed = np.tile(np.array([95, 15, 90, 45, 90, 15, 60, 0]), (count, 1))
    fixed[:, [0, 2, 4, 6]] += slack
    fixed[:, 7] = extra_minutes
    ends = np.cumsum(fixed, axis=1)
    minutes = np.column_stack([np.zeros(count, dtype=np.int64), ends, np.full(count, SHIFT_MINUTES)])
    usual = [ON_QUEUE, BREAK, ON_QUEUE, LUNCH, ON_QUEUE, BREAK, ON_QUEUE, BREAK, ON_QUEUE]
    activity = np.tile(np.array(usual), (count, 1))
    activity[:, 7] = extra
    return minutes, activity


def on_queue_by_half_hour(plan: DayPlan, first: int, half_hours: int, lines: int) -> Ints:
    """Seconds planned on queue (lines × half hours) in the half hours from the instant `first` on.

    Segments start and end at multiples of five minutes, so that five-minute steps hold them exactly.
    """
    step, per_half = 300, 6
    is_on = plan.activity == ON_QUEUE
    line = np.broadcast_to(plan.line[:, None], is_on.shape)[is_on]
    steps = half_hours * per_half
    change = np.zeros((lines, steps + 1), dtype=np.int64)
    for bounds, sign in ((plan.bounds[:, :-1], 1), (plan.bounds[:, 1:], -1)):
        np.add.at(change, (line, np.clip((bounds[is_on] - first) // step, 0, steps)), sign)
    agents = np.cumsum(change, axis=1)[:, :steps]
    return agents.reshape(lines, half_hours, per_half).sum(axis=2) * step
