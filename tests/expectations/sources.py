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

-- A shift begins a little late, is spent on its legs one after the other, and ends with a break.
create temp table shift as
select agent_id, employee_id, business_date, cast(business_date + interval 14 hour as timestamp) as begins_at,
    min(offered_at) + interval 3 second as came_at, max(offered_at) + interval 250 second as done_at
from leg group by all;

insert into staging.stg_acd__agent_states by name
select agent_id, 'talking' as state, offered_at + interval 10 second as started_at, offered_at + interval 210 second as ended_at
from leg
union all by name
select agent_id, 'wrap_up' as state, offered_at + interval 210 second as started_at, offered_at + interval 250 second as ended_at
from leg
union all by name
select agent_id, 'available' as state, came_at as started_at, came_at + interval 7 second as ended_at from shift
union all by name
select agent_id, 'break' as state, done_at as started_at, done_at + interval 900 second as ended_at from shift;

insert into staging.stg_hr__schedules by name
select employee_id, 'on_queue' as activity, begins_at as starts_at, done_at as ends_at from shift
union all by name
select employee_id, 'break' as activity, done_at as starts_at, done_at + interval 900 second as ends_at from shift;

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
    connection.execute(
        "alter table quarantine.quarantined_row add column if not exists reason_params varchar"
    )
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
