"""A worked example: one small centre's scorecards of August and September, every number of them worked out by hand.

Agents E1 to E5 work in team T1 of the line inquiry, E6 moves to team T2 of the line ecommerce on 17 August and does all
of its work after that. The set of weights of inquiry (points):

                        method           August  September
    average_handle_time tiered               15         15   up to 300 s all of it, to 360 s two thirds, else nothing
    complaint_rate      deduction            10         10   of its numerator: 2 points for each complaint beyond 1
    qa_score            ratio                25         25   target 80, capped at 1.2
    csat_score          all_or_nothing       20         24   target 4.5
    appraisal_score     judged               30         26

and handle time costs nothing where csat_score is 4 or more. Each has one call, one evaluation and, but for E4, one survey
a month; appraisals count 0.3 times the own and 0.7 times the manager's score.

August       handle time          complaints            quality                     csat           appraisal           own
    E1       290 s: 15            4: 10 - 2 x 3 = 4     72 / 80 = 0.90: 22.5        5: 20          24 + 63 = 87: 26.1  87.6
    E2       340 s, csat 4: 15    0: 10                 80 / 80 = 1: 25             4: 0           70: 21              71
    E3       340 s: 10            1: 10                 100 / 80 = 1.25, 1.2: 30    3: 0           100: 30             80
    E4       400 s: 0             6: 10 - 2 x 5 = 0     40 / 80 = 0.5: 12.5         none           60: 18              38.125
    E5       as E3                                                                                                     80
    T1       1710 / 5 = 342: 10   12: 0                 392 / 5 = 78.4, 0.98: 24.5  15 / 4: 0      417 / 5: 25.02      59.52

E4 has no survey, so the others count for 100 / 80 of their weights: (0 + 0 + 12.5 + 18) x 1.25 = 38.125.
The final score is 0.8 times the own and 0.2 times the team's: E1 70.08 + 11.904 = 81.984, and so on.
E6's set (ecommerce) is quality 50 and appraisal 50: 0.9 x 50 + 0.5 x 50 = 70, and T2 is E6 alone: 0.8 x 70 + 0.2 x 70 = 70.
The centre's set is quality alone: (392 + 72) / 6 = 77.333 against 80, 96.667 points.
"""

import pytest

from tests.scorecards.example import published_example
from tests.scorecards.homes import LiveHome

AUGUST = {
    "E1": (87.6, 59.52, 81.984, 1, "top"),
    "E2": (71.0, 59.52, 68.704, 4, "middle"),
    "E3": (80.0, 59.52, 75.904, 2, "middle"),
    "E4": (38.125, 59.52, 42.404, 5, "bottom"),
    "E5": (80.0, 59.52, 75.904, 2, "middle"),
    "E6": (70.0, 70.0, 70.0, None, None),
}
# September: csat 24 and appraisal 26 points, all else as in August. T1: 10 + 0 + 24.5 + 0 + 26 x 0.834 = 56.184.
SEPTEMBER = {
    "E1": (15 + 4 + 22.5 + 24 + 22.62, 56.184, 0.8 * 88.12 + 11.2368, 1, "top"),
    "E2": (15 + 10 + 25 + 0 + 18.2, 56.184, 0.8 * 68.2 + 11.2368, 4, "middle"),
    "E3": (10 + 10 + 30 + 0 + 26.0, 56.184, 0.8 * 76 + 11.2368, 2, "middle"),
    "E4": ((12.5 + 15.6) * 100 / 76, 56.184, 0.8 * 28.1 * 100 / 76 + 11.2368, 5, "bottom"),
    "E5": (10 + 10 + 30 + 0 + 26.0, 56.184, 0.8 * 76 + 11.2368, 2, "middle"),
    "E6": (70.0, 70.0, 70.0, None, None),
}


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> LiveHome:
    return published_example(tmp_path_factory.mktemp("example") / "home")


@pytest.mark.parametrize(("month", "expected"), [("2026-08-01", AUGUST), ("2026-09-01", SEPTEMBER)])
def test_scores_ranks_and_tiers_are_those_worked_out_by_hand(
    example: LiveHome, month: str, expected: dict[str, tuple[object, ...]]
) -> None:
    rows = example.query(
        "select employee_id, own_score, team_score, score, rank, tier from marts.agent_scorecard_monthly "
        f"where month = date '{month}' order by employee_id"
    )
    assert [row[0] for row in rows] == sorted(expected)
    for employee_id, own, team, score, rank, tier in rows:
        assert (own, team, score) == pytest.approx(expected[employee_id][:3], abs=1e-9), employee_id
        assert (rank, tier) == expected[employee_id][3:], employee_id


