"""Columns that a file format types itself: Parquet's and a workbook's."""

from collections.abc import Sequence

from sources.formats.names import unique_names
from sources.formats.relation import Reading
from sources.sql import quoted

_SCALARS = frozenset(
    [
        "BOOLEAN",
        "BIGINT",
        "INTEGER",
        "SMALLINT",
        "TINYINT",
        "UBIGINT",
        "UINTEGER",
        "USMALLINT",
        "UTINYINT",
        "HUGEINT",
        "DOUBLE",
        "FLOAT",
        "DECIMAL",
        "DATE",
        "TIMESTAMP",
        "TIMESTAMP_S",
        "TIMESTAMP_MS",
        "TIMESTAMP_NS",
        "VARCHAR",
    ]
) | {"TIMESTAMP WITH TIME ZONE"}


def renamed(described: Sequence[tuple[str, str]], source: str, line: str) -> Reading:
    """The relation with trimmed lower-case names; a type that no contract knows is read as text."""
    columns: dict[str, str] = {}
    fields: list[str] = []
    for name, (raw, kind) in zip(unique_names([raw for raw, _ in described]), described, strict=True):
        plain = kind.split("(")[0]
        is_text = plain not in _SCALARS
        columns[name] = "VARCHAR" if is_text else kind
        fields.append(f"{f'cast({quoted(raw)} as VARCHAR)' if is_text else quoted(raw)} as {quoted(name)}")
    relation = f"(select {', '.join(fields)}, {line} as line_number from {source})"
    return Reading(relation, columns | {"line_number": "BIGINT"}, "line_number")
