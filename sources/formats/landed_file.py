"""A file in landing, and what its name says of its format."""

from dataclasses import dataclass
from pathlib import Path

TEXT_KINDS = frozenset({"csv", "tsv", "txt", "json", "jsonl", "ndjson"})
KINDS = TEXT_KINDS | {"parquet", "xlsx"}


@dataclass(frozen=True)
class LandedFile:
    """A file in landing: its path relative to landing, what the file system says of it. It is not read where it is a link
    that `leads_out` of landing, or one to a folder."""

    file: str
    path: Path
    size: int
    mtime_ns: int
    ctime_ns: int
    leads_out: bool = False
    is_folder: bool = False

    @property
    def is_followed(self) -> bool:
        return not (self.leads_out or self.is_folder)

    @property
    def kind(self) -> str:
        """The format by the file's name: csv, jsonl, parquet …, '' where the name does not say."""
        name = self.path.name.lower().removesuffix(".gz")
        suffix = name.rpartition(".")[2] if "." in name else ""
        return suffix if suffix in KINDS else ""
