"""Which families a contact belongs to: through its students, wherever they are now."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import ContactStudent, Family, FamilyMember, Student


def families_of_students(session: Session, student_ids: Iterable[int]) -> list[int]:
    """The families of which these students are members now, smallest id first."""
    statement = select(FamilyMember.family_id).where(
        FamilyMember.until_on.is_(None), FamilyMember.student_id.in_(list(student_ids))
    )
    return list(session.scalars(statement.distinct().order_by(FamilyMember.family_id)))


def families_of_contact(session: Session, contact_id: int) -> list[int]:
    """The families that this contact belongs to now."""
    students = select(ContactStudent.student_id).where(ContactStudent.contact_id == contact_id)
    return families_of_students(session, session.scalars(students))


def students_of_contact(session: Session, contact_id: int) -> tuple[int, ...]:
    """The students a contact is about, smallest id first."""
    statement = select(ContactStudent.student_id).where(ContactStudent.contact_id == contact_id)
    return tuple(session.scalars(statement.order_by(ContactStudent.student_id)))


def students_of_family(session: Session, family_id: int) -> list[Student]:
    """The family's present students, oldest member first; those it had, once it has ended."""
    members = (
        select(Student)
        .join(FamilyMember, FamilyMember.student_id == Student.id)
        .where(FamilyMember.family_id == family_id)
        .order_by(FamilyMember.from_on, Student.id)
    )
    present = list(session.scalars(members.where(FamilyMember.until_on.is_(None))))
    return present or list(session.scalars(members))


def lock_family(session: Session, family_id: int) -> Family | None:
    """The family, its row held until the transaction ends, so that two messages of one moment open one request.

    Rows that only point to it (a new intent, a score) need not wait for us.
    """
    session.flush()
    return session.get(Family, family_id, with_for_update={"key_share": True}, populate_existing=True)
