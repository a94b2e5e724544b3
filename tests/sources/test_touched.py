"""Which months a change of deliveries touches: one too few would leave a wrong number published."""

from datetime import date

import pytest

from sources.loading.touched import touched_months
from tests.sources.delivering import ASSIGNMENTS, EMPLOYEES, SITES, Centre, leg, legs

PUBLISHED = [date(2026, month, 1) for month in range(6, 11)]
AUGUST, SEPTEMBER, NOVEMBER = date(2026, 8, 1), date(2026, 9, 1), date(2026, 11, 1)
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


def test_who_comes_back_touches_the_months_from_the_new_first_day_on(centre: Centre) -> None:
    columns = "employee_id,agent_id,full_name,hired_on,left_on\n"
    centre.deliver("hr/employees/z.csv", columns + "E1,A1,Wang Wei,2024-01-01,2026-07-20\n")
    centre.refresh()
    assert touched_by(centre, "hr/employees/zz.csv", columns + "E1,A1,Wang Wei,2026-09-14,\n") == [
        month for month in PUBLISHED if month >= SEPTEMBER
    ]


def test_a_first_day_that_is_corrected_touches_every_month(centre: Centre) -> None:
    centre.refresh()
    corrected = "employee_id,agent_id,full_name,hired_on\nE1,A1,Wang Wei,2024-02-01\n"
    assert touched_by(centre, "hr/employees/z.csv", corrected) == PUBLISHED


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
    # the leg is of the third of August: as a repeat contact it could decide on one of July; the hire is of December
    assert touched_by(centre, "hr/employees/z.csv", late) == [date(2026, 7, 1), AUGUST, date(2026, 12, 1)]


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


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("acd/contact_legs/n.csv", legs(leg("L9", offered_at="2026-11-15T01:00:00Z"))),
        (
            "acd/queue_intervals/n.csv",
            "queue_id,interval_starts_at,interval_minutes,offered\nQ1,2026-11-15T01:00:00Z,30,5\n",
        ),
        ("acd/agent_states/n.csv", "agent_id,state,started_at\nA1,available,2026-11-15T01:00:00Z\n"),
        ("crm/surveys/n.csv", "survey_id,responded_at\nS1,2026-11-15T01:00:00Z\n"),
        ("crm/cases/n.csv", "case_id,opened_at\nC1,2026-11-15T01:00:00Z\n"),
        ("crm/complaints/n.csv", "complaint_id,received_at\nC1,2026-11-15T01:00:00Z\n"),
        ("crm/orders/n.csv", "order_id,created_at,amount,status\nO1,2026-11-15T01:00:00Z,1,valid\n"),
        (
            "qa/evaluations/n.csv",
            "evaluation_id,agent_id,evaluator_id,evaluated_at,method,score,critical_error,status\n"
            "E1,A1,Q,2026-11-15T01:00:00Z,monitoring,90,false,final\n",
        ),
        ("hr/budget_lines/n.csv", "month,category,budgeted,spent\n2026-11-01,rent,10,9\n"),
        ("hr/appraisals/n.csv", "employee_id,month,self_score,manager_score\nE1,2026-11-01,80,\n"),
        ("hr/employees/n.csv", "employee_id,agent_id,full_name,hired_on\nE9,A9,Li,2026-11-15\n"),
        (
            "hr/employees/n.csv",
            EMPLOYEES.splitlines()[0] + ",left_on\nE1,A1,Wang Wei,2024-01-01,2026-11-15\n",
        ),
    ],
)
def test_what_happened_begins_its_month(centre: Centre, file: str, content: str) -> None:
    centre.refresh()
    assert NOVEMBER in touched_by(centre, file, content)


SESSION = "session_id,programme,title,planned_on,planned_hours,held_hours,ended_on,status\nT1,new_hire,Welcome,2026-11-02,8,{}\n"
RECORD = "session_id,employee_id,absences,left\nT1,E1,0,false\n"


def test_a_training_record_begins_the_month_in_which_its_session_ended_whichever_came_first(
    centre: Centre,
) -> None:
    centre.refresh()
    assert touched_by(centre, "hr/training_sessions/a.csv", SESSION.format(",,planned")) == []
    assert touched_by(centre, "hr/training_records/a.csv", RECORD) == []
    assert touched_by(centre, "hr/training_sessions/b.csv", SESSION.format("8,2026-11-03,Held")) == [NOVEMBER]
    assert touched_by(centre, "hr/training_records/b.csv", RECORD.replace("E1", "E2")) == [NOVEMBER]


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("crm/cases/n.csv", "case_id,opened_at,due_at\nC1,2026-10-15T01:00:00Z,2026-11-15T01:00:00Z\n"),
        (
            "qa/report_deliveries/n.csv",
            "report_id,report_name,owner_id,due_at\nR1,daily,E1,2026-11-15T01:00:00Z\n",
        ),
        (
            "hr/schedules/n.csv",
            "employee_id,activity,starts_at,ends_at\nE1,on_queue,2026-11-15T01:00:00Z,2026-11-15T02:00:00Z\n",
        ),
        (
            "hr/staffing_requirements/n.csv",
            "interval_starts_at,business_line,required_agents\n2026-11-15T01:00:00Z,voice,3\n",
        ),
        ("hr/training_sessions/n.csv", SESSION.format(",,planned")),
        (
            "hr/requisitions/n.csv",
            "requisition_id,role,opened_on,due_on,requested,filled\nR1,agent,2026-10-01,2026-11-10,1,0\n",
        ),
        ("hr/budget_lines/n.csv", "month,category,budgeted,spent\n2026-11-01,rent,10,0\n"),
        (
            "hr/employees/n.csv",
            "employee_id,agent_id,full_name,hired_on,probation_ends_on\nE9,A9,Li,2026-10-15,2026-11-15\n",
        ),
    ],
)
def test_what_is_only_due_or_planned_begins_no_month_and_corrects_a_published_one(
    centre: Centre, file: str, content: str
) -> None:
    centre.refresh()
    assert NOVEMBER not in touched_by(centre, file, content)
    earlier = content.replace("2026-11-15", "2026-09-15").replace("2026-11-10", "2026-09-10")
    earlier = earlier.replace("2026-11-02", "2026-09-02").replace("2026-11-01", "2026-09-01")
    assert SEPTEMBER in touched_by(centre, file.replace("n.csv", "o.csv"), earlier.replace("C1", "C2"))


def test_a_roster_begins_no_months_before_anything_else_was_delivered(centre: Centre) -> None:
    centre.deliver("acd/contact_legs/a.csv", legs(leg("L1", offered_at="2026-08-15T01:00:00Z")))
    centre.deliver(
        "hr/employees/z.csv", "employee_id,agent_id,hired_on\nE8,A8,2025-03-01\nE9,A9,2026-09-07\n"
    )
    centre.load()
    deliveries = [int(str(row[0])) for row in centre.rows(IDS)]
    assert touched_months(centre.warehouse, deliveries) == [AUGUST, SEPTEMBER]
