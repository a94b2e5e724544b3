"""The homes of the campaign: a simulated centre whose months before are published, and copies of it with a spoilt month."""

import os
import shutil
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from benchmarks.gate_campaign.fault import Fault
from orchestration.home.paths import Home
from orchestration.refresh.context import RefreshContext, make_context
from orchestration.refresh.outcomes import BuildOutcome
from orchestration.refresh.plan import plan_refresh
from orchestration.refresh.steps import build_step, gate_step, load_step, publish_step
from sources.simulator.run import simulate

GOOD_MONTHS = ("2026-04", "2026-05", "2026-06", "2026-07")
MONTH = "2026-08"
BEFORE, AFTER = datetime(2026, 8, 5, 2, tzinfo=UTC), datetime(2026, 9, 5, 2, tzinfo=UTC)
CONFIGURATION = 'default_site = "SHA"\n[report]\npdf = false\n'


def make_base(to: Path, *, agents: int, seed: int, with_history: bool) -> None:
    """Make `to/home`, the good months published (none without history), and `to/month`, the next month's deliveries."""
    home = Home(to / "home")
    landing = home.root / "landing"
    simulate(landing, months=[*GOOD_MONTHS, MONTH], agents=agents, seed=seed)
    (home.root / "callboard.toml").write_text(CONFIGURATION, encoding="utf-8")
    for file in sorted(landing.rglob("*.csv")):
        if file.stem == MONTH:
            target = to / "month" / file.relative_to(landing)
            target.parent.mkdir(parents=True, exist_ok=True)
            file.rename(target)
        elif not with_history:
            target = to / "before" / file.relative_to(landing)
            target.parent.mkdir(parents=True, exist_ok=True)
            file.rename(target)
    if with_history:
        months = [date.fromisoformat(f"{month}-01") for month in GOOD_MONTHS]
        ctx = make_context(home, months=months, as_of=BEFORE)
        build(ctx)
        gate_step(ctx)
        publish_step(ctx)


def build(ctx: RefreshContext) -> BuildOutcome:
    """Load and build the months of the context, as a refresh does, without Dagster around it."""
    load_step(ctx)
    return build_step(ctx, plan_refresh(ctx))


def copy_home(base: Path, to: Path) -> Home:
    """A copy of the base's home; what nobody writes to is linked."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(base / "home", to, copy_function=os.link, symlinks=True)
    for written in [*(to / "build").rglob("*"), to / "callboard.toml"]:
        if written.is_file():
            original = base / "home" / written.relative_to(to)
            written.unlink()
            shutil.copy2(original, written)
    return Home(to)


def context_of_month(home: Home) -> RefreshContext:
    """The context of the refresh that makes the campaign's month."""
    return make_context(home, months=[date.fromisoformat(f"{MONTH}-01")], as_of=AFTER)


def deliver(base: Path, landing: Path, faults: Sequence[Fault]) -> None:
    """Put the month's deliveries into landing, those of the faults spoilt."""
    month = base / "month"
    for file in month.rglob("*.csv"):
        target = landing / file.relative_to(month)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    with duckdb.connect() as connection:
        _make_views(connection, base)
        for fault in faults:
            for source, select in {fault.source: fault.select(), **fault.also}.items():
                _spoil(connection, landing, fault, source, select)


def _make_views(connection: duckdb.DuckDBPyConnection, base: Path) -> None:
    for file in (base / "month").rglob("*.csv"):
        connection.execute(f"create view {file.parent.name} as {_read(file)}")
    july = base / "before" if (base / "before").exists() else base / "home" / "landing"
    for table in ("employees", "appraisals"):
        connection.execute(f"create view july_{table} as {_read(july / 'hr' / table / '2026-07.csv')}")
    connection.execute(
        """
        create view person as
        with belonging as (
            select employee_id, arg_max(struct_pack(site_id, team_id, business_line, role), valid_from) as place
            from assignments group by employee_id
        )
        select employee_id as person_id, place.* from belonging
        union all
        select agent_id, place.* from belonging join employees using (employee_id) where agent_id is not null
        """
    )


def _read(file: Path) -> str:
    return f"from read_csv('{file}', all_varchar = true, header = true)"


def _spoil(
    connection: duckdb.DuckDBPyConnection, landing: Path, fault: Fault, source: str, select: str
) -> None:
    target = landing / source.replace(".", "/") / f"{MONTH}.csv"
    if not select or (source == fault.source and not fault.is_delivered):
        target.unlink()
        return
    connection.execute(f"copy ({select}) to '{target}' (header)")
    if source == fault.source and fault.cut:
        whole = target.read_bytes()
        target.write_bytes(whole[: int(len(whole) * fault.cut)])
