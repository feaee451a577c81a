"""A provider without account or network, that behaves like the real ones. The default.

Most addresses accept, are sent after 2 seconds and delivered after 5. The magic ones do as :data:`MAGIC_NUMBERS` and
:data:`MAGIC_MAILBOXES` say, each with the code that Twilio or SendGrid would give.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, sessionmaker

from models import Audience, Channel, DeliveryAttempt, Message, SandboxMessage
from outreach.access import Viewer, visible_families

from ..errors import ProviderDown, RefusedForGood, RefusedForNow, Unclear
from ..receipts import Receipt, ReceiptEvent, apply_receipt
from .base import Accepted, Outgoing

SENT_AFTER = timedelta(seconds=2)
DELIVERED_AFTER = timedelta(seconds=3)
"""After it was sent."""
FROM = {Channel.SMS: "+15005550006", Channel.EMAIL: "school@sandbox.invalid"}


class Behavior(StrEnum):
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    BOUNCED = "bounced"
    SILENT = "silent"
    """Accepted; no receipt ever comes."""
    BAD_ADDRESS = "bad_address"
    OPTED_OUT = "opted_out"
    NO_MOBILE = "no_mobile"
    SLOW_DOWN = "slow_down"
    LOST_AFTER = "lost_after"
    """Accepted, and the connection closes before the answer."""
    LOST_BEFORE = "lost_before"
    """The connection closes before it was accepted."""
    WRONG_CREDENTIALS = "wrong_credentials"


MAGIC_NUMBERS: Mapping[str, Behavior] = {
    "+15005550001": Behavior.BAD_ADDRESS,
    "+15005550002": Behavior.OPTED_OUT,
    "+15005550003": Behavior.NO_MOBILE,
    "+15005550004": Behavior.UNDELIVERED,
    "+15005550005": Behavior.SILENT,
    "+15005550006": Behavior.DELIVERED,
    "+15005550007": Behavior.SLOW_DOWN,
    "+15005550008": Behavior.LOST_AFTER,
    "+15005550009": Behavior.LOST_BEFORE,
    "+15005550010": Behavior.WRONG_CREDENTIALS,
}
MAGIC_MAILBOXES: Mapping[str, Behavior] = {
    "bounced": Behavior.BOUNCED,
    "silent": Behavior.SILENT,
    "slow-down": Behavior.SLOW_DOWN,
    "lost-after": Behavior.LOST_AFTER,
    "lost-before": Behavior.LOST_BEFORE,
    "wrong-credentials": Behavior.WRONG_CREDENTIALS,
    "bad-address": Behavior.BAD_ADDRESS,
}
"""By what stands before the @, at ``sandbox.invalid``."""
MAGIC_DOMAIN = "sandbox.invalid"


@dataclass(frozen=True, slots=True)
class _Ending:
    event: ReceiptEvent
    code: str | None = None


ENDINGS: Mapping[Behavior, _Ending] = {
    Behavior.DELIVERED: _Ending(ReceiptEvent.DELIVERED),
    Behavior.LOST_AFTER: _Ending(ReceiptEvent.DELIVERED),
    Behavior.UNDELIVERED: _Ending(ReceiptEvent.FAILED, "30005"),
    Behavior.BOUNCED: _Ending(ReceiptEvent.BOUNCED, "550"),
}


def behavior_of(to_value: str) -> Behavior:
    """What the sandbox does with this address."""
    if to_value in MAGIC_NUMBERS:
        return MAGIC_NUMBERS[to_value]
    mailbox, _, domain = to_value.partition("@")
    return MAGIC_MAILBOXES.get(mailbox, Behavior.DELIVERED) if domain == MAGIC_DOMAIN else Behavior.DELIVERED


class Sandbox:
    name = "sandbox"

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self._sessions = sessions

    def send(self, outgoing: Outgoing) -> Accepted:
        """Keep the message on the sandbox's own page, in a transaction of its own, as the far side of a wire would."""
        behavior = behavior_of(outgoing.to_value)
        _refuse(behavior)
        provider_id = f"SB{uuid4().hex}"
        with self._sessions.begin() as session:
            session.add(
                SandboxMessage(
                    provider_id=provider_id, attempt_id=outgoing.attempt_id, channel=outgoing.channel,
                    to_value=outgoing.to_value, from_value=FROM[outgoing.channel], title=outgoing.title,
                    body=outgoing.body, received_at=outgoing.now, status=ReceiptEvent.ACCEPTED,
                    next_status=None if behavior is Behavior.SILENT else ReceiptEvent.SENT,
                    next_at=None if behavior is Behavior.SILENT else outgoing.now + SENT_AFTER,
                )
            )  # fmt: skip
        if behavior is Behavior.LOST_AFTER:
            raise Unclear("connection", "the connection closed before the answer came")
        return Accepted(provider_id)


def _refuse(behavior: Behavior) -> None:
    match behavior:
        case Behavior.BAD_ADDRESS:
            raise RefusedForGood("21211", "not a valid address")
        case Behavior.OPTED_OUT:
            raise RefusedForGood("21610", "the recipient has opted out")
        case Behavior.NO_MOBILE:
            raise RefusedForGood("21614", "not a mobile number")
        case Behavior.SLOW_DOWN:
            raise RefusedForNow("20429", "too many messages")
        case Behavior.LOST_BEFORE:
            raise Unclear("connection", "the connection closed before it was accepted")
        case Behavior.WRONG_CREDENTIALS:
            raise ProviderDown("20003", "the credentials were refused")
        case _:
            return


def advance(session: Session, now: datetime, *, settle: bool = False) -> int:
    """Let the sandbox's time pass: give the receipts that are due at ``now``, the earliest first; how many.

    ``settle``: all that will ever come, at once. Does not commit.
    """
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
    assert row.next_status is not None
    assert row.next_at is not None
    event, at = ReceiptEvent(row.next_status), row.next_at
    ending = ENDINGS.get(behavior_of(row.to_value), _Ending(ReceiptEvent.DELIVERED))
    row.status = event
    if event is ReceiptEvent.SENT:
        row.next_status, row.next_at = ending.event, at + DELIVERED_AFTER
    else:
        row.next_status, row.next_at = None, None
    session.flush()
    apply_receipt(
        session,
        Receipt(
            provider=Sandbox.name, key=f"sandbox|{row.provider_id}|{event.value}", event=event,
            provider_id=row.provider_id, attempt_id=row.attempt_id, occurred_at=at,
            error_code=ending.code if event is ending.event else None, raw={"status": event.value},
        ),
        now,
    )  # fmt: skip


def outbox(session: Session, viewer: Viewer, limit: int = 200) -> list[SandboxMessage]:
    """What the sandbox was asked to send, newest first, to families that ``viewer`` may see and to the viewer's own
    staff member; all of it for who administers the district."""
    rows = select(SandboxMessage).order_by(SandboxMessage.id.desc()).limit(limit)
    if not viewer.sees_district:
        mine = (
            select(DeliveryAttempt.id)
            .join(Message, Message.id == DeliveryAttempt.message_id)
            .where(or_(Message.family_id.in_(visible_families(viewer)), _to_staff(viewer)))
        )
        rows = rows.where(SandboxMessage.attempt_id.in_(mine))
    return list(session.scalars(rows))


def _to_staff(viewer: Viewer) -> ColumnElement[bool]:
    return and_(Message.audience == Audience.STAFF, Message.staff_id == viewer.staff_id)
