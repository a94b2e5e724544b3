"""What a contract demands: every breach is refused with its reason, never counts, and can be repaired."""

import pytest

from tests.sources.delivering import ASSIGNMENTS, EMPLOYEES, SITES, Centre, leg, legs, small_centre

BREACHES: list[tuple[dict[str, object], str, str]] = [
    ({"talk_seconds": "1.5"}, "talk_seconds", "talk_seconds is not a whole number"),
    ({"talk_seconds": "1_0"}, "talk_seconds", "talk_seconds is not a whole number"),
    ({"offered_at": "03/08/2026"}, "offered_at", "offered_at is not an ISO 8601 timestamp"),
    ({"offered_at": "2026-02-30T00:00:00Z"}, "offered_at", "offered_at is not an ISO 8601 timestamp"),
    ({"transferred": "perhaps"}, "transferred", "transferred is neither true nor false"),
    ({"contact_id": "  "}, "contact_id", "contact_id is required and missing"),
    ({"outcome": "lost"}, "outcome", "outcome is not one of answered, abandoned, overflowed, voicemail"),
    ({"wrap_seconds": "-1"}, "wrap_seconds", "wrap_seconds is outside 0 to 86400"),
    ({"leg_number": "100"}, "leg_number", "leg_number is outside 1 to 99"),
    ({"queue_id": "Q9"}, "queue_id", "queue_id names no current row of acd.queues"),
    ({"agent_id": "A9"}, "agent_id", "agent_id names no current row of hr.employees"),
    (
        {"outcome": "abandoned"},
        "answered_at",
        "answered_at may have a value only where outcome is answered",
    ),
    (
        {"answered_at": "2026-08-03T00:59:59Z"},
        "answered_at",
        "answered_at is before offered_at",
    ),
    (
        {"ended_at": "2026-08-03T01:00:09Z"},
        "ended_at",
        "ended_at is before answered_at",
    ),
]


@pytest.fixture(scope="module")
def breached(tmp_path_factory: pytest.TempPathFactory, staging_sql: list[str]) -> Centre:
    """A good leg in line 2 and every breach in a line of its own after it; only to be read."""
    made = small_centre(tmp_path_factory.mktemp("breached"), staging_sql)
    lines = [leg(f"B{n}", **changed) for n, (changed, _, _) in enumerate(BREACHES)]
    made.deliver("acd/contact_legs/a.csv", legs(leg("L1"), *lines))
    made.refresh()
    return made


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [(line, column, reason) for line, (_, column, reason) in enumerate(BREACHES, start=3)],
    ids=[f"{changed}" for changed, _, _ in BREACHES],
)
def test_a_leg_that_breaks_its_contract_is_refused_with_the_reason(
    breached: Centre, line: int, column: str, reason: str
) -> None:
    refused = breached.quarantined("acd.contact_legs")
    assert [row for row in refused if row[1] == line] == [("a.csv", line, column, reason)]


def test_a_leg_beside_those_that_break_their_contract_counts(breached: Centre) -> None:
    assert breached.rows("select leg_id from staging.stg_acd__contact_legs") == [("L1",)]
    assert len(breached.quarantined("acd.contact_legs")) == len(BREACHES)


def test_vocabulary_is_read_past_case_and_blanks(centre: Centre) -> None:
    centre.deliver("acd/contact_legs/a.csv", legs(leg("L1", outcome=" Answered ", direction="INBOUND")))
    centre.refresh()
    assert centre.rows("select outcome, direction from staging.stg_acd__contact_legs") == [
        ("answered", "inbound")
    ]


