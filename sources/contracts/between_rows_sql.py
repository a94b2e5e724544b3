"""The SQL of the two rules between the rows of a table: a value that is unique, segments that do not overlap.

What belongs here: CTEs over `good` and `versions` of the quarantine models (`excluded_sql`), which name the rows that
others rule out `clashing` and `overlapping`.
"""

from sources.contracts.contract import Contract

_ROUNDS = 3


def between_rows(contract: Contract) -> str:
    """The CTEs that find the rows which other rows of their table rule out; none for most tables."""
    if contract.unique:
        return _unique(contract, contract.unique)
    if contract.no_overlap:
        return _no_overlap(contract)
    return ""


def _unique(contract: Contract, column: str) -> str:
    """Rows whose `column` a row with an earlier key has; the version before them stands in, if it does not clash.

    The version that stands in may clash in its turn, so this is done three times over.
    """
    key = ", ".join(contract.key)
    inputs = ["good", *(f"standing_{n}" for n in range(1, _ROUNDS + 1))]
    rounds = "".join(_round(n, rows, key, column) for n, rows in enumerate(inputs[:-1], start=1))
    unions = "\n    union all\n    ".join(
        f"select delivery_id, line_number from clashing_{n}" for n in range(1, _ROUNDS + 1)
    )
    return (
        rounds
        + f"""
clashing as (
    {unions}
),

replaced as (
    select
        *,
        row_number() over (partition by {key} order by version desc) as age
    from {inputs[-1]}
),
"""
    )


def _round(n: int, rows: str, key: str, column: str) -> str:
    return f"""
-- round {n}: the newest version of each key, and those whose {column} an earlier key has
ranked_{n} as (
    select
        *,
        row_number() over (partition by {key} order by version desc) as age
    from {rows}
),

clashing_{n} as (
    select * from (
        select
            *,
            row_number() over (partition by {column} order by {key}) as claim
        from ranked_{n}
        where age = 1 and {column} is not null
    ) as claims
    where claim > 1
),

standing_{n} as (
    select * from {rows}
    where not exists (
        select 1 from clashing_{n}
        where clashing_{n}.delivery_id = {rows}.delivery_id and clashing_{n}.line_number = {rows}.line_number
    )
),
"""


def _no_overlap(contract: Contract) -> str:
    """Segments that start before an earlier one, which itself counts, has ended."""
    rule = contract.no_overlap
    assert rule is not None
    return _runs(rule.within, rule.starts, rule.ends) + _walk(rule.within, rule.starts, rule.ends)


def _runs(within: str, starts: str, ends: str) -> str:
    return f"""
in_force as (
    select good.* from good
    left join versions
        on good.delivery_id = versions.delivery_id
        and good.line_number = versions.line_number
    where coalesce(versions.age, 1) = 1
),

neighbours as (
    select
        *,
        row_number() over (partition by {within} order by {starts}) as place,
        max({ends}) over (
            partition by {within} order by {starts} rows between unbounded preceding and 1 preceding
        ) as busy_until
    from in_force
),

-- runs of segments of which each starts before all of the earlier ones have ended
runs as (
    select
        *,
        sum(case when busy_until > {starts} then 0 else 1 end) over (
            partition by {within} order by {starts} rows between unbounded preceding and current row
        ) as run
    from neighbours
),

crowded as (
    select
        runs.*,
        row_number() over (partition by runs.{within}, runs.run order by runs.{starts}) as step
    from runs
    inner join (
        select distinct
            {within},
            run
        from runs
        where busy_until > {starts}
    ) as crowds on runs.{within} = crowds.{within} and runs.run = crowds.run
),

"""


def _walk(within: str, starts: str, ends: str) -> str:
    return f"""-- along each run: a segment counts if it starts when the last one that counts has ended
walked as (
    select
        {within},
        run,
        step,
        delivery_id,
        line_number,
        {ends} as counts_until,
        true as counts
    from crowded
    where step = 1
    union all
    select
        crowded.{within},
        crowded.run,
        crowded.step,
        crowded.delivery_id,
        crowded.line_number,
        case when crowded.{starts} >= walked.counts_until then crowded.{ends} else walked.counts_until end,
        crowded.{starts} >= walked.counts_until
    from walked
    inner join crowded
        on walked.{within} = crowded.{within}
        and walked.run = crowded.run
        and walked.step + 1 = crowded.step
),

overlapping as (select * from walked where not counts),
"""
