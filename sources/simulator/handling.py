"""What people on shift do: their states second by second, and the contacts they answer.

What belongs here: the time line of agents who came. What does not: contacts nobody answered, and customers (`contacts`).
"""

from dataclasses import dataclass

import numpy as np

from sources.simulator.centre import (
    CHAT,
    EMAIL,
    LOAD,
    QUEUE_CHANNEL,
    QUEUE_HANDLE,
    QUEUE_LEVEL,
    queue_of,
)
from sources.simulator.clock import DAY, Bools, Floats, Ints, stream, weekday
from sources.simulator.shifts import BREAK, COACHING, LUNCH, MEETING, ON_QUEUE, TRAINING, DayPlan

STATES = (
    "available",
    "ringing",
    "talking",
    "holding",
    "wrap_up",
    "break",
    "lunch",
    "training",
    "coaching",
    "meeting",
    "not_ready",
    "system_issue",
)
AVAILABLE, RINGING, TALKING, HOLDING, WRAP_UP, NOT_READY, SYSTEM_ISSUE = 0, 1, 2, 3, 4, 10, 11
_STATE_OF_ACTIVITY = {BREAK: 5, LUNCH: 6, TRAINING: 7, COACHING: 8, MEETING: 9}
_CYCLE = np.array([AVAILABLE, RINGING, TALKING, HOLDING, TALKING, WRAP_UP])
_ACTUALS, _CYCLES, _WAITS = 3, 4, 5


@dataclass(frozen=True)
class States:
    """One element a state; `shift` is the position in the day plan, `state` in STATES."""

    shift: Ints
    state: Ints
    started_at: Ints
    ended_at: Ints


@dataclass(frozen=True)
class Answered:
    """One element an answered leg; `load` is how busy its hour was (0..1)."""

    shift: Ints
    queue: Ints
    offered_at: Ints
    answered_at: Ints
    ended_at: Ints
    talk: Ints
    hold: Ints
    wrap: Ints
    load: Floats


def work_day(seed: int, plan: DayPlan) -> tuple[States, Answered]:
    """The states of everybody present on a planned day, in order by agent and time, and the legs they answer."""
    shift = np.flatnonzero(plan.present)
    bounds = _actual_bounds(seed, plan, shift)
    activity = plan.activity[shift]
    is_on = activity == ON_QUEUE
    row = np.broadcast_to(shift[:, None], activity.shape)
    others = States(
        row[~is_on],
        np.array([_STATE_OF_ACTIVITY.get(each, 0) for each in range(7)])[activity[~is_on]],
        bounds[:, :-1][~is_on],
        bounds[:, 1:][~is_on],
    )
    busy, answered = _cycles(seed, plan, row[is_on], bounds[:, :-1][is_on], bounds[:, 1:][is_on])
    order = np.lexsort((np.append(others.started_at, busy.started_at), np.append(others.shift, busy.shift)))
    merged = States(
        *(
            np.append(getattr(others, name), getattr(busy, name))[order]
            for name in ("shift", "state", "started_at", "ended_at")
        )
    )
    return merged, answered


def _actual_bounds(seed: int, plan: DayPlan, shift: Ints) -> Ints:
    """When people really log in, go on break, come back and leave: the plan, missed by less than half a segment."""
    rng = stream(seed, _ACTUALS, plan.day)
    late = plan.agents.punctuality[shift]
    missed = rng.normal(15, 75, (len(shift), 10)) * late[:, None]
    missed[:, 0] = rng.exponential(170, len(shift)) * late - 90
    missed = np.clip(missed, -280, 280)
    missed[:, 0] = np.clip(missed[:, 0] * 2, -120, 900)
    return plan.bounds[shift] + np.rint(missed).astype(np.int64)


