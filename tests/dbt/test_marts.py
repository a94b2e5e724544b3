"""The marts: a build replaces the rows of its months, all of them and no other, and what comes from the same rows agrees."""

import shutil
from pathlib import Path

import pytest

from .conftest import AUGUST, BY_MONTH, DIMENSIONS, ROLLING, SEPTEMBER, Built

Tables = dict[str, list[tuple[object, ...]]]


def marts(centre: Built) -> Tables:
    return {table: centre.rows(f"from marts.{table} order by all") for table in (*BY_MONTH, *DIMENSIONS)}


# What months before a month change in its rows.
FROM_EARLIER_MONTHS = {"agent_scorecard_monthly": "exclude (months_in_bottom_tier, months_ranked)"}


def of_month(centre: Built, month: str) -> Tables:
    return {
        table: centre.rows(
            f"select * {FROM_EARLIER_MONTHS.get(table, '')} from marts.{table} "
            f"where date_trunc('month', {column}) = date '{month}' order by all"
        )
        for table, column in BY_MONTH.items()
    }


def test_months_built_one_by_one_in_any_order_are_the_months_built_together(
    centre: Built, tmp_path: Path
) -> None:
    one_by_one = Built(tmp_path / "warehouse.duckdb", centre.landing)
    for month in (SEPTEMBER, AUGUST):
        assert one_by_one.build([month]).in_words() == ""

    assert all(centre.rows(f"from marts.{table} limit 1") for table in BY_MONTH)
    assert marts(one_by_one) == marts(centre)


def test_a_month_without_rows_any_more_loses_those_it_had_and_others_keep_theirs(copied: Built) -> None:
    september = of_month(copied, SEPTEMBER)
    for table in ("acd/contact_legs", "qa/report_deliveries"):
        shutil.rmtree(copied.landing / table)

    assert copied.build([AUGUST]).in_words() == ""

    kept_to_themselves = BY_MONTH.keys() - ROLLING
    now = of_month(copied, SEPTEMBER)
    assert {table: now[table] for table in kept_to_themselves} == {
        table: september[table] for table in kept_to_themselves
    }
    august = of_month(copied, AUGUST)
    assert august["fct_queue_interval"] == []
    assert august["report_timeliness_monthly"] == []
    kept = {row[1] for row in august["kpi_monthly"]}
    assert "schedule_adherence_rate" in kept
    assert kept.isdisjoint({"service_level", "average_handle_time", "report_timeliness_rate"})


def test_a_month_after_as_of_has_no_rows_and_a_running_one_is_provisional(copied: Built) -> None:
    assert copied.build([AUGUST, SEPTEMBER], as_of="2026-08-20 12:00:00").in_words() == ""

    assert all(of_month(copied, AUGUST).values())
    assert not any(of_month(copied, SEPTEMBER).values())
    assert copied.rows("select distinct is_provisional from marts.kpi_monthly") == [(True,)]


def test_the_listed_contributions_add_up_to_every_measure(centre: Built) -> None:
    different = centre.rows("""
        with listed as (
            select month, measure, employee_id, site_id, team_id, business_line, sum(amount) as amount
            from intermediate.int_kpi_contributions
            group by all
            -- as many promoters as detractors are listed, and nought together
            having sum(amount) <> 0
        ),
        summed as (
            select month, measure, employee_id, site_id, team_id, business_line, sum(amount) as amount
            from intermediate.int_kpi_measures
            group by all
            having sum(amount) <> 0
        )
        (from listed except from summed) union all (from summed except from listed)
    """)
    assert different == []


SOURCES = (
    "acd.contact_legs",
    "acd.agent_states",
    "hr.schedules",
    "hr.staffing_requirements",
    "hr.employees",
    "hr.training_sessions",
    "hr.training_records",
    "hr.requisitions",
    "hr.budget_lines",
    "qa.report_deliveries",
    "qa.evaluations",
    "qa.evaluation_items",
    "crm.surveys",
    "crm.complaints",
    "crm.cases",
    "crm.orders",
    "hr.appraisals",
)


def test_every_contribution_points_at_a_row_that_was_delivered(centre: Built) -> None:
    delivered = " union all ".join(
        f"select '{source}' as source_table, delivery_id, line_number, row_number from raw.{source.replace('.', '__')}"
        for source in SOURCES
    )
    pointed = "select distinct source_table, delivery_id, line_number, row_number from intermediate.int_kpi_contributions"
    rows = centre.rows(f"""
        with pointed as ({pointed}), delivered as ({delivered})
        select source_table, count(*) > 0, count(*) filter (delivered.delivery_id is null)
        from pointed left join delivered using (source_table, delivery_id, line_number, row_number)
        group by all
    """)
    assert {source: (pointed_at, astray) for source, pointed_at, astray in rows} == dict.fromkeys(
        SOURCES, (True, 0)
    )


