"""A home with a stand-in build database: what dbt and the gate would have left there, without running them."""

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from expectations.verdicts import Verdict
from orchestration import cli
from orchestration.home.paths import Home
from orchestration.refresh.conclude import conclude
from orchestration.refresh.context import RefreshContext, make_context
from orchestration.refresh.plan import fingerprints, plan_refresh, read_deliveries
from orchestration.refresh.publish import Release, publish
from orchestration.refresh.run import RefreshRun
from orchestration.warehouse import descriptions, ledger
from orchestration.warehouse.digest import data_digest
from sources.loading.load import load

AUGUST, SEPTEMBER, OCTOBER = date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)
AS_OF = datetime(2026, 10, 20, tzinfo=UTC)
PASSED = Verdict("kpi_monthly_key_is_unique", "kpi_monthly", AUGUST)

_MARTS = """
create schema if not exists marts;
create schema if not exists quarantine;
create schema if not exists intermediate;
create table if not exists marts.kpi_monthly (
    month date not null, kpi_id varchar, scope varchar, scope_id varchar, numerator double, denominator double,
    value double, is_provisional boolean, matures_on date, release_id varchar);
create table if not exists marts.dim_kpi as select 'answer_rate' as kpi_id, 'Answer rate' as name_en;
create table if not exists intermediate.int_scope_maturity (
    month date, scope varchar, scope_id varchar, matures_after_days int, matures_on date, matures_at timestamp);
create table if not exists quarantine.quarantined_row (
    table_name varchar, file varchar, line bigint, row_number bigint, column_name varchar, reason_code varchar,
    reason_params varchar, row_text varchar, row_text_public varchar, delivery_id bigint);
"""


@dataclass
class StandIn:
    """A home whose builds are written by hand: `values` are the centre's answer rates by month."""

    home: Home
    verdicts: list[Verdict] = field(default_factory=lambda: [PASSED])

    def deliver(self, name: str, months: Sequence[date] = (AUGUST, SEPTEMBER), category: int = 1) -> Path:
        """A file of complaints in landing, one a month, well inside it; `category` makes it say something else."""
        path = self.home.landing / "crm" / "complaints" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        days = [month.replace(day=15) for month in months]
        lines = [f"{day},{day}T12:00:00Z,{category}" for day in days]
        path.write_text("\n".join(["complaint_id,received_at,category", *lines]) + "\n")
        return path

    def load(self) -> None:
        load(self.home.warehouse, self.home.landing)

    def context(self, *months: date, as_of: datetime = AS_OF) -> RefreshContext:
        return make_context(self.home, months=months, as_of=as_of)

    def build(
        self, values: Mapping[date, float], *, provisional: bool = False, ctx: RefreshContext | None = None
    ) -> ledger.Build:
        """What a build of these months leaves behind once the gate has judged it."""
        ctx = ctx or self.context(*values)
        self.load()
        build = ledger.Build(
            build_id=ctx.release_id,
            as_of=ctx.as_of,
            months=tuple(sorted(values)),
            owed_months=plan_refresh(ctx).pending,
            trigger=ctx.trigger,
            code_version="0.1.0+test",
            config_sha256=ctx.config.sha256(),
            fingerprints={
                f"{month:%Y-%m}": text
                for month, text in fingerprints(
                    ctx, list(values), read_deliveries(self.home, ctx.published)
                ).items()
            },
        )
        with duckdb.connect(str(self.home.warehouse)) as connection:
            connection.execute(_MARTS)
            ledger.begin_build(connection, build)
            for month, value in values.items():
                _put(connection, month, value, provisional, ctx.release_id)
        return self.judge(build)

    def judge(self, build: ledger.Build) -> ledger.Build:
        """Write the gate's verdicts down as the gate's step does."""
        state: ledger.BuildState = "refused" if any(v.blocks for v in self.verdicts) else "passed"
        with duckdb.connect(str(self.home.warehouse)) as connection:
            ledger.store_gate(connection, build.build_id, self.verdicts)
            ledger.set_state(connection, build.build_id, state, data_digest(connection))
            found = ledger.latest_build(connection)
        assert found is not None
        return found

    def publish(
        self, values: Mapping[date, float], *, provisional: bool = False, as_of: datetime = AS_OF
    ) -> Release:
        ctx = self.context(*values, as_of=as_of)
        return publish(ctx, self.build(values, provisional=provisional, ctx=ctx))

    def in_build(self, sql: str) -> None:
        with duckdb.connect(str(self.home.warehouse)) as connection:
            connection.execute(sql)

    def published(self, sql: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.home.published_database), read_only=True) as connection:
            return connection.execute(sql).fetchall()


def _put(
    connection: duckdb.DuckDBPyConnection, month: date, value: float, provisional: bool, release_id: str
) -> None:
    matures_on = month + timedelta(days=45)
    connection.execute("delete from marts.kpi_monthly where month = ?", [month])
    connection.execute("delete from intermediate.int_scope_maturity where month = ?", [month])
    connection.execute(
        "insert into marts.kpi_monthly values (?, 'answer_rate', 'centre', 'all', ?, 1, ?, ?, ?, ?)",
        [month, value, value, provisional, matures_on, release_id],
    )
    connection.execute(
        "insert into intermediate.int_scope_maturity values (?, 'centre', 'all', 14, ?, ?)",
        [month, matures_on, datetime.combine(matures_on, datetime.min.time()) + timedelta(hours=16)],
    )


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.landing.mkdir(parents=True)
    return home


@pytest.fixture
def stand_in(home: Home, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    described = {
        "kpi_monthly": descriptions.Described("One row per month and KPI.", {"value": "The number."})
    }
    monkeypatch.setattr("orchestration.refresh.release_tables.mart_descriptions", lambda: described)
    # The stand-in's marts are a handful of rows; a report has its own tests on real ones.
    monkeypatch.setattr("orchestration.refresh.publish.write_pack", lambda *_, **__: None)
    stand_in = StandIn(home)
    stand_in.deliver("2026-09.csv")
    return stand_in


@dataclass(frozen=True)
class CommandResult:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


@pytest.fixture
def callboard(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., CommandResult]:
    """The command line in this process."""

    def run(*arguments: object) -> CommandResult:
        monkeypatch.setattr(sys, "argv", ["callboard", *map(str, arguments)])
        code = 0
        with suppress(KeyboardInterrupt):
            try:
                cli.main()
            except SystemExit as ended:
                code = int(ended.code or 0)
        said = capsys.readouterr()
        return CommandResult(code, said.out, said.err)

    return run


def status_without_work(ctx: RefreshContext) -> str:
    """`nothing_new`, or `work` where there is something to do."""
    run = RefreshRun(ctx)
    if run.has_work():
        return "work"
    outcome = conclude(run, lambda *_: None)
    assert outcome is not None
    return outcome.status
