"""What must hold for what was delivered: every file was readable, and little of each source is in quarantine.

One suite for the ledger of deliveries and one for each source table. Whether days are missing stands in
`completeness.py`.
"""

from expectations import completeness
from expectations.doubled import not_doubled
from expectations.suite import Expectation, Suite

SOURCES = (
    "acd.queues",
    "acd.contact_legs",
    "acd.agent_states",
    "crm.cases",
    "crm.surveys",
    "crm.complaints",
    "crm.orders",
    "qa.evaluations",
    "qa.evaluation_items",
    "qa.report_deliveries",
    "hr.sites",
    "hr.employees",
    "hr.assignments",
    "hr.schedules",
    "hr.staffing_requirements",
    "hr.training_sessions",
    "hr.training_records",
    "hr.requisitions",
    "hr.budget_lines",
    "hr.appraisals",
)

_readable = Expectation(
    name="every_delivery_is_readable",
    by_month=False,
    expected="every file in landing that no later one replaces could be read",
    broken_rows="""
        select 'file=' || file as key, table_name || ': ' || unreadable_reason as observed
        from raw.delivery
        where superseded_by is null and unreadable_reason is not null
    """,
)


def _default_site(name: str, expected: str, when: str, severity: str) -> Expectation:
    return Expectation(
        name=name,
        by_month=False,
        severity="error" if severity == "error" else "warning",
        expected=expected,
        broken_rows=f"""
            select 'default_site=' || getvariable('default_site') as key,
                'hr.sites has no good row for it; ' || getvariable('default_time_zone') || ' was used' as observed
            where getvariable('default_site') not in (select site_id from marts.dim_site) and {when}
        """,
    )


_SITES_DELIVERED = "exists (from delivered where table_name = 'hr.sites')"

LEDGER_SUITE = Suite(
    "delivery",
    (
        _readable,
        _default_site(
            "default_site_is_known",
            "the default site of callboard.toml stands in hr.sites where that was delivered",
            _SITES_DELIVERED,
            "error",
        ),
        _default_site(
            "default_site_is_delivered",
            "hr.sites was delivered, so that the default site has a time zone of its own",
            f"not {_SITES_DELIVERED}",
            "warning",
        ),
    ),
)


def _quarantined_share(source: str) -> Expectation:
    return Expectation(
        name="quarantined_share_is_small",
        by_month=False,
        expected="no more than max_quarantined_share of the delivered rows are in quarantine",
        broken_rows=f"""
            with refused as (
                select count(*) as refused_rows, min(file || ', line=' || line) as example
                from quarantine.quarantined_row where table_name = '{source}'
            ),
            given as (
                select coalesce(sum(rows), 0) as given_rows
                from raw.delivery where superseded_by is null and table_name = '{source}'
            ),
            compared as (
                -- Unreadable lines are refused rows that no row count knows of.
                select *, refused_rows / greatest(given_rows, refused_rows, 1) as share from refused, given
            )
            select 'file=' || example as key,
                refused_rows || ' of ' || given_rows || ' rows (' || round(100 * share, 2) || ' %) in quarantine, '
                || 'allowed are ' || round(100 * getvariable('max_quarantined_share'), 2) || ' %' as observed
            from compared
            where share > getvariable('max_quarantined_share')
        """,
    )


SOURCE_SUITES = tuple(
    Suite(
        source,
        (_quarantined_share(source), *not_doubled(source), *completeness.EXPECTATIONS.get(source, ())),
    )
    for source in SOURCES
)
