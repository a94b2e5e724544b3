"""What follows from a day's contacts: surveys, cases, complaints, orders, quality evaluations.

What belongs here: the rows as arrays, ready to be written. What does not: how they are spelt (`tables`).
Identifiers carry the day and the leg's position, so that months fit together.
"""

import numpy as np

from sources.simulator.centre import CHAT, ECOMMERCE, EMAIL, QUEUE_CHANNEL, QUEUE_LINE
from sources.simulator.clock import DAY, Bools, Floats, Ints, stream
from sources.simulator.contacts import ANSWERED, PER_DAY, Legs
from sources.simulator.shifts import DayPlan
from sources.simulator.writing import Columns

_SURVEYS, _CASES, _COMPLAINTS, _ORDERS, _EVALUATIONS = 31, 32, 33, 34, 35
METHODS = ("monitoring", "mystery_call", "automated")
CRITERIA = ("script_compliance", "empathy", "courtesy", "accuracy")
MAX_POINTS = (20, 20, 20, 40)
REVIEW_REASONS = ("not our fault", "wrong contact rated", "abusive rating")
COMMENTS = (
    "很好, 谢谢",
    "Solved at once, thank you!",
    "Waited too long",
    'She said "no" three times',
    "问题还没有解决",
    "Obrigado\npela ajuda",
)


def surveys(seed: int, plan: DayPlan, legs: Legs) -> Columns:
    """Answers of customers to the survey after their contact's last leg: what they think follows its solution."""
    rng = stream(seed, _SURVEYS, plan.day)
    chosen = _chosen(rng, legs, 0.08)
    shift, count = legs.shift[chosen], len(chosen)
    skill = plan.agents.skill[shift]
    solved = 3.9 + 0.35 * skill - 1.3 * legs.is_hard[chosen] + rng.normal(0, 0.8, count)
    waited = (legs.answered_at - legs.offered_at)[chosen]
    is_mail = QUEUE_CHANNEL[legs.queue[chosen]] == EMAIL
    slowness = np.log1p(waited / np.where(is_mail, 240, 20)) * 0.5
    overall = 0.75 * solved + 1.35 - 0.22 * slowness + rng.normal(0, 0.45, count)
    csat = _stars(rng, overall, 0.01)
    is_reviewed = (csat >= 1) & (csat <= 2) & (rng.random(count) < 0.25)
    is_excluded = rng.random(count) < 0.3
    return {
        "survey": _identity(plan, chosen),
        "contact": legs.contact[chosen],
        "agent": plan.agents.code[shift],
        "site": legs.site[chosen],
        "responded_at": legs.ended_at[chosen]
        + 60
        + np.minimum(rng.exponential(5400, count), 43_000).astype(np.int64),
        "csat": csat,
        "nps": _sometimes(
            rng, np.clip(np.rint(overall * 2.6 - 2.2 + rng.normal(0, 1.2, count)), 0, 10), 0.15
        ),
        "resolution": _stars(rng, solved, 0.08),
        "attitude": _stars(rng, 4.1 + 0.25 * skill + 0.2 * (solved - 4) + rng.normal(0, 0.6, count), 0.08),
        "speed": _stars(rng, 4.5 - slowness + rng.normal(0, 0.6, count), 0.08),
        "ease": _stars(rng, 0.5 * solved + 2 + rng.normal(0, 0.7, count), 0.08),
        "comment": np.where(rng.random(count) < 0.12, rng.integers(0, len(COMMENTS), count), -1),
        "review": np.where(is_reviewed, np.where(is_excluded, 1, 0), -1),
        "review_reason": np.where(is_reviewed, np.where(is_excluded, rng.integers(1, 3, count), 0), -1),
    }


def cases(seed: int, plan: DayPlan, legs: Legs) -> Columns:
    """Work that stays after a contact, with a promise (one or three days) and what became of it."""
    rng = stream(seed, _CASES, plan.day)
    chosen = _chosen(rng, legs, 0.10)
    count = len(chosen)
    opened = legs.ended_at[chosen]
    promised = np.where(rng.random(count) < 0.5, DAY, 3 * DAY)
    slowness = np.exp(rng.normal(-0.75, 0.75, count) - 0.12 * plan.agents.skill[legs.shift[chosen]])
    closed = opened + (promised * slowness).astype(np.int64)
    return {
        "case": _identity(plan, chosen),
        "contact": legs.contact[chosen],
        "customer": legs.customer[chosen],
        "agent": plan.agents.code[legs.shift[chosen]],
        "site": legs.site[chosen],
        "category": legs.topic[chosen],
        "opened_at": opened,
        "due_at": np.where(rng.random(count) < 0.1, -1, opened + promised),
        "closed_at": np.where(rng.random(count) < 0.02, -1, closed),
        "reopened": (rng.random(count) < 0.05) | (legs.is_hard[chosen] & (rng.random(count) < 0.15)),
    }


