"""Writes the dbt models that enforce the contracts: `python -m sources.contracts.generate`, or `--check` to only compare.

What belongs here: the SQL of staging and quarantine, one set of models a source table:

- `local_<table>` (only tables with timestamps): the rows that came with local times, which are made instants here;
- `excluded_<table>`: the rows that do not count: refused ones with the first reason, and ones that a later good
  version of their key replaced. Few, as a rule, so the many good rows are never written a second time;
- `stg_<table>`: the rows that count.

The models are committed, so that people can read what is done to their rows; a test holds them to the contracts.
"""

import sys
from pathlib import Path

from sources.contracts.contract import Contract, load_contracts
from sources.contracts.excluded_sql import CARRIED, delivered_rows, excluded
from sources.contracts.models_yml import excluded_yml, quarantined_row, sources_yml, staging_yml

PROJECT = Path(__file__).parents[2] / "dbt_project" / "models"


def models() -> dict[Path, str]:
    """Every generated file of the dbt project with its text."""
    contracts = load_contracts()
    files: dict[Path, str] = {PROJECT / "staging" / "_raw.yml": sources_yml(contracts)}
    for contract in contracts.values():
        head = f"-- Made by `make generate` from the contract of {contract.name}: change that, not this.\n"
        if contract.timestamps:
            files[PROJECT / "staging" / f"local_{contract.model_name}.sql"] = head + _local(contract)
        files[PROJECT / "staging" / f"stg_{contract.model_name}.sql"] = head + _staged(contract)
        files[PROJECT / "quarantine" / f"excluded_{contract.model_name}.sql"] = head + excluded(contract)
    files[PROJECT / "staging" / "_staging.yml"] = staging_yml(contracts)
    files[PROJECT / "quarantine" / "_excluded.yml"] = excluded_yml(contracts)
    files[PROJECT / "quarantine" / "quarantined_row.sql"] = quarantined_row(contracts)
    return files


# --- local times -------------------------------------------------------------------------------------------------


def _local(contract: Contract) -> str:
    joins = "".join(
        f"\n    left join zones as {name}_zone\n"
        f"        on delivered.{contract.person} = {name}_zone.{_zone_key(contract)}\n"
        f"        and cast(delivered.{name} as date) >= {name}_zone.from_on\n"
        f"        and cast(delivered.{name} as date) < {name}_zone.until_on"
        for name in (contract.timestamps if contract.person else ())
    )
    zones = ",\n".join(f"        {_zone(name, contract)} as {name}_zone" for name in contract.timestamps)
    columns = ",\n".join(
        f"        {_instant(name) if name in contract.timestamps else name} as {name}"
        if name in contract.timestamps
        else f"        zoned.{name}"
        for name in (*contract.columns, *CARRIED)
    )
    import_zones = "\nzones as (select * from {{ ref('zone_by_person') }}),\n" if contract.person else ""
    return f"""{{{{ config(materialized='table') }}}}

with

delivered as (
    select * from {{{{ source('raw', '{contract.model_name}') }}}}
    where local_columns is not null
),
{import_zones}
default_zone as (select {{{{ default_time_zone() }}}} as time_zone),

-- a time without an offset is local to the site where the row's person was that day
zoned as (
    select
        delivered.*,
{zones}
    from delivered
    cross join default_zone{joins}
),

final as (
    select
{columns}
    from zoned
)

select * from final
"""


def _zone_key(contract: Contract) -> str:
    return "agent_id" if contract.person == "agent_id" else "employee_id"


def _zone(name: str, contract: Contract) -> str:
    return (
        f"coalesce({name}_zone.time_zone, default_zone.time_zone)"
        if contract.person
        else "default_zone.time_zone"
    )


def _instant(name: str) -> str:
    return (
        f"case\n"
        f"            when concat(',', zoned.local_columns, ',') like '%,{name},%'\n"
        f"                then {{{{ to_utc('zoned.{name}', 'zoned.{name}_zone') }}}}\n"
        f"            else zoned.{name}\n"
        f"        end"
    )


# --- the rows that count -----------------------------------------------------------------------------------------


def _staged(contract: Contract) -> str:
    columns = ",\n".join(
        f"        delivered.{name}" for name in (*contract.columns, "delivery_id", "line_number")
    )
    return f"""with

delivered as {{{{ inlined() }}}} (
{delivered_rows(contract)}
),

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
