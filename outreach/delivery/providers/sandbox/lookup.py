"""What the sandbox knows of what it took; for whoever asks afterwards, as one asks Twilio."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import SandboxMessage

from ...receipt import Receipt, ReceiptEvent
from ..base import Found
from .behaviors import Coming, course_of

NAME = "sandbox"


def sent_to(sessions: sessionmaker[Session], to_value: str, since: datetime) -> Sequence[Found]:
    """Every message it took to this address since then, oldest first."""
    with sessions() as session:
        rows = session.scalars(
            select(SandboxMessage)
            .where(SandboxMessage.to_value == to_value, SandboxMessage.received_at >= since)
            .order_by(SandboxMessage.id)
        )
        return [_found(row) for row in rows]


def status_of(sessions: sessionmaker[Session], provider_id: str) -> Found | None:
    with sessions() as session:
        row = session.scalar(select(SandboxMessage).where(SandboxMessage.provider_id == provider_id))
        return _found(row) if row is not None else None


def receipt_of(found: Found, attempt_id: str | None) -> Receipt:
    """What it says when asked, as the receipt that it would have given; told twice it is one event."""
    event = ReceiptEvent(found.status)
    return Receipt(
        provider=NAME, key=f"{NAME}|{found.provider_id}|{event.value}", event=event, provider_id=found.provider_id,
        attempt_id=attempt_id, occurred_at=found.changed_at, error_code=found.error_code,
        raw={"status": event.value},
    )  # fmt: skip


def coming_at(row: SandboxMessage) -> int:
    """The place, among all that comes of this message, of what comes next."""
    assert row.next_at is not None
    after = row.next_at - row.received_at
    coming = course_of(row.to_value).coming
    return next((place for place, one in enumerate(coming) if one.after >= after), len(coming) - 1)


def _found(row: SandboxMessage) -> Found:
    last = _last(row)
    return Found(
        provider_id=row.provider_id, to_value=row.to_value, body=row.body, status=row.status,
        created_at=row.received_at, changed_at=row.received_at + last.after if last else row.received_at,
        error_code=last.code if last else None,
    )  # fmt: skip


def _last(row: SandboxMessage) -> Coming | None:
    """What became of it so far; None: it was taken, and nothing since."""
    coming = course_of(row.to_value).coming
    done = len(coming) if row.next_at is None else coming_at(row)
    return coming[done - 1] if done else None
