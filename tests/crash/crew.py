"""The processes of a run: started, killed with SIGKILL, started anew, brought to rest. All ended by their own ids."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from multiprocessing.context import ForkServerProcess
from urllib.parse import urlsplit

from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from models import Message, MessageState
from outreach import store
from outreach.delivery.steps import Side, Step

from . import worker
from .board import Board
from .case import Kill
from .journal import Manner, Words
from .scene import Scene

POLL_SECONDS = 0.01
PATIENCE_SECONDS = 120.0
"""For anything that must come to pass on a machine that is busy with other things, too."""
AT_RANDOM = "at random"
Point = tuple[Step, Side]
WORTH: Mapping[Point, int] = {(Step.CALL, Side.AFTER): 3, (Step.RESULT, Side.BEFORE): 3, (Step.SENDING, Side.AFTER): 2}
"""Visits that count as one: there most is in flight, and least of it known."""


class DidNotComeTrue(Exception):
    """Something that had to happen did not, within all patience."""


def until(happens: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait for ``happens``. Raises :class:`DidNotComeTrue`."""
    end = time.monotonic() + seconds
    while not happens():
        if time.monotonic() > end:
            raise DidNotComeTrue(what)
        time.sleep(POLL_SECONDS)


@dataclass(slots=True)
class Member:
    """One process and its place on the board."""

    slot: int
    serves: bool
    """The web application; else a worker."""
    name: str = ""
    process: ForkServerProcess | None = None
    lives: int = 0


class Crew:
    """Workers and the web application. A process that dies is started anew, for as long as :meth:`tend` is called."""

    def __init__(self, scene: Scene, board: Board, engine: Engine, workers: int, chance: random.Random) -> None:
        self._scene, self._board, self._engine, self._chance = scene, board, engine, chance
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["tests.crash.worker"])
        self.workers = [Member(slot, serves=False) for slot in range(workers)]
        self.web = Member(workers, serves=True)
        self.kills: list[Kill] = []
        self.visited: Counter[Point] = Counter()
        self._rests = 0

    @property
    def webs_died(self) -> int:
        return sum(not kill.of_a_worker for kill in self.kills)

    @property
    def died(self) -> int:
        """Workers that were killed."""
        return sum(kill.of_a_worker for kill in self.kills)

    @property
    def died_at_random(self) -> int:
        return sum(kill.point == AT_RANDOM for kill in self.kills)

    @property
    def members(self) -> list[Member]:
        return [*self.workers, self.web]

    def start(self) -> None:
        for member in self.members:
            self._start(member)
        until(self._web_answers, "the web application did not start")

    def tend(self) -> None:
        """Write down who died at the point it was told to, and start it anew."""
        for member in self.members:
            if member.process is not None and member.process.exitcode is not None:
                self._bury(member)

    def kill_one(self) -> None:
        """SIGKILL to any of the workers, wherever it may be in its work."""
        at_work = [one for one in self.workers if self._board.begun(one.slot) and not self._board.idle(one.slot)]
        if not at_work:
            return
        member = self._chance.choice(at_work)
        assert member.process is not None
        member.process.kill()
        member.process.join()
        self._bury(member)

    def arm(self, member: Member, points: Sequence[Point]) -> None:
        """Tell a process to die soon at the one of ``points`` that was visited least, for what it is worth; those that
        were not visited yet come in their order."""
        if self._board.armed(member.slot) is not None:
            return
        others = [self._board.armed(other.slot) for other in self.members]

        def turn(point: Point) -> tuple[float, float]:
            visits = self.visited[point] + 2 * (point in others)
            return visits / WORTH.get(point, 1), self._chance.random() if visits else points.index(point)

        least = min(points, key=turn)
        self._board.arm(member.slot, *least, self._chance.randint(1, 3) if self.visited[least] else 1)

    def disarm(self) -> None:
        for member in self.members:
            self._board.disarm(member.slot)

    def idle(self) -> bool:
        """Every worker has found nothing to do, in a whole round of its own that began after the last rest.

        Whoever makes work for others (frees a message, say) was not idle in that round, and does it in its next.
        """
        return all(self._board.idle(member.slot) for member in self.workers)

    def rest(self) -> None:
        """Bring every worker to rest between two rounds, and wait until it is."""
        self._rests += 1
        self._board.call_rest(self._rests)

        def all_rest() -> bool:
            self.tend()
            return all(self._board.resting(member.slot) == self._rests for member in self.workers)

        until(all_rest, "a worker did not come to rest")

    def go_on(self) -> None:
        for member in self.workers:
            self._board.note_idle(member.slot, 0)
        self._board.call_rest(0)

    def tell_where_they_stand(self) -> list[str]:
        """For a run that does not go on: each process writes its threads to the log; what the database waits for."""
        for member in self.members:
            if member.process is not None and member.process.pid is not None:
                os.kill(member.process.pid, signal.SIGUSR1)
        time.sleep(1)
        if self._engine.dialect.name != "postgresql":
            return []
        activity = text(
            "SELECT application_name, pid, state, wait_event, pg_blocking_pids(pid), left(query, 300) "
            "FROM pg_stat_activity WHERE datname = current_database()"
        )
        with self._engine.connect() as connection:
            return [str(row) for row in connection.execute(activity)]

    def stop(self) -> None:
        """End every process of ours, by its own id."""
        for member in self.members:
            if member.process is not None:
                member.process.kill()
                member.process.join()

    def _start(self, member: Member) -> None:
        member.lives += 1
        member.name = f"{'web' if member.serves else 'worker'}-{member.slot}.{member.lives}"
        member.process = self._context.Process(
            target=worker.serve if member.serves else worker.deliver, args=(self._scene, member.slot, member.name)
        )
        member.process.start()

    def _bury(self, member: Member) -> None:
        assert member.process is not None
        if member.process.exitcode != -9:
            raise DidNotComeTrue(f"{member.name} ended by itself with {member.process.exitcode}; see its log")
        self._wait_for_its_connections(member.name)
        died_at = self._board.clear(member.slot)
        if died_at is not None:
            self.visited[died_at] += 1
        point = " ".join(died_at[::-1]) if died_at is not None else AT_RANDOM
        self.kills.append(Kill(self._board.now(), member.name, point, self._in_flight(member.name)))
        self._start(member)

    def _wait_for_its_connections(self, name: str) -> None:
        """PostgreSQL notices a moment later that a client is gone; a commit under way is then done or undone."""
        if self._engine.dialect.name != "postgresql":
            return

        def gone() -> bool:
            with self._engine.connect() as connection:
                count = text("SELECT count(*) FROM pg_stat_activity WHERE application_name = :name")
                return bool(connection.execute(count, {"name": name}).scalar_one() == 0)

        until(gone, f"the connections of {name} did not end")

    def _in_flight(self, name: str) -> tuple[str, ...]:
        with Session(self._engine) as session:
            sending = select(Message.attempt_id).where(
                Message.state == MessageState.SENDING, Message.claimed_by == name
            )  # fmt: skip
            return tuple(one for one in store.read_only(session).scalars(sending) if one is not None)

    def _web_answers(self) -> bool:
        self.tend()
        try:
            return ask(self._scene.public_url, "GET", "/healthz")[0] == 200
        except OSError:
            return False


