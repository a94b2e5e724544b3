"""One refresh at a time on a home, and no lock left behind by a process that died.

The lock is the kernel's (`flock`), so it frees itself when its holder ends, however it ends. The file's content
only names its holder to people.
"""

import fcntl
import json
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from orchestration.home.errors import LockHeldError
from orchestration.home.paths import Home

# A reader (`callboard status`) holds the lock shared for a fraction of a second; a refresh outwaits it.
_READER_WAIT_SECONDS = 15.0
_POLL_SECONDS = 0.05

# flock belongs to the open file, not to the process: a second open in the same process would lock itself out.
_held: dict[Path, int] = {}


@contextmanager
def refresh_lock(home: Home, *, wait_seconds: float = 0.0) -> Generator[None]:
    """Hold the writer's lock of `home`; re-entrant within this process.

    Waits up to `wait_seconds` for another refresh to end. Raises LockHeldError (exit code 4), naming the holder.
    """
    key = home.lock_file
    if _held.get(key):
        _held[key] += 1
        try:
            yield
        finally:
            _held[key] -= 1
        return
    home.build.mkdir(parents=True, exist_ok=True)
    with key.open("a+", encoding="utf-8") as handle:
        _acquire(handle, home, wait_seconds)
        handle.truncate(0)
        holder = {"pid": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds")}
        handle.write(json.dumps(holder))
        handle.flush()
        _held[key] = 1
        try:
            yield
        finally:
            del _held[key]
            handle.truncate(0)


@contextmanager
def try_shared_lock(home: Home) -> Generator[bool]:
    """Hold the lock shared, for reading the build database a moment. Gives False where a refresh holds it."""
    if not home.lock_file.exists():
        yield True  # no refresh has ever run here
        return
    with home.lock_file.open("r", encoding="utf-8") as handle:
        free = _try_lock(handle, fcntl.LOCK_SH)
        yield free


def holder_of(home: Home) -> str | None:
    """Who holds the refresh lock, in words; None where no process does."""
    if not home.lock_file.exists():
        return None
    with home.lock_file.open("r", encoding="utf-8") as handle:
        if _try_lock(handle, fcntl.LOCK_SH):
            return None
        return _read_holder(handle)


def _acquire(handle: IO[str], home: Home, wait_seconds: float) -> None:
    started = time.monotonic()
    while not _try_lock(handle, fcntl.LOCK_EX):
        waited = time.monotonic() - started
        only_glances = _try_lock(handle, fcntl.LOCK_SH)
        if only_glances:
            fcntl.flock(handle, fcntl.LOCK_UN)
        if waited >= max(wait_seconds, _READER_WAIT_SECONDS if only_glances else 0.0):
            raise LockHeldError(
                f"Another refresh is at work on {home.root}: {_read_holder(handle)}.",
                hint="Wait until it has ended, or look with: callboard status --home " + str(home.root),
            )
        time.sleep(_POLL_SECONDS)


def _try_lock(handle: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read_holder(handle: IO[str]) -> str:
    handle.seek(0)
    try:
        holder = json.loads(handle.read())
        return f"process {holder['pid']}, since {holder['since']}"
    except (ValueError, KeyError, TypeError):
        return "a process that has not said its name yet"
