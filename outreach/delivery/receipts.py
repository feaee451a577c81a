"""What comes back from a provider. Each event is kept once; states only move forward, whatever the order."""

from __future__ import annotations

from collections.abc import Sequence
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
    "21217": "not a valid number",
    "21614": "not a mobile number",
    "21635": "a landline",
    "30005": "the number is not in service",
    "30006": "a landline, or out of the carrier's reach",
}
"""Twilio's codes after which a number is not written to again, with what they mean."""
BOUNCED_WORDS = "e-mail came back"
FAILURES = (ReceiptEvent.FAILED, ReceiptEvent.BOUNCED)


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
        _apply(session, [event], message, now)
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
    if early:
        _apply(session, early, message, now)
    return len(early)


def _message_of(session: Session, attempt_id: str | None, provider_id: str | None) -> Message | None:
    """By the attempt that the receipt carries, also an earlier one of the same message; else by the provider's id."""
    found = None
    if attempt_id:
        found = session.scalar(select(DeliveryAttempt.message_id).where(DeliveryAttempt.id == attempt_id))
    if found is None and provider_id:
        found = session.scalar(select(Message.id).where(Message.provider_id == provider_id))
    return None if found is None else session.get(Message, found, with_for_update=True, populate_existing=True)


@dataclass(frozen=True, slots=True)
class Standing:
    """What all receipts of one message say together, whatever the order in which they came."""

    event: ReceiptEvent
    error_code: str | None
    """The code of the failure that stands; None where none does."""
    accepted_at: datetime
    delivered_at: datetime | None
    failed_codes: frozenset[str]
    """Codes of every failure told, also of one that a later yes outweighs."""


def standing_of(events: Sequence[DeliveryEvent]) -> Standing:
    """The furthest event decides, among equals the earliest; each time is the earliest that was told."""
    deciding = min(events, key=lambda one: (-RANK[ReceiptEvent(one.event)], _when(one), one.event_key))
    event = ReceiptEvent(deciding.event)
    delivered = [_when(one) for one in events if one.event == ReceiptEvent.DELIVERED]
    return Standing(
        event=event, error_code=_code(deciding) if event in FAILURES else None,
        accepted_at=min(_when(one) for one in events), delivered_at=min(delivered, default=None),
        failed_codes=frozenset(code for one in events if one.event in FAILURES and (code := _code(one)) is not None),
    )  # fmt: skip


def _when(event: DeliveryEvent) -> datetime:
    return event.occurred_at or event.received_at


def _code(event: DeliveryEvent) -> str | None:
    code = event.raw.get("error_code")
    return str(code) if code else None


def _apply(session: Session, news: Sequence[DeliveryEvent], message: Message, now: datetime) -> None:
    """Bind ``news`` to ``message`` and bring it to where all of its receipts together say it stands."""
    before = _known(session, message)
    for event in news:
        event.message_id, event.applied_at = message.id, now
        message.provider_id = message.provider_id or event.provider_id
    session.flush()
    standing = standing_of(_known(session, message))
    message.accepted_at = min(message.accepted_at or standing.accepted_at, standing.accepted_at)
    state, words = STATE_OF[standing.event], _words(standing.event, standing.error_code)
    if state is not message.state and not move(message, state):
        return
    message.state_reason = words
    message.claimed_by, message.lease_until = None, None
    message.delivered_at, message.error_code = standing.delivered_at, standing.error_code
    session.flush()
    _mark_address(session, message, standing, now)
    if not before or standing_of(before).event is not standing.event:
        _tell_timeline(session, message, standing.event, now)


def _known(session: Session, message: Message) -> Sequence[DeliveryEvent]:
    return session.scalars(select(DeliveryEvent).where(DeliveryEvent.message_id == message.id)).all()


def _words(what: ReceiptEvent, code: str | None) -> str | None:
    if what is ReceiptEvent.BOUNCED:
        return "The e-mail came back: this address does not take it."
    if what is ReceiptEvent.FAILED:
        why = DEAD_NUMBER.get(code or "")
        return f"The carrier could not deliver it: {why}." if why else "The carrier could not deliver it."
    return None


def _mark_address(session: Session, message: Message, standing: Standing, now: datetime) -> None:
    """What arrived proves its address; what the carrier or mail server calls dead is not written to again."""
    address = session.get(Address, message.address_id) if message.address_id is not None else None
    if address is None or standing.event in (ReceiptEvent.ACCEPTED, ReceiptEvent.SENT):
        return
    address.last_receipt_at = now
    if standing.event is ReceiptEvent.DELIVERED:
        disproved = address.health_reason in {DEAD_NUMBER.get(code) for code in standing.failed_codes}
        if address.health is AddressHealth.DOUBTFUL or (address.health is AddressHealth.DEAD and disproved):
            address.health, address.health_reason = AddressHealth.USABLE, None
    elif standing.event is ReceiptEvent.BOUNCED:
        address.health, address.health_reason = AddressHealth.DEAD, BOUNCED_WORDS
    elif dead := sorted(standing.failed_codes & DEAD_NUMBER.keys()):
        address.health, address.health_reason = AddressHealth.DEAD, DEAD_NUMBER[dead[0]]
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
