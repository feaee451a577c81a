"""The one reply to what arrives while the school is closed: nobody reads this until then; 911; 988."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from types import MappingProxyType

import structlog
from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import (
    Address,
    AddressKind,
    Audience,
    Channel,
    ConsentCategory,
    ConsentState,
    ContactPoint,
    FamilyMember,
    Guardianship,
    InboundMessage,
    InboundReading,
    Message,
    MessageKind,
    School,
)
from outreach.schooltime import Interval, OpenHours, district_day, load_hours, next_open, zone_of_school

from ..consent import address_of, consents_of
from ..intents import Intent, enqueue
from ..replies import RepliesWrong, Reply, language_of_reply, moment_words, reply_words, values_of
from .raising import only_school

log = structlog.get_logger(__name__)
NEEDS_NONE = frozenset(
    {
        InboundReading.STOP, InboundReading.AUTOMATIC, InboundReading.WRONG_NUMBER, InboundReading.SURVEY,
        InboundReading.VERDICT,
    }
)  # fmt: skip
"""STOP gets its confirmation only; a machine would answer our answer; a wrong number is not the family; a figure or a
yes is read at any hour, by us."""
USUALLY_OPEN = (Interval(time(8), time(16)),)
"""A weekday at a school whose calendar nobody has entered."""
WITHOUT_OPENING = timedelta(hours=12)
"""How long the reply may wait to leave where it is not known when the school opens."""
LATER: Mapping[str, str] = MappingProxyType({"en": "the school opens again", "es": "que la escuela vuelva a abrir"})
TITLE: Mapping[str, str] = MappingProxyType({"en": "Your message to {school}", "es": "Su mensaje a {school}"})


def night_reply(
    session: Session, inbound: InboundMessage, school_id: int | None, language: str | None, now: datetime
) -> Message | None:
    """Put the reply into the outbox where the school was closed when ``inbound`` came, and is; None where none is due,
    and the reply that stands where this night has one.

    School hours are those of the school's calendar; without one, weekdays from 8 to 16 by the school's clock. At most
    one a night to an address, a night being the time until the school's next opening: a weekend is one. None to an
    address that has opted out, to an automatic message, or to one that is its own answer (:data:`NEEDS_NONE`). An
    unknown sender (``school_id`` None) gets it too, while no school of the district is open. Where the school has
    opened before it could leave, it expires. Does not commit.
    """
    if inbound.read_as in NEEDS_NONE or _opted_out(session, inbound):
        return None
    school_id = school_id or only_school(session)
    calendars = _calendars(session, school_id, now)
    if any(_school_hours(hours, at) for hours in calendars for at in (inbound.received_at, now)):
        return None
    opens = _next_opening(calendars, now)
    night = opens.isoformat() if opens else now.astimezone(calendars[0].zone).date().isoformat()
    kind = AddressKind.PHONE if inbound.channel is Channel.SMS else AddressKind.EMAIL
    address = _address(session, inbound, kind)
    standing = _standing(session, address, inbound.channel, now)
    if standing is not None:
        return standing
    family_id, guardian_id = _whose(session, inbound, address)
    try:
        title, body = _words(session, school_id, language, opens, now)
    except RepliesWrong:
        log.exception("no reply at night", inbound_id=inbound.id)
        return None
    return enqueue(
        session,
        Intent(
            key=f"night|{inbound.channel.value}|{address.id}|{night}", audience=Audience.FAMILY,
            kind=MessageKind.SAFETY, channel=inbound.channel, to_kind=kind, to_value=address.value,
            title=title if inbound.channel is Channel.EMAIL else None, body=body, due_at=now,
            expires_at=opens or now + WITHOUT_OPENING, automated=True, address_id=address.id, family_id=family_id,
            guardian_id=guardian_id, school_id=school_id, language=language_of_reply(language),
            about_school_work=False, answers_inbound=inbound.provider_id,
        ),
        now,
    )  # fmt: skip


def _calendars(session: Session, school_id: int | None, now: datetime) -> list[OpenHours]:
    """The school's calendar; of a sender of no school yet, all of the district's: somebody reads while one is open."""
    wanted = School.id == school_id if school_id is not None else School.active
    schools = session.scalars(select(School.id).where(wanted).order_by(School.id)).all()
    return [load_hours(session, school) or _assumed(session, school, now) for school in schools or [0]]


def _next_opening(calendars: Sequence[OpenHours], now: datetime) -> datetime | None:
    """The earliest, by that school's own clock."""
    openings = [(opens, hours.zone) for hours in calendars if (opens := next_open(hours, now)) is not None]
    opens, zone = min(openings, key=lambda one: one[0], default=(None, None))
    return opens.astimezone(zone) if opens is not None else None


