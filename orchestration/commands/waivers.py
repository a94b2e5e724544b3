"""`callboard waive` and `callboard waivers`: a person lets a named expectation pass for one month, or no longer."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from expectations.verdicts import Waiver
from orchestration.commands.console import print_json, stdout_console
from orchestration.commands.options import HomeOption, JsonOption
from orchestration.home.errors import UsageError
from orchestration.home.months import parse_month
from orchestration.home.paths import existing_home
from orchestration.home.suggestions import did_you_mean
from orchestration.home.waivers import add_waiver, revoke_waiver, waivers_in_force

Expectation = Annotated[str, typer.Argument(help="Name of the expectation, as the gate printed it.")]
Month = Annotated[str, typer.Option(help="The month, YYYY-MM.")]
OnTable = Annotated[str | None, typer.Option("--table", help="Only this table.", show_default=False)]
By = Annotated[str, typer.Option("--by", help="Name of the person who decides.")]
Reason = Annotated[str, typer.Option(help="Reason for the waiver, or for its revocation.")]

waivers_app = typer.Typer(help="The waivers in force, and taking one back.", no_args_is_help=False)


def waive_command(
    expectation: Expectation,
    month: Month,
    reason: Reason,
    by: By,
    table: OnTable = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let an expectation pass for one month. Who and why become part of the release."""
    place = existing_home(home)
    _known_expectation(expectation, table)
    waiver = Waiver(
        expectation, parse_month(month), table, reason, by, datetime.now(UTC).replace(microsecond=0)
    )
    add_waiver(place, waiver)
    if as_json:
        print_json({"status": "waived", "waiver": _as_json(waiver)})
    else:
        stdout_console().print(f"Waived {expectation} for {month}. Now refresh again.", markup=False)


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
        print_json({"waivers": [_as_json(waiver) for waiver in held]})
        return
    console = stdout_console()
    if not held:
        console.print("No waiver is in force.")
        return
    table = Table("month", "expectation", "table", "by", "reason", box=None)
    for waiver in held:
        where = waiver.table_name or "every table"
        table.add_row(f"{waiver.month:%Y-%m}", waiver.expectation, where, waiver.waived_by, waiver.reason)
    console.print(table)


@waivers_app.command("revoke")
def revoke_command(
    expectation: Expectation,
    month: Month,
    reason: Reason,
    by: By,
    table: OnTable = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a waiver back; the next refresh of the month is judged without it."""
    revoke_waiver(existing_home(home), expectation, parse_month(month), table, by=by, reason=reason)
    if as_json:
        print_json({"status": "revoked", "expectation": expectation, "month": month, "table_name": table})
    else:
        stdout_console().print(f"Revoked the waiver of {expectation} for {month}.", markup=False)


def _known_expectation(name: str, table: str | None) -> None:
    from expectations.gate import expectation_names

    by_table = expectation_names()
    names = sorted({known for listed in by_table.values() for known in listed})
    if name not in names:
        raise UsageError(
            f"There is no expectation {name!r}.",
            hint=did_you_mean(name, names, "callboard status names those that refused."),
        )
    if table is not None and name not in by_table.get(table, ()):
        tables = ", ".join(sorted(t for t, listed in by_table.items() if name in listed))
        raise UsageError(f"{name} is no expectation of {table!r}, but of: {tables}.")


def _as_json(waiver: Waiver) -> dict[str, object]:
    return {
        "expectation": waiver.expectation,
        "month": f"{waiver.month:%Y-%m}",
        "table_name": waiver.table_name,
        "reason": waiver.reason,
        "waived_by": waiver.waived_by,
        "waived_at": waiver.waived_at.isoformat(),
    }
