"""The newest attempt to refresh, as `build/status.json` records it: how far it is or how it ended.

`callboard status` reads it while a refresh has the build database for itself, and to say what was refused.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from expectations.items import Item
from orchestration.home.files import write_whole
from orchestration.home.paths import Home
from orchestration.refresh.context import RefreshContext
from orchestration.warehouse.quarantine import TableQuarantine


class Attempt(BaseModel):
    """One attempt. `step` is the one at work, or the last; `items` are what the gate found, settled or not."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    release_id: str
    trigger: str
    as_of: datetime
    months: tuple[date, ...]
    started_at: datetime
    state: Literal["running", "published", "refused", "nothing_new", "failed"]
    step: str = ""
    message: str = ""
    items: tuple[Item, ...] = ()
    quarantine: tuple[TableQuarantine, ...] = ()
    unreadable: dict[str, str] = {}


def read_attempt(home: Home) -> Attempt | None:
    """The newest attempt; None where there was none, or where its record cannot be read."""
    try:
        return Attempt.model_validate_json(home.status_file.read_bytes())
    except (OSError, ValidationError):
        return None


def note_attempt(ctx: RefreshContext, change: Callable[[Attempt], dict[str, object]]) -> None:
    """Write down what became of this refresh's attempt; `change` gives the fields that are different now."""
    if ctx.is_part:
        return
    attempt = read_attempt(ctx.home)
    if attempt is None or attempt.release_id != ctx.release_id:
        attempt = Attempt(
            release_id=ctx.release_id,
            trigger=ctx.trigger,
            as_of=ctx.as_of,
            months=ctx.months,
            started_at=datetime.now(UTC).replace(microsecond=0),
            state="running",
        )
    changed = attempt.model_copy(update=change(attempt))
    ctx.home.build.mkdir(parents=True, exist_ok=True)
    write_whole(ctx.home.status_file, changed.model_dump_json(indent=2) + "\n")
