"""From each column of a mart to the source columns that its values are made of, read from the models' SQL.

`make generate` writes `column_lineage.csv` beside this file, so that a change of lineage shows in a diff and a
refresh does not spend seconds on parsing; a release takes it from there. What a row is filtered, joined or grouped
by is not lineage, only what its values come from; a count of rows has none.
"""

import csv
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

LINEAGE_FILE = Path(__file__).with_name("column_lineage.csv")
COLUMNS = ("table_name", "column_name", "source_table", "source_column")

#: A table's schema and name, and a column of it.
ColumnOf = tuple[str, str, str]

#: sqlglot's scope of a select; what hangs on its expressions has no types.
Scope = Any

_ENGINE = "engine"
_ENGINE_TABLES = {"pg_timezone_names": {"name": "varchar"}}

_VARS = {
    "as_of": "2026-02-01 00:00:00",
    "months": ["2026-01-01"],
    "default_site": "site",
    "default_time_zone": "UTC",
    "release_id": "release",
    "driver_min_surveys": 10,
    "driver_min_agents": 30,
}


@dataclass
class _Project:
    """What is known of the project's tables so far: columns by schema and table, and where model columns come from."""

    columns: dict[str, dict[str, dict[str, str]]]
    origins: dict[ColumnOf, set[ColumnOf]] = field(default_factory=dict[ColumnOf, set[ColumnOf]])

    def add(self, schema: str, table: str, columns: Sequence[str]) -> None:
        self.columns.setdefault(schema, {})[table] = dict.fromkeys(columns, "varchar")

    def sources_of(self, column: ColumnOf) -> set[ColumnOf]:
        """The source columns behind a column; itself where no model makes it."""
        direct = self.origins.get(column)
        if direct is None:
            return {column}
        return {source for origin in direct for source in self.sources_of(origin)}


def column_lineage() -> list[tuple[str, str, str, str]]:
    """Every row of `audit.column_lineage`, worked out from the project as it is now; takes some seconds."""
    from orchestration.warehouse.parse import manifest_json

    manifest = manifest_json()
    with tempfile.TemporaryDirectory(prefix="callboard-lineage-") as scratch:
        warehouse = Path(scratch) / "warehouse.duckdb"
        project = _Project(_raw_columns(warehouse))
        compiled = _compile(warehouse)
        for seed in (n for n in manifest["nodes"].values() if n["resource_type"] == "seed"):
            project.add(seed["schema"], seed["alias"], _seed_columns(seed))
        for model in _in_order(manifest):
            _add_model(project, model, (compiled / model["original_file_path"]).read_text(encoding="utf-8"))
    rows = {
        (table, column, _source_name(source), source[2])
        for table, columns in project.columns["marts"].items()
        for column in columns
        for source in project.sources_of(("marts", table, column))
        if _is_delivered(source)
    }
    return sorted(rows)


def _add_model(project: _Project, model: Mapping[str, Any], sql: str) -> None:
    from sqlglot import exp, parse_one
    from sqlglot.optimizer.qualify import qualify
    from sqlglot.optimizer.scope import build_scope

    tree: Any = parse_one(sql, dialect="duckdb")
    for table in tree.find_all(exp.Table):
        table.set("catalog", None)
        if isinstance(table.this, exp.Anonymous):
            # What the engine itself knows is a table like any other, if sqlglot knows its columns.
            table.replace(exp.table_(table.this.name, db=_ENGINE))
    schema: Any = project.columns
    tree = qualify(
        tree, dialect="duckdb", schema=schema, validate_qualify_columns=False, quote_identifiers=False
    )
    scope = build_scope(tree)
    if scope is None:
        raise ValueError(f"{model['name']}: sqlglot finds no select in its SQL")
    names = list(tree.named_selects)
    memo: dict[tuple[int, int], set[ColumnOf]] = {}
    for place, name in enumerate(names):
        project.origins[(model["schema"], model["alias"], name)] = _origins(scope, place, memo)
    project.add(model["schema"], model["alias"], names)


