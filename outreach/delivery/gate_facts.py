"""Gather what the gate rests on, for one message, inside the transaction that will also write its answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from config.tuning import SendingRules
from models import (
    Address,
    AddressHealth,
    Channel,
    ContactPoint,
    District,
    FamilyMember,
    Guardian,
    Guardianship,
    Hold,
    Message,
    MessageStudent,
    School,
    Staff,
    Student,
)
from outreach.schooltime import load_hours, named_zone, zone_of_school

from .caps import ahead_of, answers_what_family_wrote, sent_lately
from .consent import has_consent
from .gate import ChildFacts, GateFacts

ADULT_AT = 18


def facts_for(
    session: Session, message: Message, now: datetime, rules: SendingRules, live: frozenset[Channel]
) -> GateFacts:
    """Everything :func:`~outreach.delivery.gate.decide` asks about a message to a family.

    ``live`` are the channels that really leave the machine; on the others a school needs no first day.
    """
    assert message.address_id is not None
    assert message.family_id is not None
    address = session.get_one(Address, message.address_id)
    guardian = session.get(Guardian, message.guardian_id) if message.guardian_id is not None else None
    students = _students(session, message)
    school = session.get(School, message.school_id or (students[0].school_id if students else 0))
    first_day = _first_day(school, message.channel)
    sent = sent_lately(session, message, now, rules)
    members = _members(session, message)
    return GateFacts(
        kind=message.kind, automated=message.automated, urgent=message.urgent,
        about_school_work=message.about_school_work, expires_at=message.expires_at,
        held=_hold(session, message, students, now),
        live_from=first_day if message.channel in live else None,
        goes_live=message.channel not in live or first_day is not None,
        reader_active=guardian is not None and guardian.active and _still_reached(session, guardian, address),
        children=[_child(session, student, student.id in members, guardian, now) for student in students],
        consented=has_consent(session, address.id, message.channel, message.category),
        health=address.health, usable_elsewhere=_usable_elsewhere(session, guardian, address),
        shared_with_barred=_shared_with_barred(session, address, students, now),
        zones=_zones(session, guardian, address, school),
        hours=load_hours(session, school.id) if school is not None else None,
        answers_recent=answers_what_family_wrote(session, message, now, rules),
        family_sent=sent.family, family_automated=sent.family_automated,
        address_sent=sent.address, address_automated=sent.address_automated,
        sender_here=_sender_here(session, message, now), ahead=ahead_of(session, message, now),
    )  # fmt: skip


def _students(session: Session, message: Message) -> Sequence[Student]:
    """Those the message names; where it names none it is about every child of the family, and needs leave for each."""
    named = session.scalars(
        select(Student)
        .join(MessageStudent, MessageStudent.student_id == Student.id)
        .where(MessageStudent.message_id == message.id)
        .order_by(Student.id)
    ).all()
    if named:
        return named
    return session.scalars(select(Student).where(Student.id.in_(_members(session, message))).order_by(Student.id)).all()


def _members(session: Session, message: Message) -> set[int]:
    """The present students of the message's family."""
    return set(
        session.scalars(
            select(FamilyMember.student_id).where(
                FamilyMember.family_id == message.family_id, FamilyMember.until_on.is_(None)
            )
        )
    )


def _sender_here(session: Session, message: Message, now: datetime) -> bool:
    """Nothing goes out in the name of somebody who has left."""
    sender = session.get(Staff, message.staff_id) if message.staff_id is not None else None
    return sender is None or (sender.active and (sender.left_on is None or sender.left_on > now.date()))


def _first_day(school: School | None, channel: Channel) -> date | None:
    if school is None:
        return None
    return school.sms_live_from if channel is Channel.SMS else school.email_live_from


def _hold(session: Session, message: Message, students: Sequence[Student], now: datetime) -> str | None:
    """Whom to ask about the hold on this family, one of the students or their school; None without one."""
    touched = or_(
        Hold.family_id == message.family_id,
        Hold.student_id.in_([student.id for student in students]),
        Hold.school_id.in_({student.school_id for student in students} | {message.school_id}),
    )
    found = session.execute(
        select(Hold.id, Staff.display_name)
        .outerjoin(Staff, Staff.id == Hold.ask_staff_id)
        .where(touched, Hold.from_at <= now, or_(Hold.until_at.is_(None), Hold.until_at > now))
        .order_by(Hold.id)
    ).first()
    return None if found is None else f"ask {found[1] or 'the school office'}."


def _still_reached(session: Session, guardian: Guardian, address: Address) -> bool:
    return bool(
        session.scalar(
            select(ContactPoint.id).where(
                ContactPoint.guardian_id == guardian.id, ContactPoint.address_id == address.id, ContactPoint.active
            )
        )
    )


def _child(session: Session, student: Student, member: bool, guardian: Guardian | None, now: datetime) -> ChildFacts:
    bond = session.scalar(
        select(Guardianship).where(
            Guardianship.student_id == student.id,
            Guardianship.guardian_id == (guardian.id if guardian is not None else None),
            or_(Guardianship.ended_on.is_(None), Guardianship.ended_on > now.date()),
        )
    )
    return ChildFacts(
        first_name=student.preferred_name or student.given_name, enrolled=student.active and member,
        of_age_undecided=_of_age(student, now) and student.rights_review_at is None,
        may_contact=bond is not None and bond.may_contact,
        holds_rights=bond is not None and bond.holds_rights,
        emergency_only=bond is not None and bond.emergency_only,
    )  # fmt: skip


def _of_age(student: Student, now: datetime) -> bool:
    born = student.birth_date
    if born is None:
        return False
    today = now.date()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day)) >= ADULT_AT


def _usable_elsewhere(session: Session, guardian: Guardian | None, address: Address) -> bool:
    if guardian is None or address.health is AddressHealth.USABLE:
        return False
    better = (
        select(ContactPoint.id)
        .join(Address, Address.id == ContactPoint.address_id)
        .where(
            ContactPoint.guardian_id == guardian.id, ContactPoint.active, Address.kind == address.kind,
            Address.health == AddressHealth.USABLE,
        )
    )  # fmt: skip
    return session.scalar(better.limit(1)) is not None


def _shared_with_barred(session: Session, address: Address, students: Sequence[Student], now: datetime) -> bool:
    """The address also reaches a guardian who may not be contacted about one of the students."""
    barred = and_(
        Guardianship.student_id.in_([student.id for student in students]),
        or_(Guardianship.ended_on.is_(None), Guardianship.ended_on > now.date()),
        or_(~Guardianship.may_contact, ~Guardianship.holds_rights),
    )
    point = aliased(ContactPoint)
    shared = exists().where(point.address_id == address.id, point.guardian_id == Guardianship.guardian_id, point.active)
    return session.scalar(select(Guardianship.id).where(barred, shared).limit(1)) is not None


def _zone_of_district(session: Session) -> ZoneInfo:
    return named_zone(session.scalar(select(District.timezone)) or "UTC")


def _zones(
    session: Session, guardian: Guardian | None, address: Address, school: School | None
) -> tuple[ZoneInfo, ...]:
    """The reader's own zone, else the school's, else the district's; and the number's region's, where it differs."""
    own = named_zone(guardian.timezone) if guardian is not None and guardian.timezone else None
    first = own or (zone_of_school(session, school.id) if school is not None else _zone_of_district(session))
    region = named_zone(address.timezone) if address.timezone else first
    return (first,) if region.key == first.key else (first, region)
