"""Pages requested once, before a reader comes, so that the first one of a server or of a new release need not wait.

A first answer loads templates, languages, the drawing of charts and what DuckDB imports once a value is bound, together
some ten times what the answer itself takes; and a release's first answers read its file from the disk.
"""

import asyncio
from contextlib import suppress

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message

from orchestration.presentation.language import LANGUAGES
from orchestration.presentation.templating import environment
from orchestration.web import pages
from orchestration.web.releases import OpenReleases

# Between them they use the tables and columns that readers meet most.
_PAGES = (
    "/",
    "/kpi/average_handle_time",
    "/kpi/shrinkage_rate",
    "/kpi/csat_score",
    "/quarantine",
    "/gate",
    "/releases",
)
_POLL_SECONDS = 1.0


def load() -> None:
    """What no release is needed for: the templates, and a chart of each kind."""
    for name in environment().list_templates(extensions=["j2"]):
        environment().get_template(name)
    pages.warm_up()


async def warm_pages(app: ASGIApp) -> None:
    """Have each page answered once in each language, by the app itself, and throw the answers away."""
    for path in _PAGES:
        for code in LANGUAGES:
            # A page that fails shows its readers an error and does not hold up the other pages.
            with suppress(Exception):
                await _request(app, path, f"lang={code}")


async def follow(app: ASGIApp, releases: OpenReleases, known: str | None) -> None:
    """For as long as the server lives: see within a second that a release other than the `known` was published, and
    have its pages answered."""
    while True:
        await asyncio.sleep(_POLL_SECONDS)
        current = await current_id(releases)
        if current not in (known, None):
            await warm_pages(app)
        known = current


async def current_id(releases: OpenReleases) -> str | None:
    """The id of the published release; None where there is none, or none can be seen just now."""
    try:
        return await run_in_threadpool(releases.current_id)
    except (OSError, RuntimeError):
        # A drive that fails for a moment, or a link in a circle: readers see an error page, and the watch goes on.
        return None


async def _request(app: ASGIApp, path: str, query: str) -> None:
    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_: Message) -> None:
        return None

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "root_path": "",
        "query_string": query.encode(),
        "headers": [],
    }
    await app(scope, receive, send)
