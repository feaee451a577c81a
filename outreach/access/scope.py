"""What a viewer may see, as sets of ids for the database to filter by: never a list fetched first."""

from __future__ import annotations

from functools import cache, lru_cache

from sqlalchemy import CompoundSelect, Select, and_, exists, false, func, or_, select, union
from sqlalchemy.sql.elements import ColumnElement

from models import Assignment, Enrollment, Family, FamilyMember, Request, RequestState, Section, Student

from .viewer import Viewer

VIEWERS = 256
"""Whose sets are kept as statements: to build them, and the key by which SQLAlchemy knows them again, took a good part
of the time of a page. A viewer of another day is another."""


@lru_cache(VIEWERS)
def visible_families(viewer: Viewer) -> Select[int]:
    """The ids of every family that ``viewer`` may see, for ``.where(X.family_id.in_(visible_families(viewer)))``.

    A family is seen by whoever may see one of its present students; by the counselor who owns it; and, while its
    question is open, by the one who owns that question.
    """
    if viewer.sees_district:
        return select(Family.id)
    parts: list[Select[int]] = [
        select(FamilyMember.family_id).where(
            FamilyMember.until_on.is_(None), FamilyMember.student_id.in_(visible_students(viewer))
        )
    ]
    if viewer.staff_id is not None:
        parts.append(select(Family.id).where(Family.owner_staff_id == viewer.staff_id))
        parts.append(
            select(Request.family_id).where(
                Request.owner_staff_id == viewer.staff_id, Request.state == RequestState.OPEN
            )
        )
    return select(Family.id).where(Family.id.in_(union(*parts)))


@lru_cache(VIEWERS)
def visible_students(viewer: Viewer) -> Select[int]:
    """The ids of the students whose own school work and contacts ``viewer`` may see.

    Those taught (through a section, by name or on a caseload; assignment and enrollment current on ``viewer.on``);
    for recorders all of their schools; for counselors and administrators also the brothers and sisters of those at
    other schools, since a family across schools is one family; for district administrators all. A brother or sister
    whom a teacher does not teach belongs to a visible family and yet is not in this set.
    """
    if viewer.sees_district:
        return select(Student.id)
    parts: list[Select[int]] = []
    if viewer.sees_whole_school and viewer.school_ids:
        parts.append(select(Student.id).where(Student.school_id.in_(viewer.school_ids)))
        if viewer.sees_risk:
            parts.append(_brothers_and_sisters(viewer))
    if viewer.staff_id is not None:
        parts.extend(assigned_students(viewer))
    if not parts:
        return select(Student.id).where(false())
    return select(Student.id).where(Student.id.in_(_any_of(parts)))


def _brothers_and_sisters(viewer: Viewer) -> Select[int]:
    """The present members of every family with a present student at one of the viewer's schools."""
    here = (
        select(FamilyMember.family_id)
        .join(Student, Student.id == FamilyMember.student_id)
        .where(FamilyMember.until_on.is_(None), Student.school_id.in_(viewer.school_ids))
    )
    return select(FamilyMember.student_id).where(FamilyMember.until_on.is_(None), FamilyMember.family_id.in_(here))


def assigned_students(viewer: Viewer) -> list[Select[int]]:
    """Three sets of ids: students assigned by name, through a section, through a caseload."""
    mine = current_assignment(viewer)
    by_name = select(Student.id).join(Assignment, Assignment.student_id == Student.id).where(mine, Student.active)
    by_section = (
        select(Enrollment.student_id)
        .join(Section, Section.id == Enrollment.section_id)
        .join(Assignment, Assignment.section_id == Section.id)
        .join(Student, Student.id == Enrollment.student_id)
        .where(mine, Section.active, Student.active, current_enrollment(viewer))
    )
    by_caseload = select(Student.id).where(Student.active, exists().where(mine, on_caseload()))
    return [by_name, by_section, by_caseload]


def current_assignment(viewer: Viewer) -> ColumnElement[bool]:
    """This viewer's assignments in force on ``viewer.on``; ``until_on`` is the first day they no longer are."""
    return and_(
        Assignment.staff_id == viewer.staff_id,
        Assignment.active,
        or_(Assignment.from_on.is_(None), Assignment.from_on <= viewer.on),
        or_(Assignment.until_on.is_(None), Assignment.until_on > viewer.on),
    )


def current_enrollment(viewer: Viewer) -> ColumnElement[bool]:
    return and_(
        Enrollment.active,
        or_(Enrollment.begins_on.is_(None), Enrollment.begins_on <= viewer.on),
        or_(Enrollment.ends_on.is_(None), Enrollment.ends_on > viewer.on),
    )


@cache
def on_caseload() -> ColumnElement[bool]:
    """The student is on the assignment's caseload: its school and, where given, its grade and surname range.

    Both ends of the range belong to it, and the upper end takes all that begins with it: A to L holds Lopez.
    """
    return and_(
        Assignment.school_id == Student.school_id,
        or_(Assignment.grade.is_(None), Assignment.grade == Student.grade),
        Student.plain_surname >= Assignment.plain_from,
        func.substr(Student.plain_surname, 1, func.length(Assignment.plain_to)) <= Assignment.plain_to,
    )


def _any_of(parts: list[Select[int]]) -> CompoundSelect[int] | Select[int]:
    return union(*parts) if len(parts) > 1 else parts[0]
