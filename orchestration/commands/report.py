"""`callboard report`: a month's report pack again, from a release, in either language."""

import time
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from rich.console import Console

from orchestration.commands.console import print_json, stdout_console
from orchestration.commands.options import HomeOption, JsonOption
from orchestration.home.config import load_config
from orchestration.home.errors import UsageError
from orchestration.home.lock import refresh_lock
from orchestration.home.months import parse_month
from orchestration.home.paths import Home, existing_home


def report_command(
    home: HomeOption = None,
    month: Annotated[
        str | None, typer.Option(help="YYYY-MM; else the newest complete one.", show_default=False)
    ] = None,
    lang: Annotated[
        str | None, typer.Option(help="en or zh; else as configured.", show_default=False)
    ] = None,
    release: Annotated[
        str | None, typer.Option(help="Id of the release; else the published one.", show_default=False)
    ] = None,
    to: Annotated[
        Path | None, typer.Option(help="Target; else reports/YYYY-MM in the home.", show_default=False)
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
    started = time.monotonic()
    place = existing_home(home)
    config = load_config(place)
    known = _names(place, names, allowed=config.report.names)
    from orchestration.releases.reader import release_to_read
    from orchestration.report.pack import write_pack

    chosen = release_to_read(place, release)
    wanted = parse_month(month) if month else _newest(chosen)
    target = _outside(place, to or place.root / "reports" / f"{wanted:%Y-%m}")
    speech = lang or config.report.lang
    pack = write_pack(chosen, month=wanted, lang=speech, to=target, names=known, browser=_browser(pdf))
    if pack.no_pdf:
        raise pack.no_pdf
    files = [pack.html, pack.xlsx, *([pack.pdf] if pack.pdf else [])]
    if as_json:
        answer = {"status": "written", "release_id": chosen.name, "month": f"{wanted:%Y-%m}"}
        print_json(answer | {"files": files, "seconds": round(time.monotonic() - started, 3)})
        return
    _print(stdout_console(), chosen.name, wanted, files)
    if pack.pdf is None and pdf is None:
        stdout_console().print(
            "No PDF: this machine has no Chromium. Any browser prints report.html to A4.", markup=False
        )


def _print(console: Console, release: str, month: date, files: Sequence[Path]) -> None:
    lines = [f"Report of {month:%Y-%m} from release {release}:", *(f"  {path}" for path in files)]
    console.print("\n".join(lines), markup=False)


def _outside(home: Home, target: Path) -> Path:
    if home.published.resolve() in [target.resolve(), *target.resolve().parents]:
        raise UsageError(
            f"{target} is among what is published, which never changes, so nothing was written.",
            hint=f"Name another folder with --to, or leave it out for {home.root / 'reports'}.",
        )
    return target


def _newest(release: Path) -> date:
    from orchestration.releases.manifest import read_manifest
    from orchestration.releases.reader import month_to_report

    manifest = read_manifest(release)
    return month_to_report([published.month for published in manifest.months], manifest.as_of)


def _browser(wanted: bool | None) -> str | None:
    """The PDF printer; None where no PDF is wanted, or none was asked for and there is no browser."""
    from orchestration.report.pdf import find_browser

    browser = None if wanted is False else find_browser()
    if browser is None and wanted:
        raise UsageError(
            "There is no browser on this machine to print the PDF with, so nothing was written.",
            hint="Install Chromium or name one in CALLBOARD_CHROMIUM, or leave out --pdf.",
        )
    return browser


def _names(home: Home, wanted: bool | None, *, allowed: bool) -> Mapping[str, str] | None:
    """employee id → name, from the build database, while no refresh is at work on it; None for ids alone."""
    if not allowed and wanted:
        raise UsageError(
            "This home does not allow names in reports.",
            hint=f"Set names = true under [report] in {home.config_file}.",
        )
    if not allowed or wanted is False:
        return None
    if not home.warehouse.is_file():
        raise UsageError(
            f"Names are joined from {home.warehouse}, which is not there.",
            hint="Refresh this home, or write the report with --no-names.",
        )
    with refresh_lock(home), duckdb.connect(str(home.warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select employee_id, arg_max(full_name, hired_on) from staging.stg_hr__employees "
            "where full_name is not null group by employee_id"
        ).fetchall()
    return dict(rows)
