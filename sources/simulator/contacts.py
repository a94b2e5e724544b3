"""A day's contacts: every leg, answered or not, with its customer, topic and transfers.

What belongs here: contacts as the ACD records them. What does not: surveys, cases and evaluations (`followups`).
"""

from dataclasses import dataclass

import numpy as np

from sources.simulator.centre import (
    COMPLAINT,
    DEFAULT_SITE,
    EMAIL,
    INQUIRY,
    QUEUE_CHANNEL,
    QUEUE_LINE,
    QUEUE_SHORT,
    TOPICS,
)
from sources.simulator.clock import Bools, Floats, Ints, chance, stream
from sources.simulator.handling import Answered
from sources.simulator.shifts import DayPlan

OUTCOMES = ("answered", "abandoned", "overflowed", "voicemail")
ANSWERED, ABANDONED, OVERFLOWED, VOICEMAIL = range(4)
#: Ordinals of contacts within a day stay below this, so that day and ordinal make one number.
PER_DAY = 10**7
# Within so many days simulated customers come back.
REPEAT_DAYS = 7
_LEGS, _TOPIC, _CUSTOMER, _ANONYMOUS = 6, 21, 22, 23
_LONGEST_TRANSFER_WAIT = 240


@dataclass(frozen=True)
class Legs:
    """One element a leg. `contact` is the number in contact_id; `shift` (position in the day plan), `customer`,
    `topic` and `answered_at` are -1 where there is none. `is_hard`: the issue resists solving, so customers return."""

    contact: Ints
    leg_number: Ints
    is_outbound: Bools
    queue: Ints
    shift: Ints
    site: Ints
    customer: Ints
    topic: Ints
    offered_at: Ints
    answered_at: Ints
    ended_at: Ints
    talk: Ints
    hold: Ints
    wrap: Ints
    outcome: Ints
    is_transferred: Bools
    is_hard: Bools


def contact_day(seed: int, plan: DayPlan, answered: Answered, agents: int) -> Legs:
    """All legs of a planned day; `agents` sets how many customers the centre has."""
    rng = stream(seed, _LEGS, plan.day)
    count = len(answered.shift)
    is_outbound = rng.random(count) < 0.04
    unreached = is_outbound & (rng.random(count) < 0.2)
    skill = plan.agents.skill[answered.shift]
    wants_transfer = ~is_outbound & (rng.random(count) < np.clip(0.052 - 0.015 * skill, 0.01, 0.15))
    second_of, alone = _match_transfers(rng, answered, wants_transfer, ~is_outbound & ~wants_transfer)
    lost_source, lost_offered, lost_ended, lost_outcome = _unanswered(rng, answered, ~is_outbound)
    lone_ended = answered.ended_at[alone] + rng.integers(20, 300, len(alone))
    is_second = second_of >= 0
    offered = np.where(is_second, answered.ended_at[second_of], answered.offered_at)

    # Contacts are numbered by their first legs; a second leg takes its first leg's number.
    ordinal = np.cumsum(~is_second) - 1
    ordinal[is_second] = ordinal[second_of[is_second]]
    firsts = int((~is_second).sum())
    lost = np.arange(firsts, firsts + len(lost_source))
    number = np.concatenate([ordinal, ordinal[alone], lost])
    extra = len(alone) + len(lost_source)
    nobody, nothing = np.full(extra, -1), np.zeros(extra, dtype=np.int64)
    lone_queue = np.where(QUEUE_LINE[answered.queue[alone]] == COMPLAINT, 0, 3)
    issue_day, issue = _issues(rng, plan.day, firsts + len(lost_source))
    customer, topic = _customers(seed, issue_day, issue, agents)
    return Legs(
        contact=plan.day * PER_DAY + number,
        leg_number=np.concatenate(
            [np.where(is_second, 2, 1), np.full(len(alone), 2), nothing[len(alone) :] + 1]
        ),
        is_outbound=np.append(is_outbound, nothing > 0),
        queue=np.concatenate([answered.queue, lone_queue, answered.queue[lost_source]]),
        shift=np.append(answered.shift, nobody),
        site=np.append(plan.site[answered.shift], np.full(extra, DEFAULT_SITE)),
        customer=customer[number],
        topic=topic[number],
        offered_at=np.concatenate([offered, answered.ended_at[alone], lost_offered]),
        answered_at=np.append(np.where(unreached, -1, answered.answered_at), nobody),
        ended_at=np.concatenate([answered.ended_at, lone_ended, lost_ended]),
        talk=np.append(np.where(unreached, 0, answered.talk), nothing),
        hold=np.append(np.where(unreached, 0, answered.hold), nothing),
        wrap=np.append(np.where(unreached, 0, answered.wrap), nothing),
        outcome=np.concatenate(
            [np.where(unreached, VOICEMAIL, ANSWERED), np.full(len(alone), ABANDONED), lost_outcome]
        ),
        is_transferred=np.append(wants_transfer, nothing > 0),
        is_hard=(issue % 5 == 0)[number],
    )


