"""`callboard serve`: the live page on the published release."""

import socket
import sys
from typing import Annotated

import typer

from orchestration.commands.console import print_json, stdout_console
from orchestration.commands.options import HomeOption, JsonOption
from orchestration.home.errors import UsageError
from orchestration.home.paths import existing_home, locate_home


def serve_command(
    home: HomeOption = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on; other machines need a token.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8765,
    lang: Annotated[str, typer.Option(help="Language until the reader chooses: en or zh.")] = "en",
    as_json: JsonOption = False,
) -> None:
    """Show the published release in the browser: KPIs, what is behind them, quarantine, gate, releases."""
    from orchestration.presentation.language import language
    from orchestration.web.access import access_for

    place = locate_home(home)
    if not place.published.is_dir():
        place = existing_home(home)
    language(lang)
    access = access_for(place, host)
    listening = _listen(host, port)
    chosen = int(listening.getsockname()[1])
    shown = f"[{host}]" if ":" in host else host
    url = f"http://{shown}:{chosen}/"
    if as_json:
        print_json(
            {"status": "serving", "url": url, "host": host, "port": chosen, "needs_token": bool(access.token)}
        )
    else:
        stdout_console().print(f"Serving {place.root} at {url} (Ctrl-C ends it)", markup=False)
    sys.stdout.flush()
    import uvicorn

    from orchestration.web.app import live_page

    # No access log: a token may stand in an address before the cookie takes its place.
    config = uvicorn.Config(
        live_page(place, lang, access),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    try:
        uvicorn.Server(config).run(sockets=[listening])
    except KeyboardInterrupt:
        return


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise UsageError(
            f"Cannot listen on {host} port {port}: {error.strerror or error}.",
            hint="Name another with --port, or --port 0 for any that is free; --host is an address of this machine.",
        ) from None
