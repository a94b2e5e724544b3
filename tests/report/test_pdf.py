"""Browsers that fail in their own ways: each failure is explained, and none leaves a PDF that nobody should read."""

import os
import sys
import time
from pathlib import Path

import pytest

from orchestration.home.errors import CallboardError
from orchestration.report import pdf
from orchestration.report.pdf import print_to_pdf, printing


@pytest.fixture
def page(tmp_path: Path) -> Path:
    page = tmp_path / "report.html"
    page.write_text("<p>77.1%</p>")
    return page


def browser(tmp_path: Path, does: str) -> str:
    """A browser that does this, given `to`, where to print to, and `profile`, a directory of its own."""
    script = tmp_path / "browser"
    script.write_text(
        f"#!{sys.executable}\n"
        "import os, subprocess, sys, time\n"
        "given = dict(a.split('=', 1) for a in sys.argv[1:] if '=' in a)\n"
        "to, profile = given['--print-to-pdf'], given['--user-data-dir']\n"
        f"{does}\n"
    )
    script.chmod(0o755)
    return str(script)


PART = "open(to, 'wb').write(b'%PDF-1.4 and no end')"


@pytest.mark.parametrize(
    ("does", "why"),
    [
        ("", "wrote nothing"),
        (PART, "no whole PDF"),
        ("open(to, 'wb').write(b'disk full')", "no whole PDF"),
        (f"{PART}; sys.exit(3)", "ended with 3"),
        (f"{PART}; sys.exit('out of memory')", "out of memory"),
        (f"{PART}; os.kill(os.getpid(), 9)", "ended with -9"),
        (r"sys.stderr.buffer.write(b'\xff not in UTF-8\n'); sys.exit(1)", "not in UTF-8"),
    ],
)
def test_what_is_no_pdf_is_reported_and_not_left(tmp_path: Path, page: Path, does: str, why: str) -> None:
    to = tmp_path / "report.pdf"
    to.write_bytes(b"%PDF-1.4 of an earlier print %%EOF")
    with pytest.raises(CallboardError, match=why):
        print_to_pdf(browser(tmp_path, does), page, to)
    assert not to.exists()


def test_a_browser_that_hangs_is_reported_and_leaves_no_part(
    tmp_path: Path, page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "_SECONDS", 1)
    with pytest.raises(CallboardError, match="not done within 1 s"):
        print_to_pdf(browser(tmp_path, f"{PART}; time.sleep(30)"), page, tmp_path / "report.pdf")
    assert not (tmp_path / "report.pdf").exists()


def test_a_browser_ends_with_what_is_done_beside_it(tmp_path: Path, page: Path) -> None:
    started = tmp_path / "started"
    hangs = browser(tmp_path, f"open({str(started)!r}, 'w').write(str(os.getpid())); time.sleep(60)")

    def interrupted() -> None:
        with printing(hangs, page, tmp_path / "report.pdf"):
            while not (started.exists() and started.read_text()):
                time.sleep(0.01)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    with pytest.raises(ProcessLookupError):
        os.kill(int(started.read_text()), 0)


def test_a_machine_without_room_for_a_profile_is_reported(
    tmp_path: Path, page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    with pytest.raises(CallboardError, match="missing"):
        print_to_pdf(browser(tmp_path, PART), page, tmp_path / "report.pdf")
