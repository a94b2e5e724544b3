"""Looking for new releases goes on whatever a look meets."""

import asyncio
from pathlib import Path

import pytest
from starlette.types import Receive, Scope, Send

from orchestration.home.paths import Home
from orchestration.web import warmup
from orchestration.web.releases import OpenReleases


def test_a_look_that_fails_ends_neither_the_looking_nor_the_server(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(warmup, "_POLL_SECONDS", 0.01)
    looks = iter([OSError(116, "Stale file handle"), RuntimeError("Symlink loop"), "newer"])
    releases = OpenReleases(Home(tmp_path))

    def look() -> str:
        found = next(looks, "newer")
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(releases, "current_id", look)
    asked = asyncio.Event()

    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        asked.set()

    async def live() -> None:
        following = asyncio.create_task(warmup.follow(app, releases, "older"))
        try:
            await asyncio.wait_for(asked.wait(), 10)
        finally:
            following.cancel()

    asyncio.run(live())
