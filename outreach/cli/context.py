"""What every command gets: settings, database, the time it is, and one way to answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

import click
from rich.console import Console
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from config.settings import Settings, load_settings
from models import migrations
from outreach import store
from outreach.errors import OutreachError

JsonReady = Mapping[str, object]


class NotMigratedError(OutreachError):
    """The database has no tables yet, or those of an older release."""


class AsOfRefusedError(OutreachError):
    """``--as-of`` was given wrongly, or where messages really leave."""


@dataclass
class CliContext:
    """One run of one command. ``settings``, ``engine`` and ``sessions`` are made when first asked for, so that
    ``--help`` and a wrong argument touch nothing."""

    as_json: bool = False
    as_of: datetime | None = None
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @cached_property
    def settings(self) -> Settings:
        """Raises ``SettingsError`` on a wrong value."""
        return load_settings()

    @cached_property
    def engine(self) -> Engine:
        """The database, migrated or not; ``db`` and ``demo`` need it so. Others take :attr:`sessions`."""
        made = store.connect(self.settings.database_url)
        click.get_current_context().find_root().call_on_close(made.dispose)
        return made

    @cached_property
    def sessions(self) -> sessionmaker[Session]:
        """A session factory over a migrated database. The command commits; a session left early is rolled back.

        Raises :class:`NotMigratedError` where ``outreach db upgrade`` has not been run since the last release.
        """
        pending = migrations.pending(self.engine)
        if pending:
            raise NotMigratedError(
                f"The database is {len(pending)} migration{'s' if len(pending) > 1 else ''} behind this release; "
                "run: outreach db upgrade"
            )
        return store.session_factory(self.engine)

    @property
    def now(self) -> datetime:
        """The moment the command works for, UTC: that of ``--as-of``, else when it began. It does not move."""
        return self.as_of or self.started_at

    @property
    def clock(self) -> Callable[[], datetime]:
        """For what runs on and on: stands still at ``--as-of``, else tells the time whenever asked."""
        return lambda: self.as_of or datetime.now(UTC)

    @cached_property
    def console(self) -> Console:
        """Progress and asides, on stderr: stdout is for the answer."""
        return Console(stderr=True)

    def emit(self, answer: JsonReady, lines: Iterable[str] = ()) -> None:
        """Answer once: with ``--json`` exactly one object on one line, else ``lines`` for a person."""
        if self.as_json:
            click.echo(json.dumps(answer, default=_as_json, ensure_ascii=False))
            return
        for line in lines:
            click.echo(line)


pass_cli = click.make_pass_decorator(CliContext, ensure=True)
"""Decorator: the command's function takes the :class:`CliContext` first."""


def _set_json(context: click.Context, _option: click.Parameter, value: bool) -> None:
    context.ensure_object(CliContext).as_json |= value


def _set_as_of(context: click.Context, _option: click.Parameter, value: str | None) -> None:
    if value is None:
        return
    cli = context.ensure_object(CliContext)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise AsOfRefusedError(f"--as-of needs a time with its zone, such as 2026-11-24T02:00:00-06:00, not {value!r}.")
    if cli.settings.any_live:
        raise AsOfRefusedError("--as-of is refused where a channel is live: families would be written to out of time.")
    cli.as_of = moment.astimezone(UTC)


json_option = click.option(
    "--json",
    is_flag=True,
    expose_value=False,
    callback=_set_json,
    is_eager=True,
    help="Answer with one JSON object on stdout.",
)
"""Decorator: ``--json``. The function gets no argument; :meth:`CliContext.emit` knows."""

as_of_option = click.option(
    "--as-of",
    metavar="ISO",
    expose_value=False,
    callback=_set_as_of,
    help="Work as if it were this time (with its zone); refused where a channel is live.",
)
"""Decorator: ``--as-of ISO``. The function gets no argument; read :attr:`CliContext.now`."""


def _as_json(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    return str(value)
