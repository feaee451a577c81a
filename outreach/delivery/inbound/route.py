"""Whose a message is, and to whom it is meant: by its address, and by what we last wrote to it (DESIGN §7.8)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from models import (
    Address,
    AddressKind,
    Audience,
    Channel,
    ContactPoint,
    DeliveryAttempt,
    FamilyMember,
    Guardian,
    Guardianship,
    InboundMessage,
    InboundWait,
    Message,
    MessageStudent,
    Student,
)
from outreach.schooltime import district_day

from ..consent import address_of
from ..gate import BARE_REPLIES
from ..states import ON_ITS_WAY
from .keep import HandedIn, handed_in

LATELY = timedelta(days=14)
"""How long a message of ours is one that a family may be replying to."""
SAME_TIME = timedelta(hours=1)
"""Messages to two families of one phone within this long: a reply may be to either."""
KINDS = {Channel.SMS: AddressKind.PHONE, Channel.EMAIL: AddressKind.EMAIL}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a message came from, as far as that is certain."""

    address_id: int | None = None
    family_id: int | None = None
    guardian_id: int | None = None
    """None also where several of the family share the address."""
    answers: Message | None = None
    """Our message that it replies to; of one that waits, the one whose reply address it came to."""
    staff_id: int | None = None
    """The last who wrote to this address; None: the school's inbox."""
    student_ids: tuple[int, ...] = ()
    """Whom our message was about, else the guardian's children in the family."""
    school_id: int | None = None
    language: str | None = None
    """The one language of all who have this address."""
    waits: InboundWait | None = None
    """Why a person must say whose it is; then ``family_id`` is None."""


def origin_of(session: Session, inbound: InboundMessage) -> Origin:
    """Find out whose ``inbound`` is. Nothing is guessed: what is not certain waits for a person."""
    said = handed_in(inbound)
    address = find_address(session, inbound.channel, inbound.from_value)
    people = _people(session, address.id if address else None, inbound.received_at)
    answered = _answered(session, said)
    lately = _lately(session, address.id if address else None, inbound)
    language = _language(session, {guardian for guardian, _ in people})
    known = Origin(address_id=address.id if address else None, language=language)
    families = sorted({family for _, family in people})
    waits = _waits(inbound, said, address, answered, families, lately)
    if waits is not None:
        may_be = [*families, *([answered.family_id] if answered and answered.family_id else [])]
        school_id = _school(session, may_be[0], ()) if may_be else None
        return replace(known, answers=answered, waits=waits, school_id=school_id)
    family_id = _family(families, answered, lately)
    assert family_id is not None
    return _of_family(session, known, family_id, people, _replied_to(answered, lately, family_id), lately)


def as_of_family(session: Session, inbound: InboundMessage, family_id: int, guardian_id: int | None) -> Origin:
    """The origin that a person has named."""
    address = find_address(session, inbound.channel, inbound.from_value)
    lately = _lately(session, address.id if address else None, inbound)
    people = [(guardian_id, family_id)] if guardian_id is not None else []
    language = _language(session, {guardian_id} if guardian_id is not None else set())
    known = Origin(address_id=address.id if address else None, language=language)
    answered = _answered(session, handed_in(inbound))
    found = _of_family(session, known, family_id, people, _replied_to(answered, lately, family_id), lately)
    return replace(found, guardian_id=guardian_id)


def find_address(session: Session, channel: Channel, value: str) -> Address | None:
    """The address that wrote, where anybody has it; ``value`` as :func:`~.keep.normalised` gives it."""
    return address_of(session, KINDS[channel], value)


def recent_senders(session: Session, inbound: InboundMessage) -> list[int]:
    """Staff who wrote to the address of ``inbound`` in the days before it, the latest first, each once."""
    sent = _lately(session, inbound.address_id, inbound)
    return list(dict.fromkeys(message.staff_id for message in sent if message.staff_id is not None))


def _people(session: Session, address_id: int | None, at: datetime) -> list[tuple[int, int]]:
    """(guardian, family) of everybody who is reached by this address."""
    if address_id is None:
        return []
    rows = session.execute(
        select(ContactPoint.guardian_id, FamilyMember.family_id)
        .distinct()
        .join(Guardian, Guardian.id == ContactPoint.guardian_id)
        .join(Guardianship, Guardianship.guardian_id == Guardian.id)
        .join(FamilyMember, FamilyMember.student_id == Guardianship.student_id)
        .where(
            ContactPoint.address_id == address_id, ContactPoint.active, Guardian.active,
            or_(Guardianship.ended_on.is_(None), Guardianship.ended_on > district_day(session, at)),
            FamilyMember.until_on.is_(None),
        )
        .order_by(FamilyMember.family_id, ContactPoint.guardian_id)
    )  # fmt: skip
    return [(guardian, family) for guardian, family in rows]


