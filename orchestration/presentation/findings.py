"""What the gate found, in words: an item's title, sentences, what it touches and whom to ask for what.

Belongs here: codes and parameters → sentences of a language, with numbers as people read them. Does not: which sentences
there are (`expectations.sentences`), where they are shown.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from babel.numbers import format_decimal, format_percent

from expectations.items import Entry, Item
from expectations.sentences import OF_DBT, sentences_of
from expectations.verdicts import Value
from orchestration.presentation.language import Language
from sources.reasons import sentence

_SENTENCES = 4
_MANY_KPIS = 6
#: Parameters that are of the KPI's unit, where a finding has one.
_OF_UNIT = ("value", "usual_value", "before", "after")


@dataclass(frozen=True)
class ItemWords:
    """One item as people read it. `found` are sentences, the one that says most first; `settled` who settled it and why."""

    title: str
    found: tuple[str, ...]
    touches: str
    ask: str
    settled: str


def item_in_words(item: Item, language: Language, names: Mapping[str, str] | None = None) -> ItemWords:
    """The item in words; `names` are KPIs' names, whose ids stand where it has none."""
    t = language.text
    shown = list(dict.fromkeys(_at_its_place(entry, language, names) for entry in item.entries))
    left = len(shown) - _SENTENCES
    more = [t("and {count} more", count=language.number(left))] if left > 0 else []
    return ItemWords(
        title=_title(item, language, names),
        found=(*shown[:_SENTENCES], *more),
        touches=_kpis(item.kpis, language, names),
        ask=ask_in_words(item, language),
        settled=t("; ").join(
            dict.fromkeys(
                settled_in_words(entry, language) for entry in item.entries if entry.finding.settled
            )
        ),
    )


def _at_its_place(entry: Entry, language: Language, names: Mapping[str, str] | None) -> str:
    """What was found, with its site where the item is of several."""
    said = found_in_words(entry, language, names)
    site = entry.finding.keys.get("site_id")
    return f"{site}{language.text(': ')}{said}" if entry.is_of_day and site else said


def found_in_words(entry: Entry, language: Language, names: Mapping[str, str] | None = None) -> str:
    """What one expectation found at one place."""
    sentences = OF_DBT if entry.origin == "dbt" else sentences_of(entry.expectation)
    template = sentences.found.get(entry.finding.variant) or entry.expectation
    return _filled(
        template, {**sentences.params, **entry.finding.keys, **entry.finding.found}, language, names
    )


def expected_in_words(expectation: str, language: Language, *, is_of_dbt: bool = False) -> str:
    """What would have been right."""
    sentences = OF_DBT if is_of_dbt else sentences_of(expectation)
    return _filled(sentences.expected, sentences.params, language)


def ask_in_words(item: Item, language: Language) -> str:
    """What to do about it before anything is waived: whom to ask for what."""
    sentences = OF_DBT if item.lead.origin == "dbt" else sentences_of(item.lead.expectation)
    month = language.month(item.month) if item.month else language.text("all months")
    # A KPI by itself is no delivery: what is asked for is the source that it is made of.
    return _filled(sentences.ask, {"table": item.source or item.lead.table_name, "month": month}, language)


def settled_in_words(entry: Entry, language: Language) -> str:
    """Who settled it and why."""
    settled = entry.finding.settled
    if settled is None:
        return ""
    text = "Waived by {person}: {reason}" if settled.kind == "waived" else "Confirmed by {person}: {reason}"
    return language.text(text, person=settled.by, reason=settled.reason)


def _title(item: Item, language: Language, names: Mapping[str, str] | None) -> str:
    place = [_key(name, value, language, names) for name, value in item.lead.place if name != "scope"]
    parts = [
        item.source or item.lead.table_name,
        language.month(item.month) if item.month else "",
        *(place if item.lead.source else []),
        _days(item, language),
    ]
    return language.text(", ").join(part for part in parts if part)


def _key(name: str, value: str, language: Language, names: Mapping[str, str] | None) -> str:
    label = language.text(name.replace("_", " "))
    return f"{label} {(names or {}).get(value, value) if name == 'kpi_id' else value}"


def _days(item: Item, language: Language) -> str:
    days = sorted({e.finding.keys["business_date"] for e in item.entries if e.is_of_day})
    if not days:
        return ""
    first, last = (language.day(date.fromisoformat(day[:10])) for day in (days[0], days[-1]))
    if len(days) == 1:
        return first
    return language.text("{count} days from {first} to {last}", count=len(days), first=first, last=last)


def _kpis(kpis: Sequence[str], language: Language, names: Mapping[str, str] | None) -> str:
    listed = language.listed([(names or {}).get(kpi, kpi) for kpi in kpis[:_MANY_KPIS]])
    left = len(kpis) - _MANY_KPIS
    return language.text("{list} and {count} more", list=listed, count=left) if left > 0 else listed


def _filled(
    template: str, params: Mapping[str, Value], language: Language, names: Mapping[str, str] | None = None
) -> str:
    said = partial(_said, params=params, language=language, names=names or {})
    words = {name: said(name, value) for name, value in params.items()}
    for name in ("why", "first"):
        if f"{name}_code" in params:
            words[name] = _reason(params, name, language)
    return language.text(template, **words) if words else language.text(template)


def _reason(params: Mapping[str, Value], name: str, language: Language) -> str:
    """The sentence of a reason of `sources.reasons`, whose code, column and parameters have that prefix."""
    code, column, stored = (params.get(f"{name}_{part}") for part in ("code", "column", "params"))
    if code is None:
        return language.text("it is refused")
    of_reason = json.loads(str(stored)) if stored else None
    return sentence(str(code), str(column) if column else None, of_reason, language.text, language.between)


def _said(
    name: str, value: Value, *, params: Mapping[str, Value], language: Language, names: Mapping[str, str]
) -> str:
    """A parameter as people read it; its name says what it is (expectations/suite.py)."""
    if value is None:
        return language.text("nothing")
    if isinstance(value, list):
        return language.listed([str(one) for one in value])
    if isinstance(value, bool | str):
        return _text(name, str(value), language, names)
    if name.endswith("_share"):
        return format_percent(value, "#,##0.0%", locale=language.locale)
    if name.endswith("_seconds"):
        return _duration(value, language)
    if name.endswith("line"):
        return str(value)
    unit = params.get("unit")
    if name in _OF_UNIT and isinstance(unit, str):
        return language.number(value, unit)
    return _number(value, language)


def _text(name: str, value: str, language: Language, names: Mapping[str, str]) -> str:
    if name == "kpi_id":
        return names.get(value, value)
    if name.endswith("_on"):
        return language.day(date.fromisoformat(value[:10]))
    return value


def _number(value: float, language: Language) -> str:
    digits = "#,##0" if abs(value) >= 1000 else "#,##0.##" if abs(value) >= 0.1 or not value else "0.####"
    return format_decimal(value, digits, locale=language.locale)


def _duration(seconds: float, language: Language) -> str:
    if abs(seconds) < 600:
        return language.number(seconds, "seconds")
    size, unit = (3600, "{number} h") if abs(seconds) >= 7200 else (60, "{number} min")
    return language.text(unit, number=format_decimal(seconds / size, "#,##0.#", locale=language.locale))