@pytest.mark.parametrize(
    ("table", "good", "bad", "column"),
    [
        ("hr/employees", "E8,,x,2024-01-01,2024-01-01", "E9,,x,2024-01-02,2024-01-01", "left_on"),
        ("hr/budget_lines", "2026-08-01,a,1,1", "2026-08-02,a,1,1", "month"),
        (
            "hr/staffing_requirements",
            "2026-08-01T00:30:00Z,a,1",
            "2026-08-01T00:15:00Z,a,1",
            "interval_starts_at",
        ),
        ("hr/sites", "LIS,Lisbon,Europe/Lisbon,PT", "MAR,Mars,Mars/Phobos,PT", "time_zone"),
        ("hr/sites", "LIS,Lisbon,Europe/Lisbon,PT", "LIS2,Lisbon,Europe/Lisbon,Portugal", "country"),
        (
            "acd/agent_states",
            "A1,break,2026-08-01T00:00:00Z,",
            "A1,break,2026-08-01T01:00:00Z,2026-08-01T00:59:59Z",
            "ended_at",
        ),
    ],
)
def test_what_a_comment_in_the_contract_demands_is_demanded(
    centre: Centre, table: str, good: str, bad: str, column: str
) -> None:
    headers = {
        "hr/employees": "employee_id,agent_id,full_name,hired_on,left_on",
        "hr/budget_lines": "month,category,budgeted,spent",
        "hr/staffing_requirements": "interval_starts_at,business_line,required_agents",
        "hr/sites": "site_id,site_name,time_zone,country",
        "acd/agent_states": "agent_id,state,started_at,ended_at",
    }
    centre.deliver(f"{table}/z.csv", f"{headers[table]}\n{good}\n{bad}\n")
    centre.refresh()
    assert [row[:3] for row in centre.quarantined(table.replace("/", "."))] == [("z.csv", 3, column)]


def test_points_above_their_maximum_and_orphaned_items_are_refused(centre: Centre) -> None:
    centre.deliver(
        "qa/evaluations/a.csv",
        "evaluation_id,agent_id,evaluator_id,evaluated_at,method,score,critical_error,status\n"
        "X1,A1,Q,2026-08-03T00:00:00Z,monitoring,90,false,final\n",
    )
    centre.deliver(
        "qa/evaluation_items/a.csv",
        "evaluation_id,criterion,points,max_points\nX1,empathy,5,5\nX1,courtesy,5.01,5\nX2,empathy,1,5\n",
    )
    centre.refresh()
    assert centre.rows("select criterion from staging.stg_qa__evaluation_items") == [("empathy",)]
    assert [row[1:3] for row in centre.quarantined("qa.evaluation_items")] == [
        (3, "points"),
        (4, "evaluation_id"),
    ]


def test_the_later_delivery_wins_by_file_name_and_the_later_line_within_a_file(centre: Centre) -> None:
    centre.deliver("acd/contact_legs/b.csv", legs(leg("L1", talk_seconds=2), leg("L1", talk_seconds=3)))
    centre.deliver("acd/contact_legs/a.csv", legs(leg("L1", talk_seconds=1), leg("L2", talk_seconds=9)))
    centre.refresh()
    assert centre.rows("select leg_id, talk_seconds from staging.stg_acd__contact_legs order by 1") == [
        ("L1", 3),
        ("L2", 9),
    ]
    assert centre.quarantined("acd.contact_legs") == []


def test_a_refused_row_replaces_nothing(centre: Centre) -> None:
    centre.deliver("acd/contact_legs/a.csv", legs(leg("L1", talk_seconds=1)))
    centre.deliver("acd/contact_legs/b.csv", legs(leg("L1", talk_seconds=-1)))
    centre.refresh()
    assert centre.rows("select talk_seconds from staging.stg_acd__contact_legs") == [(1,)]
    assert [row[:2] for row in centre.quarantined("acd.contact_legs")] == [("b.csv", 2)]


def test_a_row_repaired_by_a_later_delivery_leaves_quarantine(centre: Centre) -> None:
    centre.deliver("acd/contact_legs/a.csv", legs(leg("L1", talk_seconds=-1), leg("L2", talk_seconds=-1)))
    centre.deliver("acd/contact_legs/b.csv", legs(leg("L1", talk_seconds=7)))
    centre.refresh()
    assert centre.rows("select leg_id, talk_seconds from staging.stg_acd__contact_legs") == [("L1", 7)]
    assert [row[1] for row in centre.quarantined("acd.contact_legs")] == [3]


def test_a_file_delivered_again_under_its_name_replaces_what_it_said(centre: Centre) -> None:
    centre.deliver("acd/contact_legs/a.csv", legs(leg("L1"), leg("L2", talk_seconds=-1)))
    centre.refresh()
    centre.deliver("acd/contact_legs/a.csv", legs(leg("L3")))
    centre.refresh()
    assert centre.rows("select leg_id from staging.stg_acd__contact_legs") == [("L3",)]
    assert centre.quarantined("acd.contact_legs") == []
    superseded = centre.rows(
        "select superseded_by is not null from raw.delivery where table_name = 'acd.contact_legs' order by 1"
    )
    assert superseded == [(False,), (True,)]


