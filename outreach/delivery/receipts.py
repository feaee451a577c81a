"""What comes back from a provider. Each event is kept once; states only move forward, whatever the order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import (
    Address,
    AddressHealth,
    Audience,
    Contact,
    DeliveryAttempt,
    DeliveryEvent,
    JsonObject,
    Message,
    MessageState,
    Outcome,
)
from outreach.contacts import log_message_contact, void_contact

from .states import move


class ReceiptEvent(StrEnum):
    ACCEPTED = "accepted"
    SENT = "sent"
    FAILED = "failed"
    """The carrier or mail server did not take it."""
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    """It came back, perhaps after it was called delivered."""


RANK = {event: rank for rank, event in enumerate(ReceiptEvent)}
"""The furthest event decides, so that every order of the same events ends the same."""
STATE_OF = {
    ReceiptEvent.ACCEPTED: MessageState.ACCEPTED,
    ReceiptEvent.SENT: MessageState.ACCEPTED,
    ReceiptEvent.FAILED: MessageState.FAILED,
    ReceiptEvent.DELIVERED: MessageState.DELIVERED,
    ReceiptEvent.BOUNCED: MessageState.FAILED,
}
DEAD_NUMBER = {
    "21211": "not a valid number",
    "21614": "not a mobile number",
    "30003": "the phone is off or out of reach for good",
    "30005": "the number is not in service",
    "30006": "a landline, or out of the carrier's reach",
}
"""Twilio's codes after which a number is not written to again, with what they mean."""
BOUNCED_WORDS = "e-mail came back"


@dataclass(frozen=True, slots=True)
class Receipt:
    provider: str
    key: str
    """What makes it this event: provider, message, event, time and recipient."""
    event: ReceiptEvent
    provider_id: str | None
    attempt_id: str | None
    occurred_at: datetime | None
    error_code: str | None = None
    raw: JsonObject = field(default_factory=dict)


def apply_receipt(session: Session, receipt: Receipt, now: datetime) -> bool:
    """Keep the receipt and move its message. False where it was known already. Does not commit.

    One that finds no message of ours yet is kept all the same, and applied by :func:`apply_early_receipts`.
    """
    event = DeliveryEvent(
        provider=receipt.provider, event_key=receipt.key, attempt_id=receipt.attempt_id,
        provider_id=receipt.provider_id, event=receipt.event.value, occurred_at=receipt.occurred_at, received_at=now,
        raw={**receipt.raw, "error_code": receipt.error_code},
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(event)
    except IntegrityError:
        return False
    message = _message_of(session, receipt.attempt_id, receipt.provider_id)
    if message is not None:
        _apply(session, event, message, receipt.event, receipt.error_code, now)
    return True


def apply_early_receipts(session: Session, message: Message, now: datetime) -> int:
    """Apply what came before our own row knew the provider's id; how many."""
    early = session.scalars(
        select(DeliveryEvent)
        .where(
            DeliveryEvent.applied_at.is_(None),
            or_(DeliveryEvent.attempt_id == message.attempt_id, DeliveryEvent.provider_id == message.provider_id),
        )
        .order_by(DeliveryEvent.id)
    ).all()
    for event in early:
        code = event.raw.get("error_code")
        _apply(session, event, message, ReceiptEvent(event.event), str(code) if code else None, now)
    return len(early)


def _message_of(session: Session, attempt_id: str | None, provider_id: str | None) -> Message | None:
    """By the attempt that the receipt carries, also an earlier one of the same message; else by the provider's id."""
    found = None
    if attempt_id:
        found = session.scalar(select(DeliveryAttempt.message_id).where(DeliveryAttempt.id == attempt_id))
    if found is None and provider_id:
        found = session.scalar(select(Message.id).where(Message.provider_id == provider_id))
    return None if found is None else session.get(Message, found, with_for_update=True, populate_existing=True)


def _apply(
    session: Session, event: DeliveryEvent, message: Message, what: ReceiptEvent, code: str | None, now: datetime
) -> None:
    furthest = _furthest(session, message)
    event.message_id, event.applied_at = message.id, now
    message.provider_id = message.provider_id or event.provider_id
    session.flush()
    if furthest is not None and RANK[what] <= RANK[furthest]:
        return
    state = STATE_OF[what]
    if state is not message.state:
        move(message, state, _words(what, code))
    message.lease_until = None
    if what in (ReceiptEvent.ACCEPTED, ReceiptEvent.SENT):
        message.accepted_at = message.accepted_at or event.occurred_at or now
    elif what is ReceiptEvent.DELIVERED:
        message.delivered_at = event.occurred_at or now
    else:
        message.error_code = code
    session.flush()
    _mark_address(session, message, what, code, now)
    _tell_timeline(session, message, what, now)


def _furthest(session: Session, message: Message) -> ReceiptEvent | None:
    known = session.scalars(
        select(DeliveryEvent.event).where(DeliveryEvent.message_id == message.id, DeliveryEvent.applied_at.is_not(None))
    )
    return max((ReceiptEvent(one) for one in known), key=lambda one: RANK[one], default=None)


def _words(what: ReceiptEvent, code: str | None) -> str | None:
    if what is ReceiptEvent.BOUNCED:
        return "The e-mail came back: this address does not take it."
    if what is ReceiptEvent.FAILED:
        why = DEAD_NUMBER.get(code or "")
        return f"The carrier could not deliver it: {why}." if why else "The carrier could not deliver it."
    return None


def _mark_address(session: Session, message: Message, what: ReceiptEvent, code: str | None, now: datetime) -> None:
    address = session.get(Address, message.address_id) if message.address_id is not None else None
    if address is None or what in (ReceiptEvent.ACCEPTED, ReceiptEvent.SENT):
        return
    address.last_receipt_at = now
    if what is ReceiptEvent.DELIVERED:
        if address.health is AddressHealth.DOUBTFUL:
            address.health, address.health_reason = AddressHealth.USABLE, "a message arrived"
    elif what is ReceiptEvent.BOUNCED or code in DEAD_NUMBER:
        address.health = AddressHealth.DEAD
        address.health_reason = BOUNCED_WORDS if what is ReceiptEvent.BOUNCED else DEAD_NUMBER[code or ""]
    session.flush()


def _tell_timeline(session: Session, message: Message, what: ReceiptEvent, now: datetime) -> None:
    """A delivered message stands in the family's timeline; one that came back counts nowhere."""
    if message.audience is not Audience.FAMILY:
        return
    if what is ReceiptEvent.DELIVERED:
        log_message_contact(session, message=message, outcome=Outcome.DELIVERED, now=now)
    elif what is ReceiptEvent.BOUNCED:
        contact = session.scalar(select(Contact.id).where(Contact.message_id == message.id))
        if contact is not None:
            void_contact(session, contact, "The e-mail came back.", now)
