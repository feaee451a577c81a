"""What a reader of the queue asks to see: which cases, and of which families."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, exists, false, or_, true

from models import Case, FamilyMember, Guardian, Guardianship, RiskReason, Student
from outreach.access import Viewer


class Whose(StrEnum):
    NEW_AND_MINE = "new_and_mine"
    """What nobody has claimed, and what the reader has."""
    OPEN = "open"
    """All that is not snoozed."""
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
    """By a person, lately: within the days in which nothing but something new brings a case back."""


class Holder(StrEnum):
    ME = "me"
    NOBODY = "nobody"


@dataclass(frozen=True)
class QueueFilters:
    whose: Whose = Whose.NEW_AND_MINE
    reason: str | None = None
    """A factor's code."""
    grade: str | None = None
    """As the SIS writes it: KG, 01 … 12."""
    language: str | None = None
    """A guardian's BCP 47 tag."""
    school_id: int | None = None
    assigned: Holder | int | None = None
    """Who has the case; a colleague by staff id."""

    @property
    def narrow(self) -> bool:
        """More is asked than which cases."""
        return any((self.reason, self.grade, self.language, self.school_id, self.assigned))


def held_by(viewer: Viewer, filters: QueueFilters) -> ColumnElement[bool]:
    """Of the statement's :class:`~models.Case`, which may be absent: whoever is asked for has it."""
    mine = Case.claimed_by == viewer.staff_id if viewer.staff_id is not None else false()
    nobodys = Case.claimed_by.is_(None)
    if filters.assigned is Holder.ME:
        return mine
    if filters.assigned is Holder.NOBODY:
        return nobodys
    if filters.assigned is not None:
        return Case.claimed_by == filters.assigned
    return or_(nobodys, mine) if filters.whose is Whose.NEW_AND_MINE else true()


def narrowed(filters: QueueFilters, family_id: SQLColumnExpression[int]) -> list[ColumnElement[bool]]:
    """Of the family with this id: reason, grade, school and language as asked. Each asks one row at a time."""
    asked: list[ColumnElement[bool]] = []
    if filters.reason:
        reason = RiskReason.__table__.alias("narrowing")
        asked.append(exists().where(reason.c.family_id == family_id, reason.c.code == filters.reason))
    present = and_(FamilyMember.family_id == family_id, FamilyMember.until_on.is_(None))
    child = [
        column == value
        for column, value in ((Student.grade, filters.grade), (Student.school_id, filters.school_id))
        if value is not None
    ]
    if child:
        asked.append(exists().where(present, Student.id == FamilyMember.student_id, *child))
    if filters.language:
        asked.append(
            exists().where(
                present, Guardianship.student_id == FamilyMember.student_id, Guardianship.ended_on.is_(None),
                Guardian.id == Guardianship.guardian_id, Guardian.language == filters.language,
            )
        )  # fmt: skip
    return asked
