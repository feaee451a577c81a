"""Who answers for a family's question: always a person who is there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from models import (
    Assignment,
    AssignmentRole,
    Department,
    Enrollment,
    Family,
    School,
    Section,
    Staff,
    StaffRole,
    StaffSchool,
    Student,
)
from outreach.access.scope import on_caseload
from outreach.language import _
from outreach.schooltime import zone_of_school

from .errors import RequestRefused
from .families import students_of_family

TEACHING_ROLES = (AssignmentRole.TEACHER, AssignmentRole.CO_TEACHER, AssignmentRole.SUBSTITUTE)
SUBSTITUTIONS = 5
"""How far a chain of substitutes is followed; a ring of them ends."""
ROLE_OF_DEPARTMENT = {
    Department.COUNSELING: StaffRole.COUNSELOR,
    Department.ADMINISTRATION: StaffRole.ADMINISTRATOR,
    Department.SPECIAL_EDUCATION: StaffRole.SPECIAL_EDUCATION,
    Department.FRONT_OFFICE: StaffRole.FRONT_OFFICE,
    Department.DISTRICT: StaffRole.DISTRICT,
}


def owner_for(
    session: Session, family_id: int, student_id: int | None, department: Department, on: date,
    *, first_choice: int | None = None, school_id: int | None = None,
) -> int | None:  # fmt: skip
    """The staff member who owns a question of this family on a local day.

    In this order, the first who works there and is not on leave (one on leave stands for the substitute): whom the
    family turned to (``first_choice``); of a question to teaching the student's teacher, homeroom first; to Special
    Education the case manager; to others a person of that role at the school; then the family's counselor, a
    counselor of the student or school, the school's named fallback, an administrator of the school. None only where
    the school has nobody of these.
    """
    students = [student_id] if student_id else [student.id for student in students_of_family(session, family_id)]
    school = school_of_question(session, family_id, student_id, school_id)
    for candidate in _candidates(
        session, family_id, students, department, school=school, on=on, first_choice=first_choice
    ):
        present = _present(session, candidate, on)
        if present is not None:
            return present
    return None


def administrator_for(session: Session, school_id: int, on: date) -> int | None:
    """An administrator of the school who is there on a local day, or who stands in for one; None: it has nobody."""
    for candidate in session.scalars(_of_role(StaffRole.ADMINISTRATOR, school_id)):
        present = _present(session, candidate, on)
        if present is not None:
            return present
    return None


def _candidates(
    session: Session, family_id: int, students: list[int], department: Department, *, school: int, on: date,
    first_choice: int | None,
) -> Iterator[int]:  # fmt: skip
    if first_choice is not None:
        yield first_choice
    if department is Department.TEACHING:
        yield from session.scalars(_teachers(students, school, on))
    if department is Department.SPECIAL_EDUCATION:
        yield from session.scalars(_assigned(students, AssignmentRole.CASE_MANAGER, on))
    if department in ROLE_OF_DEPARTMENT and department is not Department.COUNSELING:
        yield from session.scalars(_of_role(ROLE_OF_DEPARTMENT[department], school))
    counselor = session.scalar(select(Family.owner_staff_id).where(Family.id == family_id))
    if counselor is not None:
        yield counselor
    yield from session.scalars(_assigned(students, AssignmentRole.COUNSELOR, on))
    yield from session.scalars(_of_role(StaffRole.COUNSELOR, school))
    fallback = session.scalar(select(School.fallback_staff_id).where(School.id == school))
    if fallback is not None:
        yield fallback
    yield from session.scalars(_of_role(StaffRole.ADMINISTRATOR, school))


def _teachers(students: list[int], school: int, on: date) -> Select[int]:
    """Those who teach one of these students, by a section of this school or by name; homeroom first, elsewhere last."""
    elsewhere = case((Section.school_id != school, 1), else_=0)
    rank = case((Section.homeroom, 0), (Assignment.section_id.is_not(None), 1), else_=2)
    first_role = case((Assignment.role == AssignmentRole.TEACHER, 0), else_=1)
    enrolled = and_(
        Enrollment.section_id == Assignment.section_id, Enrollment.student_id.in_(students), Enrollment.active,
        or_(Enrollment.begins_on.is_(None), Enrollment.begins_on <= on),
        or_(Enrollment.ends_on.is_(None), Enrollment.ends_on > on),
    )  # fmt: skip
    return (
        select(Assignment.staff_id)
        .outerjoin(Section, and_(Section.id == Assignment.section_id, Section.active))
        .outerjoin(Enrollment, enrolled)
        .where(
            Assignment.role.in_(TEACHING_ROLES),
            in_force(on),
            or_(Assignment.student_id.in_(students), and_(Section.id.is_not(None), Enrollment.id.is_not(None))),
        )
        .group_by(Assignment.staff_id)
        .order_by(func.min(elsewhere), func.min(rank), func.min(first_role), Assignment.staff_id)
    )


def _assigned(students: list[int], role: AssignmentRole, on: date) -> Select[int]:
    """Those in ``role`` for one of these students by name, else by a caseload that holds the student."""
    by_name = Assignment.student_id == Student.id
    return (
        select(Assignment.staff_id)
        .join(Student, and_(Student.id.in_(students), or_(by_name, on_caseload())))
        .where(Assignment.role == role, in_force(on))
        .group_by(Assignment.staff_id)
        .order_by(func.min(case((by_name, 0), else_=1)), Assignment.staff_id)
    )


def _of_role(role: StaffRole, school_id: int) -> Select[int]:
    return (
        select(Staff.id)
        .join(StaffSchool, StaffSchool.staff_id == Staff.id)
        .where(StaffSchool.school_id == school_id, Staff.role == role)
        .order_by(Staff.id)
    )


def in_force(on: date) -> ColumnElement[bool]:
    """Assignments that hold on a local day; ``until_on`` is the first day they no longer do."""
    return and_(
        Assignment.active,
        or_(Assignment.from_on.is_(None), Assignment.from_on <= on),
        or_(Assignment.until_on.is_(None), Assignment.until_on > on),
    )


def _present(session: Session, staff_id: int, on: date) -> int | None:
    """This staff member, or who substitutes; None where neither is there on that day."""
    for _step in range(SUBSTITUTIONS):
        staff = session.get(Staff, staff_id)
        if staff is None:
            return None
        if _works(staff, on) and not _on_leave(staff, on):
            return staff.id
        if staff.substitute_id is None:
            return None
        staff_id = staff.substitute_id
    return None


def _works(staff: Staff, on: date) -> bool:
    return staff.active and (staff.left_on is None or staff.left_on > on)


def _on_leave(staff: Staff, on: date) -> bool:
    """Leave is from its first day to its last; without a last day it lasts."""
    return staff.leave_from is not None and staff.leave_from <= on and (
        staff.leave_until is None or on <= staff.leave_until
    )  # fmt: skip


def school_of_question(session: Session, family_id: int, student_id: int | None, school_id: int | None = None) -> int:
    """The school whose clock a question runs by: the given one, the student's, else the family's first student's.

    Raises :class:`RequestRefused` for a family that never had a student.
    """
    if school_id is not None:
        return school_id
    student = session.get(Student, student_id) if student_id is not None else None
    students = [student] if student is not None else students_of_family(session, family_id)
    if not students:
        raise RequestRefused(_("This family has no student, so no school can answer its question."))
    return students[0].school_id


def local_day(session: Session, school_id: int, now: datetime) -> date:
    """Today on the wall of a school."""
    return now.astimezone(zone_of_school(session, school_id)).date()
