"""`callboard report`: a month's report pack again, from a release, in either language."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import duckdb
import typer

from orchestration.commands.options import HomeOption, JsonOption
from orchestration.config import load_config
from orchestration.console import people, print_json
from orchestration.context import parse_month
from orchestration.errors import UsageError
from orchestration.home import Home, existing_home
from orchestration.lock import refresh_lock


def report_command(
    home: HomeOption = None,
    month: Annotated[
        str | None, typer.Option(help="YYYY-MM; else the newest that had ended.", show_default=False)
    ] = None,
    lang: Annotated[
        str | None, typer.Option(help="en or zh; else as configured.", show_default=False)
    ] = None,
    release: Annotated[
        str | None, typer.Option(help="Id of the release; else the published one.", show_default=False)
    ] = None,
    to: Annotated[
        Path | None, typer.Option(help="Where to; else reports/YYYY-MM in the home.", show_default=False)
    ] = None,
    names: Annotated[
        bool | None,
        typer.Option(
            "--names/--no-names", help="Names beside employee ids, where callboard.toml allows them."
        ),
    ] = None,
    pdf: Annotated[
        bool | None,
        typer.Option("--pdf/--no-pdf", help="A PDF too; else wherever this machine has a browser."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write a month's report.html, report.xlsx and, through the system's browser, report.pdf. A release stays as it is."""
    from orchestration.manifest import read_manifest
    from orchestration.published import release_to_read
    from orchestration.release import month_to_report
    from orchestration.report.pack import write_pack
    from orchestration.report.pdf import find_browser, print_to_pdf

    started = time.monotonic()
    place = existing_home(home)
    config = load_config(place)
    chosen = release_to_read(place, release)
    if month is None:
        manifest = read_manifest(chosen)
        wanted = month_to_report([m.month for m in manifest.months], manifest.as_of)
    else:
        wanted = parse_month(month)
    target = to or place.root / "reports" / f"{wanted:%Y-%m}"
    if names and not config.report.names:
        raise UsageError(
            "This home does not allow names in reports.",
            hint=f"Set names = true under [report] in {place.config_file}.",
        )
    known = _names(place) if config.report.names and names is not False else None
    pack = write_pack(chosen, month=wanted, lang=lang or config.report.lang, to=target, names=known)
    browser = None if pdf is False else find_browser()
    if pdf and browser is None:
        raise UsageError(
            "There is no browser on this machine to print the PDF with; report.html and report.xlsx are written.",
            hint="Install Chromium or name one in CALLBOARD_CHROMIUM.",
        )
    printed = print_to_pdf(browser, pack.html, target / "report.pdf") if browser else None
    files = [path for path in (pack.html, pack.xlsx, printed) if path]
    if as_json:
        print_json(
            {
                "status": "written",
                "release_id": chosen.name,
                "month": f"{wanted:%Y-%m}",
                "files": [str(path) for path in files],
                "seconds": round(time.monotonic() - started, 3),
            }
        )
        return
    console = people()
    console.print(f"Report of {wanted:%Y-%m} from release {chosen.name}:", markup=False)
    for path in files:
        console.print(f"  {path}", markup=False)
    if printed is None and pdf is None:
        console.print(
            "No PDF: this machine has no Chromium. Any browser prints report.html to A4.", markup=False
        )


def _names(home: Home) -> Mapping[str, str]:
    """employee id → name, from the build database, while no refresh is at work on it."""
    if not home.warehouse.is_file():
        raise UsageError(
            f"Names are joined from {home.warehouse}, which is not there.",
            hint="Refresh this home, or write the report with --no-names.",
        )
    with refresh_lock(home), duckdb.connect(str(home.warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select employee_id, any_value(full_name order by employee_id) from staging.stg_hr__employees "
            "where full_name is not null group by employee_id"
        ).fetchall()
    return dict(rows)
