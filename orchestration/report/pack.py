"""The report pack: which files it has and where they go. What stands in them is `page`'s and `workbook`'s."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orchestration.errors import UsageError


@dataclass(frozen=True)
class Pack:
    """The files that were written."""

    html: Path
    xlsx: Path


def write_pack(
    release: Path, *, month: date, lang: str, to: Path, names: Mapping[str, str] | None = None
) -> Pack:
    """Write report.html and report.xlsx of `month` into the directory `to`, from the release's database alone.

    `names`, employee id → name, are written beside ids where given. Raises UsageError where the release does not hold
    the month, or was made by a Callboard that knew no reports.
    """
    # Late: a refresh that has nothing to do loads neither charts nor templates.
    from orchestration.language import language
    from orchestration.published import months_of, opened
    from orchestration.report.facts import read_facts
    from orchestration.report.page import render_page
    from orchestration.report.workbook import write_workbook

    spoken = language(lang)
    with opened(release) as connection:
        months = months_of(connection)
        if month not in months:
            raise UsageError(
                f"Release {release.name} holds nothing of {month:%Y-%m}.",
                hint=f"It holds: {', '.join(f'{m:%Y-%m}' for m in sorted(months))}.",
            )
        facts = read_facts(connection, month, spoken)
        pack = Pack(to / "report.html", to / "report.xlsx")
        to.mkdir(parents=True, exist_ok=True)
        pack.html.write_text(render_page(facts, spoken, names or {}), encoding="utf-8")
        write_workbook(connection, facts, spoken, pack.xlsx, names or {})
    return pack


def preload() -> None:
    """Import and start what a pack needs, a second or two: for a thread beside other work."""
    import jinja2  # noqa: F401  # pyright: ignore[reportUnusedImport]
    import xlsxwriter  # noqa: F401  # pyright: ignore[reportUnusedImport]

    from orchestration.charts import warm_up

    warm_up()
