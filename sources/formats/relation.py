"""What a reader gives: a delivered file as a relation of the engine."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Reading:
    """A readable file.

    `relation` is SQL of its rows; `columns` their names (lower case, trimmed) and engine types. `line` is SQL of a
    row's line, or None where row n of the relation stands in line `first_line + n`; `row` of its number within the line,
    or None where every row has a line of its own. `refused`, where given, is a
    relation of the lines that can't be read: line_number, line_text, code, params (of `reasons`). `row_text` is SQL of
    the row as it came, where the columns do not show it whole. `rows` is how many rows there are if every line is a row
    of its own: where the engine finds another number, the file wants careful reading.

    `is_odd`: values may hold blanks that do not show, rounded numbers or guards against spreadsheets. `delimiter` is that
    of a csv. `notes` say what was decided in reading, as code and params of `reasons.NOTES`.
    """

    relation: str
    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    line: str | None = None
    first_line: int = 1
    row: str | None = None
    refused: str | None = None
    row_text: str | None = None
    rows: int | None = None
    is_odd: bool = True
    delimiter: str | None = None
    notes: tuple[tuple[str, dict[str, str]], ...] = ()


NO_ROWS = Reading("(select 1 where false)")
