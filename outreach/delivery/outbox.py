"""Send what is due: claim, ask the gate, commit, call, write down. Any number of workers may do it at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event

import structlog
from sqlalchemy.orm import Session, sessionmaker

from models import MessageState
from outreach import store
from outreach.language import N_
from outreach.prepared import Kept

from . import attempt, result
from .answers import Answers, Yes
from .breaker import watch_rates
from .claim import claim_due, expire_stale, give_up_lost_attempts, release
from .claimed import Claimed
from .errors import HELD_UP, NotReached
from .line import Line
from .providers.base import Accepted, Providers
from .providers.sandbox import advance
from .steps import Side, Step, reached, step, swift_step
from .terms import Terms, terms_at

log = structlog.get_logger(__name__)
Clock = Callable[[], datetime]
"""Tells the time, with its zone, whenever it is asked."""
BATCH = 60
"""Messages of one channel claimed at once."""
TERMS_LAST = timedelta(seconds=5)
"""After that rules, calendars and what is left of the month's money are read again."""
Ends = Counter[MessageState | None]


@dataclass(frozen=True, slots=True)
class DeliveryFigures:
    """What one run of the outbox did, in messages."""

    claimed: int = 0
    accepted: int = 0
    failed: int = 0
    skipped: int = 0
    """Refused by the gate for good, or stale."""
    postponed: int = 0
    """Not before a later moment; or the provider could not be reached, or did not take it for now."""
    unknown: int = 0

    def __add__(self, other: DeliveryFigures) -> DeliveryFigures:
        return DeliveryFigures(
            self.claimed + other.claimed, self.accepted + other.accepted, self.failed + other.failed,
            self.skipped + other.skipped, self.postponed + other.postponed, self.unknown + other.unknown,
        )  # fmt: skip


def deliver_due(
    sessions: sessionmaker[Session], providers: Providers, clock: Clock, worker: str, limit: int | None = BATCH,
    threads: int | None = None, *, patience: timedelta | None = None, stopping: Event | None = None,
) -> DeliveryFigures:  # fmt: skip
    """Send due messages, ``threads`` at once (None: as many as the district has set). Commits each step by itself, so
    that a crash anywhere loses and doubles none.

    ``limit``: one batch of at most as many of each channel; None: one batch after the other, until nothing is due or
    ``patience`` has gone by. ``stopping``, once set, lets the calls in hand end, and gives back what was not begun.
    ``worker`` names this process or thread; two of them may never share a name.
    """
    run = _Run(sessions, providers, clock, worker, limit, clock() + patience if patience is not None else None)
    with step(sessions, Step.CLAIM) as session:
        now = clock()
        run.look_around(session, now)
        run.ends[MessageState.UNKNOWN] = give_up_lost_attempts(session, now)
        run.ends[MessageState.EXPIRED] = expire_stale(session, now)
    return run.deliver(threads or run.terms.rules.threads, stopping or Event())


def drain(
    sessions: sessionmaker[Session], providers: Providers, clock: Clock, worker: str
) -> DeliveryFigures:  # fmt: skip
    """Send until nothing is due, then let the sandbox give every receipt it still owes."""
    total = deliver_due(sessions, providers, clock, worker, limit=None)
    advance(sessions, clock(), settle=True)
    return total


class _Run:
    """One call of :func:`deliver_due`: its batches, and how its messages ended."""

    answers: Answers
    terms: Terms
    terms_of: datetime
    """The moment at which they were read."""

    def __init__(
        self, sessions: sessionmaker[Session], providers: Providers, clock: Clock, worker: str, limit: int | None,
        until: datetime | None,
    ) -> None:  # fmt: skip
        self.sessions, self.providers, self.clock, self.worker = sessions, providers, clock, worker
        self.limit, self.until = limit, until
        self.engine = store.engine_of(sessions)
        self.batches = self.claimed = 0
        self.ends: Ends = Counter()

    def deliver(self, threads: int, stopping: Event) -> DeliveryFigures:
        line = Line(self._claim, threads, stopping)
        try:
            with (
                Answers(self.engine, self.terms.rules, threads) as self.answers,
                ThreadPoolExecutor(threads, thread_name_prefix="deliver") as pool,
            ):
                for each in [pool.submit(self._work, line) for _ in range(threads)]:
                    self.ends += each.result()
        finally:
            if line.left():
                with step(self.sessions, Step.CLAIM) as session:
                    release(session, self.worker, line.left())
        ends = self.ends + self.answers.ends
        return DeliveryFigures(
            claimed=self.claimed - len(line.left()),
            accepted=ends[MessageState.ACCEPTED] + ends[MessageState.DELIVERED],
            failed=ends[MessageState.FAILED],
            skipped=ends[MessageState.SKIPPED] + ends[MessageState.EXPIRED] + ends[MessageState.CANCELLED],
            postponed=ends[MessageState.SCHEDULED] + ends[None],
            unknown=ends[MessageState.UNKNOWN],
        )

    def look_around(self, session: Session, now: datetime) -> None:
        """Pause a provider that has begun to fail, also in the midst of a round, and read the terms."""
        watch_rates(session, now)
        self.terms, self.terms_of = terms_at(session, now, live=bool(self.providers.live)), now

    def _claim(self) -> tuple[datetime, Sequence[Claimed]]:
        now = self.clock()
        if (self.limit is not None and self.batches) or (self.until is not None and now >= self.until):
            return now, ()
        with step(self.sessions, Step.CLAIM) as session:
            if now - self.terms_of >= TERMS_LAST:
                self.look_around(session, now)
            claims = claim_due(session, self.providers, self.worker, now, self.terms.rules, self.limit or BATCH)
        self.batches += 1
        self.claimed += len(claims)
        return now, claims

    def _work(self, line: Line) -> Ends:
        ends: Ends = Counter()
        with Kept(self.engine) as kept:
            while (claimed := line.next()) is not None:
                try:
                    ends += self._deliver_or_leave(kept, claimed)
                finally:
                    line.done()
        return ends

    def _deliver_or_leave(self, kept: Kept, claimed: Claimed) -> Ends:
        """A fault of ours at one message never keeps the others waiting: it is logged, and its lease ends it.

        Before the call that means another try when the lease is over; after it, unknown.
        """
        try:
            return self._deliver(kept, claimed)
        except Exception:
            log.exception("message left where it was", message_id=claimed.id, worker=self.worker)
            return Ends([None])

    def _deliver(self, kept: Kept, claimed: Claimed) -> Ends:
        """One claimed message; the state it came to, None where it is no longer there, nothing where its answer is
        being written down."""
        now, terms = self.clock(), self.terms
        with swift_step(kept, Step.SENDING) as session:
            outgoing = attempt.begin(session, claimed, self.worker, self.providers, terms, now)
            if outgoing is None:
                return Ends([attempt.state_of(session, claimed.id)])
        reached(Step.CALL, Side.BEFORE)
        # A process that stood still until here (a suspended machine) must not call: its window may be over, and others
        # may have found that nothing arrived, and sent it themselves.
        late = self.clock() >= now + timedelta(seconds=terms.rules.attempt_deadline_seconds)
        answer = NotReached(HELD_UP, N_("its call was held up")) if late else attempt.call(self.providers, outgoing)
        reached(Step.CALL, Side.AFTER)
        if isinstance(answer, Accepted):
            self.answers.put(Yes(claimed.id, outgoing, answer, self.clock()))
            return Ends()
        with swift_step(kept, Step.RESULT, begun=True) as session:
            return Ends([result.finish(session, outgoing, answer, terms.rules, self.clock())])