def test_each_method_gives_the_points_worked_out_by_hand(example: LiveHome) -> None:
    earned = {
        (employee_id, kpi_id): points
        for employee_id, kpi_id, points in example.query(
            "select employee_id, kpi_id, points from marts.agent_scorecard_item where month = date '2026-08-01'"
        )
    }
    expected = {
        ("E1", "average_handle_time"): 15,
        ("E1", "complaint_rate"): 4,
        ("E1", "qa_score"): 22.5,
        ("E1", "csat_score"): 20,
        ("E1", "appraisal_score"): 26.1,
        ("E2", "average_handle_time"): 15,
        ("E2", "complaint_rate"): 10,
        ("E2", "qa_score"): 25,
        ("E2", "csat_score"): 0,
        ("E2", "appraisal_score"): 21,
        ("E3", "average_handle_time"): 10,
        ("E3", "complaint_rate"): 10,
        ("E3", "qa_score"): 30,
        ("E3", "csat_score"): 0,
        ("E3", "appraisal_score"): 30,
        ("E4", "average_handle_time"): 0,
        ("E4", "complaint_rate"): 0,
        ("E4", "qa_score"): 15.625,
        ("E4", "csat_score"): None,
        ("E4", "appraisal_score"): 22.5,
        ("E6", "qa_score"): 45,
        ("E6", "appraisal_score"): 25,
    }
    assert {key: earned[key] for key in expected} == pytest.approx(expected, abs=1e-9)


def test_an_item_says_why(example: LiveHome) -> None:
    why = {
        (employee_id, kpi_id): text
        for employee_id, kpi_id, text in example.query(
            "select employee_id, kpi_id, why from marts.agent_scorecard_item where month = date '2026-08-01'"
        )
    }
    assert why["E1", "qa_score"] == "72 against 80: attainment 0.9"
    assert why["E1", "complaint_rate"] == "4 against an allowance of 1, 2 points a unit"
    assert why["E1", "csat_score"] == "5 against 4.5: met"
    assert why["E1", "appraisal_score"] == "87 of 100"
    assert why["E2", "average_handle_time"] == (
        "340 is worth 66.6667 % of the weight; costs nothing: csat_score 4 is as good as 4"
    )
    assert why["E3", "qa_score"] == "100 against 80: attainment 1.2, the most that counts"
    assert why["E4", "csat_score"] == "no number this month; its weight is shared among the others"
    assert why["E4", "qa_score"] == (
        "40 against 80: attainment 0.5; counts for 31.25 instead of 25, since others have no number"
    )


def test_who_moved_in_mid_month_is_scored_in_the_line_of_the_last_day_and_too_few_are_not_ranked(
    example: LiveHome,
) -> None:
    rows = example.query(
        "select business_line, team_id, unranked_reason from marts.agent_scorecard_monthly "
        "where employee_id = 'E6' and month = date '2026-08-01'"
    )
    assert rows == [("ecommerce", "T2", "1 of at least 5 people in the line and role")]


def test_months_in_the_bottom_tier_are_counted_one_after_the_other(example: LiveHome) -> None:
    rows = example.query(
        "select employee_id, months_in_bottom_tier, months_ranked from marts.agent_scorecard_monthly "
        "where month = date '2026-09-01' and employee_id in ('E1', 'E4', 'E6') order by 1"
    )
    assert rows == [("E1", 0, 2), ("E4", 2, 2), ("E6", 0, 0)]


def test_teams_and_the_centre_have_scores_and_both_scores_are_kpis(example: LiveHome) -> None:
    teams = dict(
        example.query(
            "select team_id, score from marts.team_scorecard_monthly where month = date '2026-08-01'"
        )
    )
    assert teams == pytest.approx({"T1": 59.52, "T2": 70.0, "all": 100 * (392 + 72) / 6 / 80})
    kpis = dict(
        example.query(
            "select scope_id, value from marts.kpi_monthly where month = date '2026-08-01' "
            "and kpi_id in ('performance_score', 'operations_kpi_score') and scope_id in ('E1', 'all')"
        )
    )
    assert kpis == pytest.approx({"E1": 81.984, "all": 100 * (392 + 72) / 6 / 80})


def test_a_weight_that_moves_by_more_than_two_points_is_to_confirm_and_named(example: LiveHome) -> None:
    rows = example.query(
        "select month, severity, passed, observed from audit.gate_result "
        "where expectation = 'scorecard_weights_move_slowly' order by month"
    )
    assert [(str(month), severity, passed) for month, severity, passed, _ in rows] == [
        ("2026-08-01", "to_confirm", True),
        ("2026-09-01", "to_confirm", False),
    ]
    went = "the weight of appraisal_score went from 30 to 26"
    assert went in str(rows[1][3])
    assert went in example.run("status").out


def test_targets_stand_beside_the_numbers(example: LiveHome) -> None:
    rows = example.query(
        "select scope_id, target, status, attainment from marts.kpi_monthly "
        "where month = date '2026-08-01' and kpi_id = 'qa_score' and scope_id in ('E1', 'E2', 'all') order by 1"
    )
    assert [row[:3] for row in rows] == [("E1", 80.0, "missed"), ("E2", 80.0, "met"), ("all", 80.0, "missed")]
    assert [row[3] for row in rows] == pytest.approx([0.9, 1.0, 464 / 6 / 80])
