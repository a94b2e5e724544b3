"""Each check for oddities finds what it is about in a small made-up centre, names its source, and finds nothing in a good one."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from expectations.gate import run_gate
from expectations.oddities.find import find_oddities
from expectations.reference_tables import prepare
from tests.expectations.centre import LAST
from tests.expectations.conftest import AS_OF, SETTINGS, SITE

_AUGUST = "timestamp '2026-08-01'"

Found = set[tuple[str, str, str]]


def found(warehouse: Path, month: date = LAST) -> Found:
    """(source, column, check) of every oddity of the month; the check is the measure where it is a measure's."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        variables = {**SETTINGS.model_dump(), **SITE}
        assert not prepare(connection, months=[month], as_of=AS_OF, variables=variables, published=None)
        find_oddities(connection, None)
        assert connection.execute("from oddity_trouble").fetchall() == []
        return set(
            connection.execute(
                "select source, coalesce(column_name, 'rows'), if(code = 'left_usual_range', measure, code) from found_oddity"
            ).fetchall()
        )


def test_nothing_is_odd_in_a_good_month(good_centre: Path) -> None:
    assert found(good_centre) == set()


SPOILT = {
    "contacts that no leg has, in one source": (
        f"update staging.stg_crm__surveys set contact_id = 'lost' where responded_at >= {_AUGUST} and line_number % 7 = 0",
        ("crm.surveys", "contact_id", "unknown_contact"),
    ),
    "surveys of another agent": (
        f"update staging.stg_crm__surveys set agent_id = 'A00' where responded_at >= {_AUGUST} and line_number % 3 = 0",
        ("crm.surveys", "agent_id", "other_agent"),
    ),
    "legs of an agent that overlap": (
        f"update staging.stg_acd__contact_legs set ended_at = ended_at + interval 3 minute, talk_seconds = talk_seconds + 180 "
        f"where offered_at >= {_AUGUST} and agent_id = 'A03'",
        ("acd.contact_legs", "answered_at", "overlap"),
    ),
    "legs again seconds later": (
        f"insert into staging.stg_acd__contact_legs select * replace ('D' || leg_id as leg_id, offered_at + interval 2 second as "
        f"offered_at, answered_at + interval 2 second as answered_at, ended_at + interval 2 second as ended_at) "
        f"from staging.stg_acd__contact_legs where offered_at >= {_AUGUST} and line_number % 10 = 0",
        ("acd.contact_legs", "leg_id", "doubled"),
    ),
    "talk that is not the leg's own time": (
        f"update staging.stg_acd__contact_legs set talk_seconds = 300 where offered_at >= {_AUGUST} and line_number % 4 = 0",
        ("acd.contact_legs", "talk_seconds", "off_duration"),
    ),
    "states that are missing within shifts": (
        f"delete from staging.stg_acd__agent_states where started_at >= {_AUGUST} and hash(agent_id, started_at) % 20 = 0",
        ("acd.agent_states", "ended_at", "gap"),
    ),
    "states an hour off": (
        f"update staging.stg_acd__agent_states set started_at = started_at + interval 1 hour, ended_at = ended_at + interval "
        f"1 hour where started_at >= {_AUGUST}",
        ("acd.agent_states", "starts_at", "late_seconds"),
    ),
    "a plan an hour off": (
        f"update staging.stg_hr__schedules set starts_at = starts_at + interval 1 hour, ends_at = ends_at + interval 1 hour "
        f"where starts_at >= {_AUGUST}",
        ("hr.schedules", "starts_at", "late_seconds"),
    ),
    "rows that end on the 15th": (
        f"delete from staging.stg_crm__surveys where responded_at >= {_AUGUST} + interval 15 day",
        ("crm.surveys", "rows", "days_short"),
    ),
    "a column that is empty": (
        f"update staging.stg_crm__surveys set nps = null where responded_at >= {_AUGUST}",
        ("crm.surveys", "nps", "emptiness_appeared"),
    ),
    "one value throughout": (
        f"update staging.stg_crm__surveys set csat = 5 where responded_at >= {_AUGUST}",
        ("crm.surveys", "csat", "share_vanished"),
    ),
    "another unit": (
        f"update staging.stg_acd__contact_legs set wrap_seconds = wrap_seconds * 60 where offered_at >= {_AUGUST}",
        ("acd.contact_legs", "wrap_seconds", "mean"),
    ),
    "no row this month": (
        f"delete from staging.stg_crm__surveys where responded_at >= {_AUGUST} - interval 8 hour",
        ("crm.surveys", "rows", "rows_a_day"),
    ),
    "somebody who had left and has not any more": (
        "update raw.hr__employees set left_on = date '2026-06-01' where delivery_id = 107 and employee_id < 'E04'",
        ("hr.employees", "left_on", "known_values_changed"),
    ),
    "people who are missing from the newest roster": (
        "delete from raw.hr__employees where delivery_id = 108 and employee_id = 'E05'",
        ("hr.employees", "employee_id", "people_are_missing"),
    ),
    "a known person under a new id": (
        "update raw.hr__employees set full_name = 'Name E01', hired_on = (select min(hired_on) from raw.hr__employees where "
        "employee_id = 'E01') where line_number = 99",
        ("hr.employees", "employee_id", "known_people_under_new_ids"),
    ),
    "the roster of the month before again": (
        "delete from raw.hr__employees where delivery_id = 108; insert into raw.hr__employees select * replace (108 as "
        "delivery_id, 8 as delivery_order) from raw.hr__employees where delivery_id = 107",
        ("hr.employees", "rows", "same_as_before"),
    ),
    "a queue's threshold": (
        "insert into raw.acd__queues by name select * exclude (file), 200 + file as delivery_id, 1 as line_number, file as delivery_order "
        "from (select * replace (20 * file as service_level_seconds) from staging.stg_acd__queues, (values (1), (2)) as sent(file)); "
        "insert into raw.delivery by name select 200 + file as delivery_id, 'acd.queues' as table_name, 1 as rows, "
        "'queues ' || file as order_key from (values (1), (2)) as sent(file)",
        ("acd.queues", "service_level_seconds", "known_values_changed"),
    ),
    "a team that everybody has left": (
        "update marts.dim_employee set left_on = date '2026-08-14' where team_id = 'T2'; "
        f"delete from staging.stg_crm__surveys where responded_at >= {_AUGUST} + interval 14 day and "
        "agent_id in (select agent_id from marts.dim_employee where team_id = 'T2')",
        ("hr.employees", "left_on", "part_has_closed"),
    ),
    "the marks of the month before again": (
        "insert into staging.stg_hr__appraisals by name select employee_id, month, 80 + hash(employee_id) % 10 as self_score, "
        "70 + hash(employee_id) % 9 as manager_score from marts.dim_employee, (values (date '2026-07-01'), (date '2026-08-01')) "
        "as marked(month)",
        ("hr.appraisals", "manager_score", "marks_of_last_month"),
    ),
    "one amount that carries the month": (
        "insert into staging.stg_crm__orders by name select 'O' || n as order_id, agent_id, offered_at as created_at, "
        "if(n = max(n) over (), 1000000, 50 + n % 90) as amount, 'valid' as status from "
        "(select cast(substr(leg_id, 2) as bigint) as n, * from staging.stg_acd__contact_legs) as numbered where n % 40 = 0",
        ("crm.orders", "amount", "one_value_carries_the_month"),
    ),
}


