"""What a refresh knows is read once and passed on, and whatever stops it, it ends by one exit."""

import errno
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from expectations import gate
from expectations.verdicts import Verdict
from orchestration.home.errors import CallboardError, GateRefusedError, UsageError
from orchestration.refresh.conclude import conclude
from orchestration.refresh.context import RefreshContext
from orchestration.refresh.last_run import Attempt, read_attempt
from orchestration.refresh.outcomes import GateOutcome, RefreshOutcome
from orchestration.refresh.plan import plan_refresh
from orchestration.refresh.progress import StepResult
from orchestration.refresh.run import RefreshRun, Steps
from orchestration.warehouse import dbt
from orchestration.warehouse.dbt import DbtOutcome
from tests.findings import failing, items
from tests.reads import files_read, reads_in

from .conftest import AUGUST, PASSED, SEPTEMBER, StandIn

CONFIGURED = "default_time_zone = 'Asia/Shanghai'\n"
FAILED = failing()


@dataclass
class Notices:
    """Takes notifications instead of sending them."""

    sent: list[RefreshOutcome] = field(default_factory=list[RefreshOutcome])

    def __call__(self, _: RefreshContext, outcome: RefreshOutcome) -> None:
        self.sent.append(outcome)


def attempt(ctx: RefreshContext) -> Attempt:
    found = read_attempt(ctx.home)
    assert found is not None
    return found


def gate_outcome(ctx: RefreshContext, *verdicts: Verdict) -> GateOutcome:
    return GateOutcome(StepResult("gate", 0.1), ctx.release_id, verdicts)


def every_step(run: RefreshRun) -> None:
    if run.has_work():
        run.load()
        run.build(lambda _: None)
        run.gate()
        run.publish()


