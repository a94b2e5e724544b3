"""`callboard reviews`: ratings that may need a decision, as a list or a sheet, and decisions back in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from orchestration.commands.console import print_json, stdout_console
from orchestration.commands.options import HomeOption, JsonOption
from orchestration.deliveries.review_decisions import Taken, take_decisions
from orchestration.deliveries.reviews import review_list, write_sheet
from orchestration.home.errors import UsageError
from orchestration.home.months import parse_month
from orchestration.home.paths import Home, existing_home

_MAX_ROWS = 50
_SHOWN = ("survey_id", "business_date", "team_id", "agent_id", "csat", "state", "review_reason")


def reviews_command(
    home: HomeOption = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Write the list to this csv, for people to fill in.", show_default=False),
    ] = None,
    sheet: Annotated[
        Path | None,
        typer.Option("--in", help="Write the decisions in this csv to landing.", show_default=False),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Include decided ratings.")] = False,
    month: Annotated[str | None, typer.Option(help="Only this month, YYYY-MM.", show_default=False)] = None,
    as_json: JsonOption = False,
) -> None:
    """List the low ratings to be reviewed, write them as a csv, or take a filled-in csv's decisions in."""
    place = existing_home(home)
    if sheet is not None:
        if out is not None or everything or month is not None:
            raise UsageError(
                "--in takes a file's decisions and goes with no other option but --home and --json."
            )
        taken = take_decisions(place, sheet)
        if as_json:
            print_json(_taken_json(taken))
        else:
            _print_taken(place, taken)
        return
    chosen = parse_month(month) if month is not None else None
    if out is not None:
        rows = write_sheet(place, out, everything=everything, month=chosen)
        if as_json:
            print_json({"status": "written", "file": str(out), "rows": rows})
        else:
            stdout_console().print(
                f"Wrote {rows} ratings to {out}. Fill in review and review_reason, then: "
                f"callboard reviews --home {place.root} --in {out}",
                markup=False,
            )
        return
    found = review_list(place, everything=everything, month=chosen)
    if as_json:
        print_json({"release_id": found.release_id, "reviews": [_row_json(row) for row in found.rows]})
    else:
        _print_rows(found.rows)


def _print_rows(rows: Sequence[Mapping[str, object]]) -> None:
    console = stdout_console()
    if not rows:
        console.print("No rating waits for a review.")
        return
    table = Table(*_SHOWN, box=None)
    for row in rows[:_MAX_ROWS]:
        # Texts of others: nothing in them is markup.
        table.add_row(*(Text("" if row[column] is None else str(row[column])) for column in _SHOWN))
    console.print(table)
    if len(rows) > _MAX_ROWS:
        console.print(f"and {len(rows) - _MAX_ROWS} more (--out FILE.csv writes them all)", markup=False)


def _print_taken(home: Home, taken: Taken) -> None:
    console = stdout_console()
    rest = f"{taken.undecided} rows are undecided, {taken.unchanged} as they were."
    if taken.file is None:
        console.print(f"No decision is new, so nothing was written; {rest}", markup=False)
        return
    months = ", ".join(sorted({f"{decision.month:%Y-%m}" for decision in taken.decisions}))
    console.print(f"Took {len(taken.decisions)} decisions ({months}) into {taken.file}; {rest}", markup=False)
    console.print(f"They count after: callboard refresh --home {home.root}", markup=False)


def _row_json(row: Mapping[str, object]) -> dict[str, object]:
    responded_at = row["responded_at"]
    instant = f"{responded_at.isoformat()}Z" if isinstance(responded_at, datetime) else None
    return {**row, "month": f"{row['month']:%Y-%m}", "responded_at": instant}


def _taken_json(taken: Taken) -> dict[str, object]:
    return {
        "status": "nothing_new" if taken.file is None else "written",
        "file": None if taken.file is None else str(taken.file),
        "months": sorted({f"{decision.month:%Y-%m}" for decision in taken.decisions}),
        "decisions": [{**vars(d), "month": f"{d.month:%Y-%m}"} for d in taken.decisions],
        "undecided": taken.undecided,
        "unchanged": taken.unchanged,
    }
