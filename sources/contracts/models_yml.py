"""What the generated models say of themselves, and the one list of everything in quarantine.

What belongs here: texts over all contracts. What does not: the SQL of a single table.
"""

from sources.contracts.contract import Contract


def quarantined_row(contracts: dict[str, Contract]) -> str:
    """The model of the list that people read: every refused row of every table."""
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


def sources_yml(contracts: dict[str, Contract]) -> str:
    """What dbt has to know of schema `raw`."""
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


def staging_yml(contracts: dict[str, Contract]) -> str:
    """The descriptions of the staging models."""
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


def excluded_yml(contracts: dict[str, Contract]) -> str:
    """The descriptions of the quarantine models."""
    entries = "".join(
        f"""  - name: excluded_{contract.model_name}
    description: "One row per delivered row of {contract.name} that does not count: refused, or replaced by a later version."
"""
        for contract in contracts.values()
    )
    return f"# Made by `make generate` from the contracts: change those, not this.\nversion: 2\n\nmodels:\n{entries}"
