"""The SQL of the quarantine models: which rows of a table do not count, and why.

What belongs here: refusing rows, choosing among versions of a key. What does not: which files are written, and the rows
that do count (`staging_sql`).
"""

from collections.abc import Iterator

from sources.contracts.between_rows_sql import between_rows
from sources.contracts.contract import Column, Contract

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
    return "".join(
        (
            _judged(contract),
            _versions(contract),
            between_rows(contract),
            _refused_rows(contract),
            _final(contract),
        )
    )


def _judged(contract: Contract) -> str:
    """Every row delivered with the number of the first thing that is wrong with it."""
    cases = "\n".join(
        f"            when {condition} then {number}"
        for number, (_, condition, _) in enumerate(problems(contract), start=1)
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
    carried = ",\n".join(f"        {_sql(name)}" for name in contract.columns)
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
        {{{{ row_hash({_jinja_list(contract.key)}) }}}} as key_hash,
        case
            when error_reason is not null then 0
{cases}
        end as problem
    from delivered{joins}
),

"""


def _versions(contract: Contract) -> str:
    """The refused rows, the good ones, and the good ones of each key in turn, newest first."""
    compared = list(dict.fromkeys((*contract.key, *_special_columns(contract))))
    key = ", ".join(f"good.{key}" for key in contract.key)
    return f"""refused as (
    select * from judged
    where problem is not null
),

good as {{{{ inlined() }}}} (
    select
        {_comma_lines(compared, 8)},
        key_hash,
        delivery_id,
        line_number,
        version
    from judged
    where problem is null
),

-- the few keys that need a closer look, found by their columns alone: those met more than once
repeated as (
    select key_hash from (
        select {{{{ row_hash({_jinja_list(contract.key)}) }}}} as key_hash from delivered
    ) as keyed
    group by key_hash
    having count(*) > 1
),

versions as (
    select
        good.*,
        row_number() over (partition by {key} order by good.version desc) as age
    from good
    inner join repeated on good.key_hash = repeated.key_hash
),
"""


def _refused_rows(contract: Contract) -> str:
    """The refused rows with their reasons, and whether a later good row has repaired them."""
    found = list(enumerate(problems(contract), start=1))
    columns = "\n".join(f"            when {n} then '{column}'" for n, (column, _, _) in found)
    reasons = "\n".join(f"            when {n} then '{_escaped(reason)}'" for n, (_, _, reason) in found)
    return f"""-- a refused row whose key a later good row has is repaired: it does not count, and it is no longer in quarantine
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
        on {_on(contract.key, "refused", "versions")}
        and versions.age = 1
        and versions.version > refused.version
),

"""


def _final(contract: Contract) -> str:
    return f"""final as (
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
