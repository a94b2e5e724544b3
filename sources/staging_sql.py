"""Writes the dbt models that enforce the contracts: `python -m sources.staging_sql`, or `--check` to only compare.

What belongs here: the SQL of staging and quarantine, one set of models a source table:

- `base_<table>` (only tables with timestamps): rows of deliveries in force, local times made instants;
- `excluded_<table>`: the rows that do not count: refused ones with the first reason, and ones that a later good
  version of their key replaced. Few, as a rule, so the many good rows are never written a second time;
- `stg_<table>`: the rows that count.

The models are committed, so that people can read what is done to their rows; a test holds them to the contracts.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from sources.contract import Column, Contract, load_contracts

PROJECT = Path(__file__).parents[1] / "dbt_project" / "models"
_INDENT = " " * 4


def models() -> dict[Path, str]:
    """Every generated file of the dbt project with its text."""
    contracts = load_contracts()
    files: dict[Path, str] = {PROJECT / "staging" / "_raw.yml": _sources_yml(contracts)}
    for contract in contracts.values():
        head = f"-- Made by `make generate` from the contract of {contract.name}: change that, not this.\n"
        if contract.timestamps:
            files[PROJECT / "staging" / f"base_{contract.model_name}.sql"] = head + _base(contract)
        files[PROJECT / "staging" / f"stg_{contract.model_name}.sql"] = head + _staged(contract)
        files[PROJECT / "quarantine" / f"excluded_{contract.model_name}.sql"] = head + _excluded(contract)
    files[PROJECT / "staging" / "_staging.yml"] = _staging_yml(contracts)
    files[PROJECT / "quarantine" / "_excluded.yml"] = _excluded_yml(contracts)
    files[PROJECT / "quarantine" / "quarantined_row.sql"] = _quarantined_row(contracts)
    return files


# --- the rows delivered ------------------------------------------------------------------------------------------


def _delivered(contract: Contract) -> str:
    if contract.timestamps:
        return f"{{{{ ref('base_{contract.model_name}') }}}}"
    return f"{{{{ source('raw', '{contract.model_name}') }}}}"


_CARRIED = ("error_column", "error_reason", "row_text", "delivery_id", "line_number", "delivery_order")


def _base(contract: Contract) -> str:
    zones = [f"{name}_zone" for name in contract.timestamps] if contract.person else []
    as_delivered = ",\n".join(f"        delivered.{name}" for name in (*contract.columns, *_CARRIED))
    resolved = ",\n".join(
        f"        {_instant(name, contract)} as {name}"
        if name in contract.timestamps
        else f"        delivered.{name}"
        for name in (*contract.columns, *_CARRIED)
    )
    joins = "".join(
        f"\n    left join zones as {zone}\n"
        f"        on delivered.{contract.person} = {zone}.{_zone_key(contract)}\n"
        f"        and cast(delivered.{name} as date) >= {zone}.from_on\n"
        f"        and cast(delivered.{name} as date) < {zone}.until_on"
        for name, zone in zip(contract.timestamps, zones, strict=False)
    )
    import_zones = "\nzones as (select * from {{ ref('zone_by_person') }}),\n" if zones else ""
    return f"""with

delivered as {{{{ inlined() }}}} (select * from {{{{ source('raw', '{contract.model_name}') }}}}),
{import_zones}
-- instants as delivered
with_offset as {{{{ inlined() }}}} (
    select
{as_delivered}
    from delivered
    where delivered.local_columns is null
),

-- times without an offset are local to the site where the row's person was that day
without_offset as {{{{ inlined() }}}} (
    select
{resolved}
    from delivered{joins}
    where delivered.local_columns is not null
),

final as {{{{ inlined() }}}} (
    select * from with_offset
    union all
    select * from without_offset
)

select * from final
"""


def _zone_key(contract: Contract) -> str:
    return "agent_id" if contract.person == "agent_id" else "employee_id"


def _instant(name: str, contract: Contract) -> str:
    zone = (
        f"coalesce({name}_zone.time_zone, {{{{ default_time_zone() }}}})"
        if contract.person
        else "{{ default_time_zone() }}"
    )
    return (
        (
            f"case\n"
            f"            when concat(',', delivered.local_columns, ',') like '%,{name},%'\n"
            f'                then {{{{ to_utc("delivered.{name}", "{zone}") }}}}\n'
            f"            else delivered.{name}\n"
            f"        end"
        )
        .replace('"{{ default_time_zone() }}"', "default_time_zone()")
        .replace(
            f'"coalesce({name}_zone.time_zone, {{{{ default_time_zone() }}}})"',
            f'"coalesce({name}_zone.time_zone, " ~ default_time_zone() ~ ")"',
        )
    )


# --- the rows that count -----------------------------------------------------------------------------------------


def _staged(contract: Contract) -> str:
    columns = ",\n".join(
        f"        delivered.{name}" for name in (*contract.columns, "delivery_id", "line_number")
    )
    return f"""with

