"""A suggestion given to a colleague who works with the child, and taken back."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Select, and_, or_, select, union
from sqlalchemy.orm import Session

from models import (
    Assignment,
    AuditEvent,
    Authored,
    Enrollment,
    Family,
    FamilyMember,
    Outreach,
    OutreachState,
    Section,
    Staff,
    StaffRole,
    StaffSchool,
    Student,
)
from outreach.access import Colleague, NotAllowed, Viewer, audit, colleagues
from outreach.access.scope import on_caseload
from outreach.contacts.owners import in_force
from outreach.delivery.wording import PLACEHOLDERS
from outreach.language import N_, _, kept

from .acts import mine
from .errors import NotPossibleNow, PlanningError
from .seen import check_seen, done_already
from .states import Step, take
from .wording import still_missing

GAP = f"[{PLACEHOLDERS['teacher']}]"
"""Where a draft for nobody in particular has no name yet."""
THEIR_WORDS = N_("%(name)s wrote these words; put them into your own before they go.")
SEES_SCHOOL = (StaffRole.COUNSELOR, StaffRole.ADMINISTRATOR)


def may_give(viewer: Viewer) -> bool:
    """Counselors and administrators: they answer for who reaches whom at the school."""
    return viewer.sees_risk


def takers(session: Session, viewer: Viewer, family_id: int) -> list[Colleague]:
    """Colleagues of the child's schools who may see this family, by surname: who teaches a child of it, has it on a
    caseload, or is a counselor or administrator there. To anybody else it would be lost."""
    may_see = set(session.scalars(_who_sees(family_id, viewer.on)))
    return [one for one in colleagues(session, viewer, family_id) if one.id in may_see]


def assign_to(
    session: Session, viewer: Viewer, outreach_id: int, staff_id: int, now: datetime, *, seen: str | None = None
) -> Outreach:
    """Give a suggestion that has nobody, or whose person cannot, to somebody else; a draft is signed anew.

    Raises ``NotAllowed`` for who may not, ``NotFound`` for a suggestion not to be seen, :class:`PlanningError` for
    somebody who does not work with the child, :class:`NotPossibleNow` for what is on its way.
    """
    row = mine(session, viewer, outreach_id)
    if not may_give(viewer):
        raise NotAllowed(_("Only a counselor or an administrator gives a family to somebody else."))
    if done_already(session, viewer, row, seen, "outreach.assign") and row.staff_id == staff_id:
        return row
    check_seen(session, viewer, row, seen)
    given = {one.id for one in takers(session, viewer, row.family_id)} | {viewer.staff_id}
    if staff_id not in given:
        raise PlanningError(_("Choose a colleague who works with this child."))
    before = row.staff_id
    _give(session, row, staff_id)
    audit(
        session, viewer, "outreach.assign", "outreach", row.id, now, detail={"staff_id": staff_id, "before": before}
    )  # fmt: skip
    return row


def undo_assign(session: Session, viewer: Viewer, outreach_id: int, now: datetime) -> Outreach:
    """Back to whom it belonged before it was last given away, or to nobody. Raises as :func:`assign_to`."""
    row = mine(session, viewer, outreach_id)
    if not may_give(viewer):
        raise NotAllowed(_("Only a counselor or an administrator gives a family to somebody else."))
    last = session.scalars(
        select(AuditEvent)
        .where(
            AuditEvent.subject_type == "outreach", AuditEvent.subject_id == row.id,
            AuditEvent.action == "outreach.assign",
        )
        .order_by(AuditEvent.id.desc())
    ).first()  # fmt: skip
    detail = last.detail if last is not None and last.detail is not None else {}
    before = detail.get("before")
    if detail.get("staff_id") != row.staff_id or (before is not None and not isinstance(before, int)):
        raise NotPossibleNow(_("Somebody else has it meanwhile; open it to see who, and give it anew if need be."))
    _give(session, row, before)
    audit(session, viewer, "outreach.undo", "outreach", row.id, now, detail={"staff_id": before})
    return row


def _give(session: Session, row: Outreach, staff_id: int | None) -> None:
    if row.state is OutreachState.SCHEDULED:
        raise NotPossibleNow(_("A message is scheduled for this family; take it back first, or let it go out."))
    take(session, row, Step.CHANGE, staff_id=staff_id, **_signed_anew(session, row, staff_id))


def _signed_anew(session: Session, row: Outreach, staff_id: int | None) -> dict[str, str | None]:
    """A draft carries its sender's name. A person's own words with their name in it wait for the new person's."""
    old = _name(session, row.staff_id) or GAP
    new = _name(session, staff_id) or GAP
    if row.authored is Authored.EDITED and row.blocked == kept(THEIR_WORDS, name=new):
        return {"blocked": None}  # back to whose words they are
    if old == new or not row.body or old not in row.body:
        return {}
    if row.authored is Authored.EDITED:
        return {"blocked": kept(THEIR_WORDS, name=old)}
    words = {
        "title": row.title, "body": row.body, "body_in_staff_language": row.body_in_staff_language,
    }  # fmt: skip
    signed = {name: text.replace(old, new) if text else text for name, text in words.items()}
    return {**signed, "blocked": still_missing(signed["body"] or "")}


def _name(session: Session, staff_id: int | None) -> str | None:
    return session.scalar(select(Staff.display_name).where(Staff.id == staff_id)) if staff_id is not None else None


def _who_sees(family_id: int, on: date) -> Select[int]:
    """The staff who may see the family: assigned to one of its students, at work for the whole school, or its owner."""
    members = select(FamilyMember.student_id).where(
        FamilyMember.family_id == family_id, FamilyMember.until_on.is_(None)
    )
    assigned = select(Assignment.staff_id).where(in_force(on))
    by_section = (
        assigned.join(Section, Section.id == Assignment.section_id)
        .join(Enrollment, Enrollment.section_id == Section.id)
        .where(
            Section.active, Enrollment.active, Enrollment.student_id.in_(members),
            or_(Enrollment.begins_on.is_(None), Enrollment.begins_on <= on),
            or_(Enrollment.ends_on.is_(None), Enrollment.ends_on > on),
        )
    )  # fmt: skip
    by_name = assigned.where(Assignment.student_id.in_(members))
    by_caseload = assigned.join(Student, and_(Student.id.in_(members), on_caseload()))
    at_school = (
        select(StaffSchool.staff_id)
        .join(Staff, Staff.id == StaffSchool.staff_id)
        .join(Student, Student.school_id == StaffSchool.school_id)
        .where(Staff.role.in_(SEES_SCHOOL), Student.id.in_(members))
    )
    owner = select(Family.owner_staff_id).where(Family.id == family_id, Family.owner_staff_id.is_not(None))
    return select(Staff.id).where(Staff.id.in_(union(by_section, by_name, by_caseload, at_school, owner)))
