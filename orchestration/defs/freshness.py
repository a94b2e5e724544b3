"""How fresh Dagster should expect the release and the declared sources to be.

Dagster knows hours and days, not a country's working days. So a policy never says that something is late which is not;
what is overdue to the minute is `arrivals`' to find out, and the sensor of that name sends the notice.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise, takewhile

import dagster as dg

from orchestration.deliveries.arrivals import dues
from orchestration.home.config import ArrivalConfig
from orchestration.releases.sites import Site

# A month's release is due on the third working day of the month after; two such days are at most 38 days apart.
_RELEASE_IS_OLD = timedelta(days=33)
_RELEASE_IS_LATE = timedelta(days=40)
_LOOK_BACK = timedelta(days=2 * 366)


def freshness_of_release() -> dg.FreshnessPolicy:
    """A release at least once a month."""
    return dg.FreshnessPolicy.time_window(fail_window=_RELEASE_IS_LATE, warn_window=_RELEASE_IS_OLD)


def freshness_of_sources(arrivals: Sequence[ArrivalConfig], site: Site) -> Mapping[str, dg.FreshnessPolicy]:
    """By source table (`acd.contact_legs`) how fresh it is expected to be, for every `[[arrivals]]`."""
    return {arrival.table: _freshness(arrival, site) for arrival in arrivals}


def _freshness(arrival: ArrivalConfig, site: Site) -> dg.FreshnessPolicy:
    if arrival.working_day is None and not arrival.working_days:
        hour, minute = arrival.by.split(":")
        return dg.FreshnessPolicy.cron(
            deadline_cron=f"{int(minute)} {int(hour)} * * *",
            lower_bound_delta=timedelta(days=1),
            timezone=site.time_zone,
        )
    now = datetime.now(UTC)
    instants = [due.at for due in takewhile(lambda due: due.at > now - _LOOK_BACK, dues(arrival, site, now))]
    longest = max(later - earlier for later, earlier in pairwise(instants))
    # As early as the day before the one due instant, as late as the next one.
    return dg.FreshnessPolicy.time_window(fail_window=longest + timedelta(days=1))