def _origins(scope: Scope, place: int, memo: dict[tuple[int, int], set[ColumnOf]]) -> set[ColumnOf]:
    """The table columns that the `place`-th column of a select, or of a union's parts, is made of."""
    key = (id(scope), place)
    if key not in memo:
        memo[key] = set()  # a recursive part adds nothing to itself
        memo[key] = (
            {origin for part in scope.set_operation_scopes for origin in _origins(part, place, memo)}
            if scope.set_operation_scopes
            else {
                origin
                for column in _columns_in(scope, place)
                for origin in _origins_of(scope, column.table, column.name, memo)
            }
        )
    return memo[key]


def _columns_in(scope: Scope, place: int) -> Iterator[Any]:
    from sqlglot import exp

    selected = scope.expression.selects
    if place < len(selected):
        yield from (column for column in selected[place].find_all(exp.Column) if _is_value(column))


def _is_value(column: Any) -> bool:
    """Not what a window is grouped or ordered by, and not what is only asked for being there."""
    from sqlglot import exp

    node = column
    while node.parent is not None:
        if isinstance(node.parent, exp.Is):
            return False
        if isinstance(node.parent, exp.Window) and node.arg_key != "this":
            return False
        node = node.parent
    return True


def _origins_of(
    scope: Scope, alias: str, name: str, memo: dict[tuple[int, int], set[ColumnOf]]
) -> set[ColumnOf]:
    from sqlglot import exp

    # A subquery inside an expression sees its own tables first; those of the select around it stand in `sources` too.
    places = [scope, *scope.subquery_scopes]
    source = next((found for s in places if (found := s.sources.get(alias)) is not None), None)
    if isinstance(source, exp.Table):
        return {(source.db, source.name, name)} if source.db else set()
    if source is None or name not in source.expression.named_selects:
        return set()
    return _origins(source, list(source.expression.named_selects).index(name), memo)


def _compile(warehouse: Path) -> Path:
    from orchestration.warehouse.dbt import run_dbt

    run_dbt(["compile"], warehouse=warehouse, vars=_VARS)
    return warehouse.parent / "dbt" / "compiled" / "callboard"


def _raw_columns(warehouse: Path) -> dict[str, dict[str, dict[str, str]]]:
    from sources.loading.load import prepare

    with duckdb.connect(str(warehouse)) as connection:
        prepare(connection)
        rows = connection.execute(
            "select table_name, column_name from duckdb_columns() where schema_name = 'raw'"
        ).fetchall()
    columns: dict[str, dict[str, str]] = {}
    for table, column in rows:
        columns.setdefault(table, {})[column] = "varchar"
    return {"raw": columns, _ENGINE: _ENGINE_TABLES}


def _seed_columns(seed: Mapping[str, Any]) -> list[str]:
    path = Path(seed["root_path"]) / seed["original_file_path"]
    with path.open(encoding="utf-8", newline="") as handle:
        return next(csv.reader(handle))


def _in_order(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The models, each after those it reads."""
    from graphlib import TopologicalSorter

    nodes = manifest["nodes"]
    graph = {key: n["depends_on"]["nodes"] for key, n in nodes.items() if n["resource_type"] == "model"}
    return [nodes[key] for key in TopologicalSorter(graph).static_order() if key in graph]


def _is_delivered(source: ColumnOf) -> bool:
    """Whether it is a column that people deliver, or of a seed; what the loader adds is no source."""
    from sources.contracts.contract import load_contracts

    schema, _, column = source
    contract = load_contracts().get(_source_name(source))
    return schema != _ENGINE and (column in contract.columns if contract else schema != "raw")


def _source_name(source: ColumnOf) -> str:
    schema, table, _ = source
    return table.replace("__", ".", 1) if schema == "raw" else table


def main() -> None:
    """Write `column_lineage.csv` anew."""
    rows = column_lineage()
    with LINEAGE_FILE.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
