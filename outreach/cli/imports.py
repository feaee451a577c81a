"""``outreach import``: rosters and other lists. Exit status 2: refused, nothing has changed; 1: rows were rejected."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from sqlalchemy.orm import Session

from outreach.cli.context import CliContext, as_of_option, json_option, pass_cli
from outreach.roster import ImportFigures, Rejects, RosterError, Step, import_oneroster
from outreach.roster import Progress as ProgressCallback
from outreach.upkeep.uploads import LISTS, ImportOfList

ROWS_REJECTED = 1
EXISTING = click.Path(path_type=Path)
Command = Callable[..., None]


@click.group("import")
def imports() -> None:
    """Bring in rosters, contacts and other lists; the headers of each are in the README."""


def _options(command: Command) -> Command:
    for option in (
        click.argument("path", type=EXISTING),
        click.option("--dry-run", is_flag=True, help="Say what would happen and change nothing."),
        click.option(
            "--rejects",
            "rejects_path",
            type=EXISTING,
            help="Where to write rejected rows (default: NAME-rejected.csv here, made only where there are any).",
        ),
        as_of_option,
        json_option,
        pass_cli,
    )[::-1]:
        command = option(command)
    return command


@imports.command("oneroster")
@click.option("--accept-deactivations", is_flag=True, help="Even where more than 5% of a kind would end.")
@_options
def oneroster(
    cli: CliContext, path: Path, dry_run: bool, rejects_path: Path | None, accept_deactivations: bool
) -> None:
    """Import a OneRoster 1.1 or 1.2 delivery: a folder or zip of CSV files at PATH.

    A bulk file is the whole list: what it no longer names ends; more than 5% of students, guardians, staff or
    enrollments end only with --accept-deactivations. A delta changes only what it names.
    """

    def work(session: Session, rejects: Rejects, progress: ProgressCallback) -> ImportFigures:
        return import_oneroster(
            session, path, cli.now, accept_deactivations=accept_deactivations, dry_run=dry_run, rejects=rejects,
            progress=progress, timezone=cli.settings.timezone.key,
        )  # fmt: skip

    _run(cli, path, rejects_path, work, dry_run=dry_run)


def _list_command(name: str, verb: ImportOfList, help_text: str) -> None:
    @imports.command(name, help=help_text)
    @_options
    def command(cli: CliContext, path: Path, dry_run: bool, rejects_path: Path | None) -> None:
        def work(session: Session, rejects: Rejects, progress: ProgressCallback) -> ImportFigures:
            return verb(session, path, cli.now, dry_run=dry_run, rejects=rejects, progress=progress)

        _run(cli, path, rejects_path, work, dry_run=dry_run)


HELP = {
    "relationships": "Who a guardian is to a student, and what each may be told (CSV at PATH).",
    "attendance": "Absences: counts of a school year, or a row a day (CSV at PATH).",
    "marks": "Marks from another system (CSV at PATH).",
    "incidents": "Incidents (CSV at PATH).",
    "staff": "Assignments of staff to students, classes and caseloads (CSV at PATH).",
    "contacts": "Contacts that were kept elsewhere (CSV at PATH).",
    "consents": "Who agreed or opted out, address by address (CSV at PATH).",
}
for _name, _verb in LISTS.items():
    _list_command(_name, _verb, HELP[_name])


def _run(
    cli: CliContext,
    path: Path,
    rejects_path: Path | None,
    work: Callable[[Session, Rejects, ProgressCallback], ImportFigures],
    *,
    dry_run: bool,
) -> None:
    """One transaction, one answer. Raises the verb's own errors, which the command line tells as one sentence."""
    began = time.monotonic()
    target = rejects_path or Path(f"{path.resolve().stem}-rejected.csv")
    if target.exists() and path.exists() and target.samefile(path):
        raise RosterError(f"{path} is what is to be read; name another file with --rejects. Nothing has changed.")
    with cli.sessions() as session, Rejects(target) as rejects, _bar(cli) as progress:
        figures = work(session, rejects, progress)
        if dry_run:
            session.rollback()
        else:
            session.commit()
    seconds = round(time.monotonic() - began, 2)
    cli.emit({**figures.as_json(), "seconds": seconds}, _lines(figures, seconds))
    if figures.rejected:
        raise click.exceptions.Exit(ROWS_REJECTED)


@contextmanager
def _bar(cli: CliContext) -> Iterator[ProgressCallback]:
    """A progress bar a file, on stderr, where that is a terminal."""
    with Progress(
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn(),
        console=cli.console, transient=True, disable=not cli.console.is_terminal,
    ) as bar:  # fmt: skip
        tasks: dict[str, TaskID] = {}

        def progress(step: Step) -> None:
            if step.file not in tasks:
                tasks[step.file] = bar.add_task(step.file, total=step.bytes_in_all)
            bar.update(tasks[step.file], completed=step.bytes_read, description=f"{step.file} ({step.rows:,} rows)")

        yield progress


def _lines(figures: ImportFigures, seconds: float) -> Iterator[str]:
    """The figures for a person at a terminal."""
    if figures.dry_run:
        yield "Dry run: nothing was changed; this is what would happen."
    width = max((len(name) for name in figures.files), default=4)
    yield f"{'':{width}}  created  updated  unchanged  deactivated  rejected"
    for name, entry in figures.files.items():
        tally = entry.tally
        yield (
            f"{name:{width}}  {tally.created:>7,}  {tally.updated:>7,}  {tally.unchanged:>9,}  {tally.deactivated:>11,}"
            f"  {tally.rejected:>8,}"
        )
    yield from _totals(figures)
    if not figures.changed:
        yield "Nothing has changed since the last import."
    yield from figures.notes
    if figures.rejected:
        yield f"{figures.rejected:,} rejected, each with its reason in {figures.rejects_file}; the first of them:"
        yield from (f"  {rejection.sentence()}" for rejection in figures.rejections[:10])
    yield f"{seconds:.1f} seconds."


def _totals(figures: ImportFigures) -> Iterator[str]:
    people, families, points = figures.people, figures.families, figures.contact_points
    if people:
        yield ", ".join(f"{count:,} {name}" for name, count in people.items())
    if families:
        yield (
            f"{families.families:,} families ({families.created:,} new, {families.ended:,} ended, "
            f"{families.moved_students:,} students moved)"
        )
    if points:
        yield (
            f"Addresses: {points.usable:,} usable, {points.doubtful:,} doubtful, {points.dead:,} dead; "
            f"{points.none:,} guardians have none"
        )
    if figures.merges_proposed:
        yield f"{figures.merges_proposed:,} pairs of guardians may be one person each; decide on their page."
    if figures.accounts_ended:
        yield f"{figures.accounts_ended:,} sign-ins of departed staff ended."