def _answered(session: Session, said: HandedIn) -> Message | None:
    """The message whose own reply address it came to."""
    if said.answers_attempt is None:
        return None
    message_id = session.scalar(select(DeliveryAttempt.message_id).where(DeliveryAttempt.id == said.answers_attempt))
    message = session.get(Message, message_id) if message_id is not None else None
    return message if message is not None and message.audience is Audience.FAMILY else None


def _lately(session: Session, address_id: int | None, inbound: InboundMessage) -> Sequence[Message]:
    """What we sent to this address, by this channel, in the days before, the latest first."""
    if address_id is None:
        return []
    return session.scalars(sent_before(inbound, address_id)).all()


def sent_before(inbound: InboundMessage, address_id: int) -> Select[Message]:
    """What families were sent at this address in the days before ``inbound``, the latest first; no bare replies."""
    return (
        select(Message)
        .where(
            Message.address_id == address_id, Message.channel == inbound.channel, Message.audience == Audience.FAMILY,
            Message.family_id.is_not(None), Message.kind.not_in(BARE_REPLIES), Message.state.in_(ON_ITS_WAY),
            Message.sent_at.between(inbound.received_at - LATELY, inbound.received_at),
        )
        .order_by(Message.sent_at.desc(), Message.id.desc())
    )  # fmt: skip


def _waits(
    inbound: InboundMessage,
    said: HandedIn,
    address: Address | None,
    answered: Message | None,
    families: Sequence[int],
    lately: Sequence[Message],
) -> InboundWait | None:
    if not inbound.from_value:
        return InboundWait.UNKNOWN_SENDER  # its From names nobody, or several
    if not said.authenticated:
        return InboundWait.UNPROVED_SENDER
    if not families:
        from_elsewhere = answered is not None and (address is None or answered.address_id != address.id)
        return InboundWait.OTHER_ADDRESS if from_elsewhere else InboundWait.UNKNOWN_SENDER
    return InboundWait.SHARED_ADDRESS if _family(families, answered, lately) is None else None


def _family(families: Sequence[int], answered: Message | None, lately: Sequence[Message]) -> int | None:
    """The one family of this address; of several the one last written to, where no other was at the same time."""
    if len(families) == 1:
        return families[0]
    if answered is not None and answered.family_id in families:
        return answered.family_id
    ours = [message for message in lately if message.family_id in families]
    if not ours or ours[0].sent_at is None:
        return None
    since = ours[0].sent_at - SAME_TIME
    others = [one for one in ours if one.family_id != ours[0].family_id and one.sent_at and one.sent_at > since]
    return None if others else ours[0].family_id


def _replied_to(answered: Message | None, lately: Sequence[Message], family_id: int) -> Message | None:
    if answered is not None and answered.family_id == family_id:
        return answered
    return next((message for message in lately if message.family_id == family_id), None)


def _of_family(
    session: Session, known: Origin, family_id: int, people: Collection[tuple[int, int]], answers: Message | None,
    lately: Sequence[Message],
) -> Origin:  # fmt: skip
    here = sorted({guardian for guardian, family in people if family == family_id})
    guardian_id = here[0] if len(here) == 1 else None
    students = _students(session, family_id, guardian_id, answers)
    to_them = [answers] if answers is not None else []
    to_them += [message for message in lately if message.family_id == family_id]
    return replace(
        known, family_id=family_id, guardian_id=guardian_id, answers=answers, student_ids=students,
        staff_id=next((message.staff_id for message in to_them if message.staff_id is not None), None),
        school_id=_school(session, family_id, students),
    )  # fmt: skip


def _students(session: Session, family_id: int, guardian_id: int | None, answers: Message | None) -> tuple[int, ...]:
    """Whom our message was about; else the guardian's children; all of them still in the family. Empty: all of it."""
    members = select(FamilyMember.student_id).where(
        FamilyMember.family_id == family_id, FamilyMember.until_on.is_(None)
    )
    if answers is not None:
        about = select(MessageStudent.student_id).where(MessageStudent.message_id == answers.id)
        named = session.scalars(members.where(FamilyMember.student_id.in_(about)).order_by(FamilyMember.student_id))
        if found := tuple(named):
            return found
    if guardian_id is None:
        return ()
    own = select(Guardianship.student_id).where(
        Guardianship.guardian_id == guardian_id, Guardianship.ended_on.is_(None)
    )
    return tuple(session.scalars(members.where(FamilyMember.student_id.in_(own)).order_by(FamilyMember.student_id)))


def _school(session: Session, family_id: int, students: Sequence[int]) -> int | None:
    statement = (
        select(Student.school_id)
        .join(FamilyMember, FamilyMember.student_id == Student.id)
        .where(FamilyMember.family_id == family_id, FamilyMember.until_on.is_(None))
        .order_by(FamilyMember.from_on, Student.id)
    )
    if students:
        statement = statement.where(Student.id.in_(students))
    return session.scalar(statement.limit(1))


def _language(session: Session, guardians: Collection[int]) -> str | None:
    spoken = session.scalars(select(Guardian.language).where(Guardian.id.in_(guardians)).distinct()).all()
    return spoken[0] if len(spoken) == 1 else None
