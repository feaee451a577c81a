"""``outreach doctor``: is this installation sound? A sentence for each thing looked at."""

from __future__ import annotations

from collections.abc import Iterator

import click

from config.settings import SettingsError
from outreach import store
from outreach.cli.context import CliContext, json_option, pass_cli
from outreach.cli.machine_checks import (
    check_configuration_files,
    check_database,
    check_environment,
    check_static_files,
)
from outreach.errors import OutreachError
from outreach.upkeep.district import check_district
from outreach.upkeep.finding import Finding, Weight, ok, wrong

SIGNS = {Weight.OK: " ok  ", Weight.ADVICE: "note ", Weight.WRONG: "WRONG"}


@click.command()
@json_option
@click.pass_context
@pass_cli
def doctor(cli: CliContext, context: click.Context) -> None:
    """Look over settings, database, calendars, roster and people. Exit status 1 where something is wrong."""
    findings = list(_examine(cli))
    bad = sum(finding.weight is Weight.WRONG for finding in findings)
    lines = [f"{SIGNS[finding.weight]}  {finding.sentence}" for finding in findings]
    lines.append(f"{bad} of {len(findings)} are wrong." if bad else "Nothing is wrong.")
    answer = [{"about": found.about, "weight": found.weight, "sentence": found.sentence} for found in findings]
    cli.emit({"ok": bad == 0, "findings": answer}, lines)
    context.exit(1 if bad else 0)


def _examine(cli: CliContext) -> Iterator[Finding]:
    """Stops early only where nothing further can be told."""
    try:
        settings = cli.settings
    except SettingsError as error:
        yield from (wrong("settings", sentence) for sentence in str(error).splitlines())
        return
    yield ok("settings", "Every setting has a sound value.")
    yield from check_environment(settings)
    yield from check_configuration_files()
    yield from check_static_files()
    try:
        of_database = list(check_database(settings, cli.engine))
    except OutreachError as error:
        of_database = [wrong("database", str(error))]
    yield from of_database
    if not any(
        finding.about in ("database", "migrations") and finding.weight is Weight.WRONG for finding in of_database
    ):
        with cli.sessions() as session:
            yield from check_district(store.read_only(session), settings, cli.now)
