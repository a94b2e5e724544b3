"""Every expectation fails on a centre spoilt in just the thing it is about, and on a good one none fails."""

from collections.abc import Callable
from pathlib import Path

import pytest

from expectations.gate import GateReport, expectation_names
from expectations.suite import Suite
from expectations.suites import catalogue as suites

MONTH = "date '2026-08-01'"

# The expectation, and statements that spoil a good centre so that it must fail.
SPOILT: list[tuple[str, list[str]]] = [
    ("kpi_monthly_has_rows", [f"delete from marts.kpi_monthly where month = {MONTH}"]),
    (
        "kpi_monthly_key_is_unique",
        [f"insert into marts.kpi_monthly from marts.kpi_monthly where month = {MONTH} limit 1"],
    ),
    (
        "kpi_monthly_denominators_are_positive",
        ["update marts.kpi_monthly set denominator = 0 where scope_id = 'E01'"],
    ),
    (
        "kpi_monthly_value_is_numerator_by_denominator",
        [
            "update marts.kpi_monthly set value = value * 1.001 where scope_id = 'E01' and kpi_id = 'occupancy_rate'"
        ],
    ),
    (
        "kpi_monthly_values_are_within_bounds",
        ["update marts.kpi_monthly set value = 1.01 where scope_id = 'E01' and kpi_id = 'occupancy_rate'"],
    ),
    (
        "kpi_monthly_values_are_within_bounds",
        ["update marts.kpi_monthly set value = 5.5 where scope_id = 'E01' and kpi_id = 'csat_score'"],
    ),
    ("kpi_monthly_coverage_is_a_share", ["update marts.kpi_monthly set coverage = 0 where scope_id = 'E01'"]),
    (
        "kpi_monthly_coverage_is_a_share",
        ["update marts.kpi_monthly set coverage = 1.1 where scope_id = 'E01'"],
    ),
    (
        "kpi_monthly_needs_are_delivered",
        ["update intermediate.int_kpi_needs set is_delivered = false where kpi_id = 'csat_score'"],
    ),
    (
        "kpi_absence_key_is_unique",
        [
            f"insert into marts.kpi_absence select {MONTH}, 'csat_score', 'team', 'T1', 'not_known', null from range(2)"
        ],
    ),
    (
        "kpi_absence_says_why",
        [f"insert into marts.kpi_absence select {MONTH}, 'csat_score', 'team', 'T1', 'not_delivered', null"],
    ),
    (
        "kpi_absence_says_why",
        [f"insert into marts.kpi_absence select {MONTH}, 'csat_score', 'team', 'T1', 'lost', null"],
    ),
    (
        "kpi_absence_explains_what_the_centre_lacks",
        [f"delete from marts.kpi_monthly where kpi_id = 'report_accuracy_rate' and month = {MONTH}"],
    ),
    (
        "kpi_absence_explains_what_the_centre_lacks",
        [f"insert into marts.kpi_absence select {MONTH}, 'csat_score', 'centre', 'all', 'not_known', null"],
    ),
    ("kpi_monthly_kpis_are_in_the_catalogue", ["delete from marts.dim_kpi where kpi_id = 'csat_score'"]),
    (
        "kpi_monthly_months_are_first_days",
        [f"update marts.kpi_monthly set month = month + 1 where month = {MONTH} and scope_id = 'E01'"],
    ),
    (
        "kpi_monthly_scopes_are_known",
        ["update marts.kpi_monthly set scope = 'region' where scope_id = 'SHA'"],
    ),
    (
        "kpi_monthly_parts_do_not_exceed_the_centre",
        ["update marts.kpi_monthly set numerator = numerator * 0.999 where scope = 'centre'"],
    ),
    (
        "kpi_monthly_parts_do_not_exceed_the_centre",
        ["delete from marts.kpi_monthly where scope = 'centre' and kpi_id = 'attrition_rate'"],
    ),
    (
        "kpi_monthly_parts_add_up_to_the_centre",
        [
            "update marts.kpi_monthly set numerator = numerator + 1 where scope = 'centre' and kpi_id = 'average_handle_time'"
        ],
    ),
    (
        "kpi_monthly_parts_add_up_to_the_centre",
        [
            f"delete from intermediate.int_kpi_measures where employee_id = 'E01' and month = {MONTH}",
            "delete from marts.kpi_monthly where scope_id = 'E01'",
        ],
    ),
    (
        "kpi_monthly_centre_values_are_near_trailing_months",
        [
            f"update marts.kpi_monthly set value = value * 1000 where month = {MONTH} and kpi_id = 'average_handle_time'"
        ],
    ),
    (
        "kpi_monthly_centre_values_are_near_trailing_months",
        [
            f"update marts.kpi_monthly set numerator = 0, value = 0 where month = {MONTH} and kpi_id = 'occupancy_rate'"
        ],
    ),
    (
        "kpi_monthly_centre_volumes_are_near_trailing_months",
        [
            f"update marts.kpi_monthly set denominator = denominator * 2 where month = {MONTH} and kpi_id = 'answer_rate'"
        ],
    ),
    (
        "kpi_monthly_centre_kpis_do_not_vanish",
        [f"delete from marts.kpi_monthly where month = {MONTH} and kpi_id = 'csat_score'"],
    ),
    ("scorecard_weight_key_is_unique", ["insert into marts.scorecard_weight from marts.scorecard_weight"]),
    (
        "scorecard_weights_add_up_to_100",
        ["update marts.scorecard_weight set weight = 59 where kpi_id = 'csat_score' and role = 'agent'"],
    ),
    (
        "scorecard_weights_move_slowly",
        ["update marts.scorecard_weight set previous_weight = weight - 2.5 where kpi_id = 'occupancy_rate'"],
    ),
    (
        "scorecard_weights_move_slowly",
        ["update marts.scorecard_weight set previous_weight = 0 where kpi_id = 'occupancy_rate'"],
    ),
    (
        "scorecard_weight_kpis_can_be_scored",
        ["update marts.scorecard_weight set kpi_id = 'ocupancy_rate' where kpi_id = 'occupancy_rate'"],
    ),
    (
        "scorecard_weight_kpis_can_be_scored",
        ["update marts.scorecard_weight set kpi_id = 'answer_rate' where kpi_id = 'occupancy_rate'"],
    ),
    (
        "scorecard_weight_kpis_can_be_scored",
        ["update intermediate.int_kpi_definitions set better = 'none' where kpi_id = 'occupancy_rate'"],
    ),
    (
        "scorecard_weight_bands_are_there",
        ["update marts.scorecard_weight set rule = null where kpi_id = 'occupancy_rate'"],
    ),
    (
        "agent_scorecard_monthly_key_is_unique",
        ["insert into marts.agent_scorecard_monthly from marts.agent_scorecard_monthly limit 100"],
    ),
    (
        "agent_scorecard_monthly_score_is_the_sum_of_its_items",
        ["update marts.agent_scorecard_monthly set own_score = own_score + 0.01 where employee_id = 'E01'"],
    ),
    (
        "agent_scorecard_monthly_score_is_the_sum_of_its_items",
        ["update marts.agent_scorecard_monthly set own_score = null where employee_id = 'E01'"],
    ),
    (
        "agent_scorecard_monthly_agrees_with_kpi_monthly",
        ["update marts.agent_scorecard_monthly set score = score + 0.01 where employee_id = 'E01'"],
    ),
    (
        "agent_scorecard_monthly_agrees_with_kpi_monthly",
        ["delete from marts.kpi_monthly where kpi_id = 'performance_score' and scope_id = 'E01'"],
    ),
    (
        "agent_scorecard_monthly_is_ranked_or_says_why_not",
        ["update marts.agent_scorecard_monthly set rank = null, tier = null where employee_id = 'E01'"],
    ),
    (
        "agent_scorecard_monthly_is_ranked_or_says_why_not",
        ["update marts.agent_scorecard_monthly set rank = 13 where employee_id = 'E01'"],
    ),
    (
        "agent_scorecard_monthly_tiers_are_a_fifth_at_most",
        ["update marts.agent_scorecard_monthly set tier = 'bottom' where rank = 10"],
    ),
    (
        "agent_scorecard_monthly_streaks_fit",
        ["update marts.agent_scorecard_monthly set months_in_bottom_tier = 2 where tier = 'bottom'"],
    ),
    (
        "agent_scorecard_monthly_streaks_fit",
        ["update marts.agent_scorecard_monthly set months_in_bottom_tier = 1 where tier = 'top'"],
    ),
    (
        "agent_scorecard_monthly_employee_id_is_in_dim_employee",
        ["delete from marts.dim_employee where employee_id = 'E01'"],
    ),
    (
        "team_scorecard_monthly_key_is_unique",
        ["insert into marts.team_scorecard_monthly from marts.team_scorecard_monthly"],
    ),
    (
        "team_scorecard_monthly_score_is_the_sum_of_its_items",
        ["update marts.team_scorecard_monthly set score = score - 0.01 where team_id = 'T1'"],
    ),
    (
        "team_scorecard_monthly_agrees_with_kpi_monthly",
        ["update marts.kpi_monthly set value = 1 where kpi_id = 'operations_kpi_score'"],
    ),
    (
        "kpi_targets_business_line_is_worked_in",
        ["update staging.stg_rules__kpi_targets set business_line = 'Inquiry'"],
    ),
    (
        "scorecard_weights_business_line_is_worked_in",
        ["update staging.stg_rules__scorecard_weights set business_line = 'Inquiry'"],
    ),
    (
        "scorecard_bands_business_line_is_worked_in",
        ["update staging.stg_rules__scorecard_bands set business_line = 'Inquiry'"],
    ),
    (
        "scorecard_exemptions_business_line_is_worked_in",
        ["update staging.stg_rules__scorecard_exemptions set business_line = 'Inquiry'"],
    ),
    (
        "kpi_targets_kpi_id_is_in_the_catalogue",
        ["update staging.stg_rules__kpi_targets set kpi_id = 'csat'"],
    ),
    (
        "scorecard_bands_kpi_id_is_in_the_catalogue",
        ["update staging.stg_rules__scorecard_bands set kpi_id = 'csat'"],
    ),
    (
        "scorecard_exemptions_kpi_id_is_in_the_catalogue",
        ["update staging.stg_rules__scorecard_exemptions set kpi_id = 'csat'"],
    ),
    (
        "scorecard_exemptions_condition_kpi_id_is_in_the_catalogue",
        ["update staging.stg_rules__scorecard_exemptions set condition_kpi_id = 'csat'"],
    ),
    (
        "agent_scorecard_item_key_is_unique",
        ["insert into marts.agent_scorecard_item from marts.agent_scorecard_item"],
    ),
    (
        "agent_scorecard_item_numbers_have_points",
        ["update marts.agent_scorecard_item set points = null where employee_id = 'E01'"],
    ),
    (
        "agent_scorecard_item_points_are_within_the_weight",
        ["update marts.agent_scorecard_item set points = -1 where employee_id = 'E01'"],
    ),
    (
        "agent_scorecard_item_points_are_within_the_weight",
        [
            "update marts.agent_scorecard_item set points = 40.5 where employee_id = 'E01' and kpi_id = 'occupancy_rate'"
        ],
    ),
    (
        "agent_scorecard_item_weights_are_shared_out",
        [
            "update marts.agent_scorecard_item set weight_counted = 0 where employee_id = 'E01' and kpi_id = 'occupancy_rate'"
        ],
    ),
    (
        "team_scorecard_item_key_is_unique",
        ["insert into marts.team_scorecard_item from marts.team_scorecard_item"],
    ),
    (
        "team_scorecard_item_numbers_have_points",
        ["update marts.team_scorecard_item set points = null where team_id = 'T1'"],
    ),
    (
        "team_scorecard_item_points_are_within_the_weight",
        ["update marts.team_scorecard_item set points = -1 where team_id = 'T1'"],
    ),
    (
        "team_scorecard_item_points_are_within_the_weight",
        [
            "update marts.team_scorecard_item set points = 40.5 where team_id = 'T1' and kpi_id = 'occupancy_rate'"
        ],
    ),
    (
        "team_scorecard_item_weights_are_shared_out",
        [
            "update marts.team_scorecard_item set weight_counted = 0 where team_id = 'T1' and kpi_id = 'occupancy_rate'"
        ],
    ),
    ("dim_kpi_key_is_unique", ["insert into marts.dim_kpi from marts.dim_kpi limit 1"]),
    ("dim_kpi_units_are_known", ["update marts.dim_kpi set unit = 'percent' where kpi_id = 'csat_score'"]),
    ("dim_kpi_is_described", ["update marts.dim_kpi set definition = '' where kpi_id = 'csat_score'"]),
    (
        "fct_agent_day_key_is_unique",
        [f"insert into marts.fct_agent_day from marts.fct_agent_day where business_date >= {MONTH} limit 1"],
    ),
    (
        "fct_agent_day_seconds_fit_into_the_day",
        [
            "update marts.fct_agent_day set logged_in_seconds = 86401 where business_date = '2026-08-03' and employee_id = 'E01'"
        ],
    ),
    (
        "fct_agent_day_parts_add_up",
        [
            "update marts.fct_agent_day set occupied_seconds = 25201 where business_date = '2026-08-03' and employee_id = 'E01'"
        ],
    ),
    (
        "fct_agent_day_parts_add_up",
        [
            "update marts.fct_agent_day set adherent_seconds = 28801 where business_date = '2026-08-03' and employee_id = 'E01'"
        ],
    ),
    (
        "fct_agent_day_numbers_are_not_negative",
        [
            "update marts.fct_agent_day set wrap_seconds = -1 where business_date = '2026-08-03' and employee_id = 'E01'"
        ],
    ),
    (
        "fct_agent_day_scores_are_on_their_scales",
        ["update marts.fct_agent_day set csat_sum = 5 * csat_count + 1 where business_date = '2026-08-03'"],
    ),
    (
        "fct_agent_day_employee_id_is_in_dim_employee",
        ["delete from marts.dim_employee where employee_id = 'E01'"],
    ),
    ("fct_agent_day_team_id_is_in_dim_team", ["delete from marts.dim_team where team_id = 'T1'"]),
    ("fct_agent_day_site_id_is_in_dim_site", ["delete from marts.dim_site where site_id = 'NYC'"]),
    (
        "fct_agent_day_volumes_are_near_trailing_months",
        [f"update marts.fct_agent_day set answered_legs = answered_legs * 2 where business_date >= {MONTH}"],
    ),
    (
        "fct_queue_interval_key_is_unique",
        [
            f"insert into marts.fct_queue_interval from marts.fct_queue_interval where business_date >= {MONTH} limit 1"
        ],
    ),
    ("fct_queue_interval_parts_add_up", ["update marts.fct_queue_interval set answered = offered + 1"]),
    (
        "fct_queue_interval_numbers_are_not_negative",
        ["update marts.fct_queue_interval set short_abandons = -1"],
    ),
    (
        "fct_queue_interval_starts_at_half_hours",
        ["update marts.fct_queue_interval set interval_starts_at = interval_starts_at + interval 1 minute"],
    ),
    (
        "fct_queue_interval_adds_up_to_kpi_monthly",
        [f"update marts.fct_queue_interval set handle_seconds = handle_seconds + 1 where month = {MONTH}"],
    ),
    (
        "fct_queue_interval_adds_up_to_kpi_monthly",
        [
            f"delete from marts.kpi_monthly where kpi_id = 'answer_rate' and scope = 'business_line' and month = {MONTH}"
        ],
    ),
    ("fct_queue_interval_queue_id_is_in_dim_queue", ["delete from marts.dim_queue"]),
    (
        "fct_queue_interval_volumes_are_near_trailing_months",
        [f"update marts.fct_queue_interval set offered = offered * 2 where business_date >= {MONTH}"],
    ),
    (
        "survey_review_key_is_unique",
        [f"insert into marts.survey_review from marts.survey_review where month = {MONTH} limit 1"],
    ),
    *(
        ("survey_review_states_fit_their_reviews", [f"update marts.survey_review set {spoilt}"])
        for spoilt in (
            "state = 'open' where state = 'excluded'",
            "review = 'upheld' where state = 'excluded'",
            "review = null where state = 'pending'",
            "state = 'forgotten', review = 'forgotten' where state = 'upheld'",
            "csat = 3 where state = 'open'",
            "csat = null where state = 'open'",
        )
    ),
    (
        "survey_review_lies_before_as_of",
        [f"update marts.survey_review set responded_at = '2026-09-05 12:00:01' where month = {MONTH}"],
    ),
    (
        "survey_review_exclusions_have_a_reason",
        ["update marts.survey_review set review_reason = null where state = 'excluded'"],
    ),
    *(
        (
            "survey_review_decisions_hide_no_correction",
            [f"update raw.crm__surveys set {spoilt} where line_number % 100 = 0"],
        )
        for spoilt in (
            "csat = 5",
            "agent_id = 'A99'",
            "ease = null",
            "responded_at = responded_at + interval 1 day",
        )
    ),
    (
        "survey_review_employee_id_is_in_dim_employee",
        ["delete from marts.dim_employee where employee_id = 'E01'"],
    ),
    (
        "attrition_monthly_heads_add_up",
        ["update marts.attrition_monthly set closing_headcount = closing_headcount + 1 where team_id = 'T1'"],
    ),
    (
        "attrition_monthly_heads_add_up",
        ["update marts.attrition_monthly set hires = 1 where team_id = 'all'"],
    ),
    (
        "attrition_monthly_heads_add_up",
        ["update marts.attrition_monthly set moves_in = 1 where team_id = 'T1'"],
    ),
    (
        "attrition_monthly_heads_are_not_negative",
        ["update marts.attrition_monthly set opening_headcount = -1, hires = 13 where team_id = 'all'"],
    ),
    *(
        spoilt
        for table in (
            "attrition_monthly",
            "report_timeliness_monthly",
            "schedule_adherence_monthly",
            "training_monthly",
        )
        for spoilt in (
            (f"{table}_key_is_unique", [f"insert into marts.{table} from marts.{table}"]),
            (f"{table}_has_a_row_for_the_centre", [f"delete from marts.{table} where team_id = 'all'"]),
        )
    ),
    (
        "kpi_driver_monthly_key_is_unique",
        ["insert into marts.kpi_driver_monthly from marts.kpi_driver_monthly limit 1"],
    ),
    (
        "kpi_driver_monthly_statistics_agree",
        ["update marts.kpi_driver_monthly set r_squared = 0.37 where agents = 40"],
    ),
    (
        "kpi_driver_monthly_statistics_agree",
        ["update marts.kpi_driver_monthly set correlation = -1.1, r_squared = 1.21 where agents = 40"],
    ),
    (
        "kpi_driver_monthly_statistics_agree",
        ["update marts.kpi_driver_monthly set correlation = 'nan', r_squared = 'nan' where agents = 40"],
    ),
    (
        "kpi_driver_monthly_statistics_agree",
        ["update marts.kpi_driver_monthly set slope = -slope where agents = 40"],
    ),
    (
        "kpi_driver_monthly_claims_nothing_of_few_agents",
        ["update marts.kpi_driver_monthly set slope = 0.2 where agents = 12"],
    ),
    (
        "kpi_driver_monthly_claims_nothing_of_few_agents",
        [
            "update marts.kpi_driver_monthly set agents = 29, correlation = null, slope = null, r_squared = null"
        ],
    ),
    (
        "kpi_driver_monthly_kpis_are_in_the_catalogue",
        ["update marts.kpi_driver_monthly set satisfaction_kpi_id = 'smiles'"],
    ),
    *(
        spoilt
        for table, entity in (("employee", "E01"), ("team", "T1"), ("site", "SHA"), ("queue", "Q1"))
        for spoilt in (
            (f"dim_{table}_key_is_unique", [f"insert into marts.dim_{table} from marts.dim_{table}"]),
            (
                f"dim_{table}_rows_end_after_they_begin",
                [f"update marts.dim_{table} set valid_to = valid_from - 1 where {table}_id = '{entity}'"],
            ),
            (
                f"dim_{table}_history_is_seamless",
                [
                    f"insert into marts.dim_{table} select * replace (date '2026-01-01' as valid_from) from marts.dim_{table}"
                ],
            ),
        )
    ),
    ("dim_date_key_is_unique", ["insert into marts.dim_date from marts.dim_date limit 1"]),
    ("dim_date_covers_the_months", ["delete from marts.dim_date where date = '2026-08-13'"]),
    (
        "every_delivery_is_readable",
        ["update raw.delivery set unreadable_reason = 'not a csv file' where table_name = 'crm.surveys'"],
    ),
    ("default_site_is_known", ["delete from marts.dim_site where site_id = 'SHA'"]),
    (
        "default_site_is_delivered",
        [
            "delete from marts.dim_site where site_id = 'SHA'",
            "delete from raw.delivery where table_name = 'hr.sites'",
        ],
    ),
    (
        "quarantined_share_is_small",
        [
            "insert into quarantine.quarantined_row (table_name, file, line, reason_code, delivery_id) "
            "select 'crm.surveys', 'a.csv', i, 'bad', 6 from range(121) t(i)"
        ],
    ),
    (
        "no_rows_came_twice_under_new_keys",
        [
            "insert into staging.stg_acd__contact_legs select * replace ('x' || leg_id as leg_id, 'x' || contact_id as contact_id) "
            "from staging.stg_acd__contact_legs where offered_at >= '2026-08-20' and offered_at < '2026-08-22'"
        ],
    ),
    (
        "no_scheduled_day_is_without_states",
        ["update marts.fct_agent_day set logged_in_seconds = 0 where business_date = '2026-08-12'"],
    ),
    (
        "no_scheduled_day_is_without_states",
        [
            "update marts.fct_agent_day set logged_in_seconds = 0 where business_date = '2026-08-12' and site_id = 'NYC'"
        ],
    ),
    (
        "no_scheduled_day_has_few_states",
        [
            "insert into marts.fct_agent_day select * replace ('E9' || employee_id as employee_id) "
            "from marts.fct_agent_day where business_date >= '2026-08-01'",
            "update marts.fct_agent_day set logged_in_seconds = if(employee_id = 'E00', 28000, 0) "
            "where business_date = '2026-08-12' and site_id = 'SHA'",
        ],
    ),
    (
        "no_staffed_day_has_few_legs",
        ["update marts.fct_agent_day set answered_legs = 7 where business_date = '2026-08-12'"],
    ),
    (
        "no_usual_day_is_without_legs",
        ["delete from marts.fct_queue_interval where business_date = '2026-08-12'"],
    ),
    (
        "no_usual_day_is_without_plan",
        [
            "insert into marts.fct_agent_day select * replace ('E9' || employee_id as employee_id) "
            "from marts.fct_agent_day",
            "delete from marts.fct_agent_day where business_date = '2026-08-12'",
        ],
    ),
    (
        "quarantined_share_is_small",
        [
            "insert into raw.delivery (delivery_id, table_name, file, sha256, bytes, rows, first_seen_at, superseded_by, unreadable_reason, unreadable_code, unreadable_params) values (7, 'crm.surveys', 'b.csv', 'sha', 1, 900, now(), null, null, null, null)",
            "insert into quarantine.quarantined_row (table_name, file, line, reason_code, delivery_id) "
            "select 'crm.surveys', 'b.csv', i, 'bad', 7 from range(139) t(i)",
        ],
    ),
    (
        "no_staffed_day_is_without_legs",
        [
            "update marts.fct_agent_day set answered_legs = 0 where business_date = '2026-08-12'",
            "delete from marts.fct_queue_interval where business_date = '2026-08-12'",
        ],
    ),
    (
        "source_looks_as_usual",
        [
            f"delete from staging.stg_crm__surveys where date_trunc('month', responded_at) = {MONTH} and day(responded_at) > 15"
        ],
    ),
    (
        "source_agrees_with_others",
        [
            f"update staging.stg_crm__surveys set contact_id = 'lost' where date_trunc('month', responded_at) = {MONTH} and line_number % 5 = 0"
        ],
    ),
    (
        "source_makes_sense",
        # A first month, which is held against plain sense alone.
        [
            "delete from marts.kpi_monthly where month < date '2026-08-01'",
            f"update staging.stg_crm__surveys set csat = 5 where date_trunc('month', responded_at) = {MONTH}",
        ],
    ),
    (
        "source_keeps_what_was_known",
        ["update raw.hr__employees set hired_on = date '2026-08-01' where delivery_id = 108"],
    ),
    (
        "kpi_monthly_parts_are_near_trailing_months",
        [
            f"update marts.kpi_monthly set value = value * 0.8, numerator = numerator * 0.8 "
            f"where month = {MONTH} and kpi_id = 'average_handle_time'"
        ],
    ),
    (
        "kpi_monthly_parts_do_not_vanish",
        [
            f"delete from marts.kpi_monthly where month = {MONTH} and scope = 'team' and scope_id = 'T1' "
            "and kpi_id = 'average_handle_time'"
        ],
    ),
    ("oddities_could_be_looked_for", ["drop table staging.stg_hr__budget_lines"]),
    (
        "month_is_held_against_earlier_months",
        ["delete from marts.kpi_monthly where month < date '2026-07-01'"],
    ),
]


