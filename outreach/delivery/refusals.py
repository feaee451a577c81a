"""What a provider's final no teaches us about an address: it is dead, or it has opted out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from models import Address, ConsentSource, ConsentState, Message
from outreach.contacts import lock_family
from outreach.language import N_, kept

from .consent import record_consent
from .errors import RefusedForGood
from .health import note_code

OPTED_OUT = "21610"
"""Twilio: the recipient has replied STOP to this sender."""


def note_refusal(session: Session, message: Message, error: RefusedForGood, now: datetime) -> str:
    """Keep what the refusal says about the address; the sentence a teacher reads, kept.

    The caller holds the message's row. Its family's is held before the address's: a receipt that came first settles
    the message in the same transaction.
    """
    if message.address_id is None:
        return N_("The provider does not take this address.")
    if message.family_id is not None:
        lock_family(session, message.family_id)
    if error.code == OPTED_OUT:
        record_consent(session, message.address_id, message.channel, ConsentState.OUT, ConsentSource.PROVIDER, now)
        return N_("This person has asked not to get texts.")
    said = note_code(session, session.get_one(Address, message.address_id), error.code, now)
    if said is not None:
        return kept(N_("This number cannot get texts: %(why)s."), why=said)
    return N_("The provider does not take this message.")
