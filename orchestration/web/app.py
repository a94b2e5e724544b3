"""The live page put together: its addresses, its error pages, and the guard before all of them."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from orchestration.home.paths import Home
from orchestration.presentation.templating import TEMPLATES
from orchestration.web import warmup
from orchestration.web.access import Access, Guard
from orchestration.web.audit_pages import changes_page, gate_page, quarantine_page, releases_page
from orchestration.web.page_request import PageRequest, endpoint, parse_request, refusal
from orchestration.web.pages import kpi_page, overview
from orchestration.web.releases import NothingPublished, OpenReleases

_LONGEST_FORM = 4096


def live_page(home: Home, default_language: str, access: Access) -> ASGIApp:
    """The whole app on a home: reads what is published there, writes nothing."""
    releases = OpenReleases(home)

    def page(path: str, shown: Callable[[PageRequest], Response]) -> Route:
        return Route(path, endpoint(releases, default_language, shown), methods=["GET"])

    @asynccontextmanager
    async def alive(app: Starlette) -> AsyncGenerator[None]:
        await run_in_threadpool(warmup.load)
        known = await warmup.current_id(releases)
        await warmup.warm_pages(app)
        following = asyncio.create_task(warmup.follow(app, releases, known))
        yield
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following
        releases.close()

    def failed(request: Request, error: Exception) -> Response:
        page_request = parse_request(request, default_language)
        status = error.status_code if isinstance(error, HTTPException) else 500
        words = {404: "There is no such page.", 405: "This page is only read."}.get(
            status, "The page failed. What is published is not touched by that."
        )
        response = refusal(page_request, status, page_request.language.text(words))
        response.headers.update((error.headers or {}) if isinstance(error, HTTPException) else {})
        return response

    app = Starlette(
        routes=[
            page("/", overview),
            page("/kpi/{kpi_id}", kpi_page),
            page("/quarantine", quarantine_page),
            page("/gate", gate_page),
            page("/releases", partial(releases_page, home)),
            page("/changes", partial(changes_page, home)),
            Route("/login", partial(_login_form, default_language), methods=["GET"]),
            Route("/login", partial(_log_in, default_language, access), methods=["POST"]),
            Route("/healthz", partial(_health, releases), methods=["GET"]),
            Mount("/static", StaticFiles(directory=TEMPLATES / "web" / "static")),
        ],
        exception_handlers={HTTPException: failed, Exception: failed},
        lifespan=alive,
    )
    return Guard(app, access)


def _login_form(default_language: str, request: Request) -> Response:
    page_request = parse_request(request, default_language)
    return page_request.answer("login.html.j2", {"is_wrong": bool(page_request.text("wrong"))})


async def _log_in(default_language: str, access: Access, request: Request) -> Response:
    if access.token is None:
        raise HTTPException(405, headers={"allow": "GET, HEAD"})
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_FORM:
            raise HTTPException(413)
    given = parse_qs(body.decode("latin-1")).get("token", [""])[0]
    page_request = parse_request(request, default_language)
    if not access.is_token(given):
        return page_request.answer("login.html.j2", {"is_wrong": True}, 403)
    return access.log_in(page_request.url("/"), is_https=request.url.scheme == "https")


def _health(releases: OpenReleases, _: Request) -> Response:
    try:
        with releases.reading():
            return JSONResponse({"status": "ok"})
    except NothingPublished:
        return JSONResponse({"status": "nothing published"}, status_code=503)
