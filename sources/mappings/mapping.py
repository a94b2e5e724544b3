"""Mappings: how a vendor's export becomes a canonical table, as one SQL select with a small YAML head.

What belongs here: reading mapping files. What does not: running them (`loading`). A mapping looks like this:

    /*
    table: acd.contact_legs
    files: bank/*.txt            # within landing
    reader: {format: tsv}
    time_zone: Asia/Jerusalem    # of its times without an offset
    */
    select call_id as leg_id, ..., line_number from delivered

`delivered` is the raw file: its columns under their own names (lower case), as text where the format has no types, and
`line_number`, which the select passes on so that every canonical row can be found in the file again. With `together: true`
it is all files of the pattern, and `file` is passed on too.
"""

import fnmatch
import hashlib
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from sources.contracts.contract import load_contracts
from sources.formats.options import AS_FOUND, ReaderOptions
from sources.time_zones import checked_zone


class MappingError(Exception):
    """A mapping file is not as it should be; the message says where and what."""


@dataclass(frozen=True)
class Mapping:
    """One mapping: which files it takes, which table they become, and by which select; `together`: it sees all of them at
    once."""

    name: str
    table: str
    files: str
    select: str
    options: ReaderOptions
    time_zone: str | None
    sha256: str
    together: bool = False

    def takes(self, file: str) -> bool:
        """Whether a file (its path within landing) is this mapping's."""
        return fnmatch.fnmatchcase(file, self.files)


class _Head(BaseModel):
    model_config = ConfigDict(extra="forbid")
    table: str
    files: str
    reader: ReaderOptions = AS_FOUND
    time_zone: str | None = None
    together: bool = False

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str | None) -> str | None:
        return checked_zone(name)


def load_mappings(folder: Path | None) -> tuple[Mapping, ...]:
    """The mappings in a folder's *.sql files, by name. Raises MappingError."""
    if folder is None or not folder.is_dir():
        return ()
    return tuple(_mapping(path) for path in sorted(folder.glob("*.sql")))


def _mapping(path: Path) -> Mapping:
    text = path.read_text(encoding="utf-8-sig")
    head_text, separator, select = text.strip().removeprefix("/*").partition("*/")
    if not text.strip().startswith("/*") or not separator:
        raise MappingError(f"{path}: expected a head of YAML between /* and */ before the select, found none")
    try:
        head = _Head.model_validate(yaml.safe_load(head_text))
    except (yaml.YAMLError, ValidationError) as error:
        raise MappingError(f"{path}: its head is not as it should be: {error}") from error
    if head.table not in load_contracts():
        raise MappingError(
            f"{path}: there is no table {head.table}; the tables are {', '.join(load_contracts())}"
        )
    return Mapping(
        name=path.stem,
        table=head.table,
        files=head.files,
        select=select.strip().rstrip(";"),
        options=head.reader,
        time_zone=head.time_zone,
        together=head.together,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )
