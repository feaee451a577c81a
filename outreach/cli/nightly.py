"""``outreach nightly``: one night, now."""

from __future__ import annotations

import os
import socket

import click

from jobs import nightly as night
from jobs.digests import Render
from outreach.cli.context import CliContext, as_of_option, json_option, pass_cli

LOCAL = "http://127.0.0.1:8000"
"""Where the pages are, on a machine of one's own."""


@click.command("nightly")
@json_option
@as_of_option
@pass_cli
def nightly(cli: CliContext) -> None:
    """Sync the roster, score every family, tend cases, plan tomorrow, prepare the morning e-mails.

    Asked for by hand, a finished night is done once more; it changes nothing that was done already.
    """
    sessions = cli.sessions
    figures = night.run(
        sessions, renderer(cli), cli.now, link=link(cli), worker=worker_name(), roster=cli.settings.roster_path,
        again=True, progress=lambda step: cli.console.print(f"{step} …"),
    )  # fmt: skip
    lines = [
        f"Night of {figures.slot}, attempt {figures.attempt}",
        f"{figures.families_scored} families scored: "
        + ", ".join(f"{count} {band}" for band, count in figures.bands.items()),
        f"{figures.suggested} suggestions, {figures.reminders} morning e-mails",
        *(f"  {step}: {seconds:.2f} s" for step, seconds in figures.seconds.items()),
    ]
    cli.emit(figures.as_dict(), lines)


def renderer(cli: CliContext) -> Render:
    """Fills templates as the pages do: the application's own Jinja, outside any request."""
    from outreach.app import create_app  # noqa: PLC0415  the web is loaded only by commands that need it

    app = create_app(cli.settings)

    def render(template: str, /, **values: object) -> str:
        with app.app_context():
            return app.jinja_env.get_template(template).render(**values)

    return render


def link(cli: CliContext) -> str:
    return cli.settings.public_url or LOCAL


def worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"
