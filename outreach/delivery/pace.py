"""How many messages a second one sender may hand over: slots in its future, given out over all workers.

A slot is reserved when a message is claimed, in the same transaction, and the call waits for it. Nobody reserves
further ahead than :data:`AHEAD`, so that what dies with a worker is a few seconds of one sender's time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from config.tuning import SendingRules
from models import Channel, SenderPace
from outreach.prepared import Prepared, ask

from .providers.base import Provider

AHEAD = timedelta(seconds=5)


def sender_of(provider: Provider, channel: Channel) -> str:
    """Names the sender whose pace is kept: a provider's number, service or mailbox."""
    return f"{provider.name}|{channel.value}|{provider.sender}"


def gap_of(channel: Channel, rules: SendingRules) -> timedelta:
    """The time between two messages of one sender, rounded up."""
    rate = rules.texts_per_second if channel is Channel.SMS else rules.emails_per_second
    return timedelta(microseconds=ceil(1_000_000 / rate))


def free_at(session: Session, sender: str, now: datetime) -> datetime:
    """Until when ``sender`` is busy. Holds its row until the transaction ends, so that the caller can :func:`reserve`
    from there. Does not commit."""
    held = (_HELD, {"of_sender": sender})
    found: list[datetime]
    (found,) = ask(session.connection(), held)
    if not found:
        try:
            with session.begin_nested():
                session.add(SenderPace(sender=sender, free_at=now))
        except IntegrityError:
            pass  # another worker met this sender at the same moment
        (found,) = ask(session.connection(), held)
    (until,) = found
    return until


def reserve(
    session: Session, sender: str, busy_until: datetime, gap: timedelta, count: int, now: datetime
) -> Sequence[datetime]:
    """The next ``count`` slots of ``sender``, ``gap`` apart, none before ``now``; ``busy_until`` is what
    :func:`free_at` said. Does not commit."""
    taken = slots(busy_until, gap, count, now)
    if taken:
        ask(session.connection(), (_BUSY, {"of_sender": sender, "until": taken[-1] + gap}))
    return taken


def slots_left(free_at: datetime, gap: timedelta, now: datetime) -> int:
    """How many slots begin within :data:`AHEAD` for a sender that is busy until ``free_at``."""
    return max(0, -(-(now + AHEAD - max(now, free_at)) // gap))  # rounded up: the last only has to begin in time


def slots(free_at: datetime, gap: timedelta, count: int, now: datetime) -> list[datetime]:
    """The next ``count`` slots of a sender that is busy until ``free_at``."""
    return [max(now, free_at) + number * gap for number in range(count)]


def _as_it_is(moment: datetime) -> datetime:
    return moment


_HELD = Prepared(
    select(SenderPace.free_at).where(SenderPace.sender == bindparam("of_sender")).with_for_update(), _as_it_is
)
_BUSY: Prepared[object] = Prepared(
    update(SenderPace.__table__)  # type: ignore[arg-type]  # a table, as any mapped class has
    .where(SenderPace.__table__.c.sender == bindparam("of_sender"))
    .values(free_at=bindparam("until"))
)
