"""What a provider's final no teaches us about an address: it is dead, or it has opted out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from models import Address, ConsentSource, ConsentState, Message

from .consent import record_consent
from .errors import RefusedForGood
from .health import note_code

OPTED_OUT = "21610"
"""Twilio: the recipient has replied STOP to this sender."""


def note_refusal(session: Session, message: Message, error: RefusedForGood, now: datetime) -> str:
    """Keep what the refusal says about the address; the sentence a teacher reads."""
    if message.address_id is None:
        return "The provider does not take this address."
    if error.code == OPTED_OUT:
        record_consent(session, message.address_id, message.channel, ConsentState.OUT, ConsentSource.PROVIDER, now)
        return "This person has asked not to get texts."
    said = note_code(session, session.get_one(Address, message.address_id), error.code, now)
    if said is not None:
        return f"This number cannot get texts: {said}."
    return "The provider does not take this message."
