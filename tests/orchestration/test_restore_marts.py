"""What nobody let through never travels along in somebody else's release."""

import duckdb

from orchestration.refresh.restore_marts import restore_marts
from orchestration.releases.manifest import current_manifest
from tests.findings import failing

from .conftest import AUGUST, SEPTEMBER, StandIn

REFUSED = failing()
VALUES = "select month, value from marts.kpi_monthly order by month"


def carried(stand_in: StandIn) -> list[tuple[object, ...]]:
    with duckdb.connect(str(stand_in.home.warehouse)) as connection:
        restore_marts(connection, current_manifest(stand_in.home), stand_in.home.published_database.resolve())
        has_marts = connection.execute(
            "select 1 from duckdb_tables() where table_name = 'kpi_monthly'"
        ).fetchone()
        return connection.execute(VALUES).fetchall() if has_marts else []


def test_a_refused_month_is_put_back_to_what_is_published(stand_in: StandIn) -> None:
    stand_in.publish({AUGUST: 0.5, SEPTEMBER: 0.25})
    stand_in.verdicts = [REFUSED]
    stand_in.build({AUGUST: 9.0})
    assert carried(stand_in) == [(AUGUST, 0.5), (SEPTEMBER, 0.25)]


def test_a_refused_month_that_was_never_published_goes(stand_in: StandIn) -> None:
    stand_in.verdicts = [REFUSED]
    stand_in.build({AUGUST: 9.0})
    assert carried(stand_in) == []


def test_marts_that_are_published_already_are_left_alone(stand_in: StandIn) -> None:
    stand_in.publish({AUGUST: 0.5})
    stand_in.in_build("create table marts.untouched as select 1 as one")
    assert carried(stand_in) == [(AUGUST, 0.5)]
    stand_in.in_build("from marts.untouched")


def test_a_refresh_killed_between_the_switch_and_its_record_counts_as_published(stand_in: StandIn) -> None:
    stand_in.publish({AUGUST: 0.5})
    stand_in.in_build(
        "update ledger.build set state = 'passed'; create table marts.untouched as select 1 as one"
    )
    carried(stand_in)
    stand_in.in_build("from marts.untouched")


def test_a_lost_build_database_gets_its_history_back_from_the_release(stand_in: StandIn) -> None:
    stand_in.publish({AUGUST: 0.5})
    stand_in.home.warehouse.unlink()
    stand_in.load()
    assert carried(stand_in) == [(AUGUST, 0.5)]
    stand_in.publish({SEPTEMBER: 0.25})
    assert stand_in.published(VALUES) == [(AUGUST, 0.5), (SEPTEMBER, 0.25)]


def test_a_table_whose_columns_changed_comes_back_in_its_published_shape(stand_in: StandIn) -> None:
    stand_in.publish({AUGUST: 0.5})
    stand_in.verdicts = [REFUSED]
    stand_in.build({SEPTEMBER: 9.0})
    stand_in.in_build("alter table marts.kpi_monthly add column surplus int")
    assert carried(stand_in) == [(AUGUST, 0.5)]
