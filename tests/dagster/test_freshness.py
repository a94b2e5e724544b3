"""Freshness as Dagster knows it: the release, and every source that is declared with an hour."""

from datetime import timedelta

import dagster as dg
import pytest

from orchestration.defs.assets import RELEASE, landing_key
from orchestration.defs.build import build_defs
from orchestration.defs.freshness import freshness_of_release, freshness_of_sources
from orchestration.home.config import ArrivalConfig
from orchestration.home.paths import Home
from orchestration.releases.sites import Site

SHANGHAI = Site("Asia/Shanghai", "CN")


def _policy(**rule: object) -> dg.FreshnessPolicy:
    arrival = ArrivalConfig.model_validate({"table": "acd.contact_legs", "by": "08:30", **rule})
    return freshness_of_sources([arrival], SHANGHAI)["acd.contact_legs"]


def test_a_daily_source_is_expected_by_its_hour_at_the_default_site() -> None:
    assert _policy() == dg.FreshnessPolicy.cron(
        deadline_cron="30 8 * * *", lower_bound_delta=timedelta(days=1), timezone="Asia/Shanghai"
    )


@pytest.mark.parametrize(
    # The week of National Day, and Spring Festival before the third working day of February.
    ("rule", "at_least", "at_most"),
    [
        ({"working_days": True}, timedelta(days=9), timedelta(days=12)),
        ({"working_day": 3}, timedelta(days=36), timedelta(days=45)),
    ],
)
def test_a_source_of_working_days_is_late_after_the_longest_holiday(
    rule: dict[str, object], at_least: timedelta, at_most: timedelta
) -> None:
    policy = _policy(**rule)
    assert at_least <= policy.fail_window.to_timedelta() <= at_most  # type: ignore[attr-defined]


def test_the_release_and_each_declared_source_carry_their_policy(home: Home) -> None:
    home.config_file.write_text('[[arrivals]]\ntable = "hr.sites"\nby = "08:00"\n')
    graph = build_defs(home).resolve_asset_graph()
    policies = {key: graph.get(key).freshness_policy for key in graph.get_all_asset_keys()}
    with_policy = {key for key, policy in policies.items() if policy is not None}
    assert with_policy == {RELEASE, landing_key("hr.sites")}
    assert policies[RELEASE] == freshness_of_release()
