"""The synthetic centre as it stands: sites, lines, queues, shifts and how busy each hour is.

What belongs here: facts that no month changes. What does not: people (`roster`) and what happens (`shifts`, `handling`).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sources.simulator.clock import Bools, Floats, Ints

SITES = (
    ("SHA", "Shanghai", "Asia/Shanghai", "CN"),
    ("NYC", "New York", "America/New_York", "US"),
    ("LIS", "Lisbon", "Europe/Lisbon", "PT"),
    ("MNL", "Manila", "Asia/Manila", "PH"),
)
TIME_ZONES = tuple(site[2] for site in SITES)
DEFAULT_SITE = 0
LINES = ("inquiry", "complaint", "ecommerce")
INQUIRY, COMPLAINT, ECOMMERCE = range(3)
CHANNELS = ("voice", "chat", "email")
VOICE, CHAT, EMAIL = range(3)
TOPICS = ("billing", "delivery", "refund", "login", "product", "warranty", "promotion", "account", "returns")


@dataclass(frozen=True)
class Queue:
    """One queue; `handle_seconds` is its usual talk time, `share` its part of the line's contacts."""

    queue_id: str
    queue_name: str
    line: int
    channel: int
    service_level_seconds: int
    short_abandon_seconds: int
    handle_seconds: int
    share: float


QUEUES = (
    Queue("Q01", "General inquiry", INQUIRY, VOICE, 20, 5, 285, 0.70),
    Queue("Q02", "Inquiry chat", INQUIRY, CHAT, 60, 10, 370, 0.18),
    Queue("Q03", "Inquiry mail", INQUIRY, EMAIL, 3_600, 0, 370, 0.12),
    Queue("Q04", "Complaints", COMPLAINT, VOICE, 30, 5, 370, 0.82),
    Queue("Q05", "Complaint mail", COMPLAINT, EMAIL, 3_600, 0, 440, 0.18),
    Queue("Q06", "Shop chat", ECOMMERCE, CHAT, 45, 10, 350, 0.66),
    Queue("Q07", "Shop hotline", ECOMMERCE, VOICE, 20, 5, 265, 0.34),
)
QUEUE_LINE: Ints = np.array([queue.line for queue in QUEUES])
QUEUE_CHANNEL: Ints = np.array([queue.channel for queue in QUEUES])
QUEUE_HANDLE: Floats = np.array([queue.handle_seconds for queue in QUEUES], dtype=float)
QUEUE_SHORT: Ints = np.array([queue.short_abandon_seconds for queue in QUEUES])
QUEUE_LEVEL: Ints = np.array([queue.service_level_seconds for queue in QUEUES])

#: (start in local minutes, part of the agents); the last runs over midnight.
SHIFT_KINDS = ((420, 0.24), (540, 0.40), (720, 0.13), (840, 0.15), (1320, 0.08))
NIGHT_SHIFT = len(SHIFT_KINDS) - 1

#: Contacts offered at each local hour against the day's busiest.
_HOURS_BY_LINE = (
    "2 1 1 1 1 2 3 4 6 8 10 9 7 7 9 10 9 7 6 5 5 4 3 2",
    "1 1 1 1 1 1 2 4 7 9 10 9 6 7 9 9 8 6 5 4 3 3 2 1",
    "3 2 1 1 1 1 2 3 5 6 8 8 8 7 7 7 7 6 7 9 10 10 8 5",
)
_WEEKDAYS = (1.0, 0.94, 0.90, 0.89, 0.92, 0.80, 0.74)
#: line × weekday × local hour, 0..1
LOAD: Floats = (
    np.array([[float(hour) for hour in line.split()] for line in _HOURS_BY_LINE])[:, None, :]
    / 10
    * np.array(_WEEKDAYS)[None, :, None]
)

_FIRST_TEAMS = ((0, INQUIRY), (1, ECOMMERCE), (0, COMPLAINT), (2, INQUIRY), (0, ECOMMERCE), (3, INQUIRY))
_SITE_SHARES, _LINE_SHARES = (0.46, 0.22, 0.14, 0.18), (0.45, 0.20, 0.35)


@dataclass(frozen=True)
class Teams:
    """Arrays by team: site and line, both as positions in SITES and LINES; `number` counts within both."""

    site: Ints
    line: Ints
    number: Ints


def make_teams(agents: int) -> Teams:
    """Teams of about fourteen agents (of five in the smallest centre), spread over sites and lines."""
    count = max(4, round(agents / 14))
    order = np.arange(count)
    # Multiples of an irrational number spread evenly, whatever the count.
    site = _pick(_SITE_SHARES, order * 0.6180339887)
    line = _pick(_LINE_SHARES, order * 0.7548776662 + 0.5)
    for team, (first_site, first_line) in enumerate(_FIRST_TEAMS[:count]):
        site[team], line[team] = first_site, first_line
    group = site * len(LINES) + line
    number = np.array([int((group[:team] == group[team]).sum()) + 1 for team in range(count)])
    return Teams(site, line, number)


def _pick(shares: tuple[float, ...], at: NDArray[np.floating[Any]]) -> Ints:
    return np.searchsorted(np.cumsum(shares)[:-1], at % 1.0, side="right").astype(np.int64)


def queue_of(line: Ints, at: Floats) -> Ints:
    """A queue of each line, drawn by the queues' shares; `at` in [0, 1)."""
    chosen = np.zeros(len(line), dtype=np.int64)
    for number in range(len(LINES)):
        own = [index for index, queue in enumerate(QUEUES) if queue.line == number]
        of_line: Bools = line == number
        place = _pick(tuple(QUEUES[index].share for index in own), at[of_line])
        chosen[of_line] = np.array(own)[place]
    return chosen
