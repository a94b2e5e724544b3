"""What a notice says: of a release its few numbers that matter, what became final and what to look at, of a refusal
what failed, of an overdue source when it was due; and where to look further.

Numbers and counts only: no row, no key and no person's name leaves the house by chat or mail.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import duckdb

from expectations.items import Item
from expectations.verdicts import Origin
from orchestration.deliveries.arrivals import Expected
from orchestration.home.errors import CallboardError
from orchestration.home.paths import Home
from orchestration.presentation.findings import ask_in_words, expected_in_words
from orchestration.presentation.language import Language
from orchestration.refresh.context import RefreshContext
from orchestration.refresh.outcomes import RefreshOutcome
from orchestration.releases.manifest import Manifest
from orchestration.releases.reader import (
    Kpi,
    Number,
    absences,
    catalogue,
    headline,
    month_to_report,
    numbers,
    open_release,
)

_MAX_NUMBERS = 8
_MAX_ITEMS = 3
_REFUSED_BY: Mapping[Origin, str] = {
    "dbt": "dbt's tests refused this build.",
    "gate": "The gate refused this build.",
}


@dataclass(frozen=True)
class _Counts:
    refused: int
    restated: int


def release_in_words(ctx: RefreshContext, manifest: Manifest | None, language: Language) -> list[str]:
    """The release that `ctx` published, a line each; nothing where it cannot be read, which a notice must not fail for."""
    if manifest is None:
        return []
    try:
        return _lines(ctx, manifest, language)
    except (duckdb.Error, CallboardError, OSError):
        return []


def refusal_in_words(home: Home, language: Language, outcome: RefreshOutcome) -> list[str]:
    """Why a refresh was refused: what does not hold of which source, whom to ask, and how to see more."""
    t = language.text
    stays = "Release {release} stays published." if outcome.release_id else "Nothing is published yet."
    refused = [item for item in outcome.items if item.severity == "refused"]
    refused_by = {item.lead.origin: _REFUSED_BY[item.lead.origin] for item in refused}
    first = (
        " ".join([*map(t, refused_by.values()), t(stays, release=outcome.release_id)])
        if refused_by
        else next(iter(outcome.message.strip().splitlines()), "")
    )
    hint = t("See why with: {command}", command=f"callboard status --home {home.root}")
    return [
        first,
        *(_item_line(item, language) for item in refused),
        *_settled_lines(outcome, language),
        hint,
    ]


def asked_in_words(home: Home, language: Language, outcome: RefreshOutcome) -> list[str]:
    """What a release leaves to confirm, and what people let pass or confirmed of it."""
    t = language.text
    odd = [item for item in outcome.items if item.severity == "to_confirm" and not item.is_settled]
    lines = [_item_line(item, language) for item in odd[:_MAX_ITEMS]]
    if odd:
        command = f"callboard status --home {home.root}"
        head = t("{count} items to confirm; see them with: {command}", count=len(odd), command=command)
        lines = [head, *lines]
    if outcome.about_waivers:
        lines.append(
            t("{count} waivers do not do what they were given for.", count=len(outcome.about_waivers))
        )
    return [*lines, *_settled_lines(outcome, language)]


def _item_line(item: Item, language: Language) -> str:
    """An item without keys and values, which stay in the house."""
    t = language.text
    lead = item.lead
    where = [item.source or lead.table_name, *([language.month(item.month)] if item.month else [])]
    said = t(
        "does not hold: {expected}",
        expected=expected_in_words(lead.expectation, language, is_of_dbt=lead.origin == "dbt"),
    )
    name = lead.expectation if lead.origin == "dbt" else said
    return f"- {t(', ').join(where)}{t(': ')}{name}{t('. ')}{ask_in_words(item, language)}"


def _settled_lines(outcome: RefreshOutcome, language: Language) -> list[str]:
    settled = Counter(e.finding.settled.kind for i in outcome.items for e in i.entries if e.finding.settled)
    words = {"waived": "{count} failed checks were waived.", "confirmed": "{count} findings were confirmed."}
    return [
        language.text(text, count=language.number(settled[kind]))
        for kind, text in words.items()
        if settled[kind]
    ]


def notes_in_words(home: Home, language: Language, outcome: RefreshOutcome) -> list[str]:
    """How many notes a release leaves, and where they stand; they name employees, whose ids stay in the house."""
    if not outcome.notes:
        return []
    command = f"callboard status --home {home.root}"
    text = "{count} of our own reports are not counted; see why with: {command}"
    return [language.text(text, count=len(outcome.notes), command=command)]


def overdue_in_words(
    home: Home, language: Language, sources: Sequence[Expected], link: str
) -> tuple[str, list[str]]:
    """Title and lines of one notice of all sources that are overdue."""
    t = language.text
    title = (
        t("Callboard: {table} is overdue in {home}", table=sources[0].table, home=home.root.name)
        if len(sources) == 1
        else t("Callboard: {count} sources are overdue in {home}", count=len(sources), home=home.root.name)
    )
    lines = [
        t("These sources did not arrive by their hour:"),
        *(f"- {overdue_line(source, language)}" for source in sources),
        t(
            "Ask the sender of these files. The next refresh takes in what arrives under {landing}.",
            landing=home.landing,
        ),
        t("See all that is expected with: {command}", command=f"callboard arrivals --home {home.root}"),
    ]
    return title, [*lines, *([link] if link else [])]


def overdue_line(source: Expected, language: Language) -> str:
    """One source that is overdue: until when it was due, and what came last."""

    def at(instant: datetime | None) -> str:
        return language.local_instant(instant, source.time_zone) if instant else ""

    due = language.text("{table}, due {instant}", table=source.table, instant=at(source.due))
    came = (
        language.text(
            "the last file came {instant}: {file}", instant=at(source.last_came), file=source.last_file
        )
        if source.last_file
        else language.text("no file has come yet")
    )
    return language.text("{due}; {came}", due=due, came=came)


def turned_final(before: Manifest | None, manifest: Manifest) -> list[date]:
    """The months that are final in `manifest` and were provisional in the release `before` it."""
    provisional = {month.month for month in before.months if month.is_provisional} if before else set[date]()
    return [
        month.month for month in manifest.months if not month.is_provisional and month.month in provisional
    ]


def _lines(ctx: RefreshContext, manifest: Manifest, language: Language) -> list[str]:
    t = language.text
    release = ctx.home.releases / manifest.release_id
    month = month_to_report(manifest.built_months, manifest.as_of)
    with open_release(release) as connection:
        own = {number.kpi_id: number for number in numbers(connection, month, ("centre",))}
        kpis = catalogue(connection, language)
        counts = _counts(connection, manifest.release_id)
        lacking = absences(connection, month)
    judged = [number for number in own.values() if number.status is not None]
    is_provisional = any(m.is_provisional for m in manifest.months if m.month == month)
    lines = [
        "",
        f"{language.month(month)}, {t('provisional') if is_provisional else t('final')}: "
        + t("{met} of {all} targets met.", met=sum(n.status == "met" for n in judged), all=len(judged)),
        *(
            _line(own[kpi], kpis[kpi], language)
            for kpi in [k for k in headline(kpis) if k in own][:_MAX_NUMBERS]
        ),
    ]
    missing = {table for one in lacking for table in one.missing_sources}
    if missing:
        words = language.absence("not_delivered", sorted(missing))
        lines.append(
            t(
                "KPIs without a number: {count}, {why}.",
                count=len([a for a in lacking if a.missing_sources]),
                why=words,
            )
        )
    if unknown := [kpis[one.kpi_id].name for one in lacking if one.reason == "not_known"]:
        lines.append(t("Not known: {kpis}.", kpis=t(", ").join(unknown)))
    if final := turned_final(ctx.published, manifest):
        lines.append(t("Now final: {months}.", months=", ".join(f"{m:%Y-%m}" for m in final)))
    for count, words in (
        (counts.restated, "{count} numbers restated by this release."),
        (counts.refused, "{count} delivered rows in quarantine."),
    ):
        if count:
            lines.append(t(words, count=language.number(count)))
    report = release / "report.html"
    return [*lines, ctx.config.notices.link or (str(report) if report.is_file() else str(release))]


def _line(number: Number, kpi: Kpi, language: Language) -> str:
    mark = {"met": "✓", "missed": "✗"}.get(number.status or "", "·")
    parts = [
        language.text("target {value}", value=language.number(number.target, kpi.unit))
        if number.target is not None
        else "",
        language.text("last month {value}", value=language.number(number.value_before, kpi.unit))
        if number.value_before is not None
        else "",
    ]
    if number.coverage < 1:
        parts.append(language.text("{share} known", share=language.number(number.coverage, "ratio")))
    beside = ", ".join(part for part in parts if part)
    return f"{mark} {kpi.name} {language.number(number.value, kpi.unit)}" + (f" ({beside})" if beside else "")


def _counts(connection: duckdb.DuckDBPyConnection, release_id: str) -> _Counts:
    row = connection.execute(
        """
        select
            (select count(*) from audit.quarantined_row),
            (select count(*) from audit.restatement where release_id = $release_id and value_before is not null)
        """,
        {"release_id": release_id},
    ).fetchone()
    return _Counts(*(row or (0, 0)))
