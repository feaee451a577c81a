"""The sandbox's time: receipts that are due, and what families write back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session, sessionmaker

from models import Channel, SandboxMessage

from ...inbound.incoming import Incoming
from ...inbound.keep import keep
from ...receipts import apply_receipt
from ...steps import Step, step
from ..base import Found
from .behaviors import course_of
from .lookup import NAME, coming_at, receipt_of

AUTOMATIC_TITLE = "Automatic reply"
log = structlog.get_logger(__name__)


def advance(sessions: sessionmaker[Session], now: datetime, *, settle: bool = False) -> int:
    """Let the sandbox's time pass: give the receipts that are due at ``now``, the earliest first, and hand in what
    families write back by then; how many of both.

    ``settle``: all that will ever come, at once. Each in a step of its own, as a real provider tells them one by one;
    what fails is logged and tried again the next time.
    """
    given = _each(sessions, Step.RECEIPT, SandboxMessage.next_at, None if settle else now, _give_receipt, now)
    return given + _each(sessions, Step.INBOUND_KEPT, SandboxMessage.reply_at, None if settle else now, _hand_in, now)


def _each(
    sessions: sessionmaker[Session], name: Step, due_at: InstrumentedAttribute[datetime | None],
    until: datetime | None, give: Callable[[Session, SandboxMessage, datetime], None], now: datetime,
) -> int:  # fmt: skip
    """``give`` one row after the other, in the order of their time, until nothing is due but what another worker holds
    or what failed here."""
    given, left = 0, set[int]()
    due = select(SandboxMessage).where(due_at.is_not(None))
    if until is not None:
        due = due.where(due_at <= until)
    while True:
        ids = due.with_only_columns(SandboxMessage.id).where(SandboxMessage.id.not_in(left))
        with sessions() as session:
            first = session.scalar(ids.order_by(due_at, SandboxMessage.id).limit(1))
        if first is None:
            return given
        try:
            with step(sessions, name) as session:
                row = session.scalar(due.where(SandboxMessage.id == first).with_for_update(skip_locked=True))
                if row is not None:
                    give(session, row, now)
        except Exception:
            left.add(first)
            log.exception("the sandbox left one waiting", step=name.value, sandbox_message_id=first)
        else:
            if row is None:
                left.add(first)
            else:
                given += 1


def _give_receipt(session: Session, row: SandboxMessage, now: datetime) -> None:
    assert row.next_at is not None
    coming, place, at = course_of(row.to_value).coming, coming_at(row), row.next_at
    if place < 0:
        row.next_status, row.next_at = None, None
        session.flush()
        return
    here = coming[place]
    after = coming[place + 1] if place + 1 < len(coming) else None
    row.status = here.event
    row.next_status = after.event if after else None
    row.next_at = row.received_at + after.after if after else None
    session.flush()
    if here.told:
        found = Found(row.provider_id, row.to_value, row.body, here.event, row.received_at, at, here.code)
        apply_receipt(session, receipt_of(found, row.attempt_id), now)


def _hand_in(session: Session, row: SandboxMessage, now: datetime) -> None:
    assert row.reply_body is not None
    assert row.reply_at is not None
    automatic = course_of(row.to_value).automatic and row.channel is Channel.EMAIL
    keep(session, reply(row, "reply", row.reply_body, row.reply_at, automatic=automatic), now)
    row.reply_at = None


def reply(row: SandboxMessage, key: str, words: str, at: datetime, *, automatic: bool = False) -> Incoming:
    """What comes in when the address that ``row`` went to answers it: as a text, or as an e-mail with the quote that
    mail programs leave. ``key`` makes it this answer, however often it is handed in."""
    by_email = row.channel is Channel.EMAIL
    title = f"{AUTOMATIC_TITLE if automatic else 'Re'}: {row.title or ''}".strip() if by_email else None
    return Incoming(
        provider=NAME, provider_id=f"{row.provider_id}-{key}", channel=row.channel, from_value=row.to_value,
        to_value=row.from_value, body=f"{words}\n\n{_quoted(row)}" if by_email else words, received_at=at,
        title=title, automatic=automatic, answers_attempt=row.attempt_id if by_email else None,
        raw={"status": "received", "words": words},
    )  # fmt: skip


def _quoted(row: SandboxMessage) -> str:
    lines = "\n".join(f"> {line}" for line in row.body.splitlines())
    return f"On {row.received_at:%a, %b %d, %Y at %H:%M}, {row.from_value} wrote:\n{lines}"
