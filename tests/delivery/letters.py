"""A family that may be written to, and messages to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session, sessionmaker

from models import Address, AddressKind, Audience, Channel, Family, Guardian, Message, MessageKind, School, Student
from outreach.delivery import Intent, enqueue, record_basis
from outreach.delivery.receipts import AT_A_TIME, apply_waiting
from tests.world import NOW, World


@dataclass(frozen=True)
class Household:
    school: School
    student: Student
    guardian: Guardian
    family: Family
    phone: Address


def household(world: World, number: str | None = None) -> Household:
    """Rosa Delgado, who has rights for Maya and a mobile phone, in a district that has recorded its basis."""
    school = world.school()
    record_basis(world.session, "Numbers were given at registration.", NOW, None)
    student = world.student(school)
    guardian = world.guardian(student)
    return Household(school, student, guardian, world.family(student), world.phone(guardian, number))


def intent(home: Household, key: str = "one", **values: object) -> Intent:
    """A teacher's text to Rosa, due at ``NOW`` and stale three days later."""
    made = Intent(
        key=key, audience=Audience.FAMILY, kind=MessageKind.TEACHER, channel=Channel.SMS, to_kind=AddressKind.PHONE,
        to_value=home.phone.value, body="Maya asked for help in Algebra, and used it.", due_at=NOW,
        expires_at=NOW + timedelta(days=3), address_id=home.phone.id, family_id=home.family.id,
        guardian_id=home.guardian.id, school_id=home.school.id, student_ids=(home.student.id,),
    )  # fmt: skip
    return replace(made, **values)  # type: ignore[arg-type]  # a test names fields of Intent


def text(session: Session, home: Household, key: str = "one", **values: object) -> Message:
    return enqueue(session, intent(home, key, **values), NOW)


def sweep(session: Session, now: datetime, limit: int = AT_A_TIME) -> int:
    """A worker's sweep for receipts that waited, inside this session's own transaction."""
    session.flush()
    beside = sessionmaker(session.connection(), join_transaction_mode="create_savepoint")
    applied = apply_waiting(beside, now, limit)
    session.expire_all()
    return applied
