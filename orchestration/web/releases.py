"""The published release as requests see it: each follows the link anew, and reads one whole release to its end."""

from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from threading import Lock

import duckdb

from orchestration.home.paths import Home
from orchestration.presentation.language import Language
from orchestration.releases.manifest import current_release_path
from orchestration.releases.reader import Kpi, catalogue, months_of

# Between following the link and opening the file a refresh may have published and thinned out: then look again.
_ATTEMPTS = 3
# No spilling beside the release, which no process may write into.
_SETTINGS: dict[str, str | bool | int | float | list[str]] = {"temp_directory": ""}


class NothingPublished(Exception):
    """There is no release to read, or its file cannot be opened."""


@dataclass
class _Opened:
    path: Path
    connection: duckdb.DuckDBPyConnection
    users: int = 0
    months: list[date] = field(default_factory=list[date])
    catalogues: dict[str, dict[str, Kpi]] = field(default_factory=dict[str, dict[str, Kpi]])


@dataclass(frozen=True)
class Reading:
    """One request's view of one release: `path` is the release's directory, `connection` a cursor of its own.
    A release never changes, so its months and catalogue are read once."""

    path: Path
    connection: duckdb.DuckDBPyConnection
    _opened: _Opened = field(repr=False)

    @property
    def release_id(self) -> str:
        """The id of the release."""
        return self.path.name

    @property
    def months(self) -> list[date]:
        """The months it holds numbers of, the newest first."""
        if not self._opened.months:
            self._opened.months = months_of(self.connection)
        return self._opened.months

    def catalogue(self, language: Language) -> dict[str, Kpi]:
        """Its KPIs by id in this language."""
        if language.code not in self._opened.catalogues:
            self._opened.catalogues[language.code] = catalogue(self.connection, language)
        return self._opened.catalogues[language.code]


class OpenReleases:
    """The read-only connections of a server, one per release; a connection that no request uses any more is closed."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._lock = Lock()
        self._open: dict[Path, _Opened] = {}

    @contextmanager
    def reading(self) -> Generator[Reading]:
        """The release that the link points to now. Raises NothingPublished where there is none to open."""
        opened = self._take()
        try:
            with closing(opened.connection.cursor()) as cursor:
                yield Reading(opened.path, cursor, opened)
        finally:
            with self._lock:
                opened.users -= 1

    def current_id(self) -> str | None:
        """The id of the release that the link points to now; None where there is none."""
        path = current_release_path(self._home)
        return path.name if path else None

    def close(self) -> None:
        """Close everything, when the server ends."""
        with self._lock:
            for opened in self._open.values():
                opened.connection.close()
            self._open.clear()

    def _take(self) -> _Opened:
        trouble = ""
        for _ in range(_ATTEMPTS):
            path = current_release_path(self._home)
            if path is None:
                raise NothingPublished(trouble)
            with self._lock:
                try:
                    opened = self._open.get(path) or self._connect(path)
                except duckdb.IOException as error:
                    trouble = str(error)
                    continue
                opened.users += 1
                self._close_unused(path)
                return opened
        raise NothingPublished(trouble)

    def _connect(self, path: Path) -> _Opened:
        connection = duckdb.connect(str(path / "callboard.duckdb"), read_only=True, config=_SETTINGS)
        self._open[path] = _Opened(path, connection)
        return self._open[path]

    def _close_unused(self, current: Path) -> None:
        for path, opened in list(self._open.items()):
            if path != current and opened.users == 0:
                opened.connection.close()
                del self._open[path]