@pytest.fixture
def without_dbt(stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """dbt makes nothing, since the stand-in's marts are there already, and the gate is content."""
    stand_in.home.config_file.write_text(CONFIGURED)
    monkeypatch.setattr(dbt, "run_dbt", lambda *_, **__: DbtOutcome((), 0.1))
    monkeypatch.setattr(gate, "preload", lambda: None)
    monkeypatch.setattr(gate, "run_gate", lambda *_, **__: gate.GateReport((PASSED,)))


@pytest.mark.usefixtures("without_dbt")
def test_configuration_manifest_and_waivers_are_read_once_in_a_refresh(stand_in: StandIn) -> None:
    before = stand_in.publish({AUGUST: 0.5, SEPTEMBER: 0.25})
    stand_in.home.waivers_file.write_text("")
    stand_in.deliver("2026-10.csv", [SEPTEMBER], category=9)
    notices = Notices()
    with files_read() as read:
        run = RefreshRun(stand_in.context())
        every_step(run)
        outcome = conclude(run, notices)
    assert outcome is not None
    assert outcome.status == "published"
    assert outcome.manifest is not None
    assert outcome.manifest.previous_release_id == before.release_id
    assert notices.sent == [outcome]
    for name in ("callboard.toml", "manifest.json", "waivers.jsonl"):
        assert reads_in(read, stand_in.home, name) == 1, name


def test_a_refresh_of_nothing_reads_each_once_too(stand_in: StandIn) -> None:
    stand_in.publish({AUGUST: 0.5, SEPTEMBER: 0.25})
    stand_in.home.config_file.write_text(CONFIGURED)
    with files_read() as read:
        run = RefreshRun(stand_in.context())
        assert not run.has_work()
        conclude(run, Notices())
    assert [reads_in(read, stand_in.home, name) for name in ("callboard.toml", "manifest.json")] == [1, 1]


@pytest.mark.usefixtures("without_dbt")
@pytest.mark.parametrize(("delivered", "planned"), [(True, 1), (False, 1)])
def test_months_are_planned_once(stand_in: StandIn, delivered: bool, planned: int) -> None:
    stand_in.publish({AUGUST: 0.5})
    if delivered:
        stand_in.deliver("2026-10.csv", [AUGUST], category=9)
    else:
        # What is loaded already was refused: there is a plan before the load, which then changes nothing.
        stand_in.deliver("2026-10.csv", [AUGUST], category=9)
        stand_in.build({AUGUST: 9.0})
    plans = 0

    def counted(ctx: RefreshContext):
        nonlocal plans
        plans += 1
        return plan_refresh(ctx)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("orchestration.refresh.judge.plan_refresh", counted)
        run = RefreshRun(stand_in.context(), Steps(plan=counted))
        every_step(run)
    assert run.built is not None
    assert run.built.months == (AUGUST,)
    assert plans == planned


@pytest.mark.parametrize("by", ["dbt", "gate"])
def test_a_refusal_ends_the_same_way_whoever_refuses(stand_in: StandIn, by: str) -> None:
    made = stand_in.publish({AUGUST: 0.5})
    run = RefreshRun(stand_in.context(AUGUST))
    verdict = replace(FAILED, origin=by)
    if by == "dbt":
        run.error = GateRefusedError("dbt's tests refused this build.", items=items(verdict))
    else:
        run.judged = gate_outcome(run.ctx, PASSED, verdict)
    notices = Notices()
    outcome = conclude(run, notices)
    assert outcome is not None
    assert (outcome.status, outcome.release_id, outcome.items) == ("refused", made.release_id, items(verdict))
    assert outcome.message.endswith(f"refused this build. Release {made.release_id} stays published.")
    assert notices.sent == [outcome]
    written = attempt(run.ctx)
    assert (written.state, written.message, written.items) == ("refused", outcome.message, items(verdict))


@pytest.mark.parametrize(
    ("error", "raised", "said"),
    [
        (UsageError("wrong", hint="do this"), UsageError, "wrong"),
        (OSError(errno.ENOSPC, "No space left on device"), CallboardError, "The disk is full."),
        (KeyError("surprise"), KeyError, "KeyError: 'surprise'"),
    ],
)
def test_a_failure_is_put_into_words_written_down_and_sent_once(
    stand_in: StandIn, error: Exception, raised: type[Exception], said: str
) -> None:
    run = RefreshRun(stand_in.context(), error=error)
    notices = Notices()
    with pytest.raises(raised):
        conclude(run, notices)
    assert [outcome.status for outcome in notices.sent] == ["failed"]
    assert notices.sent[0].message.startswith(said)
    assert (attempt(run.ctx).state, attempt(run.ctx).message) == ("failed", notices.sent[0].message)


def test_an_interruption_is_written_down_and_sent_to_nobody(stand_in: StandIn) -> None:
    run = RefreshRun(stand_in.context(), error=KeyboardInterrupt())
    notices = Notices()
    with pytest.raises(KeyboardInterrupt):
        conclude(run, notices)
    assert notices.sent == []
    assert (attempt(run.ctx).state, attempt(run.ctx).message) == ("failed", "Interrupted.")


def test_what_cannot_be_written_down_hides_no_outcome(
    stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = RefreshRun(stand_in.context(), error=UsageError("wrong"))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("orchestration.refresh.last_run.write_whole", full)
    with pytest.raises(UsageError, match="wrong"):
        conclude(run, Notices())


def test_a_trouble_of_finding_out_whether_there_is_work_is_concluded_too(stand_in: StandIn) -> None:
    release = stand_in.publish({AUGUST: 0.5, SEPTEMBER: 0.25})
    Path(release.path / "manifest.json").write_text("{}")
    run = RefreshRun(stand_in.context())
    assert not run.has_work()
    notices = Notices()
    with pytest.raises(CallboardError, match="damaged"):
        conclude(run, notices)
    assert [outcome.status for outcome in notices.sent] == ["failed"]
    assert attempt(run.ctx).state == "failed"


def test_a_part_of_the_job_is_no_refresh_and_is_not_shown_as_cut_off(stand_in: StandIn) -> None:
    notices = Notices()
    run = RefreshRun(stand_in.context())
    run.load()
    assert conclude(run, notices) is None
    assert notices.sent == []
    assert (attempt(run.ctx).state, attempt(run.ctx).message) == ("nothing_new", "Only load was run.")
