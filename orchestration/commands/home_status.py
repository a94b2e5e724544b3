"""The state of a home: the published release, waiting deliveries, and the reasons of the newest refusal.

Reads the release, the newest attempt's record and, only while no refresh runs, the build database; never writes.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb

from expectations.items import Item
from expectations.settling import Waiver
from orchestration.deliveries.arrivals import Expected, expected
from orchestration.deliveries.landing import waiting_files
from orchestration.deliveries.own_reports import ReportMonth, own_reports
from orchestration.home.config import Config, load_config
from orchestration.home.known_errors import in_words
from orchestration.home.lock import holder_of, try_shared_lock
from orchestration.home.paths import Home
from orchestration.home.versions import code_version
from orchestration.home.waivers import waivers_in_force
from orchestration.refresh.last_run import Attempt, read_attempt
from orchestration.releases.manifest import Manifest, current_manifest
from orchestration.releases.reader import SourceMonth, open_release, sources_of
from orchestration.warehouse.database import tables_of
from orchestration.warehouse.quarantine import TableQuarantine, quarantine_summary

if TYPE_CHECKING:
    from orchestration.presentation.language import Language
    from sources.loading.load import WaitingFile


@dataclass(frozen=True)
class HomeStatus:
    """The state of a home. `waiting` is None while a refresh runs: only the refresh knows it then; `sources` are those of
    the newest published month."""

    home: Home
    published: Manifest | None
    attempt: Attempt | None
    running: str | None
    waiting: "tuple[WaitingFile, ...] | None"
    unreadable: dict[str, str]
    quarantine: tuple[TableQuarantine, ...]
    waivers: tuple[Waiver, ...]
    sources: tuple[SourceMonth, ...]
    is_changed_since: tuple[str, ...]
    overdue: tuple[Expected, ...] = ()
    reports: tuple[ReportMonth, ...] = ()
    config_notes: tuple[str, ...] = ()
    #: What the published release asks people to confirm, and what they did.
    items: tuple[Item, ...] = ()
    lang: str = "en"

    @property
    def language(self) -> "Language":
        """The language of the home's reports."""
        # Late: babel is not needed to say that all is well.
        from orchestration.presentation.language import language

        return language(self.lang)

    @property
    def refused(self) -> Attempt | None:
        """The newest attempt, where it was refused."""
        return self.attempt if self.attempt and self.attempt.state == "refused" else None

    @property
    def failed(self) -> Attempt | None:
        """The newest attempt, where it failed or was cut off."""
        attempt = self.attempt
        if attempt is None or self.running or attempt.state not in ("failed", "running"):
            return None
        return attempt


def home_status(home: Home) -> HomeStatus:
    """The state of `home`. Raises UsageError for a wrong configuration, CallboardError for a damaged release."""
    config = load_config(home)
    published = current_manifest(home)
    running = holder_of(home)
    waiting, unreadable = _landing(home, config)
    attempt = read_attempt(home)
    sources, items = _of_release(home, published)
    return HomeStatus(
        home=home,
        published=published,
        attempt=attempt,
        running=running,
        waiting=waiting,
        unreadable=unreadable if waiting is not None else (attempt.unreadable if attempt else {}),
        quarantine=_quarantine(home, published, attempt),
        waivers=tuple(waivers_in_force(home)),
        sources=sources,
        is_changed_since=_changes(config, published),
        overdue=tuple(source for source in expected(home, config, datetime.now(UTC)) if source.is_overdue),
        # The newest month of each says how it stands.
        reports=tuple({r.report.report_id: r for r in own_reports(home, config, datetime.now(UTC))}.values()),
        config_notes=config.notes,
        items=items,
        lang=config.report.lang,
    )


def _landing(home: Home, config: Config) -> "tuple[tuple[WaitingFile, ...] | None, dict[str, str]]":
    with try_shared_lock(home) as is_free:
        if not is_free:
            return None, {}
        try:
            return tuple(waiting_files(home, config)), _unreadable(home)
        except duckdb.Error as error:
            if in_words(error) is None:
                raise
            return None, {}


def _unreadable(home: Home) -> dict[str, str]:
    if not home.warehouse.exists():
        return {}
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        if "delivery" not in tables_of(connection, "raw"):
            return {}
        rows = connection.execute(
            "select file, unreadable_reason from raw.delivery "
            "where superseded_by is null and unreadable_reason is not null order by file"
        ).fetchall()
    return dict(rows)


def _quarantine(
    home: Home, published: Manifest | None, attempt: Attempt | None
) -> tuple[TableQuarantine, ...]:
    is_newer = attempt is not None and (published is None or attempt.release_id > published.release_id)
    if attempt is not None and is_newer and attempt.quarantine:
        return attempt.quarantine
    if published is None:
        return ()
    with duckdb.connect(str(home.published_database.resolve()), read_only=True) as connection:
        return quarantine_summary(connection, "release")


def _of_release(home: Home, published: Manifest | None) -> tuple[tuple[SourceMonth, ...], tuple[Item, ...]]:
    """The sources of the newest published month, and the items of the release."""
    if published is None:
        return (), ()
    from orchestration.releases.findings import items_in

    with open_release(home.published_database.resolve().parent) as connection:
        newest = max(month.month for month in published.months)
        return tuple(sources_of(connection, newest)), items_in(connection)


def _changes(config: Config, published: Manifest | None) -> tuple[str, ...]:
    """Configuration and code, where they differ from those of the published release: its months should be made again."""
    if published is None:
        return ()
    changes: list[str] = []
    if published.config_sha256 != config.sha256():
        changes.append("the configuration")
    if published.code_version != code_version():
        changes.append(f"the code (then {published.code_version}, now {code_version()})")
    return tuple(changes)
