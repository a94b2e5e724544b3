"""The SQL of the quarantine models: which rows of a table do not count, and why.

What belongs here: refusing rows, choosing among versions of a key. What does not: which files are written, and the rows
that do count (`staging_sql`).
"""

from collections.abc import Iterator

from sources.contract import Column, Contract

#: What a row carries besides the columns of its contract.
CARRIED = ("error_column", "error_reason", "row_text", "delivery_id", "line_number", "delivery_order")


def delivered_rows(contract: Contract) -> str:
    """A select of a table's rows in force, every time of which is an instant."""
    source = f"{{{{ source('raw', '{contract.model_name}') }}}}"
    if not contract.timestamps:
        return f"    select * from {source}"
    columns = ",\n".join(f"        {_sql(name)}" for name in (*contract.columns, *CARRIED))
    return f"""    select
{columns}
    from {source}
    where local_columns is null
    union all
    select * from {{{{ ref('local_{contract.model_name}') }}}}"""


def problems(contract: Contract) -> Iterator[tuple[str, str, str]]:
    """What a row can be refused for, in the order in which it is looked for: (column, SQL that is true, reason)."""
    for name, column in contract.columns.items():
        yield from _column_problems(name, column)
    for rule in contract.rules:
        yield rule.column, f"not ({rule.check})", f"expected that {rule.reason}"
    for name, (table, _) in contract.refs.items():
        yield (
            name,
            f"{name} is not null and {name}_found.{name}_ref is null",
            f"{name} names no row in force of {table}",
        )


def _column_problems(name: str, column: Column) -> Iterator[tuple[str, str, str]]:
    sql = _sql(name)
    if column.required:
        yield name, f"{sql} is null", f"{name} is required and missing"
    if column.vocabulary:
        words = ", ".join(f"'{word}'" for word in column.vocabulary)
        yield name, f"{sql} not in ({words})", f"{name} is none of {', '.join(column.vocabulary)}"
    if column.range:
        low, high = (f"{bound:.10f}".rstrip("0").rstrip(".") for bound in column.range)
        yield name, f"{sql} not between {low} and {high}", f"{name} is outside {low} to {high}"


def _sql(name: str) -> str:
    """A column by itself; the one whose name is a word of SQL needs quotes, which engines write differently."""
    return f"{{{{ adapter.quote('{name}') }}}}" if name == "left" else name


def excluded(contract: Contract) -> str:
    """The model of the rows of a table that do not count, and why."""
    keys = contract.key
    found = list(problems(contract))
    cases = "\n".join(
        f"            when {condition} then {number}"
        for number, (_, condition, _) in enumerate(found, start=1)
    )
    columns = "\n".join(
        f"            when {n} then '{column}'" for n, (column, _, _) in enumerate(found, start=1)
    )
    reasons = "\n".join(
        f"            when {n} then '{_escaped(reason)}'" for n, (_, _, reason) in enumerate(found, start=1)
    )
    imports = "".join(
        f"\n{name}_refs as (\n"
        f"    select distinct {target} as {name}_ref\n"
        f"    from {{{{ ref('stg_{table.replace('.', '__')}') }}}}\n"
        f"    where {target} is not null\n),\n"
        for name, (table, target) in contract.refs.items()
    )
    joins = "".join(
        f"\n    left join {name}_refs as {name}_found on delivered.{name} = {name}_found.{name}_ref"
        for name in contract.refs
    )
    shown = list(contract.columns)
    carried = ",\n".join(f"        {_sql(name)}" for name in shown)
    return f"""with{" recursive" if contract.no_overlap else ""}

delivered as {{{{ inlined() }}}} (
{delivered_rows(contract)}
),
{imports}
-- the first thing that is wrong with a row, in the order of the contract; null where nothing is
judged as {{{{ inlined() }}}} (
    select
{carried},
        error_column,
        error_reason,
        row_text,
        delivery_id,
        line_number,
        -- later delivery, then later line
        delivery_order * 1000000000000 + line_number as version,
        {{{{ row_hash({_jinja_list(keys)}) }}}} as key_hash,
        case
            when error_reason is not null then 0
{cases}
        end as problem
    from delivered{joins}
),

refused as (
    select * from judged
    where problem is not null
),

good as {{{{ inlined() }}}} (
    select
        {_comma_lines(list(dict.fromkeys((*keys, *_special_columns(contract)))), 8)},
        key_hash,
        delivery_id,
        line_number,
        version
    from judged
    where problem is null
),

-- the few keys that need a closer look: met more than once, or also refused
repeated as (
    select key_hash from good
    group by key_hash
    having count(*) > 1
    union
    select key_hash from refused
),

versions as (
    select
        good.*,
        row_number() over (partition by {", ".join(f"good.{key}" for key in keys)} order by good.version desc) as age
    from good
    inner join repeated on good.key_hash = repeated.key_hash
),
{_special(contract)}
-- a refused row whose key a later good row has is repaired: it does not count, and it is no longer in quarantine
refused_rows as (
    select
        refused.delivery_id,
        refused.line_number,
        case refused.problem
            when 0 then refused.error_column
{columns}
        end as column_name,
        case refused.problem
            when 0 then refused.error_reason
{reasons}
        end as reason,
        versions.version is null as is_quarantined,
        {_row_texts(contract, "refused")}
    from refused
    left join versions
        on {_on(keys, "refused", "versions")}
        and versions.age = 1
        and versions.version > refused.version
),

final as (
    select * from refused_rows{_special_union(contract)}
    union all
    select
        delivery_id,
        line_number,
        cast(null as {{{{ dbt.type_string() }}}}) as column_name,
        cast(null as {{{{ dbt.type_string() }}}}) as reason,
        false as is_quarantined,
        cast(null as {{{{ dbt.type_string() }}}}) as row_text,
        cast(null as {{{{ dbt.type_string() }}}}) as row_text_public
    from {"replaced" if contract.unique else "versions"}
    where age > 1
)

select * from final
"""


