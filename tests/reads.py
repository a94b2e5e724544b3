"""Which files this process opens to read, counted: the proof that a refresh reads what it knows once."""

import sys
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from orchestration.home.paths import Home

_counting: list[Counter[str]] = []


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and _counting:
        path, mode, _ = arguments
        if isinstance(path, str) and isinstance(mode, str) and mode.startswith("r"):
            _counting[-1][path] += 1


# There is no taking an audit hook away, so there is one, which mostly does nothing.
sys.addaudithook(_hear)


def reads_in(read: Counter[str], home: Home, name: str) -> int:
    """How often a file of that name was opened to read anywhere in `home`."""
    return sum(
        times
        for path, times in read.items()
        if Path(path).name == name and Path(path).is_relative_to(home.root)
    )


@contextmanager
def files_read() -> Generator[Counter[str]]:
    """The files that are opened to read within the block, in any thread, and how often each."""
    _counting.append(Counter())
    try:
        yield _counting[-1]
    finally:
        _counting.pop()
