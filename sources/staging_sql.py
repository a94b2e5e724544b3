"""Writes the dbt models that enforce the contracts: `python -m sources.staging_sql`, or `--check` to only compare.

What belongs here: the SQL of staging and quarantine, one set of models a source table:

- `base_<table>` (only tables with timestamps): rows of deliveries in force, local times made instants;
- `excluded_<table>`: the rows that do not count: refused ones with the first reason, and ones that a later good
  version of their key replaced. Few, as a rule, so the many good rows are never written a second time;
- `stg_<table>`: the rows that count.

The models are committed, so that people can read what is done to their rows; a test holds them to the contracts.
"""

import sys
from pathlib import Path

from sources.contract import Contract, load_contracts
from sources.excluded_sql import delivered_rows, excluded
from sources.models_yml import excluded_yml, quarantined_row, sources_yml, staging_yml

PROJECT = Path(__file__).parents[1] / "dbt_project" / "models"
_INDENT = " " * 4


def models() -> dict[Path, str]:
    """Every generated file of the dbt project with its text."""
    contracts = load_contracts()
    files: dict[Path, str] = {PROJECT / "staging" / "_raw.yml": sources_yml(contracts)}
    for contract in contracts.values():
        head = f"-- Made by `make generate` from the contract of {contract.name}: change that, not this.\n"
        if contract.timestamps:
            files[PROJECT / "staging" / f"base_{contract.model_name}.sql"] = head + _base(contract)
        files[PROJECT / "staging" / f"stg_{contract.model_name}.sql"] = head + _staged(contract)
        files[PROJECT / "quarantine" / f"excluded_{contract.model_name}.sql"] = head + excluded(contract)
    files[PROJECT / "staging" / "_staging.yml"] = staging_yml(contracts)
    files[PROJECT / "quarantine" / "_excluded.yml"] = excluded_yml(contracts)
    files[PROJECT / "quarantine" / "quarantined_row.sql"] = quarantined_row(contracts)
    return files


# --- the rows delivered ------------------------------------------------------------------------------------------


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

delivered as {{{{ inlined() }}}} (select * from {delivered_rows(contract)}),

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
