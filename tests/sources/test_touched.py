"""Which months a change of deliveries touches: one too few would leave a wrong number published."""

from datetime import date

from sources.loading.touched import touched_months
from tests.sources.delivering import ASSIGNMENTS, EMPLOYEES, SITES, Centre, leg, legs

PUBLISHED = [date(2026, month, 1) for month in range(6, 11)]
AUGUST, SEPTEMBER = date(2026, 8, 1), date(2026, 9, 1)
IDS = "select delivery_id from raw.delivery where superseded_by is null"


def touched_by(centre: Centre, file: str, content: str) -> list[date]:
    """The published months that a delivery on top of the others touches, as asked between load and build."""
    before = {row[0] for row in centre.rows(IDS)} if centre.warehouse.exists() else set[object]()
    centre.deliver(file, content)
    centre.load()
    changed = {row[0] for row in centre.rows(IDS)} ^ before
    return touched_months(centre.warehouse, [int(str(delivery)) for delivery in changed], PUBLISHED)


def test_a_row_touches_its_month_and_not_its_neighbours(centre: Centre) -> None:
    centre.refresh()
    assert touched_by(
        centre, "acd/contact_legs/a.csv", legs(leg("L1", offered_at="2026-08-15T01:00:00Z"))
    ) == [AUGUST]


def test_a_correction_that_moves_a_row_touches_the_month_it_left(centre: Centre) -> None:
    centre.deliver(
        "hr/requisitions/a.csv",
        "requisition_id,role,opened_on,due_on,requested,filled\nR1,agent,2026-07-01,2026-08-10,1,1\n",
    )
    centre.refresh()
    corrected = "requisition_id,role,opened_on,due_on,requested,filled\nR1,agent,2026-07-01,2026-09-10,1,1\n"
    assert touched_by(centre, "hr/requisitions/b.csv", corrected) == [AUGUST, SEPTEMBER]


def test_a_leaver_touches_the_months_from_the_last_day_on(centre: Centre) -> None:
    centre.refresh()
    leaver = "employee_id,agent_id,full_name,hired_on,left_on\nE1,A1,Wang Wei,2024-01-01,2026-09-20\n"
    assert touched_by(centre, "hr/employees/z.csv", leaver) == [
        month for month in PUBLISHED if month >= SEPTEMBER
    ]


def test_a_roster_delivered_again_as_it_was_touches_nothing(centre: Centre) -> None:
    centre.refresh()
    assert touched_by(centre, "hr/employees/z.csv", EMPLOYEES) == []
    assert touched_by(centre, "hr/assignments/z.csv", ASSIGNMENTS) == []


def test_a_site_that_repairs_assignments_touches_every_month(centre: Centre) -> None:
    centre.deliver(
        "hr/sites/sites.csv", SITES.splitlines(keepends=True)[0] + SITES.splitlines(keepends=True)[1]
    )
    centre.refresh()
    assert touched_by(centre, "hr/sites/z.csv", SITES) == PUBLISHED


def test_an_employee_who_repairs_legs_touches_their_months(centre: Centre) -> None:
    centre.deliver("acd/contact_legs/a.csv", legs(leg("L1", agent_id="A7")))
    centre.refresh()
    late = "employee_id,agent_id,hired_on\nE7,A7,2026-12-01\n"
    # the leg is of the third of August: as a repeat contact it could decide on one of July
    assert touched_by(centre, "hr/employees/z.csv", late) == [date(2026, 7, 1), AUGUST]


def test_an_order_touches_the_month_of_the_contact_it_names_and_its_own(centre: Centre) -> None:
    centre.deliver(
        "acd/contact_legs/a.csv", legs(leg("L1", contact_id="C1", offered_at="2026-06-10T01:00:00Z"))
    )
    centre.refresh()
    order = "order_id,contact_id,created_at,amount,status\nO1,{},2026-09-15T01:00:00Z,10,valid\n"
    assert touched_by(centre, "crm/orders/a.csv", order.format("C1")) == [date(2026, 6, 1), SEPTEMBER]
    assert touched_by(centre, "crm/orders/b.csv", order.replace("O1", "O2").format("C2")) == [SEPTEMBER]


def test_a_late_leg_touches_the_month_in_which_its_contact_began(centre: Centre) -> None:
    centre.deliver(
        "acd/contact_legs/a.csv",
        legs(leg("L1", contact_id="C1", leg_number="1", offered_at="2026-08-31T01:00:00Z")),
    )
    centre.refresh()
    late = legs(leg("L2", contact_id="C1", leg_number="2", offered_at="2026-09-20T01:00:00Z"))
    assert touched_by(centre, "acd/contact_legs/b.csv", late) == [AUGUST, SEPTEMBER]
    other = legs(leg("L3", contact_id="C3", leg_number="2", offered_at="2026-09-20T01:00:00Z"))
    assert touched_by(centre, "acd/contact_legs/c.csv", other) == [SEPTEMBER]


def test_a_rule_touches_the_months_from_its_day_on_and_none_where_it_says_what_was_said(
    centre: Centre,
) -> None:
    centre.refresh()
    target = "kpi_id,scope,business_line,valid_from,target\ncsat_score,any,any,2026-09-01,{}\n"
    later = [month for month in PUBLISHED if month >= SEPTEMBER]
    assert touched_by(centre, "rules/kpi_targets/a.csv", target.format("4.2")) == later
    assert touched_by(centre, "rules/kpi_targets/b.csv", target.format("4.20")) == []
    assert touched_by(centre, "rules/kpi_targets/c.csv", target.format("4.5")) == later
