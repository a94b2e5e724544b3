"""Queues whose ACD reports intervals: they count as their legs would, can be traced, and add up in every mart."""

import shutil
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from expectations.gate import run_gate
from expectations.settings import GateSettings
from expectations.suites import catalogue
from expectations.suites.marts import fct_queue_interval

from .conftest import AUGUST, SEPTEMBER, Built

#: Two queues of the simulated centre: of the one half hours are reported, of the other whole days of Shanghai.
HALF_HOURS, DAYS = "Q01", "Q02"

_REPORTED = """
    select
        queue_id, {start} as interval_starts_at, {minutes} as interval_minutes, count(*) as offered,
        count(*) filter (outcome = 'answered') as answered, count(*) filter (outcome = 'abandoned') as abandoned,
        count(*) filter (is_short) as short_abandoned,
        count(*) filter (waited <= service_level_seconds) as answered_within, cast(sum(waited) as bigint) as wait_seconds,
        sum(talk_seconds) filter (outcome = 'answered') as talk_seconds,
        sum(hold_seconds) filter (outcome = 'answered') as hold_seconds,
        sum(wrap_seconds) filter (outcome = 'answered') as wrap_seconds,
        count(*) filter (outcome = 'answered' and transferred) as transferred
    from leg
    where queue_id = '{queue}' and direction = 'inbound'
    group by all
"""
_LEG = """
    create table leg as
    select *, epoch(answered_at - offered_at) as waited,
        outcome = 'abandoned' and epoch(ended_at - offered_at) < short_abandon_seconds as is_short
    from staging.stg_acd__contact_legs join staging.stg_acd__queues using (queue_id)
"""


