"""How the values of one file are written: signs of numbers, order of dates, words for nothing.

What belongs here: the forms. What does not: finding them out (`deciding`), SQL (`values_sql`).
"""

from dataclasses import dataclass

from sources.formats.options import WORDS_FOR_NOTHING, ReaderOptions


@dataclass(frozen=True)
class ValueForms:
    """`decimal` and `thousands` are the signs in numbers, `dates` is ymd, dmy, mdy, a format of strptime, or None for ISO
    8601 alone. `nothing` are words, in small letters. `is_odd`: values may hold blanks that do not show, rounded
    numbers or guards against spreadsheets."""

    decimal: str = "."
    thousands: str = ""
    dates: str | None = None
    nothing: tuple[str, ...] = WORDS_FOR_NOTHING
    is_odd: bool = True

    @property
    def is_plain_number(self) -> bool:
        return self.decimal == "." and not self.thousands


def told_forms(options: ReaderOptions, *, is_odd: bool) -> ValueForms:
    """The forms as a mapping or the configuration says them; what it leaves out is as the contracts have it."""
    return ValueForms(
        decimal=options.decimal or ".",
        thousands=options.thousands or "",
        dates=options.dates,
        nothing=tuple(word.strip().lower() for word in options.nothing),
        is_odd=is_odd,
    )
