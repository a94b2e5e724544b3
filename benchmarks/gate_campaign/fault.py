"""What a fault is: one source's delivery of a month, changed by SQL as a person or an export really changes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fault:
    """`replace` gives columns other texts, `keep` says which rows stay, `add` is SQL for rows that come on top, `sql`
    is the whole selection instead. All columns are texts; the month's other deliveries are views named as their
    tables, and `person(person_id, site_id, team_id, business_line, role)` says where each agent and employee belongs.

    `also` are further sources changed with it; `cut` leaves so much of the file's bytes; `is_delivered` False leaves
    the source out. `sort` names the column that the file is sorted by. `needs_history` marks what is only wrong beside an
    earlier month, so that a centre's first month is not spoilt by it.
    """

    name: str
    source: str
    replace: Mapping[str, str] = field(default_factory=dict[str, str])
    keep: str = "true"
    add: str | None = None
    sql: str | None = None
    also: Mapping[str, str] = field(default_factory=dict[str, str])
    cut: float | None = None
    sort: str | None = None
    is_delivered: bool = True
    needs_history: bool = False

    def select(self) -> str:
        """SQL of the spoilt delivery."""
        if self.sql:
            return self.sql
        replaced = ", ".join(f"{value} as {name}" for name, value in self.replace.items())
        table = self.source.partition(".")[2]
        chosen = f"select * {f'replace ({replaced})' if replaced else ''} from {table} where {self.keep}"
        if self.sort:
            chosen += f" order by {self.sort}"
        return f"({chosen}) union all ({self.add})" if self.add else chosen


def at(column: str, interval: str) -> str:
    """SQL of a timestamp text moved by an interval."""
    return f"strftime(strptime({column}, '%Y-%m-%dT%H:%M:%SZ') + interval '{interval}', '%Y-%m-%dT%H:%M:%SZ')"


def one_in(key: str, n: int, of: int = 100) -> str:
    """SQL condition true for n of so many rows, by a hash of the key."""
    return f"hash({key}) % {of} < {n}"


def at_site(person: str, site: str) -> str:
    """SQL condition: the row's person belongs to the site."""
    return f"{person} in (select person_id from person where site_id = '{site}')"


def in_team(person: str, team: str) -> str:
    """SQL condition: the row's person belongs to the team."""
    return f"{person} in (select person_id from person where team_id = '{team}')"
