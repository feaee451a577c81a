"""What providers said yes to, written down beside the calls: what comes while one write runs goes in the next.

The thread that called goes on with its next message. A crash before the commit leaves these attempts ``sending``, as a
crash during their calls would: lookup, or a receipt, tells what became of them. So that they stay few, no more than one
for each thread that calls ever waits to be written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from queue import Empty, SimpleQueue
from threading import Semaphore, Thread

import structlog
from sqlalchemy import Engine

from config.tuning import SendingRules
from models import MessageState
from outreach.prepared import Kept, ask

from .providers.base import Accepted, Outgoing
from .result import as_accepted, finish
from .steps import Side, Step, reached, swift_step

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Yes:
    """A provider took this message."""

    message_id: int
    outgoing: Outgoing
    answer: Accepted
    at: datetime


class Answers:
    """Of one run of the outbox, whose threads share it. Leave it by ``with``: then all that was put is written."""

    def __init__(self, engine: Engine, rules: SendingRules, threads: int) -> None:
        self._engine, self._rules = engine, rules
        self._room = Semaphore(threads)
        self._waiting: SimpleQueue[Yes | None] = SimpleQueue()
        """None: nothing comes after it."""
        self._writer = Thread(target=self._write_all, name="answers")
        self.ends: Counter[MessageState | None] = Counter()
        """The states that they came to."""

    def __enter__(self) -> Answers:
        self._writer.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._waiting.put(None)
        self._writer.join()

    def put(self, yes: Yes) -> None:
        """Have it written. Waits for nothing but room among what waits."""
        self._room.acquire()
        self._waiting.put(yes)

    def _write_all(self) -> None:
        with Kept(self._engine) as kept:
            while batch := self._next():
                try:
                    self.ends.update(self._write(kept, batch))
                except Exception:  # whatever it is, the next ones are written
                    log.exception("answers not written", messages=len(batch))
                    self.ends[None] += len(batch)
                finally:
                    self._room.release(len(batch))

    def _next(self) -> Sequence[Yes]:
        """All that is waiting, at least one; none: there are no more."""
        batch: list[Yes] = []
        try:
            while (yes := self._waiting.get(block=not batch)) is not None:
                batch.append(yes)
        except Empty:
            pass
        else:
            self._waiting.put(None)  # for the next time
        return sorted(batch, key=lambda yes: yes.message_id)  # rows are locked in one order

    def _write(self, kept: Kept, batch: Sequence[Yes]) -> list[MessageState | None]:
        asked = [
            one for yes in batch for one in as_accepted(yes.message_id, yes.outgoing.attempt_id, yes.answer, yes.at)
        ]
        try:
            reached(Step.RESULT, Side.BEFORE)
            with kept.transaction() as connection:
                written = ask(connection, *asked, last=True)[::2]
            reached(Step.RESULT, Side.AFTER)
        except Exception:
            log.exception("answers not written together; now one by one", messages=len(batch))
            written = [[] for _ in batch]
        return [
            MessageState.ACCEPTED if taken else self._alone(kept, yes)
            for yes, taken in zip(batch, written, strict=True)
        ]

    def _alone(self, kept: Kept, yes: Yes) -> MessageState | None:
        """Where a receipt came first, the message has gone on without this attempt, or a fault was in the way."""
        try:
            with swift_step(kept, Step.RESULT, begun=True) as session:
                return finish(session, yes.outgoing, yes.answer, self._rules, yes.at)
        except Exception:
            log.exception("answer not written", message_id=yes.message_id, attempt_id=yes.outgoing.attempt_id)
            return None
