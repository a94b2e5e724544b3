"""Deliveries that Callboard itself puts into landing: whole, in one step, and under names of their own.

Their names begin with `~`, so they sort after what systems deliver, and people see whose they are.
"""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from orchestration.home.errors import UsageError
from orchestration.home.files import fsync
from orchestration.home.paths import Home

#: Our rows about our own reports, by the beginning of their path in landing; no other delivery is called so.
OWN_REPORTS = "qa/report_deliveries/~callboard-"


def is_own_report(file: str) -> bool:
    """Whether a delivery (relative to landing) holds a row about a report of our own."""
    return file.startswith(OWN_REPORTS)


def refuse_mapped(home: Home, file: str) -> None:
    """Raises UsageError where a mapping would take `file` (relative to landing) for a vendor's export."""
    from sources.mappings.mapping import MappingError, load_mappings

    try:
        taken_by = [mapping.name for mapping in load_mappings(home.mappings) if mapping.takes(file)]
    except MappingError as error:
        raise UsageError(str(error)) from error
    if taken_by:
        raise UsageError(
            f"The mapping {taken_by[0]} takes every file like {file}, so Callboard cannot deliver there.",
            hint="Let its `files` name the vendor's exports alone, best in a folder of their own.",
        )


@contextmanager
def written_whole(home: Home, file: str) -> Generator[Path]:
    """A path to write to, which becomes the delivery `file` (relative to landing) once the block ends well."""
    target = home.landing / file
    target.parent.mkdir(parents=True, exist_ok=True)
    # Loading leaves hidden files for later.
    temporary = target.with_name(f".{target.name}.tmp")
    try:
        yield temporary
        fsync(temporary)
        temporary.rename(target)
    finally:
        temporary.unlink(missing_ok=True)
    fsync(target.parent)
