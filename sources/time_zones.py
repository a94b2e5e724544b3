"""Names of time zones: of the IANA database, as Area/City or UTC, and no others.

Engines know more names than the database has, and read them as they please: CST is US Central to DuckDB.
"""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_AREAS = frozenset(
    [
        "Africa",
        "America",
        "Antarctica",
        "Arctic",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    ]
)  #: The same stand in the macro `is_time_zone`.


def is_time_zone(name: str) -> bool:
    """Whether the name is UTC or Area/City of the IANA database."""
    if name == "UTC":
        return True
    if name.partition("/")[0] not in _AREAS:
        return False
    try:
        return ZoneInfo(name).key == name
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


def checked_zone(name: str | None) -> str | None:
    """The name itself. Raises ValueError where it is no name of the database."""
    if name is not None and not is_time_zone(name):
        raise ValueError(f"{name!r} is no IANA time zone: write Area/City, such as Asia/Shanghai, or UTC")
    return name
