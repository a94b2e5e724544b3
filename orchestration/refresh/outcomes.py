"""How the steps of a refresh end, and how a whole refresh does. What is said of it is `conclude`'s."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

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
    manifest where this refresh published it; `failed` are the verdicts that refused it, `warnings` those that somebody
    should look at though it was published, `notes` what else is to be looked at, a sentence each. `lacks_pdf` says that
    a browser should have printed the report and did not."""

    status: Literal["published", "refused", "nothing_new", "failed"]
    release_id: str | None
    months: tuple[date, ...] = ()
    steps: tuple[StepResult, ...] = ()
    message: str = ""
    failed: tuple[Verdict, ...] = ()
    warnings: tuple[Verdict, ...] = ()
    notes: tuple[str, ...] = ()
    manifest: Manifest | None = None
    lacks_pdf: bool = False
