"""Whether a delivery came twice under new keys: rows that equal another one in everything but their keys.

Keys alone do not show it, and no earlier month is needed to see it. Only sources whose rows carry an instant to the second
and somebody who did it are asked: nobody answers two legs in the same second, for the same time, over and over.
"""

from expectations.suite import Expectation, pack

_ENOUGH_ROWS = 500_000

# Per source: the column that dates a row, the columns that identify it besides its keys, and the rows that are checked.
_CONTENT = {
    # The largest source: its instants are enough, and every further column would be read for every leg.
    "acd.contact_legs": (
        "offered_at",
        ("agent_id", "answered_at", "ended_at"),
        "agent_id is not null and outcome = 'answered'",
    ),
    "crm.cases": (
        "opened_at",
        ("customer_id", "agent_id", "category", "due_at", "closed_at"),
        "agent_id is not null",
    ),
    "crm.surveys": (
        "responded_at",
        ("contact_id", "agent_id", "csat", "nps", "resolution", "attitude", "speed", "ease"),
        "true",
    ),
    "crm.complaints": ("received_at", ("agent_id", "customer_id", "category"), "agent_id is not null"),
    "crm.orders": ("created_at", ("agent_id", "customer_id", "amount", "paid_at"), "agent_id is not null"),
    # A machine may judge all contacts of a day in one second.
    "qa.evaluations": (
        "evaluated_at",
        ("contact_id", "agent_id", "evaluator_id", "method", "score"),
        "contact_id is not null",
    ),
}


def not_doubled(source: str) -> tuple[Expectation, ...]:
    """The expectation for `source` (like `acd.contact_legs`); none where its rows carry no instant to the second."""
    if source not in _CONTENT:
        return ()
    dated_by, content, asked = _CONTENT[source]
    table = "staging.stg_" + source.replace(".", "__")
    return (
        Expectation(
            name="no_rows_came_twice_under_new_keys",
            expected="no more than max_doubled_share of a month's rows equal another one in all but their keys",
            found="{doubled} of {rows} rows looked at ({doubled_share}) equal another one in all but their keys",
            ask="The same export of {table} came twice under new ids: take one of the two out of landing.",
            broken_rows=f"""
                with sampled as (
                    -- One row in so many of a large source: both of a pair are in the sample or neither is.
                    -- As a hash is typed: a sum is 128 bits wide, and a remainder of that takes ten times as long.
                    select cast(greatest(1, sum(rows) // {_ENOUGH_ROWS}) as ubigint) as every_nth
                    from raw.delivery where superseded_by is null and table_name = '{source}'
                ),
                counted as (
                    select cast(date_trunc('month', {dated_by}) as date) as month, count(*) as row_count,
                        count(distinct hash({", ".join((dated_by, *content))})) as distinct_rows
                    from {table}
                    where {dated_by} >= (select min(month) from month_asked)
                        and {dated_by} < (select max(next_month) from month_asked)
                        and {asked}
                        and hash({dated_by}) % (select every_nth from sampled) = 0
                    group by all
                )
                select month, {pack(source="'" + source + "'")} as keys,
                    {
                pack(
                    doubled="row_count - distinct_rows",
                    rows="row_count",
                    doubled_share="(row_count - distinct_rows) / row_count",
                )
            } as found,
                    (row_count - distinct_rows) / row_count as damage
                from counted
                where row_count >= getvariable('min_expected_rows_for_gap')
                    and row_count - distinct_rows > getvariable('max_doubled_share') * row_count
            """,
        ),
    )
