"""`manifest.json`: what a release says of itself, and the one place that says what is published.

Planning the next refresh and `callboard status` read it; the build database is not needed for either.
"""

from datetime import date, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from expectations.settling import Waiver
from orchestration.home.errors import CallboardError
from orchestration.home.paths import Home


class _Record(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class PublishedMonth(_Record):
    """One month of a release and how it was made. `next_matures_at` is the instant at which a part of it
    that is provisional now matures; None where only deliveries can change it."""

    month: date
    made_by: str
    as_of: datetime
    fingerprint: str
    is_provisional: bool
    next_matures_at: datetime | None = None


class Part(_Record):
    """A file of a release, its path relative to the release."""

    path: str
    bytes: int
    sha256: str


class DeliveryRecord(_Record):
    """A file of landing that went in, its path relative to landing."""

    delivery_id: int
    table_name: str
    file: str
    sha256: str
    bytes: int
    rows: int
    superseded_by: int | None = None


class Manifest(_Record):
    """A release. `built_months` were made for it, the other `months` carried from the release before;
    `owed_months` were touched by deliveries and still wait to be made."""

    release_id: str
    published_at: datetime
    as_of: datetime
    trigger: str
    code_version: str
    config_sha256: str
    previous_release_id: str | None
    built_months: tuple[date, ...]
    months: tuple[PublishedMonth, ...]
    owed_months: tuple[date, ...]
    parts: tuple[Part, ...]
    deliveries: tuple[DeliveryRecord, ...]
    waivers: tuple[Waiver, ...]
    library_versions: dict[str, str]

    @property
    def in_force(self) -> frozenset[int]:
        """The ids of the deliveries that counted."""
        return frozenset(d.delivery_id for d in self.deliveries if d.superseded_by is None)

    def to_json(self) -> str:
        """The text of `manifest.json`."""
        return self.model_dump_json(indent=2) + "\n"


def current_release_path(home: Home) -> Path | None:
    """The directory of the release that people read now; None where nothing was ever published."""
    link = home.published_database
    if not link.is_symlink():
        return None
    return link.resolve().parent


def current_manifest(home: Home) -> Manifest | None:
    """The manifest of the published release. Raises CallboardError where the release is damaged."""
    release = current_release_path(home)
    if release is None:
        return None
    return read_manifest(release)


def read_manifest(release: Path) -> Manifest:
    """The manifest in a release's directory. Raises CallboardError where it is missing or damaged."""
    path = release / "manifest.json"
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except (OSError, ValueError) as error:
        raise damaged(release, path, error) from None


def damaged(release: Path, file: Path, error: Exception) -> CallboardError:
    """What to say where a file of a release cannot be read."""
    return CallboardError(
        f"The published release {release.name} is damaged: {file} cannot be read ({error}).",
        hint=f"Point {release.parent.parent / 'callboard.duckdb'} at an older release, or delete the link and refresh.",
    )
