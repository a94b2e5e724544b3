"""Troubles of the machine, in words; whatever library hit them."""

import errno
import sqlite3
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from orchestration.home.errors import CallboardError
from orchestration.home.known_errors import database_trouble, in_words


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "disk is full"),
        (duckdb.IOException("IO Error: Could not write file: No space left on device"), "disk is full"),
        (sqlite3.OperationalError("database or disk is full"), "disk is full"),
        (sqlite3.OperationalError("disk I/O error"), "full or fails"),
        (duckdb.OutOfMemoryException("Out of Memory Error: failed to allocate data"), "Not enough memory"),
        (PermissionError(errno.EACCES, "Permission denied", "/home/published"), "No permission"),
    ],
)
def test_a_trouble_of_the_machine_is_said_in_words(error: Exception, said: str) -> None:
    failure = in_words(error)
    assert failure is not None
    assert said in failure.message
    assert failure.exit_code == 1


def test_a_trouble_behind_another_exception_is_found() -> None:
    try:
        try:
            raise OSError(errno.ENOSPC, "No space left on device")
        except OSError as full:
            raise RuntimeError("a step failed") from full
    except RuntimeError as error:
        failure = in_words(error)
    assert failure is not None
    assert "disk is full" in failure.message


def test_a_defect_is_no_trouble_of_the_machine() -> None:
    assert in_words(KeyError("x")) is None
    assert in_words(duckdb.CatalogException("Catalog Error: no such table")) is None


def test_our_own_errors_pass_as_they_are() -> None:
    error = CallboardError("as it is")
    assert in_words(error) is error


def test_what_duckdb_says_of_a_locked_and_of_a_damaged_file_is_known(tmp_path: Path) -> None:
    locked, damaged = tmp_path / "locked.duckdb", tmp_path / "damaged.duckdb"
    damaged.write_bytes(b"no database" * 4096)
    with pytest.raises(duckdb.Error) as raised:
        duckdb.connect(str(damaged))
    assert database_trouble(str(raised.value)) is not None
    open_elsewhere = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", open_elsewhere, str(locked)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(duckdb.Error) as raised:
            duckdb.connect(str(locked))
        other.kill()
    failure = database_trouble(str(raised.value))
    assert failure is not None
    assert "Another program" in failure.message
