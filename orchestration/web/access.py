"""Who may read the live page: the Host header on loopback, a token everywhere else, and the headers of every answer.

The token is compared in constant time and never logged; the cookie holds an HMAC of it under a key that lives as
long as the server, so that a cookie reveals nothing of the token.
"""

import hmac
import ipaddress
import os
import secrets
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from orchestration.home.config import load_config, resolve_secret
from orchestration.home.errors import UsageError
from orchestration.home.paths import Home

COOKIE = "callboard_session"
_SHORTEST = 16
# Paths of the log-in form and of health checks: neither shows any number.
_OPEN = ("/login", "/healthz", "/static/")
_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


@dataclass(frozen=True)
class Access:
    """What is asked of a request: `token` where one is demanded, `hosts` where only these names are answered to."""

    token: str | None = field(repr=False)
    hosts: frozenset[str] | None
    _key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def is_token(self, given: str) -> bool:
        """Whether the request gave the token; always so where none is demanded."""
        return self.token is None or hmac.compare_digest(given.encode(), self.token.encode())

    def cookie(self) -> str:
        """The cookie of a reader who gave the token."""
        return hmac.new(self._key, (self.token or "").encode(), "sha256").hexdigest()

    def lets_in(self, headers: Headers) -> bool:
        """Whether a request carries the token or the cookie."""
        if self.token is None:
            return True
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self.is_token(given.strip()):
            return True
        try:
            cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        except CookieError:
            return False
        return cookie is not None and hmac.compare_digest(cookie.value.encode(), self.cookie().encode())

    def log_in(self, to: str, *, is_https: bool) -> Response:
        """Send a reader who gave the token on, with the cookie."""
        response = RedirectResponse(to, status_code=303)
        response.set_cookie(COOKIE, self.cookie(), httponly=True, samesite="strict", secure=is_https)
        return response


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens on `host`."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def access_for(home: Home, host: str) -> Access:
    """What a server on `host` asks of requests. Raises UsageError where it needs a token and has none."""
    if is_loopback(host):
        return Access(None, frozenset({"localhost", "127.0.0.1", "::1", host.lower()}))
    configured = load_config(home).serve.token
    token = os.environ.get("CALLBOARD_TOKEN") or (resolve_secret(configured) if configured else "")
    if not token:
        raise UsageError(
            f"Others can reach {host}, so readers must give a token, and there is none.",
            hint='Set the environment variable CALLBOARD_TOKEN, or [serve] token = "${NAME}" in callboard.toml, '
            "or leave --host out to serve this machine only.",
        )
    if len(token) < _SHORTEST:
        raise UsageError(
            f"The token has {len(token)} characters, which can be guessed.",
            hint=f"Take at least {_SHORTEST}: python -c 'import secrets; print(secrets.token_urlsafe())'",
        )
    return Access(token, None)


class Guard:
    """Stands before the whole app, its error pages too."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, send to the log-in, or let through; the headers go onto every answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
            await send(message)

        answer = self._refusal(scope) or self._app
        await answer(scope, receive, send_guarded)

    def _refusal(self, scope: Scope) -> Response | None:
        access, headers, path = self._access, Headers(scope=scope), str(scope["path"])
        # A name that leads here by a foreign DNS would let a foreign site read this machine's page.
        if access.hosts is not None and _host_of(headers.get("host", "")) not in access.hosts:
            return PlainTextResponse("This server answers to its own name only.\n", status_code=400)
        if access.token is None:
            return None
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = dict(query).get("token")
        if given is not None and scope["method"] in ("GET", "HEAD"):
            if access.is_token(given):
                rest = urlencode([(name, value) for name, value in query if name != "token"])
                return access.log_in(
                    _local(path) + (f"?{rest}" if rest else ""), is_https=scope["scheme"] == "https"
                )
            return RedirectResponse("/login?wrong=1", status_code=303)
        if access.lets_in(headers) or path.startswith(_OPEN):
            return None
        if "text/html" in headers.get("accept", ""):
            return RedirectResponse("/login", status_code=303)
        return PlainTextResponse(
            "This page asks for a token.\n", status_code=401, headers={"www-authenticate": "Bearer"}
        )


def _local(path: str) -> str:
    # Two slashes at the beginning would name another host.
    return "/" + path.lstrip("/\\")


def _host_of(header: str) -> str:
    host = header.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]
