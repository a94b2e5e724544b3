"""The contracts of the 25 source tables, read from the *.yml files beside this one.

What belongs here: the shape of a contract. What does not: how a contract is enforced (`loading.typing_sql` types values
while loading, the macros of `dbt_project/macros/contracts` refuse rows).
"""

from functools import cache
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from sources.reasons import ROW_REASONS, sentence

CONTRACTS = Path(__file__).parent
PROJECT = Path(__file__).parents[2] / "dbt_project" / "dbt_project.yml"

ColumnType = Literal["text", "int", "decimal", "bool", "date", "timestamp"]

#: The engine's type for each contract type; decimals keep ten places, so that sums are exact.
ENGINE_TYPES: dict[ColumnType, str] = {
    "text": "VARCHAR",
    "int": "BIGINT",
    "decimal": "DECIMAL(26,10)",
    "bool": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Column(_Frozen):
    """One column: what it holds, its type and what a value must satisfy."""

    type: ColumnType
    description: str
    required: bool = False
    vocabulary: tuple[str, ...] = Field(default=(), alias="in")
    range: tuple[float, float] | None = None
    ref: str | None = None
    pii: Literal["direct", "keyed"] | None = None

    @property
    def engine_type(self) -> str:
        return ENGINE_TYPES[self.type]


class Rule(_Frozen):
    """A condition between the columns of one row (portable SQL; null passes), and why a row that breaks it is refused:
    a code of `sources.reasons`, whose sentence may name `params` besides the column."""

    column: str
    check: str
    reason: str
    params: dict[str, str] = Field(default_factory=dict[str, str])

    @model_validator(mode="after")
    def _has_a_sentence(self) -> Self:
        if self.reason not in ROW_REASONS:
            raise ValueError(f"unknown reason {self.reason}: expected one of {', '.join(ROW_REASONS)}")
        sentence(self.reason, self.column, self.params)
        return self


class NoOverlap(_Frozen):
    """Segments of one `within` may not start before an earlier-starting one has ended; `ends` is portable SQL."""

    within: str
    starts: str
    ends: str


class LeadsTo(_Frozen):
    """A value of `column` leads to one `of`: of two `of` with one value, the later one's rows are refused."""

    column: str
    of: str


class Periods(_Frozen):
    """Rows of one `of` that have a day in common, from `starts` to `ends` or open, are versions of one row."""

    of: str
    starts: str
    ends: str


class Segment(_Frozen):
    """A stretch of a local clock: a bound that a clock change skips is the instant of the change, and a segment of which
    the change skips all is no row."""

    starts: str
    ends: str


class Contract(_Frozen):
    """One source table. `name` is `system.table`, as in `acd.contact_legs`.

    Of the columns that date its rows (`dated_by`), a month begins by those in `begins`, where `begins_where` (SQL over
    the loaded rows) holds.
    """

    name: str
    description: str
    key: tuple[str, ...]
    columns: dict[str, Column]
    rules: tuple[Rule, ...] = ()
    leads_to: LeadsTo | None = None
    periods: Periods | None = None
    longest: str | None = None
    no_overlap: NoOverlap | None = None
    segment: Segment | None = None
    person: str | None = None
    dated_by: tuple[str, ...] = ()
    dated_through: str | None = None
    begins: tuple[str, ...] = ()
    begins_where: str = "true"
    reaches_back: str | None = None
    contact: str | None = None

    @property
    def model_name(self) -> str:
        """The name in SQL: `acd__contact_legs`."""
        return self.name.replace(".", "__")

    def without_descriptions(self) -> str:
        """Everything that decides rows, as text: a description may be reworded, and another month begun, without
        loading anything anew."""
        columns = {name: column.model_dump(exclude={"description"}) for name, column in self.columns.items()}
        whole = self.model_dump(exclude={"description", "columns", "begins", "begins_where"})
        return repr(whole | {"columns": columns})

    @property
    def reaches_back_days(self) -> int:
        """How many days before its own date a row may change a number; a day for clocks, and what `reaches_back` names."""
        return 1 + (days(self.reaches_back) if self.reaches_back else 0)

    @property
    def timestamps(self) -> tuple[str, ...]:
        return tuple(name for name, column in self.columns.items() if column.type == "timestamp")

    @property
    def refs(self) -> dict[str, tuple[str, str]]:
        """Column → (table, column) it must be found in."""
        found = {}
        for name, column in self.columns.items():
            if column.ref:
                table, _, target = column.ref.rpartition(".")
                found[name] = (table, target)
        return found

    @property
    def hidden_columns(self) -> tuple[str, ...]:
        """Columns whose values never leave the build database as they are."""
        return tuple(name for name, column in self.columns.items() if column.pii)


def _yaml(file: Path) -> Any:
    # The parser in C where PyYAML has it: the one in Python takes a tenth of a second of each command.
    return yaml.load(file.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@cache
def days(name: str) -> int:
    """A length in days that KPIs are made of, such as `repeat_contact_days`, from the variables of the dbt project.

    Raises KeyError where the project has no variable of that name.
    """
    return int(_yaml(PROJECT)["vars"][name])


@cache
def load_contracts() -> dict[str, Contract]:
    """All contracts by name, in the order of the files.

    Raises pydantic's ValidationError where a contract file does not have the shape above.
    """
    contracts: dict[str, Contract] = {}
    for file in sorted(CONTRACTS.glob("*.yml")):
        for table, body in _yaml(file).items():
            name = f"{file.stem}.{table}"
            contracts[name] = Contract.model_validate({"name": name, **body})
    return contracts
