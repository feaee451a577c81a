"""Which messages this worker may send: one statement takes them, and only what comes back is owned (DESIGN §7.2)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, CursorResult, case, func, literal, or_, select, update
from sqlalchemy.orm import Session

from models import Message, MessageKind, MessageState

from .pauses import open_channels
from .providers.base import Providers
from .states import move
from .stop import stopped

SCARCE_FIRST = {kind: rank for rank, kind in enumerate(MessageKind)}
"""Safety, opt-out, help, answer, teacher, verdict, survey, and the rest: who takes a scarce slot first."""
TOO_LATE = "It had become stale before it could leave."


def claim_due(
    session: Session, providers: Providers, worker: str, now: datetime, lease: timedelta, limit: int
) -> list[int]:
    """Take up to ``limit`` due messages for ``worker`` until ``now + lease``; their ids, in the order to send them.

    Leaves out what a stop holds back and channels whose provider is paused. A claim whose lease ran out is free
    again: nothing was committed for it but the claim. Does not commit.
    """
    channels = open_channels(session, providers, now)
    due = (
        select(Message.id)
        .where(
            Message.state == MessageState.SCHEDULED, Message.due_at <= now, Message.channel.in_(channels),
            or_(Message.lease_until.is_(None), Message.lease_until <= now), ~stopped(),
        )
        .order_by(case(SCARCE_FIRST, value=Message.kind), Message.due_at, Message.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Message)
    )  # fmt: skip
    taken = session.execute(
        update(Message)
        .where(Message.id.in_(due), Message.state == MessageState.SCHEDULED)
        .values(claimed_by=worker, lease_until=now + lease)
        .returning(Message.id, Message.kind, Message.due_at)
        .execution_options(synchronize_session=False)
    ).all()
    return [row.id for row in sorted(taken, key=lambda row: (SCARCE_FIRST[row.kind], row.due_at, row.id))]


def give_up_lost_attempts(session: Session, now: datetime) -> int:
    """What is still ``sending`` after its lease becomes unknown: its worker died at or after the call. How many.

    It is never claimed again, whatever its age. Does not commit.
    """
    lost = session.scalars(
        select(Message)
        .where(Message.state == MessageState.SENDING, Message.lease_until <= now)
        .with_for_update(skip_locked=True)
    ).all()
    for message in lost:
        move(message, MessageState.UNKNOWN, "We do not know whether this left; it is being checked.")
        message.lease_until = None
    session.flush()
    return len(lost)


def expire_stale(session: Session, now: datetime) -> int:
    """What has not left by the end of its time is never sent, also while a stop or a pause holds it back. How many.

    Does not commit.
    """
    stale = session.execute(
        update(Message)
        .where(
            Message.state == MessageState.SCHEDULED, Message.expires_at <= now,
            or_(Message.lease_until.is_(None), Message.lease_until <= now),
        )
        .values(state=MessageState.EXPIRED, state_reason=_why_stale(), claimed_by=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    assert isinstance(stale, CursorResult)
    return stale.rowcount


def _why_stale() -> ColumnElement[str]:
    """That it became stale; and what it waited for, where that is known."""
    waited = func.coalesce(Message.state_reason, "")
    return case((waited == "", TOO_LATE), else_=literal(TOO_LATE) + " " + waited)
