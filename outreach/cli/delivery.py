"""``outreach deliver``, ``stop`` and ``resume``."""

from __future__ import annotations

import os
import socket
import time
from dataclasses import asdict

import click

from outreach.cli.context import CliContext, as_of_option, json_option, pass_cli
from outreach.delivery import deliver_due, drain, providers, resume, resume_providers, school_by_code, stop_everything
from outreach.planning import follow_messages


@click.command("deliver")
@click.option("--drain", "until_empty", is_flag=True, help="Go on until nothing is due.")
@as_of_option
@json_option
@pass_cli
def deliver(cli: CliContext, until_empty: bool) -> None:
    """Send what is due now, by the same steps as the worker."""
    began = time.monotonic()
    ways = providers.build(cli.settings, cli.sessions)
    name = f"deliver@{socket.gethostname()}:{os.getpid()}"
    send = drain if until_empty else deliver_due
    figures = send(cli.sessions, ways, cli.clock, name)
    with cli.sessions.begin() as session:
        follow_messages(session, cli.clock())
    seconds = round(time.monotonic() - began, 3)
    words = (
        f"{figures.claimed} due: {figures.accepted} accepted, {figures.postponed} waiting, "
        f"{figures.skipped} skipped, {figures.failed} failed, {figures.unknown} unknown ({seconds} s)."
    )
    cli.emit(
        {**asdict(figures), "seconds": seconds},
        [words],
    )


@click.command("stop")
@click.option("--school", "code", metavar="CODE", help="Only this school; without it the whole district.")
@click.option("--why", default="stopped from the command line", show_default=True, help="What staff read about it.")
@json_option
@pass_cli
def stop(cli: CliContext, code: str | None, why: str) -> None:
    """Nothing goes out until resumed."""
    with cli.sessions.begin() as session:
        school = school_by_code(session, code) if code is not None else None
        stop_everything(session, school.id if school else None, why, cli.now)
        where = school.name if school else "the district"
    cli.emit({"stopped": where}, [f"Nothing goes out from {where} until you run: outreach resume"])


@click.command("resume")
@click.option("--school", "code", metavar="CODE", help="Only this school; without it the whole district.")
@json_option
@pass_cli
def resume_delivery(cli: CliContext, code: str | None) -> None:
    """Let messages go out again; what became stale meanwhile expires.

    For the whole district it also lifts the pause of a provider that had refused our credentials.
    """
    with cli.sessions.begin() as session:
        school = school_by_code(session, code) if code is not None else None
        lifted = resume(session, school.id if school else None, cli.now)
        where = school.name if school else "the district"
        paused = [] if school else resume_providers(session, cli.now)
    words = f"Messages go out from {where} again." if lifted else f"No stop was in force for {where}."
    again = [f"{name} is used again." for name in paused]
    cli.emit({"resumed": where, "was_stopped": lifted, "providers": paused}, [words, *again])
