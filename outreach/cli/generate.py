"""``outreach generate``: a made-up district, the same for the same seed and day."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo

import click

from models import migrations
from outreach.cli.context import CliContext, as_of_option, json_option, pass_cli
from outreach.generate import clear_made_up, generate, write_oneroster
from outreach.generate.frame import DISTRICT_ZONE


@click.command("generate")
@click.option("--families", type=click.IntRange(min=1), required=True, help="How many families.")
@click.option("--seed", type=int, required=True, help="The same seed and day make the same district.")
@click.option("--reset", is_flag=True, help="First clear the made-up district that is there, and all with it.")
@click.option(
    "--oneroster",
    type=click.Path(file_okay=False, path_type=Path),
    help="Also write it into this folder as a student system would export it (OneRoster 1.2 CSV).",
)
@as_of_option
@json_option
@pass_cli
def command(cli: CliContext, families: int, seed: int, reset: bool, oneroster: Path | None) -> None:
    """Make up a district: schools, staff, families, marks, contacts, questions. Nobody in it is real.

    The database must be migrated and hold no district. How everything is spread: docs/made_up_district.md.
    """
    if reset and not migrations.pending(cli.engine):
        clear_made_up(cli.engine)
    today = cli.now.astimezone(ZoneInfo(DISTRICT_ZONE)).date()
    began = perf_counter()
    with cli.sessions() as session, cli.console.status(f"Making up {families} families…"):
        figures = generate(session, families, seed, today)
        session.commit()
        files = write_oneroster(session, oneroster) if oneroster else {}
    seconds = round(perf_counter() - began, 2)
    rows = figures.rows
    made = (
        f"{rows['student']} students, {rows['guardian']} guardians, {rows['staff']} staff, {rows['contact']} contacts"
    )
    line = f"Made up {families} families as of {today} (seed {seed}) in {seconds} s: {made}."
    cli.emit({**asdict(figures), "oneroster": files, "seconds": seconds}, [line])
