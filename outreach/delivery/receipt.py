"""What a provider tells us of a message that it has, as one small noun for all of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from models import JsonObject


class ReceiptEvent(StrEnum):
    """In the order in which one outweighs another of the same attempt."""

    UNSUBSCRIBED = "unsubscribed"
    """The recipient told the provider to stop; of the message itself it only says that it was taken."""
    RESUBSCRIBED = "resubscribed"
    """The recipient let the provider off again. Never an opt-in: see :mod:`outreach.delivery.suppressions`."""
    ACCEPTED = "accepted"
    SENT = "sent"
    FAILED = "failed"
    """The carrier or mail server did not take it, or the provider dropped it."""
    DELIVERED = "delivered"
    BLOCKED = "blocked"
    """It came back for now, perhaps after it was called delivered; the address may work tomorrow."""
    BOUNCED = "bounced"
    """It came back for good: no such mailbox."""


RANK = {event: rank for rank, event in enumerate(ReceiptEvent)}
"""The furthest event of an attempt decides, so that every order of the same events ends the same. A carrier's late yes
outweighs its early no; what came back outweighs a yes."""
FAILURES = (ReceiptEvent.FAILED, ReceiptEvent.BLOCKED, ReceiptEvent.BOUNCED)


@dataclass(frozen=True, slots=True)
class Receipt:
    """One event. ``occurred_at`` with its zone; None where the provider tells no time."""

    provider: str
    key: str
    """The provider's own name for the event, or what makes it this one; the same key is kept once."""
    event: ReceiptEvent
    provider_id: str | None
    attempt_id: str | None
    occurred_at: datetime | None
    error_code: str | None = None
    raw: JsonObject = field(default_factory=dict)
    """As it came, without any words of the message."""
    twin_key: str | None = None
    """Message, event, time and recipient, where the provider may tell one event under two names: kept once too."""
    to_value: str | None = None
    """Whom it is about, where the provider says so; only for who told it to stop."""
