"""`callboard waive` and `callboard waivers`: a person lets what a named expectation found pass, or no longer."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from expectations.settling import Waiver
from orchestration.commands.console import print_json, stdout_console
from orchestration.commands.options import HomeOption, JsonOption
from orchestration.home.errors import UsageError
from orchestration.home.months import parse_month
from orchestration.home.paths import Home, existing_home
from orchestration.home.suggestions import did_you_mean
from orchestration.home.waivers import add_waiver, revoke_waivers, waivers_in_force

if TYPE_CHECKING:
    from expectations.items import Entry

Expectation = Annotated[str, typer.Argument(help="Name of the expectation, as the gate printed it.")]
Month = Annotated[str, typer.Option(help="The month, YYYY-MM.")]
OnTable = Annotated[
    str | None,
    typer.Option("--table", help="The table; needed where several were refused.", show_default=False),
]
Key = Annotated[
    list[str] | None,
    typer.Option(
        "--key",
        help="The place, such as kpi_id=attrition_rate; may be repeated, and is needed where there are several.",
        show_default=False,
    ),
]
By = Annotated[str, typer.Option("--by", help="Name of the person who decides.")]
Reason = Annotated[str, typer.Option(help="Reason for the waiver, or for its revocation.")]
_MOST_PLACES = 10

waivers_app = typer.Typer(help="The waivers in force, and taking one back.", no_args_is_help=False)


def waive_command(
    expectation: Expectation,
    month: Month,
    reason: Reason,
    by: By,
    table: OnTable = None,
    key: Key = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let pass what an expectation found in a month, at the places named. Who and why become part of the release."""
    place = existing_home(home)
    _refuse_unwaivable(expectation, table)
    named = parse_keys(key or ())
    found = _refused(place, expectation, parse_month(month), table, named)
    waiver = Waiver(
        expectation,
        parse_month(month),
        found[0].table_name,
        reason,
        by,
        datetime.now(UTC).replace(microsecond=0),
        named,
        tuple(entry.bound for entry in found),
    )
    add_waiver(place, waiver)
    if as_json:
        print_json({"status": "waived", "waiver": waiver_json(waiver)})
    else:
        where = "; ".join(keys_text(entry) for entry in found[:_MOST_PLACES])
        stdout_console().print(
            f"Waived {expectation} for {month} as it was found: {where}. Another value is refused again. "
            "Now refresh again.",
            markup=False,
        )


