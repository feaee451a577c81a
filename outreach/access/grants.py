"""Why somebody may see a family, in words: what the page tells and the audit trail keeps."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    AccountRole,
    Assignment,
    Enrollment,
    Family,
    FamilyMember,
    Request,
    RequestState,
    School,
    Section,
    Student,
)
from outreach.errors import NotFound
from outreach.language import _, kept

from .grounds import (
    AT_THE_SCHOOL,
    BY_NAME,
    IN_A_SECTION,
    ON_CASELOAD,
    OWNS_FAMILY,
    OWNS_QUESTION,
    WHOLE_DISTRICT,
    Ground,
)
from .scope import current_assignment, current_enrollment, on_caseload
from .viewer import SEES_RISK, WHOLE_SCHOOL, NotAllowed, Viewer


@dataclass(frozen=True, slots=True)
class Grant:
    """Leave to see one family, and the nearest ground for it."""

    family_id: int
    ground: Ground
    names: tuple[tuple[str, str], ...]
    """The student, section or school that the ground speaks of."""
    sees_risk: bool
    """Band and points too, not only the reasons."""

    @property
    def because(self) -> str:
        """As the trail keeps it, for :func:`outreach.language.said`: "teaches Maya in Algebra I", after a name."""
        return kept(self.ground.trail, **dict(self.names))

    def sentence(self, name: str) -> str:
        """Open to you because L. Alvarez teaches Maya in Algebra I; in the language spoken now."""
        return _(self.ground.page, name=name, **dict(self.names))


Found = tuple[Ground, dict[str, str]]
"""A ground, and the names it speaks of."""


def why_may_see(session: Session, viewer: Viewer, family_id: int) -> Grant | None:
    """The nearest reason why ``viewer`` may see the family, or None where there is none (or no such family)."""
    if session.get(Family, family_id) is None:
        return None
    found = (
        _by_section(session, viewer, family_id)
        or _by_name(session, viewer, family_id)
        or _by_caseload(session, viewer, family_id)
        or _by_school(session, viewer, family_id)
        or _by_ownership(session, viewer, family_id)
        or ((WHOLE_DISTRICT, {}) if viewer.sees_district else None)
    )
    if found is None:
        return None
    ground, names = found
    return Grant(family_id, ground, tuple(names.items()), bool(viewer.roles & SEES_RISK))


def require(session: Session, viewer: Viewer, family_id: int) -> Grant:
    """The reason why ``viewer`` may see the family.

    Raises :class:`~outreach.errors.NotFound` where there is none: whether such a family exists is not told either.
    """
    grant = why_may_see(session, viewer, family_id)
    if grant is None:
        raise NotFound(_("There is no such family, or you do not work with it."))
    return grant


def require_role(viewer: Viewer, *roles: AccountRole) -> None:
    """Raises :class:`NotAllowed` unless ``viewer`` has one of ``roles``."""
    if not viewer.roles & frozenset(roles):
        raise NotAllowed(_("Your role does not include this; ask your district's administrator."))


def _name(student: Student) -> str:
    return student.preferred_name or student.given_name


def _by_section(session: Session, viewer: Viewer, family_id: int) -> Found | None:
    found = session.execute(
        select(Assignment.role, Student, Section.title)
        .join(Section, Section.id == Assignment.section_id)
        .join(Enrollment, Enrollment.section_id == Section.id)
        .join(Student, Student.id == Enrollment.student_id)
        .join(FamilyMember, FamilyMember.student_id == Student.id)
        .where(
            FamilyMember.family_id == family_id, FamilyMember.until_on.is_(None), current_assignment(viewer),
            current_enrollment(viewer), Section.active, Student.active,
        )
        .order_by(Assignment.id)
    ).first()  # fmt: skip
    return (IN_A_SECTION[found[0]], {"student": _name(found[1]), "section": found[2]}) if found else None


def _by_name(session: Session, viewer: Viewer, family_id: int) -> Found | None:
    found = session.execute(
        select(Assignment.role, Student)
        .join(Student, Student.id == Assignment.student_id)
        .join(FamilyMember, FamilyMember.student_id == Student.id)
        .where(
            FamilyMember.family_id == family_id, FamilyMember.until_on.is_(None), current_assignment(viewer),
            Student.active,
        )
        .order_by(Assignment.id)
    ).first()  # fmt: skip
    return (BY_NAME[found[0]], {"student": _name(found[1])}) if found else None


def _by_caseload(session: Session, viewer: Viewer, family_id: int) -> Found | None:
    found = session.execute(
        select(Student, School.name)
        .join(FamilyMember, FamilyMember.student_id == Student.id)
        .join(Assignment, on_caseload())
        .join(School, School.id == Student.school_id)
        .where(
            FamilyMember.family_id == family_id, FamilyMember.until_on.is_(None), current_assignment(viewer),
            Student.active,
        )
        .order_by(Assignment.id, Student.id)
    ).first()  # fmt: skip
    return (ON_CASELOAD, {"student": _name(found[0]), "school": found[1]}) if found else None


def _by_school(session: Session, viewer: Viewer, family_id: int) -> Found | None:
    if not viewer.school_ids:
        return None
    school = session.scalar(
        select(School.name)
        .join(Student, Student.school_id == School.id)
        .join(FamilyMember, FamilyMember.student_id == Student.id)
        .where(
            FamilyMember.family_id == family_id, FamilyMember.until_on.is_(None), School.id.in_(viewer.school_ids)
        )
        .order_by(School.id)
    )  # fmt: skip
    role = next((role for role in AT_THE_SCHOOL if role in viewer.roles & WHOLE_SCHOOL), None)
    return (AT_THE_SCHOOL[role], {"school": school}) if school and role else None


def _by_ownership(session: Session, viewer: Viewer, family_id: int) -> Found | None:
    if viewer.staff_id is None:
        return None
    if session.scalar(select(Family.owner_staff_id).where(Family.id == family_id)) == viewer.staff_id:
        return OWNS_FAMILY, {}
    asked = session.scalar(
        select(Request.id).where(
            Request.family_id == family_id, Request.owner_staff_id == viewer.staff_id,
            Request.state == RequestState.OPEN,
        )
    )  # fmt: skip
    return (OWNS_QUESTION, {}) if asked else None
