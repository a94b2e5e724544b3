"""When refreshes start by themselves: the third working day of the month, and every day.

Both run at six in the morning where the default site is; its place comes from the published release. They are off
until they are turned on in the UI.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import dagster as dg

from orchestration.defs.jobs import REFRESH, REFRESH_TOUCHED_MONTHS, close_dead_runs_if_idle
from orchestration.home.calendars import has_calendar, nth_working_day
from orchestration.home.months import month_before
from orchestration.home.paths import Home
from orchestration.releases.sites import Site

_AT_SIX = "0 6 * * *"
_WORKING_DAY = 3


def month_due(today: date, country: str | None) -> date | dg.SkipReason:
    """The month before, where `today` (local) is its report's day; else why not."""
    due = nth_working_day(today, _WORKING_DAY, country)
    if today == due:
        return month_before(today)
    calendar = f"of {country}" if country and has_calendar(country) else "Monday to Friday"
    return dg.SkipReason(f"{today} is not the third working day ({calendar}), which is {due}.")


def refresh_schedules(home: Home, site: Site) -> list[dg.ScheduleDefinition]:
    """The month due, on its day, and each day whatever deliveries touched."""

    @dg.schedule(
        job_name=REFRESH,
        name="third_working_day",
        cron_schedule=_AT_SIX,
        execution_timezone=site.time_zone,
        description="The month before, on the third working day at the default site",
    )
    def third_working_day(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        close_dead_runs_if_idle(home, context.instance)
        month = month_due(_local_date(context, site), site.country)
        if isinstance(month, dg.SkipReason):
            return month
        return dg.RunRequest(run_key=f"{month:%Y-%m}", partition_key=month.isoformat())

    @dg.schedule(
        job_name=REFRESH_TOUCHED_MONTHS,
        name="every_day",
        cron_schedule=_AT_SIX,
        execution_timezone=site.time_zone,
        description="Every month that deliveries touched since the release, the running one above all",
    )
    def every_day(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        close_dead_runs_if_idle(home, context.instance)
        return dg.RunRequest(run_key=_local_date(context, site).isoformat())

    return [third_working_day, every_day]


def _local_date(context: dg.ScheduleEvaluationContext, site: Site) -> date:
    instant: datetime = context.scheduled_execution_time
    return instant.astimezone(ZoneInfo(site.time_zone)).date()
