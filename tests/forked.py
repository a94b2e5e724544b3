"""Commands in processes of their own that begin with everything a refresh imports: a quarter of the CPU of a small one.

The first asks for a server, which imports once and from then on only forks (multiprocessing's forkserver); it ends with
the process that asked.
"""

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(["tests.imported"])
_PATIENCE_SECONDS = 600


def run(arguments: Sequence[str], environment: Mapping[str, str]) -> tuple[int, str, str]:
    """How `callboard` with these arguments ended, and what it wrote to stdout and stderr."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        process = _FORKING.Process(target=_callboard, args=(list(arguments), dict(environment), out, err))
        process.start()
        process.join(_PATIENCE_SECONDS)
        if process.exitcode is None:
            process.kill()
            raise AssertionError(f"{arguments} did not end: {out.read_text()}{err.read_text()}")
        return process.exitcode, out.read_text(), err.read_text()


def _callboard(arguments: list[str], environment: dict[str, str], out: Path, err: Path) -> None:
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    sys.argv = ["callboard", *arguments]
    from orchestration.cli import main

    main()
