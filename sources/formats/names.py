"""Column names of a delivered file, and the line in which they stand.

What belongs here: names as Callboard compares them. What does not: what is below them.
"""

import re
from collections.abc import Sequence

#: The names of a file without a header that says so are looked for no further down than this.
FURTHEST_HEADER = 30
_BLANKS = " \t\v\f\r\n\u00a0\u1680\u2000-\u200f\u202f\u205f\u2060\u3000\ufeff"
_AROUND = re.compile(f"^[{_BLANKS}]+|[{_BLANKS}]+$")


def unique_names(header: Sequence[str]) -> list[str]:
    """Column names trimmed and in lower case; a name met again, or none, gets its position behind it."""
    names: list[str] = []
    for position, raw in enumerate(header, start=1):
        name = _AROUND.sub("", raw).lower()
        names.append(f"{name or 'column'}_{position}" if not name or name in names else name)
    return names


def header_among(rows: Sequence[Sequence[str]], expected: Sequence[str]) -> int:
    """Which of the first rows holds the names: the first of those that show most of the `expected` columns, or the first
    one that is not blank, where none shows two."""
    wanted = set(expected)
    familiar = [len(wanted.intersection(unique_names(row))) for row in rows]
    first = next((n for n, row in enumerate(rows) if any(cell.strip() for cell in row)), 0)
    best = max(familiar, default=0)
    return familiar.index(best) if best > max(1, familiar[first] if familiar else 0) else first
