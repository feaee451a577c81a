"""How many messages a second one sender may hand over: slots in its future, given out over all workers.

A slot is reserved when a message is claimed, in the same transaction, and the call waits for it. Nobody reserves
further ahead than :data:`AHEAD`, so that what dies with a worker is a few seconds of one sender's time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from config.tuning import SendingRules
from models import Channel, SenderPace

from .providers.base import Provider

AHEAD = timedelta(seconds=5)


def sender_of(provider: Provider, channel: Channel) -> str:
    """Names the sender whose pace is kept: a provider's number, service or mailbox."""
    return f"{provider.name}|{channel.value}|{provider.sender}"


def gap_of(channel: Channel, rules: SendingRules) -> timedelta:
    """The time between two messages of one sender, rounded up."""
    rate = rules.texts_per_second if channel is Channel.SMS else rules.emails_per_second
    return timedelta(microseconds=ceil(1_000_000 / rate))


def room(session: Session, sender: str, gap: timedelta, now: datetime) -> int:
    """How many slots of ``sender`` are still free within :data:`AHEAD`. Holds its row until the transaction ends, so
    that the caller can :func:`reserve` as many of them. Does not commit."""
    return slots_left(_row(session, sender, now).free_at, gap, now)


def reserve(session: Session, sender: str, gap: timedelta, count: int, now: datetime) -> Sequence[datetime]:
    """The next ``count`` slots of ``sender``, ``gap`` apart, none before ``now``. Does not commit."""
    if count == 0:
        return []
    row = _row(session, sender, now)
    taken = slots(row.free_at, gap, count, now)
    row.free_at = taken[-1] + gap
    session.flush()
    return taken


def slots_left(free_at: datetime, gap: timedelta, now: datetime) -> int:
    """How many slots begin within :data:`AHEAD` for a sender that is busy until ``free_at``."""
    return max(0, -(-(now + AHEAD - max(now, free_at)) // gap))  # rounded up: the last only has to begin in time


def slots(free_at: datetime, gap: timedelta, count: int, now: datetime) -> list[datetime]:
    """The next ``count`` slots of a sender that is busy until ``free_at``."""
    return [max(now, free_at) + number * gap for number in range(count)]


def _row(session: Session, sender: str, now: datetime) -> SenderPace:
    held = select(SenderPace).where(SenderPace.sender == sender).with_for_update()
    fresh = held.execution_options(populate_existing=True)
    row = session.scalar(fresh)
    if row is not None:
        return row
    try:
        with session.begin_nested():
            session.add(SenderPace(sender=sender, free_at=now))
    except IntegrityError:
        pass  # another worker met this sender at the same moment
    return session.scalars(fresh).one()
