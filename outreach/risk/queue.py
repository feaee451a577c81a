"""The counselor's queue: families to look at, those that a person at school can help today first inside each band."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, SQLColumnExpression, and_, case, exists, false, func, or_, select
from sqlalchemy.orm import Session

from models import (
    Band,
    Case,
    CaseState,
    Family,
    FamilyMember,
    Guardian,
    Guardianship,
    RiskReason,
    RiskScore,
    Staff,
    Student,
)
from outreach.access import NotAllowed, Viewer, visible_families

from .cases import today_of
from .codes import SCHOOL_CAN_MEND, Code
from .explain import Reason, reasons_of

PAGE_SIZE = 25
LARGEST_PAGE = 200
DAY = timedelta(days=1)


class Whose(StrEnum):
    NEW_AND_MINE = "new_and_mine"
    MINE = "mine"
    NEW = "new"
    """Claimed by nobody."""
    OPEN = "open"
    """All that is not snoozed."""
    SNOOZED = "snoozed"


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
    page: int = 1
    size: int = PAGE_SIZE


@dataclass(frozen=True)
class QueueChild:
    student_id: int
    name: str
    grade: str | None
    school_id: int


@dataclass(frozen=True)
class QueueRow:
    family_id: int
    name: str
    children: tuple[QueueChild, ...]
    languages: tuple[str, ...]
    """The guardians' languages, in order."""
    points: int
    band: Band
    reasons: tuple[Reason, ...]
    can_mend: bool
    case_id: int | None
    """None: elevated, and nobody has opened a case."""
    opened_at: datetime | None
    claimed_by: int | None
    """A staff member's id."""
    claimed_name: str | None
    snoozed_until: date | None

    @property
    def unreachable(self) -> bool:
        """Nobody of this family can be reached by phone or e-mail."""
        return any(reason.code == Code.UNREACHABLE for reason in self.reasons)


@dataclass(frozen=True)
class QueuePage:
    rows: tuple[QueueRow, ...]
    total: int
    """Families that match the filters, on all pages."""
    new_since_yesterday: int
    """Of those, cases opened or reopened in the last 24 hours."""
    unreachable: int
    """Families that nobody can reach, whatever the filters."""
    page: int
    pages: int