def _row_texts(contract: Contract, rows: str) -> str:
    """The row as it came, and as it may be shown outside."""
    decimals = [name for name, column in contract.columns.items() if column.type == "decimal"]
    shape = (
        f"{_jinja_list(list(contract.columns))}, {_jinja_list(contract.timestamps)}, {_jinja_list(decimals)}"
    )
    return f"""{{{{ row_as_text('{rows}', {shape}) }}}} as row_text,
        {{{{ public_row_text('{rows}', {shape}, {_jinja_list(contract.hidden_columns)}) }}}} as row_text_public"""


def _escaped(text: str) -> str:
    return text.replace("'", "''")


def _jinja_list(names: tuple[str, ...] | list[str]) -> str:
    return "[" + ", ".join(f"'{name}'" for name in names) + "]"


def _comma_lines(names: list[str], indent: int) -> str:
    return (",\n" + " " * indent).join(names)


def _on(keys: tuple[str, ...], left: str, right: str) -> str:
    return "\n        and ".join(f"{left}.{key} = {right}.{key}" for key in keys)


def _special_columns(contract: Contract) -> tuple[str, ...]:
    """Columns besides the key that a rule between rows looks at."""
    if contract.no_overlap:
        return (contract.no_overlap.within, contract.no_overlap.starts, contract.no_overlap.ends)
    return (contract.unique,) if contract.unique else ()


def _special(contract: Contract) -> str:
    if contract.unique:
        return _unique(contract, contract.unique)
    if contract.no_overlap:
        return _no_overlap(contract)
    return ""


def _special_union(contract: Contract) -> str:
    if contract.unique:
        column, reason = (
            contract.unique,
            f"{contract.unique} is that of another row, which comes first by its key",
        )
        rows = "clashing"
    elif contract.no_overlap:
        column = contract.no_overlap.starts
        reason = f"{column} is before an earlier segment of the same {contract.no_overlap.within} has ended"
        rows = "overlapping"
    else:
        return ""
    return f"""
    union all
    select
        delivery_id,
        line_number,
        '{column}' as column_name,
        '{reason}' as reason,
        true as is_quarantined,
        {_row_texts(contract, "judged")}
    from judged
    where exists (
        select 1 from {rows}
        where {rows}.delivery_id = judged.delivery_id and {rows}.line_number = judged.line_number
    )"""


_ROUNDS = 3


def _unique(contract: Contract, column: str) -> str:
    """Rows whose `column` a row with an earlier key has; the version before them stands in, if it does not clash.

    The version that stands in may clash in its turn, so this is done three times over.
    """
    key = ", ".join(contract.key)
    parts: list[str] = []
    rows = "good"
    for n in range(1, _ROUNDS + 1):
        parts.append(f"""
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
""")
        rows = f"standing_{n}"
    unions = "\n    union all\n    ".join(
        f"select delivery_id, line_number from clashing_{n}" for n in range(1, _ROUNDS + 1)
    )
    return (
        "".join(parts)
        + f"""
clashing as (
    {unions}
),

replaced as (
    select
        *,
        row_number() over (partition by {key} order by version desc) as age
    from {rows}
),
"""
    )


def _no_overlap(contract: Contract) -> str:
    """Segments that start before an earlier one, which itself counts, has ended."""
    rule = contract.no_overlap
    assert rule is not None
    within, starts, ends = rule.within, rule.starts, rule.ends
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

-- along each run: a segment counts if it starts when the last one that counts has ended
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
