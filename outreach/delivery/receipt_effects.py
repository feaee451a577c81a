"""What follows from where a message stands: the health of its address, who has told it to stop, the timeline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Address, AddressHealth, AddressKind, Audience, Contact, DeliveryEvent, Message, MessageState, Outcome
from outreach.contacts import log_message_contact, restore_contact, void_contact
from outreach.language import N_, kept

from .carrier import CARRIER
from .health import CAME_BACK, TELLING, mark_dead, note_code, note_delivered
from .receipt import FAILURES, ReceiptEvent
from .receipt_fold import Standing, code_of, codes_of, moment
from .suppressions import tells_to_stop, withdraw

UNREACHED = ("30003", "30004")
"""Twilio: the phone is off or out of reach; it, or its carrier, blocks texts. Once says little (a phone is off), twice
in a row makes the number doubtful. 30007 (taken for unwanted mail) and 30008 (no reason given) are about our words and
the carrier: they say nothing of the number."""
NOT_REACHED = N_("texts did not reach it twice in a row")
CAME_BACK_LATER = N_("It came back after it was called delivered.")
UNDELIVERED_FOR = N_("The carrier could not deliver it: %(why)s.")
WORDS = {
    "21610": N_("This person has asked not to get texts."),
    "unsubscribed_address": N_("This person has asked not to get e-mails."),
    "spam_reporting_address": N_("This person has asked not to get e-mails."),
    "bounced_address": N_("This address does not take e-mail: an earlier one came back."),
    "invalid_address": N_("This address does not take e-mail: there is no such mailbox."),
}


def words_of(standing: Standing, message: Message) -> str | None:
    """What a teacher reads about a failure, a kept sentence; None where nothing failed."""
    if not standing.failed:
        return None
    code = standing.error_code or ""
    if code in WORDS:
        return WORDS[code]
    if standing.event is ReceiptEvent.BOUNCED:
        return N_("The e-mail came back: this address does not take it.")
    if standing.event is ReceiptEvent.BLOCKED:
        return N_("The e-mail came back for now: the mail server did not want it.")
    if message.to_kind is AddressKind.EMAIL:
        return N_("The e-mail could not be delivered.")
    why = TELLING.get(code) or (CARRIER[code].words if code in CARRIER else None)
    return kept(UNDELIVERED_FOR, why=why) if why else N_("The carrier could not deliver it.")


def mark_address(
    session: Session, message: Message, standings: Sequence[Standing], events: Sequence[DeliveryEvent], now: datetime
) -> None:
    """What arrived proves its address, also where it came back for now; what the carrier or mail server calls dead is
    not written to again. Told anew from all ``events`` each time, so that their order changes nothing."""
    told, ends, codes = {one.event for one in events}, {one.event for one in standings}, codes_of(events)
    if message.address_id is None or not told & {ReceiptEvent.DELIVERED, *FAILURES}:
        return
    address = session.get_one(Address, message.address_id, with_for_update={"key_share": True}, populate_existing=True)
    address.last_receipt_at = now
    came_back = ReceiptEvent.BOUNCED in ends
    if ReceiptEvent.DELIVERED in ends or (ReceiptEvent.DELIVERED in told and not came_back):
        note_delivered(session, address, codes, now)
        _disprove(address, came_back=came_back)
    else:
        for code in sorted(codes):
            note_code(session, address, code, now)
        if came_back:
            mark_dead(session, address, CAME_BACK, now)
        _doubt(session, address)
    session.flush()


def note_wishes(session: Session, message: Message, news: Sequence[DeliveryEvent], now: datetime) -> None:
    """Who told the provider to stop gets nothing more on that channel."""
    if message.address_id is None:
        return
    for event in news:
        if tells_to_stop(event.event, code_of(event)):
            withdraw(session, message.address_id, message.channel, code_of(event), moment(event), now)


def tell_timeline(session: Session, message: Message, before: MessageState, now: datetime) -> None:
    """A delivered message stands in the family's timeline; one that came back after all counts nowhere."""
    if message.audience is not Audience.FAMILY or message.family_id is None or message.state is before:
        return
    if message.state is MessageState.DELIVERED:
        contact = log_message_contact(session, message=message, outcome=Outcome.DELIVERED, now=now)
        if contact.voided_at is not None and contact.voided_by is None and contact.void_reason == CAME_BACK_LATER:
            restore_contact(session, contact.id, now)
    elif before is MessageState.DELIVERED:
        contact_id = session.scalar(
            select(Contact.id).where(
                Contact.message_id == message.id, Contact.voided_at.is_(None), Contact.outcome != Outcome.REPLIED
            )
        )
        if contact_id is not None:
            void_contact(session, contact_id, CAME_BACK_LATER, now)


def _disprove(address: Address, *, came_back: bool) -> None:
    """One attempt of this very message came back and another arrived: the address works."""
    if came_back and address.health is AddressHealth.DEAD and address.health_reason == CAME_BACK:
        address.health, address.health_reason = AddressHealth.USABLE, None


def _doubt(session: Session, address: Address) -> None:
    """Doubt a number of which the last two texts that ended were both not reached."""
    if address.health is not AddressHealth.USABLE:
        return
    ended = (
        select(Message.state, Message.error_code)
        .where(Message.address_id == address.id, Message.state.in_((MessageState.DELIVERED, MessageState.FAILED)))
        .order_by(Message.sent_at.desc(), Message.id.desc())
        .limit(2)
    )
    last = [state is MessageState.FAILED and code in UNREACHED for state, code in session.execute(ended)]
    if last == [True, True]:
        address.health, address.health_reason = AddressHealth.DOUBTFUL, NOT_REACHED
