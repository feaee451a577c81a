"""``outreach db``: bring the schema up to this release, and tell where it differs from it."""

from __future__ import annotations

import click

from models import migrations
from outreach.cli.context import CliContext, json_option, pass_cli


@click.group("db")
def database() -> None:
    """The database's schema."""


@database.command()
@json_option
@pass_cli
def upgrade(cli: CliContext) -> None:
    """Bring the database to this release; does nothing where it is there already."""
    applied = migrations.upgrade(cli.engine)
    at = migrations.current(cli.engine)
    said = f"Applied {', '.join(applied)}." if applied else "Nothing to do."
    cli.emit({"applied": applied, "revision": at}, [f"{said} The database is at revision {at}."])


@database.command()
@json_option
@click.pass_context
@pass_cli
def check(cli: CliContext, context: click.Context) -> None:
    """Compare the database with what this release expects. Exit status 1 where they differ."""
    pending = migrations.pending(cli.engine)
    newer = migrations.unknown_revision(cli.engine)
    differences = [] if pending else migrations.drift(cli.engine)
    if newer:
        lines = [f"At revision {newer}, which this release does not know: a newer one was here.", *differences]
    elif pending:
        lines = [f"Behind by {len(pending)} (next: {pending[0]}); run: outreach db upgrade"]
    else:
        lines = [*differences, f"{len(differences)} differences."] if differences else ["As this release expects."]
    cli.emit({"pending": pending, "drift": differences, "revision": migrations.current(cli.engine)}, lines)
    context.exit(1 if pending or newer or differences else 0)
