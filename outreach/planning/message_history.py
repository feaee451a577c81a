"""What became of the words that families receive, for the page that changes them: the history, and who reads what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from models import Account, AccountRole, Family, FamilyMember, Guardian, Guardianship, MessageRevision, Staff, Student
from outreach.access import Viewer, require_role

from .exclusions import present_member

PAGE = 20


@dataclass(frozen=True, slots=True)
class RevisionLine:
    """One line of the history."""

    id: int
    form: str
    title: str | None
    bodies: tuple[str, ...] | None
    """None: the words of the file again, or none where no file has any."""
    approved_by: str | None
    made_at: datetime
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class RevisionLines:
    lines: tuple[RevisionLine, ...]
    before: int | None
    """Ask for older ones by this id; None: there are none."""


def message_history(
    session: Session, viewer: Viewer, language: str, situation: str, before: int | None = None
) -> RevisionLines:
    """The history of a situation (or of the shared words) in a language, newest first, a page of it by key.

    Raises ``NotAllowed`` for anybody but a district's administrator.
    """
    require_role(viewer, AccountRole.DISTRICT_ADMINISTRATOR)
    statement = (
        select(MessageRevision, func.coalesce(Staff.display_name, Account.email))
        .join(Account, Account.id == MessageRevision.made_by)
        .outerjoin(Staff, Staff.id == Account.staff_id)
        .where(MessageRevision.language == language, MessageRevision.situation == situation)
        .order_by(MessageRevision.id.desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        statement = statement.where(MessageRevision.id < before)
    rows = session.execute(statement).all()
    lines = tuple(
        RevisionLine(
            one.id, one.form, one.title, tuple(one.bodies) if one.bodies else None, one.approved_by, one.made_at, by,
            one.why,
        )
        for one, by in rows[:PAGE]
    )  # fmt: skip
    return RevisionLines(lines, lines[-1].id if len(rows) > PAGE else None)


def families_by_language(session: Session, viewer: Viewer) -> dict[str | None, int]:
    """How many families have somebody to write to who reads each language (None: not known), the most first.

    A family of two languages counts in both. Raises ``NotAllowed`` for anybody but a district's administrator.
    """
    require_role(viewer, AccountRole.DISTRICT_ADMINISTRATOR)
    tag = func.nullif(func.lower(Guardian.language), "")
    base = case((tag.like("__-%"), func.substr(tag, 1, 2)), (tag.like("___-%"), func.substr(tag, 1, 3)), else_=tag)
    families = func.count(FamilyMember.family_id.distinct()).label("families")
    statement = (
        select(base.label("reads"), families)
        .select_from(FamilyMember)
        .join(Family, Family.id == FamilyMember.family_id)
        .join(Student, Student.id == FamilyMember.student_id)
        .join(Guardianship, Guardianship.student_id == Student.id)
        .join(Guardian, Guardian.id == Guardianship.guardian_id)
        .where(
            present_member(),
            Guardian.active,
            Guardianship.may_contact,
            or_(Guardianship.ended_on.is_(None), Guardianship.ended_on > viewer.on),
        )
        .group_by("reads")
        .order_by(families.desc(), "reads")
    )
    return {row.reads: row.families for row in session.execute(statement)}
