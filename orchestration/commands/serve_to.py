"""`callboard serve-to`: a release copied into PostgreSQL, for tools that want a server."""

import re
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.commands.console import print_json, stdout_console
from orchestration.commands.options import HomeOption, JsonOption
from orchestration.home.errors import UsageError
from orchestration.home.paths import existing_home, locate_home
from orchestration.postgres.address import parse_address

if TYPE_CHECKING:
    from orchestration.postgres.copy import Copied, CopyRequest

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,40}")


def serve_to_command(
    address: Annotated[
        str,
        typer.Argument(
            help="postgresql://user@host/database, or '${NAME}' for the variable that holds it. Best without the "
            "password: that comes from PGPASSWORD or ~/.pgpass.",
            envvar="CALLBOARD_POSTGRES",
            show_default=False,
        ),
    ],
    schema: Annotated[
        str | None,
        typer.Option(help="Copy into NAME and NAME_audit; else into marts and audit.", show_default=False),
    ] = None,
    reader: Annotated[str, typer.Option(help="The role that may read the copy.")] = "callboard_reader",
    release: Annotated[
        str | None, typer.Option(help="Id of the release; else the published one.", show_default=False)
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copy a release into PostgreSQL, in one transaction: readers find the old one or the new one, whole."""
    from orchestration.postgres.copy import CopyRequest, copy_release
    from orchestration.releases.reader import release_to_read

    target = parse_address(address)
    for option, name in (("--schema", schema), ("--reader", reader)):
        if name is not None and (not _NAME.fullmatch(name) or name.startswith("pg_")):
            raise UsageError(
                f"{option} {name!r} is no name to use.",
                hint="Small letters, digits and _ only, at most 41, beginning with a letter, and not with pg_.",
            )
    place = locate_home(home)
    if not place.published_database.exists():
        place = existing_home(home)
    chosen = release_to_read(place, release)
    request = CopyRequest(chosen.name, chosen / "callboard.duckdb", target, schema, reader)
    copied = copy_release(request)
    if as_json:
        print_json(_as_json(request, copied))
    else:
        _print(request, copied)


def _as_json(request: "CopyRequest", copied: "Copied") -> dict[str, object]:
    return {
        "status": "copied",
        "release_id": request.release_id,
        "address": request.address.public,
        "schemas": {name: request.schema(name) for name in ("marts", "audit")},
        "reader": request.reader,
        "made_anew": copied.is_swap,
        "keys": copied.keys,
        "rows": copied.rows,
        "notes": copied.notes,
    }


def _print(request: "CopyRequest", copied: "Copied") -> None:
    console = stdout_console()
    how = "tables made anew" if copied.is_swap else "rows replaced"
    console.print(
        f"Copied release {request.release_id} to {request.address.public}: {len(copied.rows)} tables, "
        f"{sum(copied.rows.values()):,} rows, in schemas {request.schema('marts')} and {request.schema('audit')} ({how}).",
        markup=False,
    )
    for note in copied.notes or (f"Logins with the role {request.reader} may read it.",):
        console.print(note, markup=False)
