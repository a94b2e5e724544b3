"""What differs between the tables of two releases: columns, types, rows as bags, comments. Read by compare_releases.py."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import duckdb

#: What differs between any two runs, or any two states of the code: name → why.
IGNORED = {
    "audit.release.published_at": "the clock",
    "audit.release.code_version": "a fingerprint of the code",
    "audit.delivery.first_seen_at": "the clock",
    "manifest.published_at": "the clock",
    "manifest.code_version": "a fingerprint of the code",
    "manifest.months.fingerprint": "hashed over the code version",
    "manifest.parts.bytes": "DuckDB and zip files hold ids and times; the contents are compared themselves",
    "manifest.parts.sha256": "as above",
    "manifest.waivers.waived_at": "the clock",
}
RELEASE_IDS = ("release_id", "previous_release_id", "made_by")
DELIVERY_IDS = ("delivery_id", "superseded_by", "delivery_ids")
SIDES = ("one", "other")


@dataclass
class Report:
    """What was found so far; `allowed` are patterns, `used` those of them that named a difference."""

    allowed: Sequence[str]
    examples: int
    is_brief: bool = False
    used: set[str] = field(default_factory=set)
    releases: int = 0
    tables: int = 0
    rows: int = 0
    different: int = 0

    def allows(self, name: str) -> bool:
        """Whether a pattern names this; what is allowed in a mart is so in its parquet file."""
        names = {name, name.replace("parquet.", "marts.", 1) if name.startswith("parquet.") else name}
        found = [pattern for pattern in self.allowed if any(fnmatchcase(each, pattern) for each in names)]
        self.used.update(found)
        return bool(found)

    def equal(self, name: str, what: str) -> None:
        if not self.is_brief:
            print(f"equal      {name}: {what}")

    def differs(self, name: str, what: str, examples: Sequence[str] = ()) -> None:
        """Prints a difference, and counts it unless it is allowed."""
        allowed = self.allows(name)
        self.different += not allowed
        print(f"{'allowed  ' if allowed else 'DIFFERENT'}  {name}: {what}")
        for example in examples[: self.examples]:
            print(f"             {example}")


def attach(engine: duckdb.DuckDBPyConnection, side: str, release: Path) -> None:
    """Attach a release's database as `side`, its parquet files as schema parquet_`side`, and learn what its ids mean."""
    engine.execute(f"attach '{release / 'callboard.duckdb'}' as {side} (read_only)")
    engine.execute(f"create schema parquet_{side}")
    for file in sorted((release / "parquet").glob("*.parquet")):
        engine.execute(f"""create view parquet_{side}."{file.stem}" as from read_parquet('{file}')""")
    engine.execute(
        f"""
        set variable {side}_release = (
            select map_from_entries(list((release_id, '#' || place)))
            from (select release_id, row_number() over (order by release_id) as place from {side}.audit.release)
        );
        set variable {side}_delivery = (
            select map_from_entries(list((delivery_id, table_name || ' ' || file || ' ' || sha256[:12])))
            from {side}.audit.delivery
        );
        """
    )


def known_ids(engine: duckdb.DuckDBPyConnection, side: str) -> dict[str, Any]:
    """`release` and `delivery`: id → what it means."""
    row = engine.execute(f"select getvariable('{side}_release'), getvariable('{side}_delivery')").fetchone()
    return dict(zip(("release", "delivery"), row or ({}, {}), strict=True))


def _value(side: str, column: str) -> str:
    """SQL of a column's value, ids by what they mean. An id that is not in the history stays as it is: different."""
    name = f'"{column}"'
    if column in RELEASE_IDS:
        return f"coalesce(getvariable('{side}_release')[{name}], {name})"
    if column == "delivery_ids":
        known = (
            f"list_transform({name}, lambda id: coalesce(getvariable('{side}_delivery')[id], id::varchar))"
        )
        return f"list_sort({known})"
    if column in DELIVERY_IDS:
        return f"coalesce(getvariable('{side}_delivery')[{name}], {name}::varchar)"
    return name


def compare_tables(engine: duckdb.DuckDBPyConnection, report: Report) -> None:
    """Compares every table of the attached databases and, as schema parquet, of the parquet files."""
    shapes = [_shape(engine, side) for side in SIDES]
    for table in sorted({*shapes[0], *shapes[1]}):
        absent = [side for side, shape in zip(SIDES, shapes, strict=True) if table not in shape]
        if absent:
            report.differs(table, f"not in {absent[0]}")
        else:
            _compare_table(engine, table, shapes[0][table], shapes[1][table], report)


def _shape(engine: duckdb.DuckDBPyConnection, side: str) -> dict[str, dict[str, str]]:
    """schema.table → column → type, in their order."""
    rows = engine.execute(
        """
        select if(schema_name = 'parquet_' || $side, 'parquet', schema_name) || '.' || table_name, column_name, data_type
        from duckdb_columns()
        where database_name = $side and not internal or schema_name = 'parquet_' || $side
        order by database_name, schema_name, table_name, column_index
        """,
        {"side": side},
    ).fetchall()
    shape: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        shape.setdefault(table, {})[column] = kind
    return shape


