"""The sandbox as a provider: it keeps what it is sent in a transaction of its own, as the far side of a wire would."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import Address, Channel, SandboxMessage

from ...receipt import Receipt, ReceiptEvent
from ..base import Accepted, Found, Outgoing
from . import lookup
from .behaviors import WRITES_AFTER, Course, course_of

if TYPE_CHECKING:
    from ...inbound import Incoming

NAME = lookup.NAME
FROM = {Channel.SMS: "+15005550006", Channel.EMAIL: "school@sandbox.invalid"}
WRITES_ONCE_IN = timedelta(days=1)
"""A magic address answers once a day, so that two machines do not write to each other for ever."""


class Sandbox:
    name = NAME
    sender = None
    """It has no pace of its own."""
    confirms_opt_out = False

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self._sessions = sessions

    def send(self, outgoing: Outgoing) -> Accepted:
        """Take the message, or refuse it, as the magic of its address says; see ``base.Provider`` for what is raised.

        What was taken and answered with a fault stands in its outbox all the same.
        """
        course = course_of(outgoing.to_value)
        provider_id = f"SB{uuid4().hex}"
        if course.taken:
            with self._sessions.begin() as session:
                session.add(_taken(session, outgoing, course, provider_id))
        if course.refusal is not None:
            raise course.refusal()
        return Accepted(provider_id)

    def sent_to(self, to_value: str, since: datetime) -> Sequence[Found]:
        return lookup.sent_to(self._sessions, to_value, since)

    def status_of(self, provider_id: str) -> Found | None:
        return lookup.status_of(self._sessions, provider_id)

    def received_since(self, moment: datetime) -> Sequence[Incoming]:
        """Nothing: its families' words come in by themselves (see ``advance``)."""
        return ()

    def receipt_of(self, found: Found, attempt_id: str | None) -> Receipt | None:
        return lookup.receipt_of(found, attempt_id)


def _taken(session: Session, outgoing: Outgoing, course: Course, provider_id: str) -> SandboxMessage:
    first = course.coming[0] if course.coming else None
    reply = course.reply if course.reply and not _wrote_lately(session, outgoing) else None
    return SandboxMessage(
        provider_id=provider_id, attempt_id=outgoing.attempt_id, channel=outgoing.channel,
        to_value=outgoing.to_value, from_value=FROM[outgoing.channel], title=outgoing.title, body=outgoing.body,
        received_at=outgoing.now, status=ReceiptEvent.ACCEPTED,
        next_status=first.event if first else None, next_at=outgoing.now + first.after if first else None,
        reply_body=reply, reply_at=outgoing.now + WRITES_AFTER if reply else None,
    )  # fmt: skip


def _wrote_lately(session: Session, outgoing: Outgoing) -> bool:
    """Of two that are sent to one address at the same moment the second waits to see the first."""
    session.execute(select(Address.id).where(Address.value == outgoing.to_value).with_for_update())
    found = select(SandboxMessage.id).where(
        SandboxMessage.to_value == outgoing.to_value, SandboxMessage.reply_body.is_not(None),
        SandboxMessage.received_at > outgoing.now - WRITES_ONCE_IN,
    )  # fmt: skip
    return session.scalar(found.limit(1)) is not None