@pytest.mark.parametrize("what", SPOILT)
def test_an_oddity_is_found_and_names_its_source(what: str, spoilt: Callable[..., Path]) -> None:
    statement, expected = SPOILT[what]
    assert expected in found(spoilt(statement))


def test_contacts_that_several_sources_name_and_no_leg_has_are_missing_legs(
    spoilt: Callable[..., Path],
) -> None:
    cases = (
        "insert into staging.stg_crm__cases by name select 'V' || leg_id as case_id, contact_id, agent_id, "
        "offered_at as opened_at, offered_at + interval 1 day as due_at, offered_at + interval 1 hour as closed_at "
        "from staging.stg_acd__contact_legs where line_number % 9 = 0"
    )
    delivered = "insert into raw.delivery by name select 300 as delivery_id, 'crm.cases' as table_name, 900 as rows, 'cases' as order_key"
    legs = f"delete from staging.stg_acd__contact_legs where offered_at >= {_AUGUST} and line_number % 45 = 0"
    assert ("acd.contact_legs", "contact_id", "unknown_contact") in found(spoilt(cases, delivered, legs))


def test_text_of_rows_is_counted_and_never_listed(spoilt: Callable[..., Path], tmp_path: Path) -> None:
    warehouse = spoilt("update staging.stg_acd__contact_legs set topic = 'the customer says ' || leg_id")
    profile = tmp_path / "profile.parquet"
    run_gate(warehouse, months=[LAST], as_of=AS_OF, settings=SETTINGS, profile_to=profile, **SITE)
    measured = duckdb.sql(
        f"select measure, word from '{profile}' where source = 'acd.contact_legs' and column_name = 'topic'"
    ).fetchall()
    assert {word for _, word in measured} == {None}
    assert {"empty", "common"} <= {measure for measure, _ in measured}
