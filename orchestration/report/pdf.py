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
    """Print the page at `page` to A4 at `to`. Raises CallboardError where the browser does not do it."""
    with tempfile.TemporaryDirectory(prefix="callboard-pdf-") as profile:
        command = [
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
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
            said = (done.stderr.strip().splitlines() or [""])[-1] if done.returncode else ""
        except (OSError, subprocess.TimeoutExpired) as error:
            said = str(error)
        if said or not to.is_file():
            raise CallboardError(
                f"{browser} did not print {page}: {said or 'it wrote nothing'}",
                hint="Write the report with --no-pdf and print report.html from a browser.",
            )
    return to