def _school_hours(hours: OpenHours, at: datetime) -> bool:
    """From the first opening of the day to its last closing: a lunch break is no night."""
    spans = hours.spans_of(at.astimezone(hours.zone).date())
    return bool(spans) and spans[0].begins <= at < spans[-1].ends


def _opted_out(session: Session, inbound: InboundMessage) -> bool:
    if inbound.address_id is None:
        return False
    standing = consents_of(session, [inbound.address_id], ConsentCategory.SCHOOL)
    return standing.get((inbound.address_id, inbound.channel)) is ConsentState.OUT


def _assumed(session: Session, school_id: int, now: datetime) -> OpenHours:
    zone = zone_of_school(session, school_id)
    today = now.astimezone(zone).date()
    weekdays = tuple(USUALLY_OPEN if number < 5 else () for number in range(7))  # Monday to Friday
    return OpenHours(zone, today - timedelta(days=30), today + timedelta(days=30), weekdays)


def _address(session: Session, inbound: InboundMessage, kind: AddressKind) -> Address:
    """The address that wrote; kept now where it never wrote before, so that the ledger and the caps know it."""
    if inbound.address_id is not None:
        return session.get_one(Address, inbound.address_id)
    found = address_of(session, kind, inbound.from_value)
    if found is not None:
        return found
    made = Address(kind=kind, value=inbound.from_value)
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:  # it wrote twice at the same moment
        return session.scalars(select(Address).where(Address.kind == kind, Address.value == inbound.from_value)).one()
    return made


def _whose(session: Session, inbound: InboundMessage, address: Address) -> tuple[int | None, int | None]:
    """Family and guardian, where they are certain: the reply stands in no timeline of a family that did not write."""
    if inbound.family_id is not None:
        return inbound.family_id, inbound.guardian_id
    day = district_day(session, inbound.received_at)
    found = session.execute(
        select(FamilyMember.family_id, Guardianship.guardian_id)
        .distinct()
        .join(Guardianship, Guardianship.student_id == FamilyMember.student_id)
        .join(ContactPoint, ContactPoint.guardian_id == Guardianship.guardian_id)
        .where(
            ContactPoint.address_id == address.id, ContactPoint.active, FamilyMember.until_on.is_(None),
            or_(Guardianship.ended_on.is_(None), Guardianship.ended_on > day),
        )
        .limit(2)
    ).all()  # fmt: skip
    return (found[0][0], found[0][1]) if len(found) == 1 else (None, None)


def _standing(session: Session, address: Address, channel: Channel, now: datetime) -> Message | None:
    """This night's reply: another school of the family's, or a closure entered since, makes no second night of it."""
    return session.scalar(
        select(Message)
        .where(
            Message.address_id == address.id, Message.channel == channel, Message.kind == MessageKind.SAFETY,
            Message.audience == Audience.FAMILY, Message.expires_at > now,
        )
        .limit(1)
    )  # fmt: skip


def _words(
    session: Session, school_id: int | None, language: str | None, opens: datetime | None, now: datetime
) -> tuple[str, str]:
    """Title (for an e-mail) and words; a language that nobody has approved words for is answered in English."""
    spoken = language_of_reply(language)
    reopens = moment_words(opens, now, language) if opens else LATER[spoken]
    values = {**values_of(session, school_id), "reopens": reopens}
    title = TITLE[spoken].format(school=values.get("school") or values.get("district", ""))
    return title.strip(), reply_words(Reply.NIGHT, language, values)
