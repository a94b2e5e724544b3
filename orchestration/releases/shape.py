"""The shape of a release as a database wants to know it: tables, columns, descriptions, keys, what refers to what.

Columns and descriptions are the release's own. Keys are those that the dbt project tests
(`unique_combination_of_columns`) and `audit` names; of both only those that hold for the rows that are there, so that
none can stand in the way of a copy.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import duckdb

from orchestration.releases.audit_schema import AUDIT_KEYS
from sources.sql import quoted

SCHEMAS = ("marts", "audit")
_DATES = ("DATE", "TIMESTAMP")


@dataclass(frozen=True)
class Table:
    """One table of a release. `columns` are names with DuckDB's types; `key` is empty where none is known to hold;
    `refers_to` gives the table of the same schema that a column of this name is the key of."""

    schema: str
    name: str
    rows: int
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]
    refers_to: tuple[tuple[str, str], ...]
    comment: str | None
    column_comments: tuple[tuple[str, str], ...]

    @property
    def indexes(self) -> tuple[tuple[str, ...], ...]:
        """What is looked up besides the key: one thing over all its dates, and columns that refer to another table."""
        wanted: list[tuple[str, ...]] = [(column,) for column, _ in self.refers_to]
        if len(self.key) > 1 and dict(self.columns)[self.key[0]] in _DATES:
            wanted.append(self.key[1:])
        return tuple(sorted({w for w in wanted if not any(w != o and w == o[: len(w)] for o in wanted)}))


def read_shape(connection: duckdb.DuckDBPyConnection, release: str) -> tuple[Table, ...]:
    """Every table of the database attached as `release`, those first that others refer to."""
    keys = {**{("audit", table): key for table, key in AUDIT_KEYS.items()}, **_mart_keys()}
    tables: list[Table] = []
    for schema, name, comment in connection.execute(
        "select schema_name, table_name, comment from duckdb_tables() "
        "where database_name = ? and list_contains(?, schema_name) order by all",
        [release, SCHEMAS],
    ).fetchall():
        columns = connection.execute(
            "select column_name, data_type, comment from duckdb_columns() "
            "where database_name = ? and schema_name = ? and table_name = ? order by column_index",
            [release, schema, name],
        ).fetchall()
        known = keys.get((schema, name), ())
        place = quoted(release, schema, name)
        rows, key = _rows_and_key(connection, place, [c for c, _, _ in columns], known)
        tables.append(
            Table(
                schema,
                name,
                rows,
                columns=tuple((column, kind) for column, kind, _ in columns),
                key=key,
                refers_to=(),
                comment=comment,
                column_comments=tuple((column, text) for column, _, text in columns if text),
            )
        )
    return _with_references(connection, release, tables)


def digest(tables: Sequence[Table]) -> str:
    """A fingerprint of everything but rows and descriptions: where it is the same, rows of one fit into the other."""
    shape = [
        {
            **{k: v for k, v in asdict(t).items() if "comment" not in k and k != "rows"},
            "indexes": t.indexes,
        }
        for t in tables
    ]
    return hashlib.sha256(json.dumps(shape, sort_keys=True).encode()).hexdigest()[:16]


def _mart_keys() -> Mapping[tuple[str, str], tuple[str, ...]]:
    """The columns of every `unique_combination_of_columns` test on a published model."""
    from orchestration.warehouse.parse import manifest_json

    nodes = manifest_json()["nodes"]
    tests = [
        node
        for node in nodes.values()
        if (node.get("test_metadata") or {}).get("name") == "unique_combination_of_columns"
    ]
    return {
        (model["schema"], model["alias"]): tuple(test["test_metadata"]["kwargs"]["combination_of_columns"])
        for test in tests
        if (model := nodes.get(test["attached_node"])) and model["schema"] == "marts"
    }


def _rows_and_key(
    connection: duckdb.DuckDBPyConnection, place: str, columns: Sequence[str], known: Sequence[str]
) -> tuple[int, tuple[str, ...]]:
    key = tuple(known) if set(known) <= set(columns) else ()
    names = ", ".join(quoted(column) for column in key)
    apart = (
        f"(select count(*) from (select {names} from {place} "
        f"where {' and '.join(f'{quoted(column)} is not null' for column in key)} group by {names}))"
        if key
        else "-1"
    )
    found = connection.execute(f"select (select count(*) from {place}), {apart}").fetchone()
    rows, distinct_keys = found or (0, -1)
    return rows, key if rows == distinct_keys else ()


def _with_references(
    connection: duckdb.DuckDBPyConnection, release: str, tables: Sequence[Table]
) -> tuple[Table, ...]:
    """A column refers to the dimension (`dim_…`) whose whole key has its name, where every value is found there."""
    dimensions = {
        (t.schema, t.key[0]): t.name for t in tables if t.name.startswith("dim_") and len(t.key) == 1
    }
    linked: list[Table] = []
    for table in tables:
        links: list[tuple[str, str]] = []
        for column, _ in table.columns:
            dimension = dimensions.get((table.schema, column))
            if dimension in (None, table.name):
                continue
            strays = connection.execute(
                f"select 1 from {quoted(release, table.schema, table.name)} as t anti join "
                f"{quoted(release, table.schema, dimension)} using ({quoted(column)}) "
                f"where t.{quoted(column)} is not null limit 1"
            ).fetchone()
            if strays is None:
                links.append((column, dimension))
        linked.append(replace(table, refers_to=tuple(links)))
    return tuple(sorted(linked, key=lambda t: (bool(t.refers_to), t.schema, t.name)))
