"""How the steps of a refresh end, and how a whole refresh does. What is said of it is `conclude`'s."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from expectations.items import Item, items_of
from expectations.verdicts import Verdict
from orchestration.refresh.progress import StepResult
from orchestration.refresh.publish import Release
from orchestration.releases.manifest import Manifest


@dataclass(frozen=True)
class LoadOutcome:
    """What came in. `unreadable` are files of which nothing could be read, relative to landing, and why;
    `tables` are those that deliveries came for; `has_changes` says whether other deliveries count now than before;
    `notes` are to be said, a sentence each."""

    result: StepResult
    deliveries: int
    unreadable: dict[str, str]
    has_changes: bool = True
    tables: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class BuildOutcome:
    """What dbt made. No months: there was nothing new, and the steps after it are left out."""

    result: StepResult
    build_id: str
    months: tuple[date, ...]


@dataclass(frozen=True)
class GateOutcome:
    """What the gate said of the newest build. One that is `partial` is never published, so it is not refused either."""

    result: StepResult
    build_id: str
    verdicts: tuple[Verdict, ...]
    is_partial: bool = False
    #: The source tables that each KPI needs.
    sources: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])

    @property
    def items(self) -> tuple[Item, ...]:
        """What it found, one item for each cause."""
        return items_of(self.verdicts, self.sources)

    @property
    def refused(self) -> bool:
        return not self.is_partial and any(verdict.blocks for verdict in self.verdicts)


@dataclass(frozen=True)
class PublishOutcome:
    """What is published now. `release` is None where the newest build is published already; `notes` say which rows about
    our own reports could not be delivered after it, a sentence each."""

    result: StepResult
    release: Release | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class RefreshOutcome:
    """How a refresh ended. `release_id` is what is published now, whether this refresh made it or not, and `manifest` its
    manifest where this refresh published it; `items` are what the gate found, settled or not, the worst first; `notes` what
    else is to be looked at and `about_waivers` which waivers do nothing any more, a sentence each. `lacks_pdf` says that
    a browser should have printed the report and did not."""

    status: Literal["published", "refused", "nothing_new", "failed"]
    release_id: str | None
    months: tuple[date, ...] = ()
    steps: tuple[StepResult, ...] = ()
    message: str = ""
    items: tuple[Item, ...] = ()
    notes: tuple[str, ...] = ()
    about_waivers: tuple[str, ...] = ()
    manifest: Manifest | None = None
    lacks_pdf: bool = False