def complaints(seed: int, plan: DayPlan, legs: Legs) -> Columns:
    """Complaints about a contact, oftener where the issue was hard and the agent unskilled."""
    rng = stream(seed, _COMPLAINTS, plan.day)
    skill = np.where(legs.shift >= 0, plan.agents.skill[legs.shift], 0.0)
    chosen = _chosen(rng, legs, np.clip(0.006 + 0.014 * legs.is_hard - 0.003 * skill, 0.001, 0.05))
    count = len(chosen)
    return {
        "complaint": _identity(plan, chosen),
        "contact": np.where(rng.random(count) < 0.1, -1, legs.contact[chosen]),
        "agent": plan.agents.code[legs.shift[chosen]],
        "site": legs.site[chosen],
        "customer": legs.customer[chosen],
        "received_at": legs.ended_at[chosen] + rng.integers(600, 43_000, count),
        "category": rng.choice(3, count, p=[0.6, 0.25, 0.15]),
        "upheld": rng.random(count) < 0.55,
    }


def orders(seed: int, plan: DayPlan, legs: Legs) -> Columns:
    """Orders placed after a chat with the shop, and a few after its calls."""
    rng = stream(seed, _ORDERS, plan.day)
    is_shop = QUEUE_LINE[legs.queue] == ECOMMERCE
    is_chat = QUEUE_CHANNEL[legs.queue] == CHAT
    skill = np.where(legs.shift >= 0, plan.agents.skill[legs.shift], 0.0)
    chosen = _chosen(rng, legs, is_shop * np.where(is_chat, np.clip(0.27 + 0.05 * skill, 0.05, 0.6), 0.06))
    count = len(chosen)
    created = legs.ended_at[chosen] - rng.integers(0, 120, count) + rng.integers(0, 7200, count)
    status = rng.choice(3, count, p=[0.88, 0.08, 0.04])
    paid = np.where((rng.random(count) < 0.97) & (status == 0), created + rng.integers(30, 40_000, count), -1)
    refunded = paid + rng.integers(DAY, 12 * DAY, count)
    return {
        "order": _identity(plan, chosen),
        "contact": legs.contact[chosen],
        "agent": plan.agents.code[legs.shift[chosen]],
        "site": legs.site[chosen],
        "customer": legs.customer[chosen],
        "created_at": created,
        "cents": np.rint(np.exp(rng.normal(10.1, 0.9, count))).astype(np.int64),
        "paid_at": paid,
        "refunded_at": np.where((paid >= 0) & (rng.random(count) < 0.06), refunded, -1),
        "status": status,
    }


def evaluations(seed: int, plan: DayPlan, legs: Legs, evaluators: Ints) -> tuple[Columns, Columns]:
    """Quality evaluations of the day's legs, and their items (tenths of points)."""
    rng = stream(seed, _EVALUATIONS, plan.day)
    chosen = _chosen(rng, legs, 0.004)
    count = len(chosen)
    shift = legs.shift[chosen]
    method = rng.choice(3, count, p=[0.6, 0.12, 0.28])
    shares = np.clip(0.86 + 0.05 * plan.agents.skill[shift][:, None] + rng.normal(0, 0.1, (count, 4)), 0, 1)
    tenths = np.rint(shares * np.array(MAX_POINTS) * 10).astype(np.int64)
    is_critical = rng.random(count) < np.clip(0.03 - 0.012 * plan.agents.skill[shift], 0.005, 0.1)
    heads: Columns = {
        "evaluation": _identity(plan, chosen),
        "contact": np.where(method == 1, -1, legs.contact[chosen]),
        "agent": plan.agents.code[shift],
        "site": legs.site[chosen],
        "evaluator": evaluators[rng.integers(0, len(evaluators), count)],
        "evaluated_at": legs.ended_at[chosen] + rng.integers(3600, 43_000, count),
        "method": method,
        "tenths": np.where(is_critical, tenths.sum(axis=1) // 2, tenths.sum(axis=1)),
        "critical_error": is_critical,
        "status": np.where(rng.random(count) < 0.03, 2, 0),
    }
    items: Columns = {
        "evaluation": np.repeat(heads["evaluation"], 4),
        "site": np.repeat(heads["site"], 4),
        "evaluated_at": np.repeat(heads["evaluated_at"], 4),
        "criterion": np.tile(np.arange(4), count),
        "tenths": tenths.ravel(),
        "max_points": np.tile(np.array(MAX_POINTS), count),
    }
    return heads, items


def _chosen(rng: np.random.Generator, legs: Legs, share: float | Floats) -> Ints:
    """Positions of a share of the legs that an agent answered and did not hand on."""
    eligible: Bools = (legs.outcome == ANSWERED) & ~legs.is_transferred & ~legs.is_outbound
    return np.flatnonzero(eligible & (rng.random(len(eligible)) < share))


def _identity(plan: DayPlan, chosen: Ints) -> Ints:
    return plan.day * PER_DAY + chosen


def _stars(rng: np.random.Generator, opinion: Floats, missing: float) -> Ints:
    """An opinion as 1 to 5 stars, -1 where not given."""
    return _sometimes(rng, np.clip(np.rint(opinion), 1, 5), missing)


def _sometimes(rng: np.random.Generator, value: Floats, missing: float) -> Ints:
    return np.where(rng.random(len(value)) < missing, -1, value).astype(np.int64)
