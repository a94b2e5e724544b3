"""Which months a refresh makes. Loading and touched months are real; only the builds are stood in for."""

from datetime import date, timedelta

import pytest

from orchestration.home.errors import UsageError
from orchestration.home.waivers import add_waiver
from orchestration.refresh.plan import plan_refresh

from .conftest import AS_OF, AUGUST, OCTOBER, SEPTEMBER, StandIn, status_without_work
from .test_waivers import waiver

LATER = AS_OF + timedelta(days=1)


def test_the_first_refresh_makes_every_month_that_was_delivered(stand_in: StandIn) -> None:
    stand_in.load()
    assert plan_refresh(stand_in.context()).months == (AUGUST, SEPTEMBER)


def test_months_after_as_of_wait(stand_in: StandIn) -> None:
    stand_in.load()
    as_of = AS_OF.replace(month=8)
    assert plan_refresh(stand_in.context(as_of=as_of)).months == (AUGUST,)


def test_nothing_arrived_so_there_is_nothing_to_do(stand_in: StandIn) -> None:
    stand_in.publish({AUGUST: 0.5, SEPTEMBER: 0.25})
    assert status_without_work(stand_in.context(as_of=LATER)) == "nothing_new"


def test_only_the_months_that_a_delivery_touches_are_made(stand_in: StandIn) -> None:
    stand_in.publish({AUGUST: 0.5, SEPTEMBER: 0.25})
    stand_in.deliver("2026-10.csv", [SEPTEMBER, OCTOBER])
    assert status_without_work(stand_in.context()) == "work"
    stand_in.load()
    assert plan_refresh(stand_in.context()).months == (SEPTEMBER, OCTOBER)


def test_what_a_refused_build_loaded_stays_to_be_made(stand_in: StandIn) -> None:
    stand_in.publish({AUGUST: 0.5, SEPTEMBER: 0.25})
    stand_in.deliver("2026-10.csv", [SEPTEMBER], category=9)
    stand_in.build({SEPTEMBER: 9.0})
    assert plan_refresh(stand_in.context()).months == (SEPTEMBER,)
    assert status_without_work(stand_in.context()) == "work"


def test_requested_months_leave_the_other_touched_ones_pending(stand_in: StandIn) -> None:
    stand_in.publish({AUGUST: 0.5, SEPTEMBER: 0.25})
    stand_in.deliver("2026-10.csv", [AUGUST, SEPTEMBER], category=9)
    stand_in.publish({AUGUST: 0.75})
    assert plan_refresh(stand_in.context()).months == (SEPTEMBER,)
    stand_in.publish({SEPTEMBER: 0.5})
    assert status_without_work(stand_in.context()) == "nothing_new"


@pytest.mark.parametrize("requested", [(), (AUGUST,)])
def test_a_published_month_that_begins_after_as_of_is_made_later(
    stand_in: StandIn, requested: tuple[date, ...]
) -> None:
    stand_in.publish({AUGUST: 0.5, SEPTEMBER: 0.25})
    stand_in.deliver("2026-10.csv", [AUGUST, SEPTEMBER], category=9)
    stand_in.load()
    earlier = stand_in.context(*requested, as_of=AS_OF.replace(month=8))
    plan = plan_refresh(earlier)
    assert (plan.months, plan.pending) == ((AUGUST,), (SEPTEMBER,))
    stand_in.publish({AUGUST: 0.75}, as_of=earlier.as_of)
    # Nothing else came meanwhile, and what came is in the release's list of deliveries.
    assert SEPTEMBER in plan_refresh(stand_in.context()).months


def test_what_touches_only_a_month_after_as_of_waits(stand_in: StandIn) -> None:
    stand_in.publish({AUGUST: 0.5, SEPTEMBER: 0.25})
    stand_in.deliver("2026-10.csv", [SEPTEMBER], category=9)
    stand_in.load()
    assert plan_refresh(stand_in.context(as_of=AS_OF.replace(month=8))).months == ()
    assert plan_refresh(stand_in.context()).months == (SEPTEMBER,)


def test_the_first_release_says_where_history_begins(stand_in: StandIn) -> None:
    stand_in.publish({SEPTEMBER: 0.25})
    assert status_without_work(stand_in.context()) == "nothing_new"


def test_a_requested_month_that_nothing_changed_is_not_made_again(stand_in: StandIn) -> None:
    stand_in.publish({AUGUST: 0.5, SEPTEMBER: 0.25})
    for as_of in (AS_OF, LATER):
        assert status_without_work(stand_in.context(AUGUST, as_of=as_of)) == "nothing_new"


