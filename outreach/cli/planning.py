"""``outreach plan``: what the plan's page does, from the terminal."""

from __future__ import annotations

import click

from outreach.cli.context import CliContext, as_of_option, json_option, pass_cli
from outreach.planning import approve_all


@click.group("plan")
def plan() -> None:
    """Who is to hear from whom next."""


@plan.command("approve")
@click.option("--all", "everything", is_flag=True, required=True, help="Every open suggestion that is ready to go.")
@json_option
@as_of_option
@pass_cli
def approve(cli: CliContext, everything: bool) -> None:
    """Approve every open suggestion, as policy would.

    What goes out so was read by nobody one by one: it counts as a general notice, never as a teacher's contact.
    """
    if not everything:
        raise click.UsageError("say --all; single suggestions are approved on their page, where they can be read")
    with cli.sessions.begin() as session:
        figures = approve_all(session, None, cli.now)
    cli.emit(
        figures.as_dict(),
        [
            f"{figures.approved} messages approved",
            f"{figures.to_do} calls, notes and visits left for a person",
            f"{figures.blocked} drafts need a person's words first",
            f"{figures.refused} could not be approved",
        ],
    )
