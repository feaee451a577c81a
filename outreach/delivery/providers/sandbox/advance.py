"""The sandbox's time: receipts that are due, and what families write back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Channel, SandboxMessage

from ...inbound.incoming import Incoming
from ...inbound.keep import keep
from ...receipts import apply_receipt
from ..base import Found
from .behaviors import course_of
from .lookup import NAME, coming_at, receipt_of

AUTOMATIC_TITLE = "Automatic reply"


def advance(session: Session, now: datetime, *, settle: bool = False) -> int:
    """Let the sandbox's time pass: give the receipts that are due at ``now``, the earliest first, and hand in what
    families write back by then; how many of both.

    ``settle``: all that will ever come, at once. Does not commit.
    """
    return _give_receipts(session, now, settle) + _hand_in_replies(session, now, settle)


def _give_receipts(session: Session, now: datetime, settle: bool) -> int:
    given = 0
    while True:
        due = select(SandboxMessage).where(SandboxMessage.next_at.is_not(None))
        if not settle:
            due = due.where(SandboxMessage.next_at <= now)
        row = session.scalars(
            due.order_by(SandboxMessage.next_at, SandboxMessage.id).limit(1).with_for_update(skip_locked=True)
        ).first()
        if row is None:
            return given
        _step(session, row, now)
        given += 1


def _step(session: Session, row: SandboxMessage, now: datetime) -> None:
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


def _hand_in_replies(session: Session, now: datetime, settle: bool) -> int:
    due = select(SandboxMessage).where(SandboxMessage.reply_at.is_not(None))
    if not settle:
        due = due.where(SandboxMessage.reply_at <= now)
    rows = session.scalars(
        due.order_by(SandboxMessage.reply_at, SandboxMessage.id).with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        assert row.reply_body is not None
        assert row.reply_at is not None
        automatic = course_of(row.to_value).automatic and row.channel is Channel.EMAIL
        keep(session, reply(row, "reply", row.reply_body, row.reply_at, automatic=automatic), now)
        row.reply_at = None
    session.flush()
    return len(rows)


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