@pytest.fixture(scope="module")
def reporting(centre: Built, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The simulated centre, with intervals in the place of the legs of two queues; only to be read."""
    root = tmp_path_factory.mktemp("reporting")
    shutil.copytree(centre.landing, root / "landing")
    made = Built(root / "build" / "warehouse.duckdb", root / "landing")
    made.warehouse.parent.mkdir()
    intervals = made.landing / "acd" / "queue_intervals"
    intervals.mkdir()
    with duckdb.connect() as connection:
        connection.execute(f"attach '{centre.warehouse}' (read_only); set TimeZone = 'UTC'")
        connection.execute(_LEG.replace("staging.", "warehouse.staging."))
        half_hours = _REPORTED.format(
            queue=HALF_HOURS, start="time_bucket(interval 30 minute, offered_at)", minutes=30
        )
        days = _REPORTED.format(
            queue=DAYS,
            start="date_trunc('day', offered_at + interval 8 hour) - interval 8 hour",
            minutes=1440,
        )
        for name, query in (("half hours", half_hours), ("days", days)):
            start = "strftime(interval_starts_at, '%Y-%m-%dT%H:%M:%SZ') as interval_starts_at"
            connection.execute(
                f"copy (select * replace ({start}) from ({query})) to '{intervals / name}.csv'"
            )
    _drop_legs(made.landing, (HALF_HOURS, DAYS))
    assert made.build([AUGUST, SEPTEMBER]).in_words() == ""
    return made


def _drop_legs(landing: Path, queues: tuple[str, ...]) -> None:
    for file in (landing / "acd" / "contact_legs").glob("*.csv"):
        header, *lines = file.read_text().splitlines()
        place = header.split(",").index("queue_id")
        kept = [line for line in lines if line.split(",")[place] not in queues]
        file.write_text("\n".join([header, *kept]) + "\n")


_WITHIN = (
    f"where queue_id in ('{HALF_HOURS}', '{DAYS}') and business_date between '2026-08-03' and '2026-09-28'"
)
_COUNTS = (
    "sum(offered), sum(answered), sum(abandoned), sum(short_abandons), sum(within_service_level), sum(wait_seconds), "
    "sum(handle_seconds), sum(offered_with_known_wait), sum(answered_with_known_wait), sum(answered_with_known_handle_time)"
)


def test_intervals_count_what_their_legs_would_count(centre: Built, reporting: Built) -> None:
    by_day = f"select queue_id, business_date, {_COUNTS} from marts.fct_queue_interval {_WITHIN} group by all order by all"
    assert centre.rows(by_day)
    assert reporting.rows(by_day) == centre.rows(by_day)
    marked = f"select distinct queue_id, interval_minutes, source_table from marts.fct_queue_interval {_WITHIN} order by all"
    assert reporting.rows(marked) == [
        (HALF_HOURS, 30, "acd.queue_intervals"),
        (DAYS, 1440, "acd.queue_intervals"),
    ]


def test_intervals_count_for_the_centre_and_their_queues_line_in_six_kpis_alone(reporting: Built) -> None:
    counted = reporting.rows("""
        select distinct scope, kpi_id from intermediate.int_kpi_definitions
        join intermediate.int_scope_measures on measure in (numerator_measure, denominator_measure, known_of_measure)
        join (
            select distinct measure, unnest(['centre', 'business_line', 'site', 'team', 'employee']) as scope
            from intermediate.int_kpi_contributions
            where source_table = 'acd.queue_intervals'
        ) using (measure, scope)
        where list_contains(string_split(scopes, '|'), scope) and scope in ('centre', 'business_line')
    """)
    kpis = {kpi_id for _, kpi_id in counted}
    assert kpis == {
        "answer_rate",
        "abandon_rate",
        "service_level",
        "average_speed_of_answer",
        "average_handle_time",
        "transfer_rate",
    }
    named = "select count(*) from intermediate.int_kpi_contributions where source_table = 'acd.queue_intervals' and {}"
    assert reporting.rows(named.format("business_line is null")) == [(0,)]
    assert reporting.rows(named.format("coalesce(employee_id, site_id, team_id) is not null")) == [(0,)]


def test_every_number_of_an_interval_leads_to_its_delivered_row(reporting: Built) -> None:
    [(rows, astray, counted, fact)] = reporting.rows("""
        select count(*), count(*) filter (delivered.delivery_id is null),
            sum(amount) filter (measure = 'offered_legs'),
            (select sum(offered) from marts.fct_queue_interval where source_table = 'acd.queue_intervals')
        from intermediate.int_kpi_contributions as listed
        left join raw.acd__queue_intervals as delivered using (delivery_id, line_number, row_number)
        where source_table = 'acd.queue_intervals'
    """)
    assert (rows > 0, astray) == (True, 0)
    assert counted == fact


def test_months_with_intervals_built_one_by_one_are_the_months_built_together(
    reporting: Built, tmp_path: Path
) -> None:
    one_by_one = Built(tmp_path / "warehouse.duckdb", reporting.landing)
    for month in (SEPTEMBER, AUGUST):
        assert one_by_one.build([month]).in_words() == ""
    for table in ("kpi_monthly", "fct_queue_interval"):
        query = f"from marts.{table} order by all"
        assert one_by_one.rows(query) == reporting.rows(query)


@pytest.mark.parametrize("name", ["centre", "reporting"])
def test_the_intervals_of_a_month_add_up_to_its_kpis_at_sites_in_several_zones(
    name: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: Built = request.getfixturevalue(name)
    assert built.rows("select count(distinct time_zone) > 1 from marts.dim_site") == [(True,)]
    monkeypatch.setattr(catalogue, "ALL", (fct_queue_interval.SUITE,))
    report = run_gate(
        built.warehouse,
        months=[datetime.fromisoformat(month).date() for month in (AUGUST, SEPTEMBER)],
        as_of=datetime(2026, 10, 20),
        settings=GateSettings(),
        default_site="SHA",
        default_time_zone="UTC",
    )
    judged = {
        (verdict.month, verdict.passed)
        for verdict in report.results
        if verdict.expectation == "fct_queue_interval_adds_up_to_kpi_monthly"
    }
    assert {passed for _, passed in judged} == {True}
    assert len(judged) == 2
    spread = "select count(*) from marts.fct_queue_interval where month <> date_trunc('month', business_date)"
    assert built.rows(spread) != [(0,)]
