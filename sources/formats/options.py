"""What a mapping's head or callboard.toml may say of how files are read; what is left out is found out.

What belongs here: the keys, their meaning and what is wrong with a value. What does not: reading (`reading`).
"""

import codecs
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

#: Words that exports write where there is nothing; they are compared past case.
WORDS_FOR_NOTHING = ("n/a", "na", "null", "none", "nil", "n.a.", "-", "--", "#n/a", "无", "空")

DateOrder = Literal["ymd", "dmy", "mdy"]


def _listed(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class ReaderOptions(BaseModel):
    """How the files of a mapping or a table are read.

    `header` is the line (a sheet's row) in which the names stand; `columns` are the names of a file that has none.
    `decimal` and `thousands` are the signs in its numbers, `dates` the order of day, month and year, or a format as
    strptime takes it. `nothing` takes the place of the usual words for nothing. `skip_totals` leaves out rows that
    begin with a word such as Total.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["csv", "tsv", "txt", "json", "jsonl", "ndjson", "parquet", "xlsx"] | None = None
    encoding: str | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    header: int | None = Field(default=None, ge=1)
    columns: Names = ()
    sheet: str | int | None = None
    decimal: Literal[".", ","] | None = None
    thousands: Literal[".", ",", " ", "'", ""] | None = None
    dates: str | None = None
    nothing: Names = WORDS_FOR_NOTHING
    skip_totals: bool = False

    @field_validator("encoding")
    @classmethod
    def _is_known(cls, name: str | None) -> str | None:
        if name is not None:
            try:
                codecs.lookup(name)
            except LookupError:
                raise ValueError(f"{name!r} is no encoding, such as utf-8, windows-1252 or gb18030") from None
        return name

    @field_validator("dates")
    @classmethod
    def _is_an_order(cls, dates: str | None) -> str | None:
        if dates is not None and dates not in ("ymd", "dmy", "mdy") and "%" not in dates:
            raise ValueError(f"{dates!r} is neither ymd, dmy, mdy nor a format such as %d.%m.%Y %H:%M")
        return dates

    @field_validator("columns")
    @classmethod
    def _each_once(cls, columns: tuple[str, ...]) -> tuple[str, ...]:
        names = [name.strip().lower() for name in columns]
        if len(set(names)) < len(names) or "" in names:
            raise ValueError("each column has a name of its own")
        return tuple(names)

    @model_validator(mode="after")
    def _signs_differ(self) -> "ReaderOptions":
        if self.thousands and self.thousands == (self.decimal or "."):
            raise ValueError("decimal and thousands are the same sign")
        return self


AS_FOUND = ReaderOptions()