delivered as {{{{ inlined() }}}} (select * from {_delivered(contract)}),

excluded as (select delivery_id, line_number from {{{{ ref('excluded_{contract.model_name}') }}}}),

final as {{{{ inlined() }}}} (
    select
{columns}
    from delivered
    left join excluded
        on delivered.delivery_id = excluded.delivery_id
        and delivered.line_number = excluded.line_number
    where excluded.delivery_id is null
)

select * from final
"""


# --- the rows that do not ----------------------------------------------------------------------------------------


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


def _excluded(contract: Contract) -> str:
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

delivered as {{{{ inlined() }}}} (select * from {_delivered(contract)}),
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


# --- yml and the list people read --------------------------------------------------------------------------------


def _quarantined_row(contracts: dict[str, Contract]) -> str:
    unions = "\n    union all\n".join(
        f"    select '{contract.name}' as table_name, * from {{{{ ref('excluded_{contract.model_name}') }}}} where is_quarantined"
        for contract in contracts.values()
    )
    return f"""-- Made by `make generate` from the contracts: change those, not this.
with

delivery as (select * from {{{{ source('raw', 'delivery') }}}} where superseded_by is null),

refused as (
{unions}
),

final as (
    select
        refused.table_name,
        delivery.file,
        refused.line_number as line,
        refused.column_name,
        refused.reason,
        refused.row_text,
        refused.row_text_public,
        refused.delivery_id
    from refused
    inner join delivery on refused.delivery_id = delivery.delivery_id
    union all
    select
        table_name,
        file,
        cast(null as bigint) as line,
        cast(null as {{{{ dbt.type_string() }}}}) as column_name,
        concat('the file can''t be used: ', unreadable_reason) as reason,
        cast(null as {{{{ dbt.type_string() }}}}) as row_text,
        cast(null as {{{{ dbt.type_string() }}}}) as row_text_public,
        delivery_id
    from delivery
    where unreadable_reason is not null
)

select * from final
"""


def _sources_yml(contracts: dict[str, Contract]) -> str:
    tables = "".join(
        f'      - name: {contract.model_name}\n        description: "{contract.description} As delivered."\n'
        for contract in contracts.values()
    )
    return f"""# Made by `make generate` from the contracts: change those, not this.
version: 2

sources:
  - name: raw
    description: Rows of deliveries in force, as loaded from landing.
    schema: raw
    tables:
      - name: delivery
        description: One row per delivery ever seen; those not superseded are in force.
{tables}"""


def _staging_yml(contracts: dict[str, Contract]) -> str:
    entries = "".join(
        f"""  - name: stg_{contract.model_name}
    description: "{contract.description} The rows in force: good, newest of their key, with references that resolve."
    columns:
{"".join(f"      - name: {name}{chr(10)}        data_type: {column.engine_type.lower()}{chr(10)}" for name, column in contract.columns.items())}\
      - name: delivery_id
        data_type: bigint
        description: The delivery that brought the row.
      - name: line_number
        data_type: bigint
        description: The row's line in that delivery's file.
"""
        for contract in contracts.values()
    )
    return f"# Made by `make generate` from the contracts: change those, not this.\nversion: 2\n\nmodels:\n{entries}"


def _excluded_yml(contracts: dict[str, Contract]) -> str:
    entries = "".join(
        f"""  - name: excluded_{contract.model_name}
    description: "One row per delivered row of {contract.name} that does not count: refused, or replaced by a later version."
"""
        for contract in contracts.values()
    )
    return f"# Made by `make generate` from the contracts: change those, not this.\nversion: 2\n\nmodels:\n{entries}"


def main(arguments: list[str]) -> int:
    """Write the models, or with `--check` say which differ; 1 where some do."""
    wanted = models()
    differing = [
        path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    if "--check" in arguments:
        for path in differing:
            print(f"{path.name} is not what its contract gives: run `make generate`")
        return 1 if differing else 0
    for path in differing:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], encoding="utf-8")
    print(f"{len(wanted)} models, {len(differing)} written")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
