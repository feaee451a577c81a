"""``outreach worker``: the schedule and the delivery, until it is told to stop."""

from __future__ import annotations

import signal
from threading import Event

import click

from jobs.scheduler import Parts, run_worker
from outreach.cli.context import CliContext, pass_cli
from outreach.cli.nightly import link, renderer, worker_name
from outreach.delivery import providers
from outreach.long_running import settle


@click.command("worker")
@pass_cli
def worker(cli: CliContext) -> None:
    """Run the schedule and deliver messages. Any number may run, on any number of machines, over one PostgreSQL.

    SIGTERM and Ctrl-C finish the work in hand first.
    """
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    sessions = cli.sessions
    settle()
    run_worker(
        Parts(
            sessions=sessions,
            render=renderer(cli),
            providers=providers.build(cli.settings, sessions),
            link=link(cli),
            worker=worker_name(),
            timezone=cli.settings.timezone,
            roster=cli.settings.roster_path,
        ),
        stop,
    )
