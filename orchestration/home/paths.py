"""The home directory: where each thing of one warehouse lies, and how a home comes to be.

Only paths and their making live here; what the files say is `config`, `ledger` and `release`.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from orchestration.home.errors import UsageError


@dataclass(frozen=True)
class Home:
    """One warehouse's directory; every path in it, as `docs/` names them."""

    root: Path

    @property
    def config_file(self) -> Path:
        return self.root / "callboard.toml"

    @property
    def waivers_file(self) -> Path:
        return self.root / "waivers.jsonl"

    @property
    def confirmations_file(self) -> Path:
        return self.root / "confirmations.jsonl"

    @property
    def landing(self) -> Path:
        return self.root / "landing"

    @property
    def mappings(self) -> Path:
        """Where people keep the mappings of their vendors' exports."""
        return self.root / "mappings"

    @property
    def build(self) -> Path:
        return self.root / "build"

    @property
    def warehouse(self) -> Path:
        return self.build / "warehouse.duckdb"

    @property
    def lock_file(self) -> Path:
        return self.build / "refresh.lock"

    @property
    def status_file(self) -> Path:
        return self.build / "status.json"

    @property
    def arrivals_file(self) -> Path:
        """Since when each source is expected, and for which missed deadline a notification was sent."""
        return self.build / "arrivals.json"

    @property
    def logs(self) -> Path:
        return self.build / "logs"

    @property
    def published(self) -> Path:
        return self.root / "published"

    @property
    def releases(self) -> Path:
        return self.published / "releases"

    @property
    def published_database(self) -> Path:
        """The link that BI tools open."""
        return self.published / "callboard.duckdb"

    @property
    def dagster(self) -> Path:
        return self.root / "dagster"


def locate_home(given: Path | None) -> Home:
    """The home that a command means: `--home`, then $CALLBOARD_HOME, then ./home. It need not exist."""
    return Home((given or Path(os.environ.get("CALLBOARD_HOME") or "home")).expanduser().absolute())


def existing_home(given: Path | None) -> Home:
    """As `locate_home`, for commands that need one. Raises UsageError where there is neither a
    configuration nor a landing directory."""
    home = locate_home(given)
    if not home.config_file.is_file() and not home.landing.is_dir():
        raise UsageError(
            f"{home.root} is no Callboard home: it has neither callboard.toml nor landing/.",
            hint=f"Make one with: callboard init --home {home.root}   (or: callboard simulate --home {home.root} "
            "--months 2026-08..2026-09, for a synthetic centre)",
        )
    return home