def _match_transfers(
    rng: np.random.Generator, answered: Answered, is_first: Bools, may_be_second: Bools
) -> tuple[Ints, Ints]:
    """Which leg each leg continues (-1: none), and the transferred legs that nobody then took.

    A transferred contact goes to complaints (from there to inquiry) and is taken by the agent who next answers there.
    """
    line = QUEUE_LINE[answered.queue]
    is_live = QUEUE_CHANNEL[answered.queue] != EMAIL
    second_of = np.full(len(line), -1)
    alone: list[Ints] = []
    for target, goes in ((COMPLAINT, line != COMPLAINT), (INQUIRY, line == COMPLAINT)):
        firsts = np.flatnonzero(is_first & goes)
        takers = np.flatnonzero(may_be_second & (line == target) & is_live)
        takers = takers[np.argsort(answered.answered_at[takers], kind="stable")]
        # A few seconds pass before anybody takes it; the spread keeps them from looking alike.
        ready = answered.ended_at[firsts] + rng.integers(1, 60, len(firsts))
        order = np.argsort(ready, kind="stable")
        firsts, turn = firsts[order], np.arange(len(firsts))
        # Each takes the next leg that is not taken: one place further than the one before it, or more.
        next_free = np.searchsorted(answered.answered_at[takers], ready[order])
        place = np.maximum.accumulate(next_free - turn) + turn
        is_there = place < len(takers)
        firsts_there, taker = firsts[is_there], takers[place[is_there]]
        waited = answered.answered_at[taker] - answered.ended_at[firsts_there]
        is_soon = waited <= _LONGEST_TRANSFER_WAIT
        second_of[taker[is_soon]] = firsts_there[is_soon]
        alone += [firsts[~is_there], firsts_there[~is_soon]]
    return second_of, np.concatenate(alone)


def _unanswered(
    rng: np.random.Generator, answered: Answered, is_inbound: Bools
) -> tuple[Ints, Ints, Ints, Ints]:
    """Contacts that nobody answered: the answered leg each one came beside, offered_at, ended_at, outcome."""
    lost_share = np.where(QUEUE_CHANNEL[answered.queue] == EMAIL, 0.004, 0.02 + 0.085 * answered.load)
    source = np.flatnonzero(is_inbound & (rng.random(len(lost_share)) < lost_share))
    count = len(source)
    short = QUEUE_SHORT[answered.queue[source]]
    is_short = (rng.random(count) < 0.14) & (short > 0)
    waits = np.where(
        is_short, (rng.random(count) * short).astype(np.int64), short + 1 + rng.exponential(80, count)
    )
    offered = answered.offered_at[source] + rng.integers(-300, 300, count)
    outcome = rng.choice([ABANDONED, OVERFLOWED, VOICEMAIL], count, p=[0.82, 0.11, 0.07])
    return source, offered, offered + waits.astype(np.int64), np.where(is_short, ABANDONED, outcome)


def _issues(rng: np.random.Generator, day: int, contacts: int) -> tuple[Ints, Ints]:
    """The issue behind each contact, as the day it first came up and its number on that day.

    Four in five contacts raise a new issue; the others come back to one of the last days, the hard ones above all.
    """
    came_up, number = np.full(contacts, day), np.arange(contacts)
    returns = rng.random(contacts) < 0.19
    ago = rng.integers(1, REPEAT_DAYS + 1, contacts)
    # Numbers of an earlier day are as many as today's, roughly: there is no need to know.
    earlier = (rng.random(contacts) * contacts).astype(np.int64)
    earlier = np.where(rng.random(contacts) < 0.6, earlier // 5 * 5, earlier)
    return np.where(returns, day - ago, came_up), np.where(returns, earlier, number)


def _customers(seed: int, day: Ints, issue: Ints, agents: int) -> tuple[Ints, Ints]:
    """Customer and topic of each issue, the same on every day that it comes back; -1 where not known."""
    pool = agents * 700
    customer = (chance(seed, _CUSTOMER, day, issue) * pool).astype(np.int64)
    topic = (chance(seed, _TOPIC, day, issue) ** 1.4 * len(TOPICS)).astype(np.int64)
    unknown: Floats = chance(seed, _ANONYMOUS, day, issue)
    return np.where(unknown < 0.05, -1, customer), np.where((unknown >= 0.05) & (unknown < 0.08), -1, topic)
