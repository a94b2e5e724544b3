"""A fingerprint of the tables to publish, so that a release holds exactly the rows that the gate saw."""

import hashlib

import duckdb

from orchestration.warehouse.database import tables_of
from sources.sql import quoted


def data_digest(connection: duckdb.DuckDBPyConnection) -> str:
    """SHA-256 over row count and row hashes of every mart and of the quarantine, whatever the rows' order."""
    tables = [("marts", table) for table in tables_of(connection, "marts")]
    tables += [
        ("quarantine", table) for table in tables_of(connection, "quarantine") if table == "quarantined_row"
    ]
    digest = hashlib.sha256()
    for schema, table in tables:
        # Hashes are added up, not xor-ed: of two equal rows each counts.
        row = connection.execute(
            f"select count(*), sum(hash(t)::hugeint) from {quoted(schema, table)} as t"
        ).fetchone()
        digest.update(f"{schema}.{table}:{row}\n".encode())
    return digest.hexdigest()
