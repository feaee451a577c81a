"""What receipts and refusals teach us about an address: it works, it is dead, or it can be called but not texted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from models import Address, AddressHealth, ContactPoint
from outreach.language import N_

GETS_NO_TEXTS: Mapping[str, str] = {
    "21614": N_("not a mobile number"),
    "21635": N_("a landline"),
    "30006": N_("a landline, or out of the carrier's reach"),
}
"""Twilio's codes after which a number is not texted again; a person can still call it."""
DEAD_NUMBER: Mapping[str, str] = {
    "21211": N_("not a valid number"),
    "21217": N_("not a valid number"),
    "30005": N_("the number is not in service"),
}
"""Twilio's codes after which a number is neither written to nor called."""
TELLING: Mapping[str, str] = {**GETS_NO_TEXTS, **DEAD_NUMBER}
"""Every code that says something about the number itself, with what it says."""
CAME_BACK = N_("e-mail came back")


def note_code(session: Session, address: Address, code: str | None, now: datetime) -> str | None:
    """Keep what a final code of Twilio's says about a number, and give it in words; None where it says nothing of it.

    Does not commit.
    """
    said = TELLING.get(code or "")
    if said is None:
        return None
    if code in GETS_NO_TEXTS:
        note_landline(session, address, now)
    else:
        mark_dead(session, address, said, now)
    return said


def note_landline(session: Session, address: Address, now: datetime) -> None:
    """This number gets no texts, whoever of the family is reached by it. Calls still reach it, so it is not dead."""
    address.last_receipt_at = now
    _set_texts(session, address, False)


def mark_dead(session: Session, address: Address, why: str, now: datetime) -> None:
    """Nothing more is sent to this address. ``why``, a sentence of ours, is read by staff."""
    address.health, address.health_reason, address.last_receipt_at = AddressHealth.DEAD, why, now
    session.flush()


def note_delivered(session: Session, address: Address, failed_codes: Collection[str], now: datetime) -> None:
    """Something arrived: a doubtful address is usable, and what a failure of the same message said is taken back."""
    address.last_receipt_at = now
    disproved = address.health_reason in {TELLING[code] for code in failed_codes if code in TELLING}
    if address.health is AddressHealth.DOUBTFUL or (address.health is AddressHealth.DEAD and disproved):
        address.health, address.health_reason = AddressHealth.USABLE, None
    if not GETS_NO_TEXTS.keys().isdisjoint(failed_codes):
        _set_texts(session, address, True)
    session.flush()


def _set_texts(session: Session, address: Address, texts: bool) -> None:
    session.execute(update(ContactPoint).where(ContactPoint.address_id == address.id).values(texts=texts))
    session.flush()
