"""The command line: each room's commands, collected; every error a person can act on is one sentence."""

from __future__ import annotations

import logging
from typing import Any

import click
from sqlalchemy.exc import DatabaseError, OperationalError

from config.settings import SettingsError
from models.migrations import NewerSchemaError
from outreach.cli.consent import consent
from outreach.cli.context import CliContext
from outreach.cli.database import database
from outreach.cli.delivery import deliver, resume_delivery, stop
from outreach.cli.demo import command as demo
from outreach.cli.doctor import doctor
from outreach.cli.generate import command as generate
from outreach.cli.imports import imports
from outreach.cli.nightly import nightly
from outreach.cli.planning import plan
from outreach.cli.risk import risk
from outreach.cli.serve import serve
from outreach.cli.user import user
from outreach.cli.worker import worker
from outreach.errors import OutreachError
from outreach.logs import set_up_logging

RUN_ON_AND_ON = {"serve", "worker"}
"""Commands whose log is kept; others answer on stdout and log only what is amiss."""
REFUSED = 2
"""Exit status where nothing was done. 1 says that it was done, and something needs a look; 0 that all is well."""


OF_THE_DATABASE_ITSELF = (OperationalError, DatabaseError)
"""Not reached, or (SQLite, the class itself) no database at all; their kin tell of a fault of ours."""


class OutreachGroup(click.Group):
    """Turns our own errors into their sentence on stderr and exit status 2; all others keep their traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        cli = ctx.ensure_object(CliContext)
        try:
            return super().invoke(ctx)
        except (OutreachError, SettingsError, NewerSchemaError) as error:
            sentence = str(error)
        except DatabaseError as error:
            if type(error) not in OF_THE_DATABASE_ITSELF:
                raise
            sentence = f"The database did not answer: {str(error.orig).strip().splitlines()[0]}"
        if cli.as_json:
            cli.emit({"error": sentence})
        click.echo(sentence, err=True)
        raise click.exceptions.Exit(REFUSED)


@click.group(cls=OutreachGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="outreach")
@click.pass_context
def main(context: click.Context) -> None:
    """Outreach: every contact between families and school, and who should hear next."""
    set_up_logging(level=logging.INFO if context.invoked_subcommand in RUN_ON_AND_ON else logging.WARNING)


for command in (
    consent,
    database,
    deliver,
    stop,
    resume_delivery,
    demo,
    doctor,
    generate,
    imports,
    nightly,
    plan,
    risk,
    serve,
    user,
    worker,
):
    main.add_command(command)