def test_a_file_taken_out_of_landing_no_longer_counts_and_counts_again_when_it_is_back(
    centre: Centre,
) -> None:
    path = centre.deliver("acd/contact_legs/a.csv", legs(leg("L1")))
    centre.refresh()
    path.unlink()
    centre.refresh()
    assert centre.rows("select leg_id from staging.stg_acd__contact_legs") == []
    centre.deliver("acd/contact_legs/a.csv", legs(leg("L1")))
    centre.refresh()
    assert centre.rows("select leg_id from staging.stg_acd__contact_legs") == [("L1",)]


def test_an_orphan_counts_once_the_row_it_names_has_arrived(centre: Centre) -> None:
    centre.deliver("acd/contact_legs/a.csv", legs(leg("L1", agent_id="A7")))
    centre.refresh()
    assert len(centre.quarantined("acd.contact_legs")) == 1
    centre.deliver("hr/employees/later.csv", "employee_id,agent_id,hired_on\nE7,A7,2024-01-01\n")
    centre.refresh()
    assert centre.rows("select leg_id from staging.stg_acd__contact_legs") == [("L1",)]
    assert centre.quarantined("acd.contact_legs") == []


def test_a_reference_to_a_quarantined_row_dangles_too(centre: Centre) -> None:
    centre.deliver("hr/employees/z.csv", "employee_id,agent_id,hired_on\nE7,A7,soon\n")
    centre.deliver("acd/contact_legs/a.csv", legs(leg("L1", agent_id="A7")))
    centre.refresh()
    assert [row[2] for row in centre.quarantined("acd.contact_legs")] == ["agent_id"]


def test_of_two_employees_with_one_login_the_later_in_key_order_is_refused(centre: Centre) -> None:
    centre.deliver("hr/employees/employees.csv", EMPLOYEES + "E0,A1,Li Na,2024-01-01\n")
    centre.refresh()
    assert centre.rows("select employee_id from staging.stg_hr__employees where agent_id = 'A1'") == [("E0",)]
    assert [row[1:3] for row in centre.quarantined("hr.employees")] == [(2, "agent_id")]


def test_an_employee_whose_new_login_is_taken_keeps_the_old_one(centre: Centre) -> None:
    centre.deliver("hr/employees/z.csv", "employee_id,agent_id,hired_on\nE2,A1,2024-01-01\n")
    centre.refresh()
    assert centre.rows("select employee_id, agent_id from staging.stg_hr__employees order by 1") == [
        ("E1", "A1"),
        ("E2", "A2"),
        ("E3", None),
    ]
    assert [row[:3] for row in centre.quarantined("hr.employees")] == [("z.csv", 2, "agent_id")]


def test_two_employees_may_swap_logins_in_one_delivery(centre: Centre) -> None:
    centre.deliver(
        "hr/employees/z.csv", "employee_id,agent_id,hired_on\nE1,A2,2024-01-01\nE2,A1,2024-01-01\n"
    )
    centre.refresh()
    assert centre.rows("select employee_id, agent_id from staging.stg_hr__employees order by 1")[:2] == [
        ("E1", "A2"),
        ("E2", "A1"),
    ]
    assert centre.quarantined("hr.employees") == []


def schedule(*segments: tuple[str, str]) -> str:
    lines = [f"E1,on_queue,2026-08-03T{starts}:00Z,2026-08-03T{ends}:00Z" for starts, ends in segments]
    return "\n".join(["employee_id,activity,starts_at,ends_at", *lines]) + "\n"


@pytest.mark.parametrize(
    ("segments", "refused"),
    [
        ([("01:00", "02:00"), ("02:00", "03:00")], []),
        ([("01:00", "02:00"), ("01:30", "03:00")], [3]),
        ([("01:30", "03:00"), ("01:00", "02:00")], [2]),
        # the middle one does not count, so the last one overlaps nothing that counts
        ([("01:00", "02:00"), ("01:30", "03:00"), ("02:30", "04:00")], [3]),
        ([("01:00", "09:00"), ("02:00", "03:00"), ("04:00", "05:00"), ("09:00", "10:00")], [3, 4]),
    ],
)
def test_a_segment_that_starts_before_an_earlier_one_has_ended_is_refused(
    centre: Centre, segments: list[tuple[str, str]], refused: list[int]
) -> None:
    centre.deliver("hr/schedules/a.csv", schedule(*segments))
    centre.refresh()
    assert [row[1] for row in centre.quarantined("hr.schedules")] == refused
    assert len(centre.rows("select 1 from staging.stg_hr__schedules")) == len(segments) - len(refused)


