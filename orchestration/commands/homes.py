"""`callboard init` and `callboard simulate`: a home for one's own deliveries, and one with a synthetic centre's."""

import json
import time
from typing import Annotated

import typer

from orchestration.commands.console import TerminalProgress, print_json, stdout_console
from orchestration.commands.options import HomeOption, JsonOption
from orchestration.home.config import Config, load_config
from orchestration.home.errors import UsageError
from orchestration.home.months import parse_months
from orchestration.home.paths import Home, locate_home
from orchestration.refresh.progress import Silent, StepResult


def init_command(
    home: HomeOption = None,
    default_site: Annotated[
        str, typer.Option(help="Site whose time zone applies to rows without an employee.")
    ] = "SHA",
    default_time_zone: Annotated[
        str | None,
        typer.Option(help="IANA name; needed where hr.sites lacks the default site.", show_default=False),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Make a home: callboard.toml and an empty landing."""
    place = locate_home(home)
    if place.config_file.exists():
        raise UsageError(f"{place.config_file} already exists.", hint="Change it by hand; it is yours.")
    make_home(place, default_site, default_time_zone)
    if as_json:
        print_json({"status": "made", "home": str(place.root)})
    else:
        stdout_console().print(
            f"Made {place.root}. Put deliveries under {place.landing}/<system>/<table>/, then: "
            f"callboard refresh --home {place.root}",
            markup=False,
        )


def simulate_command(
    months: Annotated[str, typer.Option(help="2026-08..2026-09, or 2026-08,2026-09.")],
    home: HomeOption = None,
    agents: Annotated[int, typer.Option(help="How many agents.", min=20, max=10_000)] = 60,
    seed: Annotated[int, typer.Option(help="The same seed gives the same centre.", min=0)] = 1,
    flaws: Annotated[
        bool, typer.Option("--flaws", help="Add duplicates and bad rows, as real systems deliver them.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Write a synthetic centre's deliveries into landing; makes the home where there is none."""
    place = locate_home(home)
    chosen = parse_months(months)
    if not place.config_file.exists():
        make_home(place, "SHA", None)
    load_config(place)
    from sources.simulator.run import simulate

    console = stdout_console()
    progress = Silent() if as_json else TerminalProgress(console)
    names = [f"{month:%Y-%m}" for month in chosen]
    started = time.monotonic()
    progress.begin("simulate")
    report = simulate(
        place.landing,
        months=names,
        agents=agents,
        seed=seed,
        flaws=flaws,
        progress=lambda day, rows: progress.note(f"{day}: {rows:,} rows"),
    )
    rows = sum(report.rows.values())
    progress.end(StepResult("simulate", time.monotonic() - started, rows))
    if as_json:
        print_json(
            {
                "status": "simulated",
                "home": str(place.root),
                "months": names,
                "rows": report.rows,
                "files": [str(file) for file in report.files],
            }
        )
    else:
        console.print(
            f"Wrote {len(report.files)} files for {', '.join(names)} into {place.landing}", markup=False
        )


def make_home(home: Home, default_site: str, default_time_zone: str | None) -> None:
    """Make the directory, an empty landing and a configuration. Raises UsageError for a wrong time zone."""
    try:
        config = Config(default_site=default_site, default_time_zone=default_time_zone)
    except ValueError as error:
        raise UsageError(f"--default-time-zone: {str(error).splitlines()[2].strip()}") from None
    home.landing.mkdir(parents=True, exist_ok=True)
    home.config_file.write_text(_configuration(config), encoding="utf-8")


def _configuration(config: Config) -> str:
    zone = config.default_time_zone
    return "\n".join(
        [
            "# What each key means: docs/configuration.md. Secrets only as ${ENV_VAR}.",
            f"default_site = {json.dumps(config.default_site, ensure_ascii=False)}",
            f"default_time_zone = {json.dumps(zone)}" if zone else '# default_time_zone = "Asia/Shanghai"',
            "",
            "[gate]",
            f"max_quarantined_share = {config.gate.max_quarantined_share}",
            f"trailing_months = {config.gate.trailing_months}",
            "",
        ]
    )
