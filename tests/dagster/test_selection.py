"""Selections of the UI on a real home: what is built, what is refused, and that none of it is ever published."""

import shutil
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dagster import AssetKey, ExecuteInProcessResult

from orchestration.defs.assets import RELEASE
from orchestration.defs.build import build_defs
from orchestration.defs.jobs import REFRESH
from orchestration.home.paths import Home
from orchestration.refresh import plan
from orchestration.refresh.context import make_context
from orchestration.warehouse import ledger
from tests.centres import AS_OF
from tests.dagster.conftest import instance_of

KPI_MONTHLY = AssetKey(["marts", "kpi_monthly"])
DIM_KPI = AssetKey(["marts", "dim_kpi"])
# The months that the newest build of the centre made.
RANGE = {
    "dagster/asset_partition_range_start": "2026-07-01",
    "dagster/asset_partition_range_end": "2026-09-01",
}


@pytest.fixture
def home(centre: Home, tmp_path: Path) -> Home:
    shutil.copytree(centre.root, tmp_path / "home", symlinks=True)
    return Home(tmp_path / "home")


def _run(home: Home, *selected: AssetKey, **how: Any) -> ExecuteInProcessResult:
    with instance_of(home) as instance:
        job = build_defs(home).resolve_job_def(REFRESH)
        return job.execute_in_process(
            instance=instance,
            raise_on_error=False,
            asset_selection=list(selected),
            run_config={"resources": {"refresh": {"config": {"as_of": AS_OF}}}},
            **how,
        )


def _made(result: ExecuteInProcessResult) -> list[str]:
    return [event.asset_key.to_user_string() for event in result.get_asset_materialization_events()]


def _failure(result: ExecuteInProcessResult) -> str:
    [failed] = result.get_step_failure_events()
    return failed.step_failure_data.error_display_string


def _newest_build(home: Home) -> ledger.Build:
    with duckdb.connect(str(home.warehouse)) as connection:
        build = ledger.latest_build(connection)
    assert build is not None
    return build


def test_one_table_is_built_alone_and_nothing_publishes_it(home: Home) -> None:
    published = home.published_database.resolve()
    result = _run(home, DIM_KPI)
    assert result.success, _failure(result)
    assert _made(result) == ["marts/dim_kpi"]
    assert _newest_build(home).state == "partial"
    alone = _run(home, RELEASE)
    assert "made a part of the models only, so it is not published" in _failure(alone)
    assert home.published_database.resolve() == published


def test_a_table_is_not_built_from_tables_that_hold_other_months(home: Home) -> None:
    before = _newest_build(home)
    result = _run(home, KPI_MONTHLY, partition_key="2026-08-01")
    assert "reads" in _failure(result)
    assert "2026-07, 2026-08, 2026-09, not 2026-08" in _failure(result)
    assert _made(result) == []
    assert _newest_build(home) == before


def test_a_table_is_built_from_tables_that_hold_its_months_and_the_gate_looks_at_it(home: Home) -> None:
    before = _newest_build(home)
    result = _run(home, KPI_MONTHLY, tags=RANGE)
    assert result.success, _failure(result)
    assert _made(result) == ["marts/kpi_monthly"] * 3
    checks = {check.check_name for check in result.get_asset_check_evaluations()}
    assert {"kpi_monthly_key_is_unique"} <= checks
    build = _newest_build(home)
    assert (build.state, build.months) == ("partial", before.months)
    assert len(before.months) == 3


@pytest.mark.parametrize("all_or_none", [False, True], ids=["command", "ui"])
def test_a_range_of_the_ui_is_made_as_a_whole_or_not_at_all(
    centre: Home, monkeypatch: pytest.MonkeyPatch, all_or_none: bool
) -> None:
    august, september = date(2026, 8, 1), date(2026, 9, 1)
    as_of = datetime.fromisoformat(AS_OF)
    ctx = make_context(centre, months=(august, september), as_of=as_of, makes_all_or_none=all_or_none)

    def planned(*changed: date) -> tuple[date, ...]:
        monkeypatch.setattr(plan, "plan_months", lambda _: plan.Plan(changed))
        made = plan.plan_refresh(ctx)
        assert set(made.fingerprints) == {f"{month:%Y-%m}" for month in made.months}
        return made.months

    assert planned(september) == ((august, september) if all_or_none else (september,))
    assert planned() == ()