def test_a_corrected_segment_makes_room_for_the_next_one(centre: Centre) -> None:
    centre.deliver("hr/schedules/a.csv", schedule(("01:00", "03:00"), ("02:00", "04:00")))
    centre.deliver("hr/schedules/b.csv", schedule(("01:00", "02:00")))
    centre.refresh()
    assert centre.quarantined("hr.schedules") == []
    assert len(centre.rows("select 1 from staging.stg_hr__schedules")) == 2


@pytest.mark.parametrize(
    ("employee", "local", "utc"),
    [
        ("E1", "2026-08-03 09:00:00", "2026-08-03 01:00:00"),
        ("E2", "2026-08-03T09:00", "2026-08-03 13:00:00"),
        ("E2", "2026-11-01 01:30:00", "2026-11-01 05:30:00"),  # comes twice: the first time
        ("E2", "2026-03-08 02:30:00", "2026-03-08 07:30:00"),  # does not come: on by the gap
        ("E3", "2026-08-03 09:00:00", "2026-08-03 01:00:00"),  # nowhere assigned: the default site
        ("E2", "2026-08-03 09:00:00+02:00", "2026-08-03 07:00:00"),
    ],
)
def test_a_time_without_an_offset_is_local_to_the_site_of_its_employee(
    centre: Centre, employee: str, local: str, utc: str
) -> None:
    centre.deliver(
        "qa/report_deliveries/a.csv", f"report_id,report_name,owner_id,due_at\nR1,daily,{employee},{local}\n"
    )
    centre.refresh()
    assert centre.rows("select cast(due_at as varchar) from staging.stg_qa__report_deliveries") == [(utc,)]


def test_a_local_time_follows_a_move_between_sites_by_its_date(centre: Centre) -> None:
    centre.deliver(
        "hr/assignments/assignments.csv", ASSIGNMENTS + "E1,2026-08-10,NYC,T2,Team 2,inquiry,agent\n"
    )
    centre.deliver(
        "qa/report_deliveries/a.csv",
        "report_id,report_name,owner_id,due_at\n"
        "R1,daily,E1,2026-08-09 23:00\nR2,daily,E1,2026-08-10 00:00\nR3,daily,E1,2020-01-01 08:00\n",
    )
    centre.refresh()
    assert centre.rows(
        "select cast(due_at as varchar) from staging.stg_qa__report_deliveries order by report_id"
    ) == [
        ("2026-08-09 15:00:00",),
        ("2026-08-10 04:00:00",),
        ("2020-01-01 00:00:00",),
    ]


def test_names_and_customers_never_show_in_the_public_text_of_a_refused_row(centre: Centre) -> None:
    centre.deliver(
        "hr/employees/z.csv", 'employee_id,full_name,hired_on,phone\nE9,"Zhang San",soon,139\nE8,Li\n'
    )
    centre.deliver("crm/cases/a.csv", "case_id,customer_id,opened_at\nK1,C77,never\n")
    centre.refresh()
    rows = centre.rows(
        "select row_text, row_text_public from quarantine.quarantined_row where table_name = 'hr.employees' order by line"
    )
    assert "Zhang San" in str(rows[0][0])
    assert [str(row[1]) for row in rows][1] == "***"
    for public in (
        *[str(row[1]) for row in rows],
        str(
            centre.rows(
                "select row_text_public from quarantine.quarantined_row where table_name = 'crm.cases'"
            )
        ),
    ):
        assert not any(hidden in public for hidden in ("Zhang", "139", "Li", "C77"))
    assert "soon" in str(rows[0][1])


def test_a_row_refused_for_its_values_shows_them_as_they_came(centre: Centre) -> None:
    centre.deliver(
        "acd/contact_legs/a.csv", legs(leg("L1", outcome=" Lost", offered_at="2026-08-03T09:00:00+08:00"))
    )
    centre.refresh()
    ((text,),) = centre.rows("select row_text from quarantine.quarantined_row")
    assert '" Lost"' in str(text)
    assert "2026-08-03T09:00:00+08:00" in str(text)


def test_a_required_column_that_is_not_in_the_file_refuses_every_row(centre: Centre) -> None:
    centre.deliver("hr/sites/sites.csv", SITES.replace("time_zone", "zone"))
    centre.refresh()
    assert [row[1:4] for row in centre.quarantined("hr.sites")] == [
        (2, "time_zone", "time_zone is required and missing"),
        (3, "time_zone", "time_zone is required and missing"),
    ]
