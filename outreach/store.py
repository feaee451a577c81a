"""Engine, session, and the one rule of SQLite: a transaction that may write says so when it begins."""

from __future__ import annotations

import sqlite3
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event, func, make_url, select, text
from sqlalchemy.orm import Session, sessionmaker

from .errors import OutreachError

READ_ONLY = "outreach_read_only"
BUSY_SECONDS = 30.0
BETWEEN_TRIES = 0.01
"""Seconds."""
KEPT_OPEN = 40
"""Connections that a process keeps once it has needed them at one moment: a worker may call by 32 threads at once, each
with one of its own, and to connect anew for each message would take longer than to write it down."""


class DatabaseFolderError(OutreachError):
    """There is no folder for SQLite's file, and none can be made."""


def connect(url: str, **options: Any) -> Engine:
    """An engine for ``url`` (sqlite:///… or postgresql+psycopg://…), prepared by :func:`prepare`.

    Its errors leave out the values of the statement: they are what families said, and errors end up in logs.
    """
    if make_url(url).database not in (None, "", ":memory:"):
        options = {"pool_size": KEPT_OPEN, **options}
    return prepare(create_engine(url, hide_parameters=True, **options))


def prepare(engine: Engine) -> Engine:
    """Set up an engine that somebody else made (Flask's extension); returns it. Call once, before its first use.

    SQLite: WAL, ``synchronous=NORMAL``, foreign keys on, and ``BEGIN IMMEDIATE`` for every transaction that was not
    declared read-only. The driver's own default lost 346 of 400 concurrent updates without an error when measured
    for the design; ``BEGIN IMMEDIATE`` lost none.
    """
    if engine.dialect.name == "sqlite":
        _make_folder(engine.url.database)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "connect", _keep_no_plans)
    return engine


def session_factory(engine: Engine) -> sessionmaker[Session]:
    """Sessions for verbs, jobs and commands. Objects stay readable after a commit."""
    return sessionmaker(engine, expire_on_commit=False)


def engine_of(sessions: sessionmaker[Session]) -> Engine:
    """What these sessions stand on, for who works without one."""
    engine = sessions.kw["bind"]
    assert isinstance(engine, Engine)
    return engine


def read_only(session: Session) -> Session:
    """Declare, before the session's first statement, that this transaction only reads: on SQLite it then waits for
    no writer; on PostgreSQL a write raises."""
    connection = session.connection(execution_options={READ_ONLY: True})
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
    return session


def database_now(session: Session) -> datetime:
    """The time by the database's own clock: workers on several machines agree on no other."""
    if session.get_bind().dialect.name == "postgresql":
        moment = session.execute(select(func.clock_timestamp())).scalar_one()
        assert isinstance(moment, datetime)
        return moment.astimezone(UTC)
    words = session.execute(text("SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')")).scalar_one()
    return datetime.fromisoformat(f"{words}+00:00")


def _make_folder(file: str | None) -> None:
    """The folder of a new database, such as ``instance/``; not its parents, which a typing error would invent."""
    if file and file != ":memory:":
        folder = Path(file).parent
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise DatabaseFolderError(
                f"The database's folder {folder} cannot be made ({error.strerror}); see OUTREACH_DATABASE_URL."
            ) from None


def _keep_no_plans(connection: psycopg.Connection[Any], _record: object) -> None:
    """The driver forgets whatever it had the server plan when something is rolled back, by a command that would also
    drop what :mod:`outreach.prepared` has planned there; so it plans nothing."""
    connection.prepare_threshold = None


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions behind our back
    connection.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000:.0f}")  # first: the others may have to wait
    _keep_a_log_ahead(connection)
    for pragma in ("synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _keep_a_log_ahead(connection: sqlite3.Connection) -> None:
    """Switch a new file to WAL. Where two processes do so at once SQLite refuses one on the spot, busy timeout or
    not, since each holds what the other waits for; so the one refused tries again."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= until:
                raise
            time.sleep(BETWEEN_TRIES)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    read_only_now = connection.get_execution_options().get(READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if read_only_now else "BEGIN IMMEDIATE")
