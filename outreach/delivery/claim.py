"""Which messages this worker may send: one statement takes them, and only what comes back is owned (DESIGN §7.2)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select, update
from sqlalchemy.orm import Session

from config.tuning import SendingRules
from models import Audience, Channel, Message, MessageKind, MessageState

from .gate import AT_ONCE, TOO_LATE
from .pace import gap_of, reserve, room, sender_of
from .pauses import allowance
from .providers.base import Providers
from .states import NOT_KNOWN
from .stop import stopped

AT_HEAD = or_(Message.kind.in_(AT_ONCE), Message.audience == Audience.ACCOUNT)
"""Replies that go at once, alerts, letters about an account: before all others, and no pace holds them up."""
SCARCE_FIRST = {kind: rank for rank, kind in enumerate(MessageKind)}
"""Answer, teacher, verdict, survey, and the rest: who takes a scarce slot first."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """One message that is this worker's until its lease is over."""

    id: int
    sender: str
    slot: datetime | None
    """Its sender's turn, not to be called before; None: none is kept."""
    gap: timedelta
    """Between two messages of this sender."""


def claim_due(
    session: Session, providers: Providers, worker: str, now: datetime, rules: SendingRules, limit: int
) -> list[Claimed]:
    """Take up to ``limit`` due messages of each channel for ``worker`` until its lease is over, in the order to send.

    Leaves out what a stop holds back, a channel whose provider is paused, and what its sender's pace, or a provider
    that is tried again after a pause, leaves no room for. A claim whose lease ran out is free again: nothing was
    committed for it but the claim. Does not commit.
    """
    claims = [
        claimed
        for channel in providers.by_channel
        for claimed in _of_channel(session, providers, channel, worker, now, rules, limit)
    ]
    return sorted(claims, key=lambda one: (one.slot is not None, one.slot or now))


def _of_channel(
    session: Session, providers: Providers, channel: Channel, worker: str, now: datetime, rules: SendingRules,
    limit: int,
) -> list[Claimed]:  # fmt: skip
    provider = providers.of(channel)
    allowed = allowance(session, provider.name, now)
    limit = limit if allowed is None else min(limit, allowed)
    if limit <= 0:
        return []
    lease, here = now + timedelta(seconds=rules.lease_seconds), Message.channel == channel
    if channel not in providers.live:  # nothing leaves the machine: no pace is kept
        taken = _take(session, worker, now, lease, limit, here)
        return [Claimed(message_id, "", None, timedelta()) for message_id in taken]
    sender = sender_of(provider, channel)
    gap = gap_of(channel, rules)
    free = room(session, sender, gap, now)
    first = _take(session, worker, now, lease, limit, here, AT_HEAD)
    others = _take(session, worker, now, lease, min(limit - len(first), free), here, ~AT_HEAD)
    slots = reserve(session, sender, gap, len(first) + len(others), now)
    return [Claimed(one, sender, None, gap) for one in first] + [
        Claimed(one, sender, slot, gap) for one, slot in zip(others, slots[len(first) :], strict=True)
    ]


def _take(
    session: Session, worker: str, now: datetime, lease: datetime, limit: int, *which: ColumnElement[bool]
) -> list[int]:
    if limit <= 0:
        return []
    due = (
        select(Message.id)
        .where(
            Message.state == MessageState.SCHEDULED, Message.due_at <= now, *which,
            or_(Message.lease_until.is_(None), Message.lease_until <= now), ~stopped(),
        )
        .order_by(case((AT_HEAD, -1), else_=case(SCARCE_FIRST, value=Message.kind)), Message.due_at, Message.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Message)
        .cte("due")
    )  # fmt: skip
    taken = session.execute(
        update(Message)
        .where(Message.id.in_(select(due.c.id)), Message.state == MessageState.SCHEDULED)
        .values(claimed_by=worker, lease_until=lease)
        .returning(Message.id, Message.kind, Message.audience, Message.due_at)
        .execution_options(synchronize_session=False)
    ).all()
    return [row.id for row in sorted(taken, key=lambda row: (_rank(row.kind, row.audience), row.due_at, row.id))]


def _rank(kind: MessageKind, audience: Audience) -> int:
    return -1 if kind in AT_ONCE or audience is Audience.ACCOUNT else SCARCE_FIRST[kind]


def release(session: Session, worker: str, message_ids: Collection[int]) -> None:
    """Give back what ``worker`` claimed and did not begin, so that nobody waits for its lease. Does not commit."""
    session.execute(
        update(Message)
        .where(
            Message.id.in_(message_ids), Message.claimed_by == worker, Message.state == MessageState.SCHEDULED
        )
        .values(claimed_by=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )  # fmt: skip


def give_up_lost_attempts(session: Session, now: datetime) -> int:
    """What is still ``sending`` after its lease becomes unknown: its worker died at or after the call. How many.

    It is never claimed again, whatever its age. Does not commit.
    """
    return _end(
        session, and_(Message.state == MessageState.SENDING, Message.lease_until <= now), MessageState.UNKNOWN,
        literal(NOT_KNOWN),
    )  # fmt: skip


def expire_stale(session: Session, now: datetime) -> int:
    """What has not left by the end of its time is never sent, also while a stop or a pause holds it back. How many.

    Does not commit.
    """
    unclaimed = or_(Message.lease_until.is_(None), Message.lease_until <= now)
    stale = and_(Message.state == MessageState.SCHEDULED, Message.expires_at <= now, unclaimed)
    return _end(session, stale, MessageState.EXPIRED, _why_stale())


def _end(session: Session, which: ColumnElement[bool], state: MessageState, why: ColumnElement[str]) -> int:
    """Skips what others hold, so that two workers never wait for one another; the next round finds it."""
    found = select(Message.id).where(which).with_for_update(skip_locked=True, of=Message).cte("found")
    ended = session.execute(
        update(Message)
        .where(Message.id.in_(select(found.c.id)), which)
        .values(state=state, state_reason=why, claimed_by=None, lease_until=None)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    )
    return len(ended.all())


def _why_stale() -> ColumnElement[str]:
    """That it became stale; and what it waited for, where that is known."""
    waited = func.coalesce(Message.state_reason, "")
    return case((waited == "", TOO_LATE), else_=literal(TOO_LATE) + " " + waited)