def _place(side: str, table: str) -> str:
    schema, name = table.split(".", 1)
    return f'parquet_{side}."{name}"' if schema == "parquet" else f'{side}.{schema}."{name}"'


def _compare_table(
    engine: duckdb.DuckDBPyConnection,
    table: str,
    one: dict[str, str],
    other: dict[str, str],
    report: Report,
) -> None:
    in_both = [column for column in one if column in other]
    for column in sorted({*one, *other} - set(in_both)):
        report.differs(f"{table}.{column}", f"only in {SIDES[column in other]}")
    for column in in_both:
        if one[column] != other[column]:
            report.differs(f"{table}.{column}", f"type {one[column]} and {other[column]}")
    if in_both != [column for column in other if column in one]:
        report.differs(f"{table}.(order)", "the columns stand in another order")
    compared = [column for column in in_both if f"{table}.{column}" not in IGNORED]
    for side in SIDES:
        values = ", ".join(f'{_value(side, column)} as "{column}"' for column in compared)
        engine.execute(
            f"create or replace temp table {side}_rows as select {values} from {_place(side, table)}"
        )
    _only(engine, compared)
    counts = [_count(engine, f"{side}_rows") for side in SIDES]
    left = [_count(engine, f"{side}_only") for side in SIDES]
    report.tables += 1
    report.rows += counts[0]
    if not any(left):
        report.equal(table, f"{counts[0]:,} rows, {len(compared)} columns")
        return
    _explain(engine, table, compared, report, f"{counts[0]:,} and {counts[1]:,} rows, ")


def _only(engine: duckdb.DuckDBPyConnection, columns: Sequence[str]) -> None:
    """The tables one_only and other_only: rows that the other side has not, or not so often."""
    names = _names(columns)
    for side, against in (SIDES, SIDES[::-1]):
        engine.execute(
            f"create or replace temp table {side}_only as "
            f"select {names} from {side}_rows except all select {names} from {against}_rows"
        )


def _explain(
    engine: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str], report: Report, counted: str
) -> None:
    """Pairs the rows that differ by the table's key, and reports each column that differs and the rows without pair."""
    key = _key(engine, [column for column in columns if not report.allows(f"{table}.{column}")])
    on = " and ".join(f'a."{name}" is not distinct from b."{name}"' for name in key)
    for column in [column for column in columns if column not in key]:
        pairs = f'from one_only as a join other_only as b on {on} where a."{column}" is distinct from b."{column}"'
        count = _count(engine, f"(select 1 {pairs})")
        if count:
            shown = ", ".join([*(f'a."{name}"::varchar' for name in key), f'a."{column}"', f'b."{column}"'])
            rows = engine.execute(f"select {shown} {pairs} order by all limit {report.examples}").fetchall()
            report.differs(
                f"{table}.{column}", f"{counted}{count:,} values differ", [_change(row) for row in rows]
            )
    for side, against in (SIDES, SIDES[::-1]):
        names = _names(key)
        alone = f"(select {names} from {side}_only except all select {names} from {against}_only)"
        count = _count(engine, alone)
        if count:
            rows = engine.execute(f"from {alone} order by all limit {report.examples}").fetchall()
            report.differs(table, f"{counted}{count:,} rows only in {side}", [str(row) for row in rows])


def _key(engine: duckdb.DuckDBPyConnection, columns: Sequence[str]) -> Sequence[str]:
    """The shortest run of first columns that tells the rows apart on both sides; all of them where none does."""
    for length in range(1, len(columns)):
        distinct = f"select distinct {_names(columns[:length])}"
        if all(
            _count(engine, f"({distinct} from {side}_rows)") == _count(engine, f"{side}_rows")
            for side in SIDES
        ):
            return columns[:length]
    return columns


def _change(row: Sequence[object]) -> str:
    return f"{', '.join(map(str, row[:-2]))}: {row[-2]!r} → {row[-1]!r}"


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _count(engine: duckdb.DuckDBPyConnection, relation: str) -> int:
    row = engine.execute(f"select count(*) from {relation}").fetchone()
    return row[0] if row else 0


def compare_comments(engine: duckdb.DuckDBPyConnection, report: Report) -> None:
    """Comments of tables and columns, of those that both sides have."""
    rows = engine.execute(
        """
        with comments as (
            select database_name, schema_name || '.' || table_name as name, comment from duckdb_tables()
            union all
            select database_name, schema_name || '.' || table_name || '.' || column_name, comment from duckdb_columns()
        )
        select name, a.comment, b.comment, a.comment is not distinct from b.comment
        from comments as a join comments as b using (name)
        where a.database_name = 'one' and b.database_name = 'other'
        order by name
        """
    ).fetchall()
    for name, one, other, is_same in rows:
        if not is_same:
            report.differs(f"comments.{name}", "", [f"{one!r} → {other!r}"])
    same = sum(row[3] for row in rows)
    report.equal("comments", f"{same} of {len(rows)}")
