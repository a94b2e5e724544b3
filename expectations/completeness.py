"""Whether a source is complete for the months asked for: no local day of its own is missing.

A source is held against another that says what must have happened, never against today. A source of which nothing was
delivered is absent, not incomplete. A local day counts once it ended `reporting_lag_hours` before as_of, so the day that
is still running, or that has only just ended, is no hole.
"""

from expectations.suite import Expectation, key_text

_REPORTED = """
    reported as (
        select site_day.*
        from site_day
        join site_zone on site_zone.site_id is not distinct from site_day.site_id
        where business_date <= last_reported_on and month in (select month from month_asked)
    )
"""

# Two people who both stayed away make a day without states too, so few agents alone are no proof.
_states = Expectation(
    name="no_scheduled_day_is_without_states",
    expected="agents in some state on every local day on which agents were scheduled",
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
        select month, {key_text(("business_date", "site_id"))} as key,
            scheduled_agents || ' agents were scheduled, none was in any state' as observed
        from empty_day
        where scheduled_agents > 0
            and (scheduled_agents >= getvariable('fewest_agents_of_a_hole') or answered_legs > 0)
            and exists (from delivered where table_name = 'acd.agent_states')
    """,
)

# Far fewer seconds than the plan says, on a day: part of the day, or of the switch, is missing.
_states_partly = Expectation(
    name="no_scheduled_day_has_few_states",
    expected="on every local day of a site at least a quarter of the usual share of scheduled time spent in some state",
    broken_rows=f"""
        with {_REPORTED},
        share as (
            select *, logged_in_seconds / scheduled_seconds as share_present,
                median(logged_in_seconds / scheduled_seconds) over (partition by month, site_id) as usual_share
            from reported where scheduled_seconds > 0
        )
        select month, {key_text(("business_date", "site_id"))} as key,
            round(100 * share_present, 1) || ' % of scheduled time in some state, usual are '
                || round(100 * usual_share, 1) || ' %' as observed
        from share
        where share_present > 0 and share_present < usual_share / 4
            and scheduled_agents >= 3 * getvariable('fewest_agents_of_a_hole')
    """,
)

# Expected by what a productive second brings on the month's other days.
_legs = Expectation(
    name="no_staffed_day_is_without_legs",
    expected="contact legs on every local day on which agents were productive",
    broken_rows=f"""
        with {_REPORTED},
        centre_day as (
            select month, business_date, sum(productive_seconds) as productive_seconds, sum(answered_legs) as answered_legs
            from reported group by all
        ),
        expected_day as (
            select centre_day.*, coalesce(offered, 0) as offered,
                sum(answered_legs) over month_days / nullif(sum(productive_seconds) over month_days, 0) * productive_seconds
                    as expected_legs
            from centre_day
            left join queue_day using (business_date)
            window month_days as (partition by centre_day.month)
        )
        select month, {key_text(("business_date",))} as key,
            round(productive_seconds / 3600, 1) || ' productive hours and no contact leg' as observed
        from expected_day
        where answered_legs = 0 and offered = 0 and productive_seconds > 0
            and (expected_legs >= 5 or (expected_legs = 0 and productive_seconds >= 3600))
            and exists (from delivered where table_name = 'acd.contact_legs')
            and not exists (
                from staging.stg_acd__contact_legs
                where cast(offered_at as date) between expected_day.business_date - 1 and expected_day.business_date + 1
                    and direction = 'outbound'
            )
    """,
)

EXPECTATIONS = {
    "acd.agent_states": (_states, _states_partly),
    "acd.contact_legs": (_legs,),
}
