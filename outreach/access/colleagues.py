"""Who else works with a family's schools: whom to name in a contact, and whom to hand a question to."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import FamilyMember, Staff, StaffRole, StaffSchool, Student

from .presence import working_here
from .viewer import Viewer


@dataclass(frozen=True, slots=True)
class Colleague:
    id: int
    name: str
    role: StaffRole


def colleagues(session: Session, viewer: Viewer, family_id: int) -> list[Colleague]:
    """Present staff of the schools of the family's children, by surname, the viewer left out."""
    schools = (
        select(Student.school_id)
        .join(FamilyMember, FamilyMember.student_id == Student.id)
        .where(FamilyMember.family_id == family_id, FamilyMember.until_on.is_(None))
    )
    found = session.scalars(
        select(Staff)
        .where(
            Staff.id.in_(select(StaffSchool.staff_id).where(StaffSchool.school_id.in_(schools))),
            working_here(viewer.on), Staff.id != (viewer.staff_id or 0),
        )
        .order_by(func.lower(Staff.family_name), func.lower(Staff.given_name), Staff.id)
    )  # fmt: skip
    return [Colleague(staff.id, staff.display_name, staff.role) for staff in found]