@waivers_app.callback(invoke_without_command=True)
def waivers_callback(context: typer.Context, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the waivers in force, or take one back with `revoke`."""
    if context.invoked_subcommand is None:
        list_command(home, as_json)


@waivers_app.command("list")
def list_command(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the waivers in force."""
    held = waivers_in_force(existing_home(home))
    if as_json:
        print_json({"waivers": [waiver_json(waiver) for waiver in held]})
        return
    console = stdout_console()
    if not held:
        console.print("No waiver is in force.")
        return
    table = Table("month", "expectation", "table", "key", "by", "reason", box=None)
    for waiver in held:
        table.add_row(
            f"{waiver.month:%Y-%m}",
            waiver.expectation,
            waiver.table_name or "every table",
            ", ".join(f"{name}={value}" for name, values in waiver.key.items() for value in values),
            waiver.waived_by,
            waiver.reason,
        )
    console.print(table)
    _say_what_does_nothing(held)


@waivers_app.command("revoke")
def revoke_command(
    expectation: Expectation,
    month: Month,
    reason: Reason,
    by: By,
    table: OnTable = None,
    key: Key = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take waivers back, those of a table and key where these are given; the next refresh is judged without them."""
    named = parse_keys(key or ())
    count = revoke_waivers(
        existing_home(home), expectation, parse_month(month), table, named, by=by, reason=reason
    )
    if as_json:
        print_json(
            {
                "status": "revoked",
                "expectation": expectation,
                "month": month,
                "table_name": table,
                "count": count,
            }
        )
    else:
        stdout_console().print(f"Revoked {count} waivers of {expectation} for {month}.", markup=False)


def parse_keys(given: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """`["kpi_id=a", "kpi_id=b"]` → `{"kpi_id": ("a", "b")}`. Raises UsageError for what is no name=value."""
    named: dict[str, tuple[str, ...]] = {}
    for text in given:
        name, separator, value = text.partition("=")
        if not separator or not name.strip():
            raise UsageError(f"--key {text!r} is no key.", hint="Write it as kpi_id=attrition_rate.")
        named[name.strip()] = (*named.get(name.strip(), ()), value.strip())
    return named


def keys_text(entry: "Entry") -> str:
    """The place of a finding, as `--key` takes it."""
    return ", ".join(f"{name}={value}" for name, value in entry.finding.keys.items())


def waiver_json(waiver: Waiver) -> dict[str, object]:
    """A waiver for `--json`."""
    return {
        "expectation": waiver.expectation,
        "month": f"{waiver.month:%Y-%m}",
        "table_name": waiver.table_name,
        "key": {name: list(values) for name, values in waiver.key.items()},
        "places": None if waiver.bound is None else [dict(bound.keys) for bound in waiver.bound],
        "reason": waiver.reason,
        "waived_by": waiver.waived_by,
        "waived_at": waiver.waived_at.isoformat(timespec="seconds"),
    }


def _refuse_unwaivable(name: str, table: str | None) -> None:
    from expectations.gate import expectation_names
    from expectations.sentences import is_structure

    by_table = expectation_names()
    names = sorted({known for listed in by_table.values() for known in listed})
    if name not in names:
        raise UsageError(
            f"There is no expectation {name!r}.",
            hint=did_you_mean(name, names, "callboard status names those that refused."),
        )
    if table is not None and name not in by_table.get(table, ()):
        tables = sorted(known for known, listed in by_table.items() if name in listed)
        raise UsageError(
            f"{name} is not an expectation on {table!r}.", hint=f"It is one on: {', '.join(tables)}"
        )
    if is_structure(name):
        raise UsageError(
            f"{name} can't be waived: it is arithmetic or a key, which holds whatever happened in a month.",
            hint="Look at the keys in the source rows and deliver these again; if they are right, please report it.",
        )


def _refused(
    home: Home, expectation: str, month: date, table: str | None, named: dict[str, tuple[str, ...]]
) -> "list[Entry]":
    """The findings that the newest attempt refused and the waiver names; it is bound to them."""
    from orchestration.refresh.last_run import read_attempt

    attempt = read_attempt(home)
    asked = {
        item.item_id: [
            entry
            for entry in item.entries
            if entry.expectation == expectation
            and entry.month in (None, month)
            and table in (None, entry.table_name)
        ]
        for item in (attempt.items if attempt else ())
    }
    refused = [e for entries in asked.values() for e in entries if e.finding.severity == "refused"]
    odd = [
        item for item, entries in asked.items() if any(e.finding.severity == "to_confirm" for e in entries)
    ]
    if not refused and odd:
        raise UsageError(
            f"{expectation} refused nothing for {month:%Y-%m}: what it found is odd, and to confirm.",
            hint=f"If it is right: callboard confirm {odd[0]} --home {home.root}",
        )
    if not refused:
        raise UsageError(
            f"The newest refresh refused nothing by {expectation} for {month:%Y-%m}"
            f"{f' on {table}' if table else ''}; a waiver is bound to what was found.",
            hint=f"Refresh first; what it refuses can be waived then: callboard status --home {home.root}",
        )
    found = [e for e in refused if all(e.finding.keys.get(name) in values for name, values in named.items())]
    places = "; ".join(keys_text(entry) for entry in refused[:_MOST_PLACES])
    if not found:
        raise UsageError(f"{expectation} was not refused at that key.", hint=f"It was at: {places}")
    if len({entry.table_name for entry in found}) > 1:
        tables = ", ".join(sorted({entry.table_name for entry in found}))
        raise UsageError(f"{expectation} refused several tables.", hint=f"Name one with --table: {tables}")
    if len(found) > 1 and not named:
        raise UsageError(
            f"{expectation} was refused at {len(found)} places; a waiver names those that are right.",
            hint=f"Give --key for each: {places}",
        )
    return found


def _say_what_does_nothing(held: Sequence[Waiver]) -> None:
    from expectations.sentences import is_known, is_structure

    for waiver in held:
        if not is_known(waiver.expectation):
            why = "there is no such expectation any more"
        elif is_structure(waiver.expectation):
            why = "arithmetic and keys can't be waived"
        elif waiver.bound is None:
            why = "it names no key: it covers what the next refresh finds, once"
        else:
            continue
        stdout_console().print(f"{waiver.expectation} for {waiver.month:%Y-%m}: {why}.", markup=False)