@pytest.mark.parametrize(
    ("kpi_id", "numerator", "denominator"),
    [
        ("schedule_adherence_rate", "sum(adherent_seconds)", "sum(scheduled_seconds)"),
        ("schedule_conformance_rate", "sum(logged_in_seconds)", "sum(scheduled_seconds)"),
        ("occupancy_rate", "sum(occupied_seconds)", "sum(productive_seconds)"),
        ("idle_rate", "sum(available_seconds)", "sum(logged_in_seconds)"),
        ("transfer_rate", "sum(transferred_legs)", "sum(answered_legs)"),
        ("average_handle_time", "sum(talk_seconds + hold_seconds + wrap_seconds)", "sum(answered_legs)"),
    ],
)
def test_an_employees_days_add_up_to_the_employees_month(
    centre: Built, kpi_id: str, numerator: str, denominator: str
) -> None:
    different = centre.rows(f"""
        with days as (
            select
                cast(date_trunc('month', business_date) as date) as month,
                employee_id as scope_id,
                {numerator} as numerator,
                {denominator} as denominator
            from marts.fct_agent_day
            group by all
            having {denominator} <> 0
        ),
        monthly as (
            select month, scope_id, numerator, denominator from marts.kpi_monthly
            where kpi_id = '{kpi_id}' and scope = 'employee'
        )
        select * from days full join monthly using (month, scope_id)
        where coalesce(abs(days.numerator - monthly.numerator), 1) > 1e-6
            or coalesce(abs(days.denominator - monthly.denominator), 1) > 1e-6
    """)
    assert different == []
    assert centre.rows(f"from marts.kpi_monthly where kpi_id = '{kpi_id}' and scope = 'employee' limit 1")


def test_the_staging_rows_counted_by_hand_give_the_centres_answer_rate(centre: Built) -> None:
    rows = centre.rows(
        "select sum(numerator), sum(denominator) from marts.kpi_monthly where kpi_id = 'answer_rate' and scope = 'centre'"
    )
    counted = centre.rows("""
        select
            count(*) filter (legs.outcome = 'answered'),
            count(*) filter (
                legs.outcome <> 'abandoned'
                or legs.ended_at - legs.offered_at >= to_seconds(queues.short_abandon_seconds)
            )
        from staging.stg_acd__contact_legs as legs
        join staging.stg_acd__queues as queues using (queue_id)
        left join staging.stg_hr__employees as employees using (agent_id)
        left join lateral (
            select sites.time_zone
            from staging.stg_hr__assignments as assignments
            join staging.stg_hr__sites as sites using (site_id)
            where assignments.employee_id = employees.employee_id
            order by
                timezone('UTC', timezone(sites.time_zone, cast(assignments.valid_from as timestamp))) <= legs.offered_at desc,
                case when timezone('UTC', timezone(sites.time_zone, cast(assignments.valid_from as timestamp)))
                    <= legs.offered_at then assignments.valid_from end desc,
                assignments.valid_from
            limit 1
        ) as place on true
        where legs.direction = 'inbound'
            and date_trunc('month', timezone(coalesce(place.time_zone, 'Asia/Shanghai'), timezone('UTC', legs.offered_at)))
                in (date '2026-08-01', date '2026-09-01')
    """)
    assert rows == counted


def test_every_team_and_the_centre_close_with_the_heads_that_came_went_and_moved(centre: Built) -> None:
    broken = centre.rows("""
        from marts.attrition_monthly
        where closing_headcount <> opening_headcount + hires - separations + moves_in - moves_out
    """)
    assert broken == []
    teams, whole = (
        centre.rows(f"""
            select month, sum(opening_headcount), sum(hires), sum(separations), sum(closing_headcount)
            from marts.attrition_monthly where (team_id = 'all') = {is_centre} group by month order by month
        """)
        for is_centre in ("false", "true")
    )
    assert teams == whole
    assert len(whole) == 2


def test_months_follow_each_other_head_by_head(centre: Built) -> None:
    closings_and_openings = centre.rows("""
        select team_id, max(closing_headcount) filter (month = '2026-08-01'), max(opening_headcount) filter (month = '2026-09-01')
        from marts.attrition_monthly
        where team_id = 'all'
        group by team_id
    """)
    assert all(closing == opening for _, closing, opening in closings_and_openings)
