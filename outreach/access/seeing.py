"""The same scope as :mod:`outreach.access.scope`, asked of one row at a time.

``scope`` gives whole sets: right where most of a set is read. A list that stops after a page would pay for all of it,
so here the database asks of each row that it comes to. Both must always agree; a test holds them to it.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, exists, false, or_, select, true

from models import Assignment, Enrollment, Family, FamilyMember, Request, RequestState, Section, Student

from .scope import current_assignment, current_enrollment, on_caseload
from .viewer import Viewer


def sees_family(viewer: Viewer, family_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """``family_id IN (visible_families(viewer))``, asked row by row. The column is of any table but
    ``family_member``."""
    if viewer.sees_district:
        return true()
    member = (
        select(FamilyMember.id)
        .join(Student, Student.id == FamilyMember.student_id)
        .where(FamilyMember.family_id == family_id, FamilyMember.until_on.is_(None), or_(*_known(viewer)))
        .correlate_except(FamilyMember, Student)
        .exists()
    )
    if viewer.staff_id is None:
        return member
    home, request = Family.__table__.alias("home"), Request.__table__.alias("asked")
    owned = exists().where(home.c.id == family_id, home.c.owner_staff_id == viewer.staff_id)
    asked = exists().where(
        request.c.family_id == family_id, request.c.owner_staff_id == viewer.staff_id,
        request.c.state == RequestState.OPEN,
    )  # fmt: skip
    return or_(member, owned, asked)


def sees_student(viewer: Viewer) -> ColumnElement[bool]:
    """Whether ``viewer`` may read the own school work and contacts of the statement's :class:`~models.Student`."""
    if viewer.sees_district:
        return true()
    parts = _known(viewer)
    if viewer.sees_whole_school and viewer.sees_risk and viewer.school_ids:
        parts.append(_brother_or_sister_here(viewer))
    return or_(*parts)


def _known(viewer: Viewer) -> list[ColumnElement[bool]]:
    """At a school whose every student this person sees, or assigned by name, through a section or on a caseload."""
    parts: list[ColumnElement[bool]] = [false()]
    if viewer.sees_whole_school and viewer.school_ids:
        parts.append(Student.school_id.in_(sorted(viewer.school_ids)))
    if viewer.staff_id is not None:
        parts.append(and_(Student.active, or_(*_assigned(viewer))))
    return parts


def _assigned(viewer: Viewer) -> tuple[ColumnElement[bool], ...]:
    mine = current_assignment(viewer)
    by_section = (
        select(Enrollment.id)
        .join(Section, Section.id == Enrollment.section_id)
        .join(Assignment, Assignment.section_id == Section.id)
        .where(Enrollment.student_id == Student.id, mine, Section.active, current_enrollment(viewer))
    )
    return (
        exists().where(mine, Assignment.student_id == Student.id).correlate(Student),
        by_section.correlate(Student).exists(),
        exists().where(mine, on_caseload()).correlate(Student),
    )


def _brother_or_sister_here(viewer: Viewer) -> ColumnElement[bool]:
    """A present member of the same family goes to one of the viewer's schools."""
    own, other = FamilyMember.__table__.alias("own"), FamilyMember.__table__.alias("other")
    sibling = Student.__table__.alias("sibling")
    return exists().where(
        own.c.student_id == Student.id, own.c.until_on.is_(None),
        other.c.family_id == own.c.family_id, other.c.until_on.is_(None),
        sibling.c.id == other.c.student_id, sibling.c.school_id.in_(sorted(viewer.school_ids)),
    ).correlate(Student)  # fmt: skip
