"""`callboard check`: load what was delivered and say what is wrong with it, building nothing."""

import typer

from orchestration.commands.console import print_json, stdout_console
from orchestration.commands.options import HomeOption, JsonOption
from orchestration.commands.refresh import print_failed, waive_commands
from orchestration.home.errors import GateRefusedError
from orchestration.home.lock import refresh_lock
from orchestration.home.paths import existing_home
from orchestration.refresh.context import make_context
from orchestration.refresh.judge import REMEDY, load_and_judge


def check_command(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Load what was delivered and judge it, build nothing; ends with code 3 where a refresh would be refused."""
    place = existing_home(home)
    with refresh_lock(place):
        files, rows, judged = load_and_judge(make_context(place))
    status = "refused" if judged.failed else "usable"
    if as_json:
        print_json(
            {
                "status": status,
                "files": files,
                "rows": rows,
                "months": [f"{month:%Y-%m}" for month in judged.months],
                "gate": [
                    {
                        "expectation": verdict.expectation,
                        "table_name": verdict.table_name,
                        "observed": verdict.observed,
                        "expected": verdict.expected,
                        "waive": waive_commands(place, verdict, judged.months),
                    }
                    for verdict in judged.failed
                ],
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
            if judged.failed
            else "Nothing keeps a refresh from building."
        )
        console.print(said, markup=False)
        print_failed(console, place, judged.failed, judged.months)
    if judged.failed:
        raise typer.Exit(GateRefusedError.exit_code)
