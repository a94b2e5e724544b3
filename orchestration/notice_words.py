"""What a notice says of a release: the few numbers that matter, what became final, what to look at, and where.

Numbers and counts only: no row, no key and nobody's name leaves the house by chat or mail.
"""

from dataclasses import dataclass
from datetime import date

import duckdb

from orchestration.errors import CallboardError
from orchestration.home import Home
from orchestration.language import Language
from orchestration.manifest import Manifest, current_manifest, read_manifest
from orchestration.published import (
    HEADLINE,
    Kpi,
    Number,
    catalogue,
    month_to_report,
    numbers,
    opened,
    release_to_read,
)

_MOST_NUMBERS = 8


@dataclass(frozen=True)
class _Counts:
    refused: int
    waived: int
    warnings: int
    restated: int


def release_in_words(home: Home, language: Language, link: str) -> list[str]:
    """The published release, a line each; nothing where it cannot be read, which a notice must not fail for.

    `link` is the address of the live page, '' for the path of the report instead.
    """
    try:
        manifest = current_manifest(home)
        if manifest is None:
            return []
        return _lines(home, manifest, language, link)
    except (duckdb.Error, CallboardError, OSError):
        return []


def turned_final(home: Home, manifest: Manifest) -> list[date]:
    """The months that are final now and were provisional in the release before; none where that one is gone."""
    if manifest.previous_release_id is None or not (home.releases / manifest.previous_release_id).is_dir():
        return []
    before = read_manifest(home.releases / manifest.previous_release_id)
    provisional = {month.month for month in before.months if month.is_provisional}
    return [
        month.month for month in manifest.months if not month.is_provisional and month.month in provisional
    ]


def _lines(home: Home, manifest: Manifest, language: Language, link: str) -> list[str]:
    t = language.text
    release = release_to_read(home)
    month = month_to_report(manifest.built_months, manifest.as_of)
    with opened(release) as connection:
        own = {number.kpi_id: number for number in numbers(connection, month, ("centre",))}
        kpis = catalogue(connection, language)
        counts = _counts(connection, month, manifest.release_id)
    judged = [number for number in own.values() if number.status is not None]
    is_provisional = any(m.is_provisional for m in manifest.months if m.month == month)
    lines = [
        "",
        f"{language.month(month)}, {t('provisional') if is_provisional else t('final')}: "
        + t("{met} of {all} targets met.", met=sum(n.status == "met" for n in judged), all=len(judged)),
        *(_line(own[kpi], kpis[kpi], language) for kpi in [k for k in HEADLINE if k in own][:_MOST_NUMBERS]),
    ]
    if final := turned_final(home, manifest):
        lines.append(t("Now final: {months}.", months=", ".join(f"{m:%Y-%m}" for m in final)))
    for count, words in (
        (counts.restated, "{count} numbers restated by this release."),
        (counts.refused, "{count} delivered rows in quarantine."),
        (counts.waived, "{count} failed checks were waived."),
        (counts.warnings, "{count} warnings of the gate to look at."),
    ):
        if count:
            lines.append(t(words, count=language.number(count)))
    report = release / "report.html"
    return [*lines, link or (str(report) if report.is_file() else str(release))]


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
    beside = ", ".join(part for part in parts if part)
    return f"{mark} {kpi.name} {language.number(number.value, kpi.unit)}" + (f" ({beside})" if beside else "")


def _counts(connection: duckdb.DuckDBPyConnection, month: date, release_id: str) -> _Counts:
    row = connection.execute(
        """
        select
            (select count(*) from audit.quarantined_row),
            (select count(*) from audit.gate_result where month = $month and waived_by is not null),
            (select count(*) from audit.gate_result
             where month = $month and not passed and severity = 'warning' and waived_by is null),
            (select count(*) from audit.restatement where release_id = $release_id and value_before is not null)
        """,
        {"month": month, "release_id": release_id},
    ).fetchone()
    return _Counts(*(row or (0, 0, 0, 0)))
