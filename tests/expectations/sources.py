"""The sources of the made-up centre that no mart of it is made from: empty, or a few rows, with the contracts' columns."""

import duckdb

from sources.contracts.contract import load_contracts

_TYPES = {
    "text": "varchar",
    "int": "bigint",
    "decimal": "decimal(26, 10)",
    "bool": "boolean",
    "date": "date",
    "timestamp": "timestamp",
}
#: Sources whose deliveries are compared with each other, row by row as they came.
_AS_DELIVERED = ("acd.queues", "hr.sites", "hr.employees", "hr.assignments")

# Rosters of July and August, of which August's knows of somebody who left.
_ROWS = """
insert into staging.stg_acd__queues by name
select 'Q1' as queue_id, 'Inquiry' as queue_name, 'inquiry' as business_line, 'voice' as channel,
    20 as service_level_seconds, 5 as short_abandon_seconds;

insert into raw.hr__employees by name
select employee_id, agent_id, 'Name ' || employee_id as full_name, hired_on,
    case when file = 8 and employee_id = 'E00' then date '2026-08-20' end as left_on, 100 + file as delivery_id,
    row_number() over (order by employee_id) as line_number, file as delivery_order
from marts.dim_employee, (values (6), (7), (8)) as roster (file);
update raw.hr__employees set probation_result = 'passed' where delivery_id = 107 and employee_id = 'E01';
insert into raw.hr__employees by name
select employee_id || 'N' as employee_id, 'Newcomer' as full_name, date '2026-08-03' as hired_on, 108 as delivery_id,
    99 as line_number, 8 as delivery_order
from marts.dim_employee limit 1;

insert into raw.delivery by name
select 100 + file as delivery_id, 'hr.employees' as table_name, 'hr/employees/2026-0' || file || '.csv' as file,
    12 as rows, 'roster ' || file as order_key
from (values (6), (7), (8)) as roster (file);
"""


def make_sources(connection: duckdb.DuckDBPyConnection) -> None:
    """Make what is missing of `staging` and `raw`; `raw.delivery` must be there."""
    connection.execute("alter table raw.delivery add column if not exists order_key varchar")
    for name, contract in load_contracts().items():
        table = name.replace(".", "__")
        _complete(connection, f"staging.stg_{table}", {c: k.type for c, k in contract.columns.items()})
        if name in _AS_DELIVERED:
            columns = {c: k.type for c, k in contract.columns.items()}
            ours = {"error_code": "text", "delivery_id": "int", "line_number": "int", "delivery_order": "int"}
            _complete(connection, f"raw.{table}", {**columns, **ours})
    connection.execute(_ROWS)


def _complete(connection: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str]) -> None:
    shape = ", ".join(f'"{column}" {_TYPES[kind]}' for column, kind in columns.items())
    connection.execute(f"create table if not exists {table} ({shape})")
    for column, kind in columns.items():
        connection.execute(f'alter table {table} add column if not exists "{column}" {_TYPES[kind]}')
