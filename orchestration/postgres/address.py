"""The address of a PostgreSQL server as people give it, and the same without its password.

The password goes to the client library by its environment (`PGPASSWORD`) and nowhere else: DuckDB repeats the address
it was given in its error messages, so it never gets to know the password.
"""

import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from orchestration.home.config import resolve_secret
from orchestration.home.errors import UsageError

_SCHEMES = ("postgresql", "postgres")


@dataclass(frozen=True)
class Address:
    """Where to: `public` is the address without password, for people and for DuckDB; `password` is never shown."""

    public: str
    password: str | None = field(default=None, repr=False)


def parse_address(given: str) -> Address:
    """`postgresql://user@host:port/database`, or `${NAME}` for the variable that holds it.

    Raises UsageError where it is something else. The message never repeats what was given: it may hold a password.
    """
    text = resolve_secret(given.strip())
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in _SCHEMES:
        raise UsageError(
            "That is no address of a PostgreSQL database.",
            hint="Write it as postgresql://user@host/database, or '${NAME}' for the environment variable that holds it.",
        )
    logins, _, hosts = parts.netloc.rpartition("@")
    user, _, password = logins.partition(":")
    options = parse_qsl(parts.query, keep_blank_values=True)
    secret = dict(options).get("password") or unquote(password) or None
    kept = urlencode([(name, value) for name, value in options if name != "password"])
    place = f"postgresql://{user}@{hosts}{parts.path}" if user else f"postgresql://{hosts}{parts.path}"
    return Address(f"{place}?{kept}" if kept else place, secret)


@contextmanager
def client_settings(address: Address) -> Generator[None]:
    """Have what the client library reads from its environment there for a while: the password if there is one, a limit
    to waiting for a connection, UTF-8 whatever the database's own encoding is."""
    settings = {"PGAPPNAME": "callboard", "PGCONNECT_TIMEOUT": "10"}
    settings = {name: os.environ.get(name) or value for name, value in settings.items()}
    settings["PGCLIENTENCODING"] = "UTF8"
    if address.password:
        settings["PGPASSWORD"] = address.password
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
