"""``outreach serve``: the web server."""

from __future__ import annotations

import click
from granian import Granian
from granian.constants import Interfaces
from granian.server import MPServer, MTServer

from outreach.cli.context import CliContext, pass_cli

THREADS = 4
"""Requests that one process works on at once; most of each is waiting for the database."""
BACKLOG = 256


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for every one.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes.")
@pass_cli
def serve(cli: CliContext, host: str, port: int, workers: int) -> None:
    """Serve the pages until stopped. Jobs run in `outreach worker`, never here."""
    cli.settings  # noqa: B018 - a wrong value is one sentence here, not a traceback in each process
    with cli.sessions():
        pass  # and so is a database that is not migrated
    cli.console.print(f"Serving on http://{host}:{port}")
    server(host, port, workers).serve()


def server(host: str, port: int, workers: int = 1) -> MPServer | MTServer:
    """The web server, not yet running; each of its processes reads its settings from the environment."""
    return Granian(
        "outreach.app:serving_app", address=host, port=port, interface=Interfaces.WSGI, workers=workers, factory=True,
        blocking_threads=THREADS, backlog=BACKLOG, websockets=False, log_access=False, workers_kill_timeout=10,
        respawn_failed_workers=True,
    )  # fmt: skip
