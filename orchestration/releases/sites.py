"""Where the default site is: whose clock and working days a local hour means.

The published release says so, since a refresh has the build database for itself.
"""

from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import duckdb

from orchestration.home.config import Config
from orchestration.home.paths import Home


@dataclass(frozen=True)
class Site:
    """Where the default site is: IANA time zone, and country (ISO 3166-1 alpha-2) or None where not known."""

    time_zone: str
    country: str | None


def default_site(home: Home, config: Config) -> Site:
    """The default site as the release has it; before there is one, the configuration's zone and no country."""
    fallback = Site(config.default_time_zone or "UTC", None)
    if not home.published_database.exists():
        return fallback
    try:
        with duckdb.connect(str(home.published_database.resolve()), read_only=True) as connection:
            return published_site(connection, config.default_site) or fallback
    except duckdb.Error:
        return fallback  # a release of another version must not keep the UI from starting


def published_site(connection: duckdb.DuckDBPyConnection, site_id: str) -> Site | None:
    """A site as the opened release has it; None where it does not know the site or its clock."""
    row = connection.execute(
        "select time_zone, country from marts.dim_site where site_id = ?", [site_id]
    ).fetchone()
    try:
        return Site(ZoneInfo(row[0]).key, row[1]) if row else None
    except ZoneInfoNotFoundError:
        return None
