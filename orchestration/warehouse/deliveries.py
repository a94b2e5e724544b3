"""What is loaded now: per source table its current deliveries."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.warehouse.database import tables_of

_CURRENT = """
    select
        table_name, count(*), sum(rows), md5(string_agg(delivery_id, ',' order by delivery_id))
    from raw.delivery
    where superseded_by is null
    group by table_name
"""


@dataclass(frozen=True)
class CurrentDeliveries:
    """The deliveries of one table that count now. `version` is another one where others count."""

    files: int
    rows: int
    version: str


def current_deliveries(warehouse: Path) -> Mapping[str, CurrentDeliveries]:
    """By source table (`acd.contact_legs`); a table without any is not among them."""
    if not warehouse.exists():
        return {}
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        if "delivery" not in tables_of(connection, "raw"):
            return {}
        rows = connection.execute(_CURRENT).fetchall()
    return {table: CurrentDeliveries(files, int(count), version) for table, files, count, version in rows}
