"""Who told a provider to stop: it becomes an entry of the consent ledger, so that we stop asking at all.

Only ever an *out*. That a person lets a provider off its list again says nothing about school: consent is given to the
school, by the family's own word to it, and an *out* kept too long does less harm than an *in* that nobody gave.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Address, AddressKind, Channel, Consent, ConsentCategory, ConsentSource, ConsentState
from outreach.language import N_
from outreach.roster import parse_email

from .consent import address_of, record_consent
from .receipt import ReceiptEvent
from .refusals import OPTED_OUT

STOPPED = {
    OPTED_OUT: N_("Twilio: this number has replied STOP to our sender."),
    "unsubscribe": N_("SendGrid: unsubscribed from all our e-mail."),
    "group_unsubscribe": N_("SendGrid: unsubscribed from a group of our e-mails."),
    "spamreport": N_("SendGrid: reported our e-mail as spam."),
    "unsubscribed_address": N_("SendGrid: dropped it, for this address has unsubscribed."),
    "spam_reporting_address": N_("SendGrid: dropped it, for this address has reported us as spam."),
}
"""Codes of receipts by which a person has told a provider to stop, and what the ledger's line says of it."""


def tells_to_stop(event: str, code: str | None) -> bool:
    """Whether a receipt with this event and code is somebody's wish to get nothing more on its channel."""
    return event == ReceiptEvent.UNSUBSCRIBED or code in STOPPED


def withdraw(
    session: Session, address_id: int, channel: Channel, code: str | None, told_at: datetime, now: datetime
) -> bool:
    """Write *out* for every category of this channel, unless it stands already. False where nothing was written.

    ``told_at``: when the person told the provider. What the family or its school wrote into the ledger after that
    stands: a provider's late or repeated word takes nothing back. An import says nothing new and does not count.
    Holds the address's row; does not commit.
    """
    session.execute(select(Address.id).where(Address.id == address_id).with_for_update(key_share=True))
    newest = (
        select(func.max(Consent.id))
        .where(Consent.address_id == address_id, Consent.channel == channel)
        .group_by(Consent.category)
    )
    standing = {entry.category: entry for entry in session.scalars(select(Consent).where(Consent.id.in_(newest)))}
    wanted = [category for category in ConsentCategory if _says_else(standing.get(category), told_at)]
    if not wanted:
        return False
    note = STOPPED.get(code or "", N_("The provider was told to stop."))
    record_consent(
        session, address_id, channel, ConsentState.OUT, ConsentSource.PROVIDER, now, categories=wanted, note=note
    )
    return True


def withdraw_emails(session: Session, told: Iterable[tuple[str, str | None, datetime]], now: datetime) -> int:
    """The same for e-mail addresses by their words, each with its code and moment: events about no message of ours.

    Addresses that nobody here has are passed over. Returns how many were written; does not commit.
    """
    found = [
        (address.id, code, at)
        for words, code, at in told
        if (address := address_of(session, AddressKind.EMAIL, parse_email(words).value)) is not None
    ]
    found.sort(key=lambda one: (one[0], one[2]))  # two processes hold the rows of addresses in the same order
    return sum(withdraw(session, address_id, Channel.EMAIL, code, at, now) for address_id, code, at in found)


def _says_else(standing: Consent | None, told_at: datetime) -> bool:
    """Whether the ledger has nothing on it, or an *in* that is older than the wish or rests on nobody's word."""
    if standing is None:
        return True
    own_word = standing.source in (ConsentSource.FAMILY_WROTE, ConsentSource.STAFF)
    return standing.state is ConsentState.IN and not (own_word and standing.at > told_at)