class Stub:
    """The provider's process, and what the driver asks of it."""

    def __init__(self, scene: Scene, seed: int, *, short: bool) -> None:
        self._url = scene.provider_url
        self.asked: object = 0
        """How many requests of ours it had read when it was last looked at."""
        self.brought: object = 0
        """How many of the families' words it had brought then."""
        self.written = 0
        """How many it was given."""
        command = [
            sys.executable, "-m", "tests.crash.provider", "--folder", str(scene.folder),
            "--port", str(urlsplit(scene.provider_url).port), "--public-url", scene.public_url, "--token", scene.token,
            "--seed", str(seed), *(["--short"] if short else []),
        ]  # fmt: skip
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        try:
            until(self._answers, "the provider did not start")
        except BaseException:
            self.stop()
            raise

    def quiet(self) -> bool:
        """No call is open, and no receipt is owed."""
        status = self.say("GET", "/crash/status")
        self.asked, self.brought = status["asked"], status["brought"]
        return status["busy"] == 0 and status["owed"] == 0

    def behave(self, *, kind: bool = False, down: Manner | None = None) -> None:
        """``kind``: take everything from now on. ``down``: an outage, in which every call is met like that."""
        self.say("POST", "/crash/manners", {"kind": kind, "down": down})

    def family_writes(self, who: str, words: Words) -> bool:
        """Let a family write; False where it cannot, since no e-mail with a link has reached it."""
        written = self.say("POST", "/crash/family", {"from": who, "words": words.value})["written"] is True
        self.written += written
        return written

    def say(self, method: str, path: str, document: dict[str, object] | None = None) -> dict[str, object]:
        status, body = ask(self._url, method, path, document)
        if status != 200:
            raise DidNotComeTrue(f"the provider answered {status} to {path}")
        answer: dict[str, object] = json.loads(body)
        return answer

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def _answers(self) -> bool:
        if self._process.poll() is not None:
            raise DidNotComeTrue(f"the provider ended with {self._process.returncode}")
        try:
            return self.quiet()
        except OSError:
            return False


def ask(url: str, method: str, path: str, document: dict[str, object] | None = None) -> tuple[int, bytes]:
    """One request to a server on loopback; status and body."""
    parts = urlsplit(url)
    line = HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    try:
        body = json.dumps(document).encode() if document is not None else None
        line.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        answer = line.getresponse()
        return answer.status, answer.read()
    finally:
        line.close()
