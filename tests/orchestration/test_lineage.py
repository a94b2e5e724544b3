"""Column lineage: in step with the models, and right where a person can tell by reading them."""

import csv

import pytest

from orchestration.warehouse.lineage import COLUMNS, LINEAGE_FILE, column_lineage

from .conftest import AUGUST, StandIn


def written() -> list[tuple[str, ...]]:
    with LINEAGE_FILE.open(encoding="utf-8", newline="") as handle:
        header, *rows = csv.reader(handle)
    assert tuple(header) == COLUMNS
    return [tuple(row) for row in rows]


def test_the_lineage_that_is_written_down_is_that_of_the_models_as_they_are() -> None:
    assert column_lineage() == written(), "the models changed: make generate"


@pytest.mark.parametrize(
    ("table", "column", "source"),
    [
        ("dim_team", "team_name", ("hr.assignments", "team_name")),
        ("fct_agent_day", "talk_seconds", ("acd.contact_legs", "talk_seconds")),
        ("fct_agent_day", "adherent_seconds", ("hr.schedules", "starts_at")),
        ("fct_agent_day", "adherent_seconds", ("acd.agent_states", "started_at")),
        ("fct_queue_interval", "wait_seconds", ("acd.contact_legs", "answered_at")),
        ("kpi_monthly", "numerator", ("hr.training_records", "exam_passed")),
    ],
)
def test_a_column_leads_to_the_source_columns_it_is_made_of(
    table: str, column: str, source: tuple[str, str]
) -> None:
    assert (table, column, *source) in written()


def test_no_name_of_a_person_is_a_source_of_anything_published() -> None:
    assert [row for row in written() if row[3] in ("full_name", "comment", "customer_id")] == []


def test_a_release_holds_the_lineage(stand_in: StandIn) -> None:
    stand_in.publish({AUGUST: 0.5})
    assert stand_in.published("from audit.column_lineage order by all") == sorted(written())