def queue(session: Session, viewer: Viewer, now: datetime, filters: QueueFilters | None = None) -> QueuePage:
    """One page of the families whose band is high or elevated, that have an open case, or of whom nobody can be
    reached, which ``viewer`` may see.

    High before elevated before low; inside a band first those with a reason that school can mend today, then by
    points. Raises :class:`~outreach.access.NotAllowed` for roles that do not read the queue. A page past the end is
    the last one.
    """
    if not viewer.sees_risk:
        raise NotAllowed("The queue is for counselors and administrators.")
    wanted = filters or QueueFilters()
    matching = _matching(viewer, wanted, today_of(session, now))
    since = now - DAY
    new = or_(Case.opened_at >= since, Case.reopened_at >= since)
    total, fresh = session.execute(matching.with_only_columns(func.count(), func.count().filter(new))).one()
    size = min(max(wanted.size, 1), LARGEST_PAGE)
    pages = max(1, -(-total // size))
    page = min(max(wanted.page, 1), pages)
    found = session.execute(matching.order_by(*_order()).limit(size).offset((page - 1) * size)).all()
    unreachable = session.scalars(
        select(func.count()).where(
            RiskReason.code == Code.UNREACHABLE, RiskReason.family_id.in_(visible_families(viewer))
        )
    ).one()
    return QueuePage(tuple(_rows(session, viewer, now, found)), total, fresh, unreachable, page, pages)


def _matching(viewer: Viewer, filters: QueueFilters, today: date) -> Select[Family, RiskScore, Case, str, bool]:
    return (
        select(Family, RiskScore, Case, Staff.display_name, _can_mend().label("can_mend"))
        .join(RiskScore, RiskScore.family_id == Family.id)
        .outerjoin(Case, and_(Case.family_id == Family.id, Case.state == CaseState.OPEN))
        .outerjoin(Staff, Staff.id == Case.claimed_by)
        .where(or_(RiskScore.band != Band.LOW, Case.id.is_not(None), _unreachable()))
        .where(Family.id.in_(visible_families(viewer)))
        .where(_whose(viewer, filters.whose, today), *_narrowed(filters))
    )


def _unreachable() -> ColumnElement[bool]:
    return exists().where(RiskReason.family_id == Family.id, RiskReason.code == Code.UNREACHABLE)


def _whose(viewer: Viewer, whose: Whose, today: date) -> ColumnElement[bool]:
    snoozed = and_(Case.snoozed_until.is_not(None), Case.snoozed_until > today)
    if whose is Whose.SNOOZED:
        return snoozed
    awake = or_(Case.id.is_(None), Case.snoozed_until.is_(None), Case.snoozed_until <= today)
    mine = Case.claimed_by == viewer.staff_id if viewer.staff_id is not None else false()
    which = {
        Whose.OPEN: awake, Whose.MINE: and_(awake, mine), Whose.NEW: and_(awake, Case.claimed_by.is_(None)),
        Whose.NEW_AND_MINE: and_(awake, or_(Case.claimed_by.is_(None), mine)),
    }  # fmt: skip
    return which[whose]


def _narrowed(filters: QueueFilters) -> list[ColumnElement[bool]]:
    narrowed: list[ColumnElement[bool]] = []
    if filters.reason:
        narrowed.append(exists().where(RiskReason.family_id == Family.id, RiskReason.code == filters.reason))
    current = and_(
        FamilyMember.family_id == Family.id, FamilyMember.until_on.is_(None), Student.id == FamilyMember.student_id
    )
    for column, value in ((Student.grade, filters.grade), (Student.school_id, filters.school_id)):
        if value is not None:
            narrowed.append(exists().where(current, column == value))
    if filters.language:
        narrowed.append(
            exists().where(
                FamilyMember.family_id == Family.id, FamilyMember.until_on.is_(None),
                Guardianship.student_id == FamilyMember.student_id, Guardianship.ended_on.is_(None),
                Guardian.id == Guardianship.guardian_id, Guardian.language == filters.language,
            )
        )  # fmt: skip
    return narrowed


def _can_mend() -> ColumnElement[bool]:
    return exists().where(RiskReason.family_id == Family.id, RiskReason.code.in_(sorted(SCHOOL_CAN_MEND)))


def _order() -> tuple[SQLColumnExpression[Any], ...]:
    band = case({Band.HIGH: 0, Band.ELEVATED: 1}, value=RiskScore.band, else_=2)
    return band, case((_can_mend(), 0), else_=1), RiskScore.points.desc(), Family.id


def _rows(
    session: Session, viewer: Viewer, now: datetime, found: Sequence[Row[Family, RiskScore, Case, str, bool]]
) -> list[QueueRow]:
    ids = [family.id for family, *_ in found]
    reasons = reasons_of(session, ids, now, viewer)
    children, languages = _children(session, ids), _languages(session, ids)
    return [
        QueueRow(
            family.id, family.name, tuple(children[family.id]), tuple(languages[family.id]), score.points, score.band,
            tuple(reasons.get(family.id, ())), bool(can_mend), open_case.id if open_case else None,
            open_case.opened_at if open_case else None, open_case.claimed_by if open_case else None, claimed_name,
            open_case.snoozed_until if open_case else None,
        )
        for family, score, open_case, claimed_name, can_mend in found
    ]  # fmt: skip


def _children(session: Session, family_ids: Collection[int]) -> dict[int, list[QueueChild]]:
    children: dict[int, list[QueueChild]] = defaultdict(list)
    rows = session.execute(
        select(FamilyMember.family_id, Student)
        .join(Student, Student.id == FamilyMember.student_id)
        .where(FamilyMember.family_id.in_(family_ids), FamilyMember.until_on.is_(None))
        .order_by(FamilyMember.family_id, Student.id)
    )
    for family_id, student in rows:
        name = student.preferred_name or student.given_name
        children[family_id].append(QueueChild(student.id, name, student.grade, student.school_id))
    return children


def _languages(session: Session, family_ids: Collection[int]) -> dict[int, list[str]]:
    languages: dict[int, list[str]] = defaultdict(list)
    rows = session.execute(
        select(FamilyMember.family_id, Guardian.language)
        .join(Guardianship, Guardianship.student_id == FamilyMember.student_id)
        .join(Guardian, Guardian.id == Guardianship.guardian_id)
        .where(
            FamilyMember.family_id.in_(family_ids), FamilyMember.until_on.is_(None), Guardianship.ended_on.is_(None),
            Guardian.language.is_not(None),
        )
        .distinct()
        .order_by(FamilyMember.family_id, Guardian.language)
    )  # fmt: skip
    for family_id, language in rows:
        languages[family_id].append(str(language))
    return languages
