"""How things read in English and in Chinese: words, numbers, months and days.

The English text is the key of its translation (gettext's way); `languages/zh.po` holds the Chinese. Numbers and dates
follow the locale through babel. Nothing here knows what a report or a page looks like.

A release holds codes and parameters (of reasons, of what the gate found); sentences are made here, where they are read.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from orchestration.home.errors import UsageError
from sources.reasons import KNOWN_REASONS, refusal

LANGUAGES = ("en", "zh")
_FOLDER = Path(__file__).with_name("languages")
# English months and days are written the day first, as most of our readers do.
_LOCALES = {"en": "en_GB", "zh": "zh_Hans_CN"}
#: Between the parts of a list: of words, not of sentences.
_BETWEEN = {"en": ", ", "zh": "、"}


@dataclass(frozen=True)
class Language:
    """One language: `code` is `en` or `zh`."""

    code: str
    _words: dict[str, str] = field(default_factory=dict[str, str], repr=False)

    @property
    def locale(self) -> Locale:
        """babel's locale, also what `lang=` of a page says (`tag`)."""
        return Locale.parse(_LOCALES[self.code])

    @property
    def tag(self) -> str:
        """The BCP 47 tag for `<html lang>`."""
        return {"en": "en-GB", "zh": "zh-CN"}[self.code]

    def text(self, message: str, /, **values: object) -> str:
        """The message in this language, `{name}` in it replaced by `values`; the English where there is no translation."""
        found = self._words.get(message) or message
        return found.format(**values) if values else found

    def reason(self, code: str | None, column: str | None, params: str | None, stored: str) -> str:
        """Why a row or a file was refused; `stored` is the release's English, and all that an older one has of it."""
        if code not in KNOWN_REASONS:
            return stored
        return refusal(code, column, params, self.text, self.between)

    @property
    def between(self) -> str:
        """What stands between the parts of a list."""
        return _BETWEEN[self.code]

    def listed(self, parts: Sequence[str]) -> str:
        """The parts as one list."""
        return self.between.join(parts)

    def number(self, value: float | None, unit: str = "count") -> str:
        """A value as people read it, by the unit of its KPI (`dim_kpi.unit`); an en dash where there is none."""
        if value is None:
            return "–"
        if unit == "ratio":
            return format_percent(value, "#,##0.0%", locale=self.locale)
        if unit == "seconds":
            return self.text("{number} s", number=format_decimal(value, "#,##0.0", locale=self.locale))
        pattern = {"count": "#,##0.##", "money": "#,##0.00", "points": "#,##0.00"}.get(unit, "#,##0.0")
        return format_decimal(value, pattern, locale=self.locale)

    def absence(self, reason: str, missing_sources: Sequence[str] = ()) -> str:
        """Why there is no number: a `reason` of marts.kpi_absence, and the tables that were never delivered."""
        if reason == "not_delivered":
            between = self.text(" or ")
            tables = self.text(", ").join(table.replace(" or ", between) for table in missing_sources)
            return self.text("not delivered: {tables}", tables=tables)
        return self.text({"not_known": "not known"}.get(reason, "nothing to count"))

    def change(self, now: float | None, before: float | None, unit: str) -> str:
        """By how much a value moved, with its sign; a ratio moves in percentage points."""
        if now is None or before is None:
            return "–"
        digits = 2 if unit in ("points", "money") else 1
        # Rounded first: what reads as 0 has no sign.
        moved = round((now - before) * (100 if unit == "ratio" else 1), digits) or 0.0
        plain = "#,##0." + "0" * digits
        number = format_decimal(moved, f"+{plain};−{plain}" if moved else plain, locale=self.locale)
        suffix = {"ratio": "{number} pp", "seconds": "{number} s"}.get(unit, "{number}")
        return self.text(suffix, number=number)

    def month(self, month: date) -> str:
        """`August 2026`, `2026年8月`."""
        return format_skeleton("yMMMM", month, locale=self.locale)

    def short_month(self, month: date) -> str:
        """`Aug 2026`, `2026年8月`."""
        return format_skeleton("yMMM", month, locale=self.locale)

    def day(self, day: date) -> str:
        """`3 September 2026`, `2026年9月3日`."""
        return format_date(day, "long", locale=self.locale)

    def instant(self, instant: datetime) -> str:
        """A UTC instant to the minute, which says that it is UTC."""
        return f"{format_date(instant, 'medium', locale=self.locale)} {instant:%H:%M} UTC"

    def local_instant(self, instant: datetime, time_zone: str) -> str:
        """An aware instant to the minute by the clock of `time_zone`, which it names."""
        local = instant.astimezone(ZoneInfo(time_zone))
        return f"{format_date(local, 'medium', locale=self.locale)} {local:%H:%M} {time_zone}"


@cache
def language(code: str) -> Language:
    """The language of that code. Raises UsageError where there is none."""
    if code not in LANGUAGES:
        raise UsageError(f"Unknown language {code!r}.", hint=f"There are: {', '.join(LANGUAGES)}.")
    path = _FOLDER / f"{code}.po"
    if not path.is_file():
        return Language(code)
    with path.open("rb") as file:
        catalogue = read_po(file, locale=code)
    return Language(code, {str(m.id): str(m.string) for m in catalogue if m.id and m.string})
