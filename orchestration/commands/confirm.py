"""`callboard confirm`: a person says that an odd finding is right."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from expectations.settling import Confirmation
from orchestration.commands.console import print_json, stdout_console
from orchestration.commands.options import HomeOption, JsonOption
from orchestration.home.errors import UsageError
from orchestration.home.paths import Home, existing_home
from orchestration.home.suggestions import did_you_mean
from orchestration.home.waivers import add_confirmation

if TYPE_CHECKING:
    from expectations.items import Item


def confirm_command(
    item: Annotated[
        str, typer.Argument(help="The item, as refresh and status list it, such as 2026-08-3fa2.")
    ],
    reason: Annotated[str, typer.Option(help="Why the numbers are right.")],
    by: Annotated[str, typer.Option("--by", help="Name of the person who knows.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that what an item found is right. It is settled as it was found, and becomes part of the next release."""
    place = existing_home(home)
    found = _item(place, item)
    odd = [e for e in found.entries if e.finding.severity == "to_confirm" and e.finding.settled is None]
    given = Confirmation(
        found.item_id,
        found.month,
        tuple(entry.bound for entry in odd),
        reason,
        by,
        datetime.now(UTC).replace(microsecond=0),
    )
    add_confirmation(place, given)
    if as_json:
        print_json({"status": "confirmed", "item": found.item_id, "findings": len(odd)})
    else:
        stdout_console().print(
            f"Confirmed {found.item_id}: {len(odd)} findings, as they were found. Now refresh again.",
            markup=False,
        )


def _item(home: Home, wanted: str) -> "Item":
    """The open item. Raises UsageError where there is none, where it is refused, and where it is settled."""
    listed = {item.item_id: item for item in _listed(home)}
    found = listed.get(wanted)
    if found is None:
        open_ones = sorted(
            i for i, item in listed.items() if not item.is_settled and item.severity == "to_confirm"
        )
        raise UsageError(
            f"There is no item {wanted!r} to confirm.",
            hint=did_you_mean(wanted, open_ones, f"Open are: {', '.join(open_ones) or 'none'}."),
        )
    if found.is_settled:
        settled = found.lead.finding.settled
        raise UsageError(
            f"{wanted} is settled already{f', by {settled.by}: {settled.reason}' if settled else ''}."
        )
    if found.severity != "to_confirm":
        raise UsageError(
            f"{wanted} is {found.severity}, not to confirm.",
            hint="What is refused is delivered again; callboard status says what to ask for.",
        )
    return found


def _listed(home: Home) -> "list[Item]":
    """The items of the newest attempt that was refused, else of the published release."""
    import duckdb

    from orchestration.refresh.last_run import read_attempt
    from orchestration.releases.findings import items_in

    attempt = read_attempt(home)
    listed = list(attempt.items) if attempt and attempt.state == "refused" else []
    if home.published_database.exists():
        with duckdb.connect(str(home.published_database.resolve()), read_only=True) as connection:
            published = items_in(connection)
        known = {item.item_id for item in listed}
        listed += [item for item in published if item.item_id not in known]
    return listed
