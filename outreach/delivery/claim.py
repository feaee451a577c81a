"""Which messages this worker may send: one statement takes them, and only what comes back is owned (DESIGN §7.2)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from secrets import token_hex

from sqlalchemy import ColumnElement, Integer, String, and_, bindparam, case, func, literal, or_, select, update
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from config.tuning import SendingRules
from models import Audience, Channel, Message, MessageKind, MessageState
from outreach.language import N_, kept
from outreach.prepared import Prepared, ask

from .claimed import Claimed
from .gate import AT_ONCE, TOO_LATE
from .pace import free_at, gap_of, reserve, sender_of, slots_left
from .pauses import allowance
from .providers.base import Providers
from .states import NOT_KNOWN
from .stop import stopped

AT_HEAD = or_(Message.kind.in_(AT_ONCE), Message.audience == Audience.ACCOUNT)
"""Replies that go at once, alerts, letters about an account: before all others, and no pace holds them up."""
ID_LETTERS = 32
"""In an attempt's id: hexadecimal, half a random byte each."""
STALE_WAITING = N_("It had become stale before it could leave. %(waited)s")
HERE = "…"
SCARCE_FIRST = {kind: rank for rank, kind in enumerate(MessageKind)}
"""Answer, teacher, verdict, survey, and the rest: who takes a scarce slot first."""


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
    lease = now + timedelta(seconds=rules.lease_seconds)
    if channel not in providers.live:  # nothing leaves the machine: no pace is kept
        taken = _take(session, _ALL, worker, now, lease, limit, channel)
        return _claimed(taken, "", [None] * len(taken), timedelta())
    sender, gap = sender_of(provider, channel), gap_of(channel, rules)
    busy_until = free_at(session, sender, now)
    free = slots_left(busy_until, gap, now)
    if free >= limit:
        taken = _take(session, _ALL, worker, now, lease, limit, channel)
    else:
        taken = _take(session, _FIRST, worker, now, lease, limit, channel)
        taken += _take(session, _OTHERS, worker, now, lease, min(limit - len(taken), free), channel)
    taken.sort(key=lambda one: not one.at_head)
    slots = reserve(session, sender, busy_until, gap, len(taken), now)
    return _claimed(taken, sender, [None if one.at_head else at for one, at in zip(taken, slots, strict=True)], gap)


@dataclass(frozen=True, slots=True)
class _Taken:
    id: int
    kind: MessageKind
    audience: Audience
    due_at: datetime
    channel: Channel
    family_id: int | None
    address_id: int | None
    guardian_id: int | None
    school_id: int | None

    @property
    def at_head(self) -> bool:
        return self.kind in AT_ONCE or self.audience is Audience.ACCOUNT

    @property
    def turn(self) -> tuple[int, datetime, int]:
        return -1 if self.at_head else SCARCE_FIRST[self.kind], self.due_at, self.id


def _claimed(
    taken: Sequence[_Taken], sender: str, slots: Sequence[datetime | None], gap: timedelta
) -> list[Claimed]:  # fmt: skip
    drawn = token_hex(len(taken) * ID_LETTERS // 2)
    return [
        Claimed(
            one.id, drawn[number * ID_LETTERS : (number + 1) * ID_LETTERS], sender, slot, gap, channel=one.channel,
            audience=one.audience, family_id=one.family_id, address_id=one.address_id, guardian_id=one.guardian_id,
            school_id=one.school_id,
        )
        for number, (one, slot) in enumerate(zip(taken, slots, strict=True))
    ]  # fmt: skip


def _taking(*which: ColumnElement[bool]) -> Prepared[_Taken]:
    due = (
        select(Message.id)
        .where(
            Message.state == MessageState.SCHEDULED, Message.due_at <= bindparam("now"),
            Message.channel == bindparam("by"), *which,
            or_(Message.lease_until.is_(None), Message.lease_until <= bindparam("now")), ~stopped(),
        )
        .order_by(
            case((AT_HEAD, -1), *((Message.kind == kind, rank) for kind, rank in SCARCE_FIRST.items())),
            Message.due_at, Message.id,
        )
        .limit(bindparam("most", type_=Integer()))
        .with_for_update(skip_locked=True, of=Message)
        .cte("due")
    )  # fmt: skip
    table = Message.__table__
    return Prepared(
        update(table)  # type: ignore[arg-type]  # a table, as any mapped class has
        .where(table.c.id.in_(select(due.c.id)), table.c.state == MessageState.SCHEDULED)
        .values(claimed_by=bindparam("worker"), lease_until=bindparam("lease"))
        .returning(*(table.c[field.name] for field in fields(_Taken))),
        _Taken,
    )


_ALL, _FIRST, _OTHERS = _taking(), _taking(AT_HEAD), _taking(~AT_HEAD)


def _take(
    session: Session, which: Prepared[_Taken], worker: str, now: datetime, lease: datetime, limit: int,
    channel: Channel,
) -> list[_Taken]:  # fmt: skip
    if limit <= 0:
        return []
    session.flush()
    asked = {"worker": worker, "now": now, "lease": lease, "most": limit, "by": channel}
    (taken,) = ask(session.connection(), (which, asked))
    return sorted(taken, key=lambda one: one.turn)


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
        literal(NOT_KNOWN, String()),
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
    """That it became stale; and what it waited for, where that is known. Both stay ours to say in any language."""
    waited = func.coalesce(Message.state_reason, "")
    before, after = kept(STALE_WAITING, waited=HERE).split(f'"{HERE}"')
    return case((waited == "", literal(TOO_LATE, String())), else_=before + _as_json(waited) + after)


class _as_json(FunctionElement[str]):  # noqa: N801  # stands in a statement as any function does
    """A text as JSON writes it, quotes and all."""

    type = String()
    inherit_cache = True


@compiles(_as_json)
def _on_sqlite(element: _as_json, compiler: SQLCompiler, **options: object) -> str:
    return f"json_quote({compiler.process(element.clauses, **options)})"


@compiles(_as_json, "postgresql")
def _on_postgresql(element: _as_json, compiler: SQLCompiler, **options: object) -> str:
    return f"to_json({compiler.process(element.clauses, **options)}::text)::text"
