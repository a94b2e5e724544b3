"""The report pack: which files it has and where they go. What stands in them is `page`'s and `workbook`'s."""

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orchestration.home.errors import CallboardError, UsageError
from orchestration.report.pdf import printing


@dataclass(frozen=True)
class Pack:
    """The files that were written; `no_pdf` is why the browser did not print `pdf`, where it was asked to."""

    html: Path
    xlsx: Path
    pdf: Path | None = None
    no_pdf: CallboardError | None = None


def write_pack(
    release: Path,
    *,
    month: date,
    lang: str,
    to: Path,
    names: Mapping[str, str] | None = None,
    browser: str | None = None,
) -> Pack:
    """Write report.html and report.xlsx of `month` into the directory `to`, from the release's database alone, and have
    `browser`, where one is given, print report.pdf from the page.

    `names`, employee id → name, are written beside ids where given. Raises UsageError where the release does not hold
    the month, or was made by a Callboard that knew no reports.
    """
    # Late: a refresh that has nothing to do loads neither charts nor templates.
    from orchestration.presentation.language import language
    from orchestration.releases.reader import months_of, open_release
    from orchestration.report.facts import read_facts
    from orchestration.report.page import render_page
    from orchestration.report.workbook import write_workbook

    spoken = language(lang)
    with open_release(release) as connection:
        months = months_of(connection)
        if month not in months:
            raise UsageError(
                f"Release {release.name} holds nothing of {month:%Y-%m}.",
                hint=f"It holds: {', '.join(f'{m:%Y-%m}' for m in sorted(months))}.",
            )
        facts = read_facts(connection, month, spoken)
        html, xlsx = to / "report.html", to / "report.xlsx"
        to.mkdir(parents=True, exist_ok=True)
        html.write_text(render_page(facts, spoken, names or {}), encoding="utf-8")
        # A large page takes the browser as long as the workbook takes us, so both are made side by side.
        with printing(browser, html, to / "report.pdf") if browser else nullcontext() as printed:
            write_workbook(connection, facts, spoken, xlsx, names or {})
            try:
                return Pack(html, xlsx, printed() if printed else None)
            except CallboardError as error:
                return Pack(html, xlsx, no_pdf=error)


def preload() -> None:
    """Import and start what a pack needs, a second or two: for a thread beside other work."""
    import jinja2  # noqa: F401  # pyright: ignore[reportUnusedImport]
    import xlsxwriter  # noqa: F401  # pyright: ignore[reportUnusedImport]

    from orchestration.presentation.charts import warm_up

    warm_up()
