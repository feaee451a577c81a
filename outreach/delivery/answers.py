"""What providers said yes to, written down by whichever thread is free; what came meanwhile goes in one transaction.

The thread that called goes on with its next message. A crash before the commit leaves these attempts ``sending``, as a
crash during their calls would: lookup, or a receipt, tells what became of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

import structlog

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
    """Of one run of the outbox; its threads share it."""

    def __init__(self, rules: SendingRules) -> None:
        self._rules = rules
        self._waiting: list[Yes] = []
        self._writing = False
        self._lock = Lock()
        self.ends: Counter[MessageState | None] = Counter()
        """The states that they came to."""

    def put(self, kept: Kept, yes: Yes) -> None:
        """Have it written; where nobody is writing, by this thread, on its ``kept`` connection, with all that comes
        until it is done."""
        with self._lock:
            self._waiting.append(yes)
            if self._writing:
                return
            self._writing = True
        while batch := self._next():
            self.ends.update(self._write(kept, batch))

    def _next(self) -> Sequence[Yes]:
        with self._lock:
            batch, self._waiting = self._waiting, []
            self._writing = bool(batch)
        return sorted(batch, key=lambda yes: yes.message_id)  # rows are locked in one order

    def _write(self, kept: Kept, batch: Sequence[Yes]) -> list[MessageState | None]:
        reached(Step.RESULT, Side.BEFORE)
        asked = [
            one for yes in batch for one in as_accepted(yes.message_id, yes.outgoing.attempt_id, yes.answer, yes.at)
        ]
        try:
            with kept.transaction() as connection:
                written = ask(connection, *asked, last=True)[::2]
        except Exception:
            log.exception("answers not written together; now one by one", messages=len(batch))
            written = [[] for _ in batch]
        else:
            reached(Step.RESULT, Side.AFTER)
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
