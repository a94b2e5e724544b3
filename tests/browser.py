"""A real headless Chromium for tests: what the page said, what it asked the network for, what axe-core finds."""

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

_CHROMIUM = (
    os.environ.get("CALLBOARD_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
)
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SERIOUS = ("serious", "critical")


@dataclass
class Visited:
    """A page under test: its console errors, and the addresses that it asked for."""

    page: Any
    errors: list[str] = field(default_factory=list[str])
    requests: list[str] = field(default_factory=list[str])

    def leaving(self, *allowed: str) -> list[str]:
        """Requests to anywhere but addresses that begin with one of `allowed`."""
        return [url for url in self.requests if not url.startswith((*allowed, "data:", "blob:", "about:"))]

    def accessibility(self) -> list[str]:
        """axe-core's serious and critical violations, each with an element."""
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(self.page).response["violations"]
        return [
            f"{v['id']}: {v['help']} ({v['nodes'][0]['html'][:200]})" for v in found if v["impact"] in SERIOUS
        ]


@contextmanager
def chromium(**context: Any) -> Generator[Visited]:
    """A page in a new Chromium; `context` as Playwright's new_context takes it (color_scheme, viewport, locale)."""
    if _CHROMIUM is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium fonts-noto-cjk")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, headless=True, args=_FLAGS)
        page = browser.new_context(**context).new_page()
        visited = Visited(page)
        page.on(
            "console", lambda m: visited.errors.append(m.text) if m.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: visited.errors.append(str(error)))
        page.on("request", lambda request: visited.requests.append(request.url))
        yield visited
        browser.close()


def screenshot(visited: Visited, to: Path, **options: Any) -> None:
    """The page as a PNG."""
    to.parent.mkdir(parents=True, exist_ok=True)
    visited.page.screenshot(path=str(to), **options)
