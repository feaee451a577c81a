"""A family's word on whether it is written to: STOP, START and a wrong number, on the ledger and on what is waiting."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import (
    Address,
    AddressHealth,
    Audience,
    Channel,
    Consent,
    ConsentCategory,
    ConsentSource,
    ConsentState,
    District,
    InboundMessage,
    Message,
    MessageState,
)
from outreach.contacts import lock_family, note_wrong_number, take_back_wrong_number
from outreach.language import N_, kept
from outreach.roster import parse_email, parse_phone
from outreach.schooltime import named_zone, zone_of_school

from ..consent import consents_of, record_consent, take_back
from ..gate import AT_ONCE
from .route import KINDS, Origin, find_address, sent_before

WRONG_NUMBER = N_("somebody there wrote that we have the wrong person")
"""Why an address is dead, as part of a sentence; and so it stands in the ledger."""
RIGHT_NUMBER = N_("It was no wrong number: the family wrote.")
NO_MORE = {
    Channel.SMS: N_("This person wrote on %(day)s that no more texts should come."),
    Channel.EMAIL: N_("This person wrote on %(day)s that no more e-mails should come."),
}
WRONG_PERSON = N_("Somebody there wrote on %(day)s that we have the wrong person.")


def is_out(session: Session, address_id: int | None, channel: Channel) -> bool:
    """Whether school messages on this channel have been ended for this address."""
    if address_id is None:
        return False
    standing = consents_of(session, [address_id], ConsentCategory.SCHOOL)
    return standing.get((address_id, channel)) is ConsentState.OUT


def stop(session: Session, inbound: InboundMessage, origin: Origin, now: datetime) -> bool:
    """End every category of the channel for the address that wrote, and call off what waits for it.

    False where all had ended before: then nothing is added to the ledger. A number that nobody here has is kept, so
    that a roster that brings it later finds it opted out.
    """
    address = kept_address(session, inbound)
    why = kept(NO_MORE[inbound.channel], day=_day(session, origin, now))
    _call_off(session, address.id, inbound.channel, why)
    return _end(session, inbound, address, origin, now)


def start(session: Session, inbound: InboundMessage, now: datetime) -> bool:
    """School messages again, as the person asks. False where they had never ended."""
    address = kept_address(session, inbound)
    _hold(session, address)
    was_out = is_out(session, address.id, inbound.channel)
    record_consent(
        session, address.id, inbound.channel, ConsentState.IN, ConsentSource.FAMILY_WROTE, now, inbound_id=inbound.id
    )
    if address.health is AddressHealth.DEAD and address.health_reason == WRONG_NUMBER:
        address.health, address.health_reason = AddressHealth.USABLE, None
    session.flush()
    return was_out


def wrong_number(session: Session, inbound: InboundMessage, origin: Origin, now: datetime) -> list[Message]:
    """Nothing more to this address: it is dead and opted out, what waits is called off, and what was sent to it lately
    was an attempt. Gives those messages, the latest first."""
    address = kept_address(session, inbound)
    why = kept(WRONG_PERSON, day=_day(session, origin, now))
    _call_off(session, address.id, inbound.channel, why)
    sent = _sent_lately(session, address.id, inbound)
    for family_id in sorted({message.family_id or 0 for message in sent} - {0}):
        lock_family(session, family_id)  # before its score is written: the order of whoever logs a contact
    for message in sent:
        note_wrong_number(session, message, now)
    _end(session, inbound, address, origin, now, note=WRONG_NUMBER)
    address.health, address.health_reason = AddressHealth.DEAD, WRONG_NUMBER
    session.flush()
    return sent


def right_number(session: Session, inbound: InboundMessage, account_id: int | None, now: datetime) -> None:
    """Take back :func:`wrong_number`: a person found that it was the family that wrote. Consent stands again as it
    stood before; that is an undo, for whoever may match, and opts nobody in."""
    address = kept_address(session, inbound)
    for message in _sent_lately(session, address.id, inbound):
        take_back_wrong_number(session, message, now)
    _hold(session, address)
    if address.health_reason == WRONG_NUMBER:
        address.health, address.health_reason = AddressHealth.USABLE, None
    ended = session.scalars(
        select(Consent).where(
            Consent.inbound_id == inbound.id, Consent.state == ConsentState.OUT, Consent.note == WRONG_NUMBER,
        )
    ).all()  # fmt: skip
    take_back(
        session, ended, ConsentSource.STAFF, now, account_id=account_id, note=RIGHT_NUMBER, inbound_id=inbound.id
    )  # fmt: skip
    session.flush()


def kept_address(session: Session, inbound: InboundMessage) -> Address:
    """The address that wrote, its row made now where nobody here has it."""
    found = find_address(session, inbound.channel, inbound.from_value)
    if found is None:
        given = inbound.from_value
        parsed = parse_phone(given) if inbound.channel is Channel.SMS else parse_email(given)
        found = Address(
            kind=KINDS[inbound.channel], value=given, health=parsed.health, health_reason=parsed.reason,
            timezone=parsed.timezone,
        )  # fmt: skip
        try:
            with session.begin_nested():
                session.add(found)
        except IntegrityError:  # it wrote twice at the same moment
            standing = find_address(session, inbound.channel, inbound.from_value)
            if standing is None:
                raise
            found = standing
    inbound.address_id = found.id
    return found


def _call_off(session: Session, address_id: int, channel: Channel, why: str) -> None:
    """Skip at once, with the reason a teacher reads, what the gate would refuse when its time came.

    Before the rows of family and address are held: whoever sends takes a message's row first.
    """
    waiting = (
        select(Message.id)
        .where(
            Message.address_id == address_id, Message.channel == channel, Message.audience == Audience.FAMILY,
            Message.state == MessageState.SCHEDULED, Message.kind.not_in(AT_ONCE),
        )
        .order_by(Message.id)
        .with_for_update()
    )  # fmt: skip
    session.execute(
        update(Message)
        .where(Message.id.in_(waiting), Message.state == MessageState.SCHEDULED)
        .values(state=MessageState.SKIPPED, state_reason=why, claimed_by=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )


def _end(
    session: Session, inbound: InboundMessage, address: Address, origin: Origin, now: datetime, note: str | None = None
) -> bool:
    if origin.family_id is not None:
        lock_family(session, origin.family_id)  # before the address: the order of whoever sends
    _hold(session, address)
    ended = [
        category
        for category in ConsentCategory
        if consents_of(session, [address.id], category).get((address.id, inbound.channel)) is not ConsentState.OUT
    ]
    was_in = not is_out(session, address.id, inbound.channel)
    if ended:
        record_consent(
            session, address.id, inbound.channel, ConsentState.OUT, ConsentSource.FAMILY_WROTE, now, categories=ended,
            note=note, inbound_id=inbound.id,
        )  # fmt: skip
    return was_in


def _hold(session: Session, address: Address) -> None:
    """Two messages of one moment are read one after the other."""
    session.get(Address, address.id, with_for_update={"key_share": True}, populate_existing=True)


def _sent_lately(session: Session, address_id: int, inbound: InboundMessage) -> list[Message]:
    """What left to this address in the days before, the latest first, each row held as receipts hold it."""
    return list(session.scalars(sent_before(inbound, address_id).with_for_update(of=Message)))


def _day(session: Session, origin: Origin, now: datetime) -> date:
    """By the school's clock."""
    if origin.school_id is not None:
        zone = zone_of_school(session, origin.school_id)
    else:
        zone = named_zone(session.scalar(select(District.timezone)) or "UTC")
    return now.astimezone(zone).date()
