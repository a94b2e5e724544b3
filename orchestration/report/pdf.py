"""The report as a PDF, printed by a browser that the machine has anyway; none is shipped."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from orchestration.errors import CallboardError

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
    # What an earlier print left there must not pass for this one.
    to.unlink(missing_ok=True)
    try:
        # A process of the browser's that outlives it may still write into the profile: that is not worth a release.
        with tempfile.TemporaryDirectory(prefix="callboard-pdf-", ignore_cleanup_errors=True) as profile:
            trouble = _trouble_of(_command(browser, profile, page, to))
        trouble = trouble or _trouble_with(to)
    except (OSError, subprocess.TimeoutExpired) as error:
        trouble = str(error)
    if trouble:
        to.unlink(missing_ok=True)
        raise CallboardError(
            f"{browser} did not print {page}: {trouble}",
            hint="Write the report with --no-pdf and print report.html from a browser.",
        )
    return to


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


def _trouble_of(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, errors="replace", timeout=_SECONDS, check=False)
    if done.returncode == 0:
        return ""
    return (done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[-1]


def _trouble_with(pdf: Path) -> str:
    # A browser that a full disk or a lack of memory stopped may have written a part of it, and still end well.
    if not pdf.is_file():
        return "it wrote nothing"
    written = pdf.read_bytes()
    is_whole = written.startswith(b"%PDF-") and b"%%EOF" in written[-1024:]
    return "" if is_whole else "what it wrote is no whole PDF"
