"""What a provider's final no teaches us about an address: it is dead, or it has opted out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from models import Address, AddressHealth, ConsentSource, ConsentState, Message

from .consent import record_consent
from .errors import RefusedForGood
from .receipts import DEAD_NUMBER

OPTED_OUT = "21610"
"""Twilio: the recipient has replied STOP to this sender."""


def note_refusal(session: Session, message: Message, error: RefusedForGood, now: datetime) -> str:
    """Keep what the refusal says about the address; the sentence a teacher reads."""
    if message.address_id is None:
        return "The provider does not take this address."
    if error.code == OPTED_OUT:
        record_consent(session, message.address_id, message.channel, ConsentState.OUT, ConsentSource.PROVIDER, now)
        return "This person has asked not to get texts."
    if error.code in DEAD_NUMBER:
        address = session.get_one(Address, message.address_id)
        address.health, address.health_reason = AddressHealth.DEAD, DEAD_NUMBER[error.code]
        session.flush()
        return f"This number cannot get texts: {DEAD_NUMBER[error.code]}."
    return "The provider does not take this message."
