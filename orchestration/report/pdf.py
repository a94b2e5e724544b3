"""The report as a PDF, printed by a browser that the machine has anyway; none is shipped."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from orchestration.home.errors import CallboardError

_BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "msedge",
)
_SECONDS = 180


def find_browser() -> str | None:
    """A browser of Chromium's family: $CALLBOARD_CHROMIUM, else the first in PATH; None where there is none."""
    named = os.environ.get("CALLBOARD_CHROMIUM")
    return named or next((found for name in _BROWSERS if (found := shutil.which(name))), None)


def print_to_pdf(browser: str, page: Path, to: Path) -> Path:
    """Print the page at `page` to A4 at `to`. Raises CallboardError where the browser does not do it, and then leaves
    nothing at `to`."""
    with printing(browser, page, to) as printed:
        return printed()


@contextmanager
def printing(browser: str, page: Path, to: Path) -> Generator[Callable[[], Path]]:
    """As `print_to_pdf`, beside what the block does: it is given what waits for the browser.

    A block that ends before, as by Ctrl-C, ends the browser too.
    """
    # What an earlier print left there must not pass for this one.
    to.unlink(missing_ok=True)
    with ExitStack() as stack:
        trouble_of = _started(stack, browser, page, to)

        def printed() -> Path:
            if trouble := trouble_of() or _trouble_with(to):
                to.unlink(missing_ok=True)
                raise CallboardError(
                    f"{browser} did not print {page}: {trouble}",
                    hint="Write the report with --no-pdf and print report.html from a browser.",
                )
            return to

        yield printed


def _started(stack: ExitStack, browser: str, page: Path, to: Path) -> Callable[[], str]:
    """Have the browser at work until `stack` ends. Gives what waits for it and says what went wrong, '' for nothing."""
    try:
        # A process of the browser's that outlives it may still write into the profile: that is not worth a release.
        profile = stack.enter_context(
            tempfile.TemporaryDirectory(prefix="callboard-pdf-", ignore_cleanup_errors=True)
        )
        # A file, since a pipe would fill up while the browser works.
        said = stack.enter_context((Path(profile) / "said.txt").open("w+", errors="replace"))
        running = subprocess.Popen(
            _command(browser, profile, page, to), stdout=subprocess.DEVNULL, stderr=said
        )
    except OSError as error:
        why = str(error)
        return lambda: why
    stack.callback(_end, running)
    return lambda: _trouble_of(running, said)


def _end(running: subprocess.Popen[bytes]) -> None:
    running.kill()  # nothing happens to one that has ended
    running.wait()


def _trouble_of(running: subprocess.Popen[bytes], said: IO[str]) -> str:
    try:
        code = running.wait(_SECONDS)
    except subprocess.TimeoutExpired:
        _end(running)  # before what it wrote is removed
        return f"it was not done within {_SECONDS} s"
    if code == 0:
        return ""
    said.seek(0)
    return (said.read().strip().splitlines() or [f"it ended with {code}"])[-1]


def _command(browser: str, profile: str, page: Path, to: Path) -> list[str]:
    return [
        browser,
        "--headless",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        f"--user-data-dir={profile}",
        # Chromium's sandbox does not start for root; the page has neither scripts nor anything from elsewhere.
        *(["--no-sandbox"] if os.geteuid() == 0 else []),
        "--no-pdf-header-footer",
        f"--print-to-pdf={to}",
        page.absolute().as_uri(),
    ]


def _trouble_with(pdf: Path) -> str:
    # A browser that a full disk or a lack of memory stopped may have written a part of it, and still end well.
    if not pdf.is_file():
        return "it wrote nothing"
    written = pdf.read_bytes()
    is_whole = written.startswith(b"%PDF-") and b"%%EOF" in written[-1024:]
    return "" if is_whole else "what it wrote is no whole PDF"