def test_a_requested_month_is_made_again_from_an_earlier_as_of(stand_in: StandIn) -> None:
    stand_in.publish({AUGUST: 0.5})
    assert plan_refresh(stand_in.context(AUGUST, as_of=AS_OF - timedelta(days=1))).months == (AUGUST,)


def test_a_provisional_requested_month_is_made_again_for_another_as_of_only(stand_in: StandIn) -> None:
    stand_in.publish({AUGUST: 0.5}, provisional=True)
    assert plan_refresh(stand_in.context(AUGUST)).months == ()
    assert plan_refresh(stand_in.context(AUGUST, as_of=LATER)).months == (AUGUST,)


@pytest.mark.parametrize("change", ["configuration", "waiver"])
def test_a_requested_month_is_made_again_when_what_decides_it_changed(stand_in: StandIn, change: str) -> None:
    stand_in.publish({AUGUST: 0.5})
    if change == "configuration":
        stand_in.home.config_file.write_text("default_site = 'HAM'\n")
    else:
        add_waiver(stand_in.home, waiver(AUGUST))
    assert plan_refresh(stand_in.context(AUGUST)).months == (AUGUST,)


def test_another_months_waiver_changes_nothing(stand_in: StandIn) -> None:
    stand_in.publish({AUGUST: 0.5})
    add_waiver(stand_in.home, waiver(SEPTEMBER))
    assert plan_refresh(stand_in.context(AUGUST)).months == ()


def test_a_provisional_month_is_made_again_once_it_has_matured(stand_in: StandIn) -> None:
    # The stand-in's September matures on 16 October at 16:00 UTC.
    matures_at = AS_OF.replace(day=16, hour=16)
    stand_in.publish({SEPTEMBER: 0.25}, provisional=True, as_of=AS_OF.replace(day=10))
    assert plan_refresh(stand_in.context(as_of=matures_at - timedelta(seconds=1))).months == ()
    assert plan_refresh(stand_in.context(as_of=matures_at)).months == (SEPTEMBER,)


def test_a_month_that_is_provisional_after_it_matured_waits_for_deliveries(stand_in: StandIn) -> None:
    stand_in.publish({SEPTEMBER: 0.25}, provisional=True, as_of=AS_OF)
    assert plan_refresh(stand_in.context(as_of=AS_OF + timedelta(days=90))).months == ()


def test_a_delivery_that_dates_no_month_still_gets_published(stand_in: StandIn) -> None:
    stand_in.publish({AUGUST: 0.5, SEPTEMBER: 0.25})
    empty = stand_in.home.landing / "crm" / "complaints" / "later.csv"
    empty.write_text("complaint_id,received_at,category\n")
    stand_in.load()
    assert plan_refresh(stand_in.context()).months == (SEPTEMBER,)


def test_a_file_that_was_only_touched_changes_nothing(stand_in: StandIn) -> None:
    stand_in.publish({AUGUST: 0.5, SEPTEMBER: 0.25})
    stand_in.deliver("2026-09.csv")
    stand_in.load()
    assert plan_refresh(stand_in.context()).months == ()


def test_a_lost_build_database_makes_nothing_again_that_did_not_change(stand_in: StandIn) -> None:
    stand_in.publish({AUGUST: 0.5, SEPTEMBER: 0.25})
    stand_in.home.warehouse.unlink()
    stand_in.deliver("2026-10.csv", [SEPTEMBER], category=9)
    stand_in.load()
    assert plan_refresh(stand_in.context()).months == (SEPTEMBER,)


def test_a_requested_month_before_everything_that_was_delivered_is_unknown(stand_in: StandIn) -> None:
    stand_in.load()
    assert plan_refresh(stand_in.context(AUGUST)).months == (AUGUST,)
    with pytest.raises(UsageError, match="Unknown month 1990-01"):
        plan_refresh(stand_in.context(AUGUST, date(1990, 1, 1)))


def test_a_quiet_month_in_which_people_were_employed_is_known(stand_in: StandIn) -> None:
    employees = stand_in.home.landing / "hr" / "employees" / "2026-09.csv"
    employees.parent.mkdir(parents=True)
    employees.write_text("employee_id,hired_on\nE1,2020-01-15\n")
    stand_in.load()
    quiet = date(2021, 5, 1)
    assert plan_refresh(stand_in.context(quiet)).months == (quiet,)
