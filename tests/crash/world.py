"""The district of the crash test in its database: the schools, the families of ``homes``, and the intents of their
letters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta

from sqlalchemy.orm import Session

from models import (
    Address,
    AddressKind,
    Audience,
    Calendar,
    CalendarDay,
    CalendarHours,
    Channel,
    ConsentSource,
    ConsentState,
    Contact,
    ContactPoint,
    ContactStudent,
    District,
    Family,
    FamilyMember,
    Guardian,
    Guardianship,
    Hold,
    HoldReason,
    Initiator,
    MessageKind,
    Outcome,
    School,
    Student,
)
from outreach.delivery import Intent, enqueue, record_basis, record_consent

from .homes import BEGINS, CLOSED, EAST, ZONES, Home, numbered
from .letters import Letter, Plan, words

YEAR = (date(2026, 8, 17), date(2027, 5, 28))


def fill(session: Session, of: list[Home]) -> Plan:
    """Fill an empty migrated database; what was intended, for the judge. Does not commit."""
    _fill(session, numbered(of))
    return Plan(tuple(letter for home in of for letter in home.letters), (CLOSED,))


@dataclass(frozen=True, slots=True)
class _Rows:
    """A home's rows in the database."""

    home: Home
    student: Student
    guardian: Guardian
    family: Family
    addresses: dict[str, Address]


def _fill(session: Session, homes: list[Home]) -> None:
    session.add(District(id=1, name="Lakeside Schools", timezone=EAST))
    session.flush()
    record_basis(session, "Families gave their numbers at registration.", BEGINS - timedelta(days=30), None)
    schools = {zone: _school(session, zone) for zone in ZONES}
    rows = _people(session, homes, schools)
    for one in rows:
        _circumstances(session, one)
    # Place by place: so several workers hold messages of one family at the same moment.
    for place in range(max(len(home.letters) for home in homes)):
        for one in rows:
            for letter in one.home.letters[place : place + 1]:
                enqueue(session, _intent(one, letter), BEGINS - timedelta(hours=1))


def _school(session: Session, zone: str) -> School:
    """Open on weekdays from August to May, but for one Tuesday; live on both channels since August."""
    school = School(
        sourced_id=f"school-{zone}", name=f"{zone.partition('/')[2].replace('_', ' ')} School", timezone=zone,
        sms_live_from=YEAR[0], email_live_from=YEAR[0],
    )  # fmt: skip
    session.add(school)
    session.flush()
    calendar = Calendar(school_id=school.id, first_day=YEAR[0], last_day=YEAR[1])
    session.add(calendar)
    session.flush()
    session.add_all(
        CalendarHours(calendar_id=calendar.id, weekday=weekday, opens_at=time(8), closes_at=time(16))
        for weekday in range(5)
    )
    session.add(CalendarDay(calendar_id=calendar.id, day=CLOSED, name="Staff day", entered_at=BEGINS))
    session.flush()
    return school


def _people(session: Session, homes: list[Home], schools: dict[str, School]) -> list[_Rows]:
    addresses: dict[str, Address] = {}
    for home in homes:
        for kind, value in ((AddressKind.PHONE, home.phone), (AddressKind.EMAIL, home.email)):
            region = home.region if kind is AddressKind.PHONE else None
            addresses.setdefault(value, Address(kind=kind, value=value, timezone=region))
    rows = [
        _Rows(
            home=home,
            student=Student(
                sourced_id=f"student-{home.number}", school_id=schools[home.zone].id, given_name="Maya",
                family_name="Delgado", grade="09",
            ),
            guardian=Guardian(
                sourced_id=f"guardian-{home.number}", given_name="Rosa", family_name="Delgado", language="en"
            ),
            family=Family(name="Delgado", household_key=f"home-{home.number}", created_at=BEGINS - timedelta(days=60)),
            addresses=addresses,
        )
        for home in homes
    ]  # fmt: skip
    session.add_all(addresses.values())
    for one in rows:
        session.add_all((one.student, one.guardian, one.family))
    session.flush()
    for one in rows:
        session.add(FamilyMember(family_id=one.family.id, student_id=one.student.id, from_on=YEAR[0]))
        barred = one.home.group == "no contact"
        session.add(Guardianship(student_id=one.student.id, guardian_id=one.guardian.id, may_contact=not barred))
        for value in (one.home.phone, one.home.email):
            session.add(ContactPoint(guardian_id=one.guardian.id, address_id=addresses[value].id))
    session.flush()
    return rows


def _circumstances(session: Session, one: _Rows) -> None:
    """What the group is about, beside its letters."""
    before = BEGINS - timedelta(days=2)
    match one.home.group:
        case "opted out":
            (letter,) = one.home.letters
            channel = Channel.SMS if letter.channel == "sms" else Channel.EMAIL
            address = one.addresses[letter.to]
            record_consent(session, address.id, channel, ConsentState.OUT, ConsentSource.FAMILY_WROTE, before)
        case "hold":
            session.add(Hold(family_id=one.family.id, reason=HoldReason.BEREAVEMENT, from_at=before))
        case "answer":
            wrote = Contact(
                occurred_at=before, recorded_at=before, initiator=Initiator.FAMILY, channel=Channel.PHONE,
                outcome=Outcome.REACHED, guardian_id=one.guardian.id,
            )  # fmt: skip
            session.add(wrote)
            session.flush()
            session.add(ContactStudent(contact_id=wrote.id, student_id=one.student.id))
    session.flush()


def _intent(one: _Rows, letter: Letter) -> Intent:
    kind = MessageKind.ANSWER if letter.answer else MessageKind.VERDICT if letter.automated else MessageKind.TEACHER
    text = letter.channel == "sms"
    return Intent(
        key=f"crash|{letter.tag}", audience=Audience.FAMILY, kind=kind,
        channel=Channel.SMS if text else Channel.EMAIL, to_kind=AddressKind.PHONE if text else AddressKind.EMAIL,
        to_value=letter.to, body=words(letter.tag), title=None if text else "A good week", due_at=letter.due,
        expires_at=letter.expires, automated=letter.automated, address_id=one.addresses[letter.to].id,
        family_id=one.family.id, guardian_id=one.guardian.id, school_id=one.student.school_id,
        student_ids=(one.student.id,), language="en",
    )  # fmt: skip
