"""Whether a source is complete for the months asked for: no local day of its own is missing.

A source is held against another that says what must have happened, never against today. A source of which nothing was
delivered is absent, not incomplete. A local day counts once it ended `reporting_lag_hours` before as_of, and in a month
that is not closed once deliveries reach beyond it: deliveries that are still to come are no gap.
"""

from expectations.suite import Expectation, pack

_REPORTED = """
    reported as (
        select site_day.*
        from site_day
        join site_zone on site_zone.site_id is not distinct from site_day.site_id
        join month_reach using (month)
        -- The last day that an open month's deliveries reach is reported in part.
        where business_date <= last_reported_on and (is_closed or business_date < reached_on)
    )
"""

# Two people who both stayed away make a day without states too, so few agents alone are no proof.
_states = Expectation(
    name="no_scheduled_day_is_without_states",
    expected="agents in some state on every local day on which agents were scheduled",
    found="{scheduled_agents} agents were scheduled, none was in any state",
    broken_rows=f"""
        with {_REPORTED},
        centre_day as (
            select month, business_date, 'all' as site_id, sum(scheduled_agents) as scheduled_agents,
                sum(answered_legs) as answered_legs
            from reported group by all having sum(logged_in_seconds) = 0
        ),
        empty_day as (
            select * from centre_day
            union all by name
            select month, business_date, site_id, scheduled_agents, answered_legs from reported
            where logged_in_seconds = 0 and site_id is not null
                and business_date not in (select business_date from centre_day)
        )
        select month, {pack("business_date", "site_id")} as keys, {pack("scheduled_agents")} as found,
            scheduled_agents / (select sum(scheduled_agents) from site_day where month = empty_day.month) as damage
        from empty_day
        where scheduled_agents > 0
            and (scheduled_agents >= getvariable('min_scheduled_agents_for_gap') or answered_legs > 0)
            and exists (from delivered where table_name = 'acd.agent_states')
    """,
)

# Far fewer seconds than the plan says, on a day: part of the day, or of the ACD, is missing.
_states_partly = Expectation(
    name="no_scheduled_day_has_few_states",
    expected="on every local day of a site at least a quarter of the usual share of scheduled time spent in some state",
    found="{present_share} of scheduled time in some state, {usual_share} are usual",
    broken_rows=f"""
        with {_REPORTED},
        share as (
            select *, logged_in_seconds / scheduled_seconds as share_present,
                median(logged_in_seconds / scheduled_seconds) over (partition by month, site_id) as usual_share
            from reported where scheduled_seconds > 0
        )
        select month, {pack("business_date", "site_id")} as keys,
            {pack("usual_share", present_share="share_present")} as found,
            scheduled_seconds / sum(scheduled_seconds) over (partition by month) as damage
        from share
        where share_present > 0 and share_present < usual_share / 4
            and scheduled_agents >= 3 * getvariable('min_scheduled_agents_for_gap')
    """,
)

# Expected legs: productive seconds times the legs per productive second of an ordinary day of the month.
_LEGS_EXPECTED = f"""
    with {_REPORTED},
    centre_day as (
        select month, business_date, sum(productive_seconds) as productive_seconds, sum(answered_legs) as answered_legs
        from reported group by all having sum(productive_seconds) > 0
    ),
    expected_day as (
        select centre_day.*, coalesce(offered, 0) as offered,
            productive_seconds
                * median(answered_legs / productive_seconds) over (partition by centre_day.month) as expected_legs,
            sum(productive_seconds) over (partition by centre_day.month) as month_seconds
        from centre_day
        left join queue_day using (business_date)
    )
"""

_legs = Expectation(
    name="no_staffed_day_is_without_legs",
    expected="contact legs on every local day on which agents were productive",
    found="{productive_hours} productive hours and no contact leg",
    broken_rows=f"""
        {_LEGS_EXPECTED}
        select month, {pack("business_date")} as keys, {pack(productive_hours="productive_seconds / 3600")} as found,
            productive_seconds / month_seconds as damage
        from expected_day
        where answered_legs = 0 and offered = 0
            -- Where a month has no leg at all there is nothing to expect by; an hour's work is then enough.
            and (expected_legs >= 5 or (expected_legs = 0 and productive_seconds >= 3600))
            and exists (from delivered where table_name = 'acd.contact_legs')
            -- A centre that only calls out has legs that no fact counts.
            and not exists (
                from staging.stg_acd__contact_legs
                where cast(offered_at as date) between expected_day.business_date - 1 and expected_day.business_date + 1
                    and direction = 'outbound'
            )
    """,
)

_legs_partly = Expectation(
    name="no_staffed_day_has_few_legs",
    expected="on every local day at least a quarter of the answered legs that its productive time usually brings",
    found="{answered} legs answered, its productive time usually brings {usual_answered}",
    broken_rows=f"""
        {_LEGS_EXPECTED}
        select month, {pack("business_date")} as keys,
            {pack(answered="answered_legs", usual_answered="expected_legs")} as found,
            productive_seconds / month_seconds as damage
        from expected_day
        where answered_legs + offered > 0 and answered_legs < expected_legs / 4
            and expected_legs >= getvariable('min_expected_rows_for_gap')
    """,
)


def _usual_weekday(name: str, days: str, rows: str, source: str, what: str) -> Expectation:
    """No day is empty that by its weekday never is; it needs no other source, so it knows of public holidays."""
    return Expectation(
        name=name,
        expected=f"{what} on every local day whose weekday had some in the trailing months, public holidays aside",
        found="no row; that weekday usually has {usual_rows}",
        broken_rows=f"""
            with counted as (
                select business_date, sum({rows}) as row_count from {days} group by business_date
            ),
            calendar as (
                select month_asked.month, cast(unnest(generate_series(earlier, last_day(earlier), interval 1 day)) as date)
                    as business_date, false as is_asked
                from month_asked join trailing_month using (month)
                union all
                select month, cast(unnest(generate_series(month, next_month - 1, interval 1 day)) as date), true
                from month_asked where month in (select month from trailing_month)
            ),
            working_day as (
                select calendar.*, coalesce(row_count, 0) as row_count, dayofweek(business_date) as weekday
                from calendar
                left join counted using (business_date)
                where business_date not in (
                    select business_date from public_holiday
                    where country = (select country from marts.dim_site where site_id = getvariable('default_site'))
                        or getvariable('default_site') not in (select site_id from marts.dim_site)
                )
            ),
            usual as (
                select month, weekday, median(row_count) as usual_rows, avg(cast(row_count > 0 as int)) as share_of_days
                from working_day where not is_asked group by all
            )
            select month, {pack("business_date")} as keys, {pack("usual_rows")} as found, 1 / 30 as damage
            from working_day
            join usual using (month, weekday)
            join month_reach using (month)
            where is_asked and row_count = 0
                and (is_closed or business_date < (select max(business_date) from counted where row_count > 0))
                and business_date <= (select last_reported_on from site_zone where site_id is null)
                and usual_rows >= getvariable('min_expected_rows_for_gap') and share_of_days >= 0.75
                and exists (from delivered where table_name = '{source}')
        """,
    )


EXPECTATIONS = {
    "acd.agent_states": (_states, _states_partly),
    "acd.contact_legs": (
        _legs,
        _legs_partly,
        _usual_weekday(
            "no_usual_day_is_without_legs", "queue_day", "offered", "acd.contact_legs", "contact legs"
        ),
    ),
    "hr.schedules": (
        _usual_weekday(
            "no_usual_day_is_without_plan", "site_day", "scheduled_agents", "hr.schedules", "scheduled agents"
        ),
    ),
}
