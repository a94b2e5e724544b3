"""The steps one by one, dbt and the gate stood in for: what each hands over, and what none lets pass."""

from dataclasses import dataclass, replace

import pytest

from expectations import gate
from expectations.verdicts import Severity
from orchestration.home.errors import CallboardError, GateRefusedError, UsageError
from orchestration.refresh.plan import plan_refresh
from orchestration.refresh.steps import build_step, gate_step, load_step, publish_step
from orchestration.warehouse import dbt as dbt_runner
from orchestration.warehouse.dbt import DbtOutcome, NodeResult
from tests.findings import NO_STATES, failing

from .conftest import AUGUST, PASSED, SEPTEMBER, StandIn

GOOD = NodeResult("model.callboard.kpi_monthly", "kpi_monthly", "model", "success", 0.1, rows=2)
BAD_TEST = NodeResult("test.callboard.k", "unique_kpi", "test", "fail", 0.1, message="Got 3", failures=3)
BAD_MODEL = NodeResult("model.callboard.m", "kpi_monthly", "model", "error", 0.1, message="Binder Error: x")
NO_ROOM = replace(BAD_MODEL, message="IO Error: No space left on device")


@dataclass
class _Dbt:
    """What the next run of dbt gives; what it was asked."""

    nodes: tuple[NodeResult, ...] = (GOOD,)
    variables: dict[str, object] | None = None


@pytest.fixture
def dbt(monkeypatch: pytest.MonkeyPatch, stand_in: StandIn) -> _Dbt:
    stand_in.home.config_file.write_text("default_time_zone = 'Asia/Shanghai'\n")
    fake = _Dbt()

    def run(_: object, **options: object) -> DbtOutcome:
        fake.variables = options["vars"]  # type: ignore[assignment]
        return DbtOutcome(fake.nodes, 0.1)

    monkeypatch.setattr(dbt_runner, "run_dbt", run)
    monkeypatch.setattr(gate, "preload", lambda: None)
    return fake


def judged(monkeypatch: pytest.MonkeyPatch, *, passed: bool) -> None:
    result = PASSED if passed else failing()
    monkeypatch.setattr(gate, "run_gate", lambda *_, **__: gate.GateReport((result,)))


def test_dbt_is_given_the_months_the_instant_and_the_release_to_be(stand_in: StandIn, dbt: _Dbt) -> None:
    ctx = stand_in.context()
    assert load_step(ctx).result.rows == 2
    assert build_step(ctx, plan_refresh(ctx)).months == (AUGUST, SEPTEMBER)
    assert dbt.variables == {
        "as_of": "2026-10-20 00:00:00",
        "months": ["2026-08-01", "2026-09-01"],
        "default_site": "SHA",
        "default_time_zone": "Asia/Shanghai",
        "release_id": ctx.release_id,
        "appraisal_self_share": 0.3,
        "appraisal_manager_share": 0.7,
        "scorecard_own_share": 0.8,
        "scorecard_team_share": 0.2,
        "scorecard_ratio_cap": 1.2,
        "scorecard_min_people": 5,
        "scorecard_min_days_present": 5,
        "driver_min_surveys": 10,
        "driver_min_agents": 30,
    }


def test_a_failed_test_of_dbts_refuses_the_build(stand_in: StandIn, dbt: _Dbt) -> None:
    dbt.nodes = (GOOD, BAD_TEST)
    ctx = stand_in.context()
    load_step(ctx)
    with pytest.raises(GateRefusedError) as raised:
        build_step(ctx, plan_refresh(ctx))
    (item,) = raised.value.items
    assert (item.lead.expectation, item.lead.finding.found, item.lead.origin) == (
        "unique_kpi",
        {"rows": 3},
        "dbt",
    )
    with pytest.raises(GateRefusedError, match="dbt's tests"):
        gate_step(ctx)
    with pytest.raises(GateRefusedError):
        publish_step(ctx)


@pytest.mark.parametrize(("node", "said"), [(BAD_MODEL, "kpi_monthly"), (NO_ROOM, "disk is full")])
def test_a_failed_model_stops_the_refresh_and_nothing_can_be_published(
    stand_in: StandIn, dbt: _Dbt, node: NodeResult, said: str
) -> None:
    dbt.nodes = (node,)
    ctx = stand_in.context()
    load_step(ctx)
    with pytest.raises(CallboardError, match=said) as raised:
        build_step(ctx, plan_refresh(ctx))
    assert raised.value.exit_code == 1
    with pytest.raises(CallboardError, match="no finished build"):
        gate_step(ctx)
    with pytest.raises(GateRefusedError):
        publish_step(ctx)


def test_publishing_alone_gets_past_no_gate(
    stand_in: StandIn, dbt: _Dbt, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctx = stand_in.context()
    with pytest.raises(GateRefusedError, match="Nothing was built"):
        publish_step(ctx)
    load_step(ctx)
    build_step(ctx, plan_refresh(ctx))
    with pytest.raises(GateRefusedError, match="has not passed"):
        publish_step(stand_in.context())
    judged(monkeypatch, passed=False)
    assert gate_step(ctx).refused
    with pytest.raises(GateRefusedError, match=NO_STATES):
        publish_step(stand_in.context())
    assert not stand_in.home.published_database.exists()


def test_a_build_of_which_the_gate_said_nothing_is_not_published(
    stand_in: StandIn, dbt: _Dbt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "run_gate", lambda *_, **__: gate.GateReport(()))
    ctx = stand_in.context()
    load_step(ctx)
    build_step(ctx, plan_refresh(ctx))
    gate_step(ctx)
    with pytest.raises(GateRefusedError, match="has not passed"):
        publish_step(ctx)


def test_an_unknown_default_site_without_a_time_zone_is_wrong_usage(stand_in: StandIn, dbt: _Dbt) -> None:
    stand_in.home.config_file.write_text("default_site = 'MOON'\n")
    ctx = stand_in.context()
    load_step(ctx)
    with pytest.raises(UsageError, match="MOON"):
        build_step(ctx, plan_refresh(ctx))


def test_a_delivered_default_site_needs_no_time_zone_of_its_own(stand_in: StandIn, dbt: _Dbt) -> None:
    stand_in.home.config_file.write_text("default_site = 'SHA'\n")
    sites = stand_in.home.landing / "hr" / "sites" / "2026-09.csv"
    sites.parent.mkdir(parents=True)
    sites.write_text("site_id,site_name,time_zone,country\n SHA ,Shanghai,Asia/Shanghai,CN\n")
    ctx = stand_in.context()
    load_step(ctx)
    assert build_step(ctx, plan_refresh(ctx)).months == (AUGUST, SEPTEMBER)


def test_nothing_is_published_twice(stand_in: StandIn) -> None:
    stand_in.publish({AUGUST: 0.5})
    assert publish_step(stand_in.context()).release is None
    assert gate_step(stand_in.context()).verdicts == ()


@pytest.mark.parametrize("severity", ["to_confirm", "noted"])
def test_what_is_only_odd_does_not_refuse(stand_in: StandIn, severity: Severity) -> None:
    stand_in.verdicts = [PASSED, failing(severity=severity)]
    stand_in.publish({AUGUST: 0.5})
    assert stand_in.published("select count(*) from audit.gate_result where not passed") == [(1,)]
