"""The order in which deliveries of a table are taken: by their names, as people count.

What belongs here: comparing names. What does not: which delivery counts.
"""

import re

_DIGITS = re.compile(r"([0-9]+)")
#: Ends a piece; sorts before whatever a name may hold.
_END = "\x01"


def order_key(file: str) -> str:
    """A text that sorts as the file does: its name without extension piece by piece, runs of digits by their value.

    part-2 is before part-10, and export before export (1) before export (10); what is equal in that is by the whole
    name, then by its path.
    """
    name = file.rpartition("/")[2]
    stem, dot, extension = name.removesuffix(".gz").rpartition(".")
    if not dot or not stem or extension.isdigit():
        stem = name.removesuffix(".gz")
    pieces = [_by_value(piece) if n % 2 else piece for n, piece in enumerate(_DIGITS.split(stem))]
    return _END.join([*pieces, "", name, file])


def _by_value(digits: str) -> str:
    """A run of digits behind how many there are, zeros in front aside: such texts sort by value."""
    value = digits.lstrip("0")
    return f"{len(value):04}{value}"
