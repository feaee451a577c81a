"""What holds between the reader of a message and each student it is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, bindparam, exists, func, or_, select, true
from sqlalchemy.orm import aliased

from models import ContactPoint, FamilyMember, Guardianship, Hold, Message, MessageStudent, Student

from .gate import ChildFacts

ADULT_AT = 18


@dataclass(frozen=True, slots=True)
class About:
    child: ChildFacts
    shared_with_barred: bool
    """The address also reaches a guardian who may not be contacted about this student, or has no rights."""


def about_of(rows: Iterable[Any], today: date) -> Sequence[About]:
    """The students in rows of a statement over :data:`STUDENT_COLUMNS`; none where there is no student."""
    return [
        About(
            ChildFacts(
                first_name=row.preferred_name or row.given_name, enrolled=row.active and bool(row.member),
                of_age_undecided=_of_age(row.birth_date, today) and row.rights_review_at is None,
                may_contact=bool(row.may_contact), holds_rights=bool(row.holds_rights),
                emergency_only=bool(row.emergency_only),
            ),
            shared_with_barred=bool(row.barred),
        )
        for row in rows if row.student_id is not None
    ]  # fmt: skip


_NAMED = select(MessageStudent.student_id).where(MessageStudent.message_id == bindparam("message_id"))
_MEMBERS = select(FamilyMember.student_id).where(
    FamilyMember.family_id == bindparam("family_id"), FamilyMember.until_on.is_(None)
)
_ABOUT = _NAMED.union_all(_MEMBERS.where(~exists(_NAMED))).subquery("about")
"""Those the message names; where it names none it is about every child of the family, and needs leave for each."""
_MEMBER, _OTHER, _POINT = aliased(FamilyMember), aliased(Guardianship), aliased(ContactPoint)
_HOLD = (
    select(func.min(Hold.id))
    .where(
        Hold.from_at <= bindparam("now"), or_(Hold.until_at.is_(None), Hold.until_at > bindparam("now")),
        or_(
            Hold.family_id == Message.family_id, Hold.school_id == Message.school_id,
            Hold.student_id == Student.id, Hold.school_id == Student.school_id,
        ),
    )
    .scalar_subquery()
)  # fmt: skip
"""The oldest hold in force on the family, the student, or one of their schools."""
STUDENT_COLUMNS = (
    Student.id.label("student_id"), Student.preferred_name, Student.given_name, Student.active, Student.birth_date,
    Student.rights_review_at, Guardianship.may_contact, Guardianship.holds_rights, Guardianship.emergency_only,
    exists()
    .where(
        _MEMBER.student_id == Student.id, _MEMBER.family_id == bindparam("family_id"), _MEMBER.until_on.is_(None)
    )
    .label("member"),
    _HOLD.label("hold_id"),
    exists()
    .where(
        _OTHER.student_id == Student.id, or_(_OTHER.ended_on.is_(None), _OTHER.ended_on > bindparam("today")),
        or_(~_OTHER.may_contact, ~_OTHER.holds_rights), _POINT.guardian_id == _OTHER.guardian_id,
        _POINT.address_id == bindparam("address_id"), _POINT.active,
    )
    .label("barred"),
)  # fmt: skip


def with_students(statement: Select[*tuple[object, ...]]) -> Select[*tuple[object, ...]]:
    """``statement`` over each student that the message ``:message_id`` is about; over none of them it has one row."""
    return (
        statement.outerjoin(_ABOUT, true())
        .outerjoin(Student, Student.id == _ABOUT.c.student_id)
        .outerjoin(
            Guardianship,
            and_(
                Guardianship.student_id == Student.id, Guardianship.guardian_id == bindparam("guardian_id"),
                or_(Guardianship.ended_on.is_(None), Guardianship.ended_on > bindparam("today")),
            ),
        )
        .order_by(Student.id)
    )  # fmt: skip


def _of_age(born: date | None, today: date) -> bool:
    if born is None:
        return False
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day)) >= ADULT_AT
