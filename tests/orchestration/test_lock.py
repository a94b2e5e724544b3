"""One refresh at a time, and a lock that no dead process keeps."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestration.home.errors import LockHeldError
from orchestration.home.lock import holder_of, refresh_lock, try_shared_lock
from orchestration.home.paths import Home

ROOT = Path(__file__).resolve().parents[2]
_HOLD = """
import sys, time
from pathlib import Path
from orchestration.home.paths import Home
from orchestration.home.lock import refresh_lock, try_shared_lock
with {how}(Home(Path(sys.argv[1]))):
    print("held", flush=True)
    time.sleep({seconds})
"""


@contextmanager
def another_process(
    home: Home, how: str = "refresh_lock", seconds: float = 60
) -> Iterator[subprocess.Popen[str]]:
    code = _HOLD.format(how=how, seconds=seconds)
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(home.root)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_second_refresh_learns_who_holds_the_lock(home: Home) -> None:
    with another_process(home) as other:
        with pytest.raises(LockHeldError, match=f"process {other.pid}") as raised, refresh_lock(home):
            pytest.fail("two refreshes at once")
        assert raised.value.exit_code == 4
        assert f"process {other.pid}" in (holder_of(home) or "")


def test_kill_9_frees_the_lock(home: Home) -> None:
    with another_process(home) as other:
        os.kill(other.pid, signal.SIGKILL)
        other.wait()
        assert holder_of(home) is None
        with refresh_lock(home):
            assert str(os.getpid()) in home.lock_file.read_text()


def test_a_refresh_can_wait_for_the_one_before(home: Home) -> None:
    with another_process(home, seconds=0.5):
        started = time.monotonic()
        with refresh_lock(home, wait_seconds=30):
            assert time.monotonic() - started > 0.1


def test_a_glance_delays_a_refresh_and_never_refuses_it(home: Home) -> None:
    with refresh_lock(home):
        pass
    with another_process(home, how="try_shared_lock", seconds=0.5), refresh_lock(home):
        assert str(os.getpid()) in home.lock_file.read_text()


def test_a_glance_during_a_refresh_says_so_at_once(home: Home) -> None:
    with another_process(home), try_shared_lock(home) as is_free:
        assert not is_free


def test_the_lock_is_reentrant_within_one_process(home: Home) -> None:
    with refresh_lock(home), refresh_lock(home):
        pass
    assert holder_of(home) is None


def test_threads_of_one_process_do_not_share_the_lock_by_accident(home: Home) -> None:
    seen: list[str] = []

    def other() -> None:
        with refresh_lock(home):
            seen.append("in")

    with refresh_lock(home):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert seen == ["in"], "a step of the same refresh in another thread belongs to it"
