"""Send what is due: claim, ask the gate, commit, call, write down. Any number of workers may do it at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session, sessionmaker

from config.tuning import SendingRules
from models import MessageState
from outreach.effective import effective_config

from . import attempt
from .claim import claim_due, expire_stale, give_up_lost_attempts
from .providers.base import Providers
from .providers.sandbox import advance

log = structlog.get_logger(__name__)
Clock = Callable[[], datetime]
"""Tells the time, with its zone, whenever it is asked."""
BATCH = 50


@dataclass(frozen=True, slots=True)
class DeliveryFigures:
    """What one run of the outbox did, in messages."""

    claimed: int = 0
    accepted: int = 0
    failed: int = 0
    skipped: int = 0
    """Refused by the gate for good, or stale."""
    postponed: int = 0
    """Not before a later moment; or the provider was busy."""
    unknown: int = 0

    def __add__(self, other: DeliveryFigures) -> DeliveryFigures:
        return DeliveryFigures(
            self.claimed + other.claimed, self.accepted + other.accepted, self.failed + other.failed,
            self.skipped + other.skipped, self.postponed + other.postponed, self.unknown + other.unknown,
        )  # fmt: skip


def deliver_due(
    sessions: sessionmaker[Session], providers: Providers, clock: Clock, worker: str, limit: int = BATCH
) -> DeliveryFigures:
    """Send up to ``limit`` due messages. Commits each step by itself, so that a crash anywhere loses and doubles none.

    ``worker`` names this process or thread; two of them may never share a name.
    """
    now = clock()
    with sessions.begin() as session:
        rules = effective_config(session, now).cadence.sending
        lost = give_up_lost_attempts(session, now)
        stale = expire_stale(session, now)
        claimed = claim_due(session, providers, worker, now, timedelta(seconds=rules.lease_seconds), limit)
    ends: Counter[MessageState | None] = Counter({MessageState.UNKNOWN: lost, MessageState.EXPIRED: stale})
    for message_id in claimed:
        ends[_deliver_or_leave(sessions, providers, clock, worker, message_id, rules)] += 1
    return DeliveryFigures(
        claimed=len(claimed),
        accepted=ends[MessageState.ACCEPTED] + ends[MessageState.DELIVERED],
        failed=ends[MessageState.FAILED],
        skipped=ends[MessageState.SKIPPED] + ends[MessageState.EXPIRED] + ends[MessageState.CANCELLED],
        postponed=ends[MessageState.SCHEDULED] + ends[None],
        unknown=ends[MessageState.UNKNOWN],
    )


def _deliver_or_leave(
    sessions: sessionmaker[Session], providers: Providers, clock: Clock, worker: str, message_id: int,
    rules: SendingRules,
) -> MessageState | None:  # fmt: skip
    """One claimed message. A fault of ours at one never keeps the others waiting: it is logged, and its lease ends it.

    Before the call that means another try when the lease is over; after it, unknown.
    """
    try:
        return _deliver(sessions, providers, clock, worker, message_id, rules)
    except Exception:
        log.exception("message left where it was", message_id=message_id, worker=worker)
        return None


def _deliver(
    sessions: sessionmaker[Session], providers: Providers, clock: Clock, worker: str, message_id: int,
    rules: SendingRules,
) -> MessageState | None:  # fmt: skip
    """One claimed message; the state it came to, None where another worker or a person had taken it meanwhile."""
    now = clock()
    with sessions.begin() as session:
        outgoing = attempt.begin(session, message_id, worker, providers, rules, now)
        if outgoing is None:
            return attempt.state_of(session, message_id)
    answer = attempt.call(providers, outgoing)
    with sessions.begin() as session:
        state = attempt.finish(session, outgoing, answer, rules, clock())
    log.info("message handed over", message_id=message_id, attempt_id=outgoing.attempt_id, state=state.value)
    return state


def drain(
    sessions: sessionmaker[Session], providers: Providers, clock: Clock, worker: str
) -> DeliveryFigures:  # fmt: skip
    """Send until nothing is due, then let the sandbox give every receipt it still owes."""
    total = DeliveryFigures()
    while True:
        done = deliver_due(sessions, providers, clock, worker)
        total += done
        if done.claimed == 0:
            break
    with sessions.begin() as session:
        advance(session, clock(), settle=True)
    return total
