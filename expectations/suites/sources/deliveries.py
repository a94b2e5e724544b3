"""What must hold for what was delivered: every file was readable, and little of each source is in quarantine.

One suite for the ledger of deliveries and one for each source table. Whether days are missing stands in
`completeness.py`.
"""

from expectations.suite import Expectation, Suite
from expectations.suites.sources import completeness, rules
from expectations.suites.sources.duplicate_rows import not_doubled

SOURCES = (
    "acd.queues",
    "acd.contact_legs",
    "acd.queue_intervals",
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
    "rules.kpi_targets",
    "rules.scorecard_weights",
    "rules.scorecard_bands",
    "rules.scorecard_exemptions",
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
    # Years of good rows must not hide one bad month: rows delivered since the release are held to the same share.
    return Expectation(
        name="quarantined_share_is_small",
        by_month=False,
        expected="no more than max_quarantined_share of the delivered rows in quarantine, of all and of the new ones",
        broken_rows=f"""
            with refused as (
                select delivery_id, count(*) as refused_rows, min(line) as line
                from quarantine.quarantined_row
                where table_name = '{source}' and line is not null
                group by delivery_id
            ),
            given as (
                select delivery_id, file, delivery_id in (from new_delivery) as is_new, rows as given_rows,
                    coalesce(refused_rows, 0) as refused_rows,
                    if(refused_rows > 0, 'file=' || file || ', line=' || line, null) as example
                from raw.delivery
                left join refused using (delivery_id)
                where superseded_by is null and table_name = '{source}'
            ),
            share as (
                select 'all' as rows_of, sum(refused_rows) as refused_rows, sum(given_rows) as given_rows,
                    min(example) as example
                from given
                union all
                select 'new', sum(refused_rows), sum(given_rows), min(example) from given where is_new
                having sum(refused_rows) >= getvariable('min_expected_rows_for_gap')
            )
            select example as key,
                refused_rows || ' of ' || given_rows || ' ' || rows_of || ' rows ('
                || round(100 * refused_rows / given_rows, 2) || ' %) in quarantine, allowed are '
                || round(100 * getvariable('max_quarantined_share'), 2) || ' %' as observed
            from share
            where refused_rows > getvariable('max_quarantined_share') * given_rows
        """,
    )


SOURCE_SUITES = tuple(
    Suite(
        source,
        (
            _quarantined_share(source),
            *not_doubled(source),
            *completeness.EXPECTATIONS.get(source, ()),
            *rules.EXPECTATIONS.get(source, ()),
        ),
    )
    for source in SOURCES
)
