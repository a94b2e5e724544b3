"""What must hold for what was delivered: every file was readable, and little of each source is in quarantine.

One suite for the ledger of deliveries and one for each source table. Whether days are missing stands in
`completeness.py`.
"""

from expectations.sql import literal
from expectations.suite import Expectation, Suite, pack
from expectations.suites.sources import completeness, rules
from expectations.suites.sources.duplicate_rows import not_doubled
from expectations.suites.sources.oddities import oddities
from expectations.verdicts import Severity

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
    found="{file}: {why}",
    ask="Deliver the file again, or take it out of landing if it belongs to no table.",
    broken_rows=f"""
        select {pack("file")} as keys,
            {pack("file", source="table_name", why_code="unreadable_code", why_params="unreadable_params")} as found,
            (select list(kpi_id order by kpi_id) from kpi_source where source_table = table_name) as kpis, 1 as damage
        from raw.delivery
        where superseded_by is null and unreadable_reason is not null
    """,
)


def _default_site(name: str, expected: str, when: str, severity: Severity) -> Expectation:
    return Expectation(
        name=name,
        by_month=False,
        severity=severity,
        expected=expected,
        found="hr.sites has no good row for {site}; {time_zone} was used",
        ask="Correct default_site in callboard.toml, or deliver the site in hr/sites.",
        broken_rows=f"""
            select {pack(default_site="getvariable('default_site')")} as keys,
                {pack(site="getvariable('default_site')", time_zone="getvariable('default_time_zone')")} as found
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
            "refused",
        ),
        _default_site(
            "default_site_is_delivered",
            "hr.sites was delivered, so that the default site has a time zone of its own",
            f"not {_SITES_DELIVERED}",
            "noted",
        ),
    ),
)


def _refused_rows(source: str) -> str:
    return f"""
            with refused as (
                select delivery_id, count(*) as refused_rows
                from quarantine.quarantined_row
                where table_name = '{source}' and line is not null
                group by delivery_id
            ),
            given as (
                select delivery_id, file, delivery_id in (from new_delivery) as is_new, rows as given_rows,
                    coalesce(refused_rows, 0) as refused_rows
                from raw.delivery
                left join refused using (delivery_id)
                where superseded_by is null and table_name = '{source}'
            ),
            blamed as (
                -- Nine in ten refused rows refer to rows that another source lacks: it is that source.
                select json_extract_string(reason_params, '$.table') as other, count(*) as refused_rows
                from quarantine.quarantined_row
                where table_name = '{source}' and reason_code = 'no_current_row'
                group by all
                having count(*) >= 0.9 * (select sum(refused_rows) from refused)
            ),
            share as (
                select 'all' as rows_of, sum(refused_rows) as refused_rows, sum(given_rows) as given_rows
                from given
                union all
                select 'new', sum(refused_rows), sum(given_rows) from given where is_new
                having sum(refused_rows) >= getvariable('min_expected_rows_for_gap')
            )
            select {pack(source=f"coalesce((select other from blamed), {literal(source)})")} as keys, {
        pack(
            refused="refused_rows",
            rows="given_rows",
            refused_share="refused_rows / given_rows",
            usual_most_share="getvariable('max_quarantined_share')",
        )
    } as found,
                rows_of as variant, refused_rows / given_rows as damage
            from share
            where refused_rows > getvariable('max_quarantined_share') * given_rows
            -- What is wrong with all rows is wrong with the new ones too.
            order by rows_of limit 1
        """


def _quarantined_share(source: str) -> Expectation:
    # Years of good rows must not hide one bad month: rows delivered since the release are held to the same share.
    return Expectation(
        name="quarantined_share_is_small",
        by_month=False,
        expected="no more than max_quarantined_share of the delivered rows in quarantine, of all and of the new ones",
        found={
            "all": "{refused} of {rows} rows ({refused_share}) in quarantine, allowed are {usual_most_share}",
            "new": "{refused} of {rows} new rows ({refused_share}) in quarantine, allowed are {usual_most_share}",
            # Found before anything is built (orchestration.refresh.judge).
            "none_counts": "all {rows} rows are refused; the first, in {first_file} line {first_line}: {first}{first_value}",
        },
        ask="One reason usually explains most of them: see the quarantine, correct it, and deliver {table} again.",
        broken_rows=_refused_rows(source),
    )


SOURCE_SUITES = tuple(
    Suite(
        source,
        (
            _quarantined_share(source),
            *not_doubled(source),
            *completeness.EXPECTATIONS.get(source, ()),
            *rules.EXPECTATIONS.get(source, ()),
            *(oddities(source) if not source.startswith("rules.") else ()),
        ),
    )
    for source in SOURCES
)
