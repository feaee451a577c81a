"""By what the queue can be narrowed now: only values that occur, each with how many families it would leave."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from models import Case, CaseState, FamilyMember, Guardian, Guardianship, RiskReason, School, Staff, Student
from outreach.access import Viewer

from .queue import asking_of, resolved_since
from .queue_filters import QueueFilters, Whose
from .queue_places import every_family


@dataclass(frozen=True)
class Option:
    value: str
    """As the address has it."""
    families: int
    name: str | None = None
    """Of a school or a colleague; other values have words of their own."""


@dataclass(frozen=True)
class QueueOptions:
    reasons: tuple[Option, ...]
    grades: tuple[Option, ...]
    languages: tuple[Option, ...]
    schools: tuple[Option, ...]
    assigned: tuple[Option, ...]


def queue_options(session: Session, viewer: Viewer, now: datetime, filters: QueueFilters) -> QueueOptions:
    """What occurs among the families that the other filters leave; the most frequent first, grades in their order.

    Reads the whole queue, so it is asked for only when somebody wants to narrow it. Raises as
    :func:`~outreach.risk.queue`.
    """

    def among(left: QueueFilters) -> Select[int]:
        return every_family(asking_of(viewer, left))

    def found(statement: Select[str | None, int]) -> Iterable[tuple[str | None, int]]:
        return session.execute(statement, since).all()

    since = {"resolved_since": resolved_since(session, now)}

    reason = select(RiskReason.code, func.count()).where(RiskReason.family_id.in_(among(replace(filters, reason=None))))
    language = (
        select(Guardian.language, func.count(FamilyMember.family_id.distinct()))
        .join(Guardianship, Guardianship.guardian_id == Guardian.id)
        .join(FamilyMember, FamilyMember.student_id == Guardianship.student_id)
        .where(Guardianship.ended_on.is_(None), Guardian.language.is_not(None))
    )
    language = _present(language, among(replace(filters, language=None)))
    grades = _options(found(_of_children(among(replace(filters, grade=None)))), filters.grade)
    return QueueOptions(
        _options(found(reason.group_by(RiskReason.code)), filters.reason),
        tuple(sorted(grades, key=_rank)),
        _options(found(language.group_by(Guardian.language)), filters.language),
        _named(session.execute(_schools(among(replace(filters, school_id=None))), since).all()),
        _named(session.execute(_holders(viewer, filters), since).all()),
    )


def _rank(grade: Option) -> tuple[bool, str]:
    """Kindergarten before the numbers."""
    return grade.value[:1].isdigit(), grade.value


def _options(rows: Iterable[tuple[str | None, int]], chosen: str | None) -> tuple[Option, ...]:
    """``chosen`` is there also where it leaves nobody, or the form would forget it."""
    counted = {value: families for value, families in rows if value}
    if chosen:
        counted.setdefault(chosen, 0)
    return tuple(Option(value, families) for value, families in sorted(counted.items(), key=lambda one: (-one[1], one)))


def _present(statement: Select[str | None, int], among: Select[int]) -> Select[str | None, int]:
    return statement.where(FamilyMember.until_on.is_(None), FamilyMember.family_id.in_(among))


def _of_children(among: Select[int]) -> Select[str | None, int]:
    counted = select(Student.grade, func.count(FamilyMember.family_id.distinct())).join(
        FamilyMember, FamilyMember.student_id == Student.id
    )
    return _present(counted, among).group_by(Student.grade)


def _named(rows: Iterable[tuple[int, str, int]]) -> tuple[Option, ...]:
    return tuple(Option(str(number), families, name) for number, name, families in rows)


def _schools(among: Select[int]) -> Select[int, str, int]:
    return (
        select(School.id, School.name, func.count(FamilyMember.family_id.distinct()))
        .join(Student, Student.school_id == School.id)
        .join(FamilyMember, FamilyMember.student_id == Student.id)
        .where(FamilyMember.until_on.is_(None), FamilyMember.family_id.in_(among))
        .group_by(School.id, School.name)
        .order_by(func.lower(School.name), School.id)
    )


def _holders(viewer: Viewer, filters: QueueFilters) -> Select[int, str, int]:
    """Colleagues who hold a case; oneself and nobody are always to be asked for."""
    whose = Whose.OPEN if filters.whose is Whose.NEW_AND_MINE else filters.whose
    among = every_family(asking_of(viewer, replace(filters, whose=whose, assigned=None)))
    return (
        select(Staff.id, Staff.display_name, func.count())
        .join(Case, Case.claimed_by == Staff.id)
        .where(Case.state == CaseState.OPEN, Case.family_id.in_(among), Staff.id != (viewer.staff_id or 0))
        .group_by(Staff.id, Staff.display_name)
        .order_by(func.lower(Staff.display_name), Staff.id)
    )
