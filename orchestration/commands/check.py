"""`callboard check`: load what was delivered and say what is wrong with it, building nothing."""

import typer

from orchestration.commands.console import print_json, stdout_console
from orchestration.commands.items import items_json, print_items, verdicts_json
from orchestration.commands.options import HomeOption, JsonOption
from orchestration.home.errors import GateRefusedError
from orchestration.home.lock import refresh_lock
from orchestration.home.paths import existing_home
from orchestration.refresh.context import make_context
from orchestration.refresh.judge import REFUSED, REMEDY, load_and_judge
from orchestration.refresh.last_run import note_attempt


def check_command(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Load what was delivered and judge it, build nothing; ends with code 3 where a refresh would be refused."""
    place = existing_home(home)
    with refresh_lock(place):
        ctx = make_context(place)
        files, rows, judged = load_and_judge(ctx)
        if judged.items:
            # As after a refused refresh: `status` says it again, and `waive` knows what was found.
            note_attempt(
                ctx,
                lambda _: {
                    "state": "refused",
                    "message": REFUSED,
                    "items": judged.items,
                    "months": judged.months,
                },
            )
    from orchestration.presentation.language import language

    spoken = language(ctx.config.report.lang)
    status = "refused" if judged.items else "usable"
    if as_json:
        print_json(
            {
                "status": status,
                "files": files,
                "rows": rows,
                "months": [f"{month:%Y-%m}" for month in judged.months],
                "gate": verdicts_json(place, judged.items, "refused", judged.months, spoken),
                "items": items_json(place, judged.items, judged.months, spoken),
                "notes": list(judged.notes),
            }
        )
    else:
        console = stdout_console()
        console.print(f"{files:,} files with {rows:,} rows were loaded; nothing was built.", markup=False)
        for note in judged.notes:
            console.print(note, markup=False)
        said = (
            f"A refresh would be refused. {REMEDY}"
            if judged.items
            else "Nothing keeps a refresh from building."
        )
        console.print(said, markup=False)
        print_items(console, place, judged.items, judged.months, spoken)
    if judged.items:
        raise typer.Exit(GateRefusedError.exit_code)