def failed(report: GateReport) -> set[str]:
    return {result.expectation for result in report.results if not result.passed}


def test_a_good_centre_passes_every_expectation(good_centre: Path, judge: Callable[..., GateReport]) -> None:
    report = judge(good_centre)
    assert failed(report) == set()
    assert {(r.table_name, r.expectation) for r in report.results} == {
        (table, name) for table, names in expectation_names().items() for name in names
    }


@pytest.mark.parametrize(
    ("name", "statements"), SPOILT, ids=[f"{name}-{i}" for i, (name, _) in enumerate(SPOILT)]
)
def test_a_spoilt_centre_fails_the_expectation_about_it(
    name: str,
    statements: list[str],
    spoilt: Callable[..., Path],
    judge: Callable[..., GateReport],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alone = tuple(Suite(s.table, tuple(e for e in s.expectations if e.name == name)) for s in suites.ALL)
    monkeypatch.setattr(suites, "ALL", tuple(suite for suite in alone if suite.expectations))
    broken = [result for result in judge(spoilt(*statements)).results if not result.passed]
    assert broken
    for result in broken:
        assert result.findings
        for finding in result.findings:
            assert finding.variant not in ("unchecked", "unjudged"), finding.found
            assert finding.keys


@pytest.mark.parametrize(
    "statements",
    [
        # what the CRM corrected before the decision
        [
            "insert into raw.crm__surveys select * replace (5 as csat, 0 as delivery_order) from raw.crm__surveys"
        ],
        # what it got wrong after it
        [
            "insert into raw.crm__surveys select * replace (9 as csat, 2 as delivery_order, -line_number as line_number) "
            "from raw.crm__surveys",
            "insert into quarantine.refused_crm__surveys "
            "select delivery_id, line_number, row_number, 'out_of_range' from raw.crm__surveys where csat = 9",
        ],
        # a local time, which is no instant until it is known whose
        [
            "update raw.crm__surveys set responded_at = responded_at + interval 8 hour, local_columns = 'responded_at'"
        ],
        # what nobody decided
        ["update raw.crm__surveys set csat = 5 where line_number % 100 <> 0"],
    ],
)
def test_a_decision_hides_only_what_the_crm_said_well_and_said_last(
    statements: list[str], spoilt: Callable[..., Path], judge: Callable[..., GateReport]
) -> None:
    assert "survey_review_decisions_hide_no_correction" not in failed(judge(spoilt(*statements)))


def test_every_expectation_is_shown_to_fail_by_some_spoilt_centre() -> None:
    elsewhere = {  # in test_running_months.py
        "kpi_monthly_running_months_are_provisional",
        "fct_agent_day_lies_before_as_of",
        "fct_queue_interval_lies_before_as_of",
    }
    shown = {name for name, _ in SPOILT} | elsewhere
    assert {name for names in expectation_names().values() for name in names} == shown