def _cycles(seed: int, plan: DayPlan, shift: Ints, start: Ints, end: Ints) -> tuple[States, Answered]:
    """Fills each stretch on queue with cycles of waiting, talking, holding and wrapping up."""
    rng = stream(seed, _CYCLES, plan.day)
    middle = (start + end) // 2 + plan.offset[shift]
    stretch_load = LOAD[plan.line[shift], weekday(middle // DAY), middle % DAY // 3600]
    idle = 205 - 165 * stretch_load
    pace = plan.agents.pace[shift]
    usual = 332 * pace + idle
    count = np.maximum(1, np.rint((end - start) / usual + rng.normal(0, 0.6, len(start)))).astype(np.int64)
    stretch = np.repeat(np.arange(len(start)), count)
    primary = queue_of(plan.line, (plan.agents.code % 9973) / 9973)
    drawn = queue_of(plan.line[shift[stretch]], rng.random(len(stretch)))
    queue = np.where(rng.random(len(stretch)) < 0.6, primary[shift[stretch]], drawn)
    parts = _parts(rng, QUEUE_HANDLE[queue] * pace[stretch], idle[stretch])
    bounds = _fit(parts, count, start, end)
    states = np.tile(_CYCLE, (len(stretch), 1))
    aside = rng.random(len(stretch))
    states[aside < 0.045, 0] = NOT_READY
    states[aside < 0.004, 0] = SYSTEM_ISSUE
    lasts = bounds[:, 1:] > bounds[:, :-1]
    rows = np.broadcast_to(shift[stretch][:, None], lasts.shape)
    busy = States(rows[lasts], states[lasts], bounds[:, :-1][lasts], bounds[:, 1:][lasts])
    return busy, _legs(seed, plan.day, shift[stretch], queue, bounds, stretch_load[stretch])


def _parts(rng: np.random.Generator, talk: Floats, idle: Floats) -> Floats:
    """Raw seconds of each cycle's six parts (cycles × 6), in the order of _CYCLE."""
    count = len(talk)
    waits = np.where(rng.random(count) < 0.5, 0.0, rng.exponential(idle * 2))
    rings = np.where(rng.random(count) < 0.06, rng.uniform(3, 12, count), 0.0)
    talks = np.maximum(20.0, talk * rng.lognormal(-0.1, 0.45, count))
    holds = np.where(rng.random(count) < 0.05, 10 + rng.exponential(45, count), 0.0)
    after = np.where(holds > 0, talks * rng.uniform(0.2, 0.6, count), 0.0)
    wraps = np.where(rng.random(count) < 0.4, 55 * rng.lognormal(-0.1, 0.5, count), 0.0)
    return np.column_stack([waits, rings, talks - after, holds, after, wraps])


def _fit(parts: Floats, count: Ints, start: Ints, end: Ints) -> Ints:
    """Stretches the parts so that the cycles fill their stretch to the second: instants (cycles × 7)."""
    first = np.append(0, np.cumsum(count)[:-1])
    running = np.cumsum(parts.ravel()).reshape(parts.shape)
    before = np.append(0.0, running[:-1, -1])
    base, top = before[first], running[first + count - 1, -1]
    stretch = np.repeat(np.arange(len(count)), count)
    scale = ((end - start) / (top - base))[stretch]
    until = start[stretch][:, None] + np.rint((running - base[stretch][:, None]) * scale[:, None]).astype(
        np.int64
    )
    since = np.append(0, until[:-1, -1])
    since[first] = start
    return np.column_stack([since, until])


def _legs(seed: int, day: int, shift: Ints, queue: Ints, bounds: Ints, load: Floats) -> Answered:
    """The leg of each cycle, and beside some chats a second one that the agent answers at the same time."""
    rng = stream(seed, _WAITS, day)
    lasted = np.diff(bounds, axis=1)
    answered, ended = bounds[:, 2], bounds[:, 5]
    doubled: Bools = (QUEUE_CHANNEL[queue] == CHAT) & (rng.random(len(queue)) < 0.5)
    talking = (ended - answered)[doubled]
    second_answered = answered[doubled] + (talking * rng.uniform(0.02, 0.3, len(talking))).astype(np.int64)
    second_ended = ended[doubled] - (talking * rng.uniform(0.0, 0.3, len(talking))).astype(np.int64)
    none = np.zeros(len(talking), dtype=np.int64)
    all_queues, all_loads = np.append(queue, queue[doubled]), np.append(load, load[doubled])
    all_answered = np.append(answered, second_answered)
    rings = np.append(lasted[:, 1], none)
    return Answered(
        shift=np.append(shift, shift[doubled]),
        queue=all_queues,
        offered_at=all_answered - np.maximum(rings, _waits(rng, all_queues, all_loads)),
        answered_at=all_answered,
        ended_at=np.append(ended, second_ended),
        talk=np.append(lasted[:, 2] + lasted[:, 4], second_ended - second_answered),
        hold=np.append(lasted[:, 3], none),
        wrap=np.append(lasted[:, 5], none),
        load=all_loads,
    )


def _waits(rng: np.random.Generator, queue: Ints, load: Floats) -> Ints:
    """Seconds in the queue: most are answered at once, the rest wait longer the busier the hour; mail waits longest."""
    count = len(queue)
    at_once = rng.integers(1, 9, count)
    queued = rng.exponential(14 + 0.6 * QUEUE_LEVEL[queue] * (0.4 + load), count)
    wait = np.where(rng.random(count) < 0.72 - 0.35 * load, at_once, queued)
    mailed = rng.gamma(2.0, 300.0, count)
    return np.where(QUEUE_CHANNEL[queue] == EMAIL, np.minimum(mailed, 3600), wait).astype(np.int64)
