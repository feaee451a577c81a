"""The schema's history, and the few things to do with it: move a database up or down it, and tell where it drifted."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from .drift import drift, read_schema

__all__ = [
    "BASE",
    "FOLDER",
    "HEAD",
    "NewerSchemaError",
    "current",
    "downgrade",
    "drift",
    "pending",
    "read_schema",
    "revisions",
    "unknown_revision",
    "upgrade",
]

FOLDER = Path(__file__).parent
HEAD, BASE = "head", "base"
LOCK_SECONDS = 10
"""How long a migration waits for a table that others use, on PostgreSQL, before it gives up and undoes itself."""
ONE_AT_A_TIME = 7_306_202
"""Key of the advisory lock by which two upgrades of one PostgreSQL run one after the other."""


class NewerSchemaError(Exception):
    """The database was brought up by a newer release; ``str(error)`` is a sentence for a person."""


def upgrade(engine: Engine, to: str = HEAD, *, folder: Path = FOLDER) -> list[str]:
    """Bring the database to revision ``to``; gives the revisions applied, in order. None, where it is there already.

    One transaction, also on SQLite: a fault leaves the schema as it was. Processes that upgrade at the same time wait
    for one another. Raises :class:`NewerSchemaError` where a newer release was here. ``folder``: where the revisions
    are (tests bring their own).
    """
    if newer := unknown_revision(engine, folder):
        raise NewerSchemaError(
            f"The database is at revision {newer}, which this release does not know: a newer one was here. Nothing has "
            "changed; install that release."
        )
    return _move(engine, command.upgrade, to, folder)


def downgrade(engine: Engine, to: str = BASE, *, folder: Path = FOLDER) -> list[str]:
    """Take the database back to revision ``to``; gives the revisions undone, newest first. What they held is lost."""
    return _move(engine, command.downgrade, to, folder)


def current(engine: Engine) -> str | None:
    """The revision the database is at; None for one without tables."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def revisions(folder: Path = FOLDER) -> list[str]:
    """Every revision of this release, oldest first."""
    history = ScriptDirectory.from_config(configuration(folder))
    return [step.revision for step in history.walk_revisions()][::-1]


def pending(engine: Engine) -> list[str]:
    """Revisions of this release that the database does not have yet, oldest first.

    A database at a revision that this release does not know is of a newer release: nothing is pending for it.
    """
    known, at = revisions(), current(engine)
    if at is None:
        return known
    return known[known.index(at) + 1 :] if at in known else []


def unknown_revision(engine: Engine, folder: Path = FOLDER) -> str | None:
    """The revision of a newer release that the database is at; None where this release knows it."""
    at = current(engine)
    return at if at is not None and at not in revisions(folder) else None


def configuration(folder: Path = FOLDER) -> Config:
    """Alembic's configuration for the revisions in ``folder``; the environment is always ours."""
    made = Config()
    made.set_main_option("path_separator", "newline")
    made.set_main_option("script_location", _escaped(FOLDER))
    made.set_main_option("version_locations", _escaped(folder / "versions"))
    return made


def _move(engine: Engine, verb: Callable[[Config, str], None], to: str, folder: Path) -> list[str]:
    moved: list[str] = []
    made = configuration(folder)
    with _migrating(engine) as connection:
        made.attributes.update(connection=connection, moved=moved)
        verb(made, to)
    return moved


@contextmanager
def _migrating(engine: Engine) -> Iterator[Connection]:
    """One transaction in which the schema may change, alone."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            with _foreign_keys_at_the_end(connection), connection.begin():
                yield connection
                _check_foreign_keys(connection)
            return
        with connection.begin():
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})")
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
            yield connection


@contextmanager
def _foreign_keys_at_the_end(connection: Connection) -> Iterator[None]:
    """A table of SQLite is changed by making it anew, which its foreign keys must not see; the switch works only
    outside a transaction."""
    raw = cast("sqlite3.Connection", connection.connection.driver_connection)
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys=ON")


def _check_foreign_keys(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        tables = ", ".join(sorted({row[0] for row in broken}))
        raise RuntimeError(f"the migration leaves rows that refer to nothing in: {tables}")


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")
