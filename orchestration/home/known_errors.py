"""Troubles of the machine said in words: a full disk, no memory, a database that another process has open."""

import errno

import duckdb

from orchestration.home.errors import CallboardError

_LANDING_IS_THE_RECORD = "What was published stays published, and landing still has every delivery."


def in_words(error: BaseException) -> CallboardError | None:
    """The message for people where `error`, or what caused it, is a known trouble; None where it is a defect."""
    seen: BaseException | None = error
    while seen is not None:
        known = _known(seen)
        if known is not None:
            return known
        seen = seen.__cause__ or seen.__context__
    return None


def _known(error: BaseException) -> CallboardError | None:
    if isinstance(error, CallboardError):
        return error
    if isinstance(error, OSError):
        return _of_the_system(error)
    # Dagster keeps its history in SQLite, which says it in its own words.
    if isinstance(error, duckdb.Error) or type(error).__name__ == "OperationalError":
        return database_trouble(str(error))
    return None


def database_trouble(text: str) -> CallboardError | None:
    """The known trouble behind a DuckDB message; None where it is not a known one."""
    if "No space left on device" in text or "disk is full" in text:
        return _disk_full()
    if "disk I/O error" in text:
        return CallboardError(
            f"The disk is full or fails. {_LANDING_IS_THE_RECORD}",
            hint="Make room, or look after the disk, and refresh again.",
        )
    if "Out of Memory" in text or "failed to allocate" in text:
        return CallboardError(
            f"Not enough memory. {_LANDING_IS_THE_RECORD}",
            hint="Give more with [refresh] memory_limit in callboard.toml, or fewer months at a time.",
        )
    if "Could not set lock on file" in text:
        return CallboardError(
            "Another program has the build database open.",
            hint="Close it and refresh again; to look at the data, open published/callboard.duckdb.",
        )
    if "not a valid DuckDB database file" in text or "Corrupt database file" in text:
        return CallboardError(
            f"A database file is damaged: {text.splitlines()[0]}",
            hint="If it is build/warehouse.duckdb, delete it and refresh: it is made again from landing.",
        )
    return None


def _of_the_system(error: OSError) -> CallboardError | None:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _disk_full()
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return CallboardError(
            f"No permission: {error.filename or error}.", hint="Check who owns the home directory."
        )
    return None


def _disk_full() -> CallboardError:
    return CallboardError(f"The disk is full. {_LANDING_IS_THE_RECORD}", hint="Make room and refresh again.")
