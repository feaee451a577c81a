"""Find the student whom a contact is about: by two letters of a name, or among those one dealt with lately."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from models import (
    Assignment,
    AuditEvent,
    ContactStudent,
    Enrollment,
    Family,
    FamilyMember,
    Guardian,
    Guardianship,
    School,
    Section,
    Student,
)
from outreach.access import Viewer, visible_families, visible_students
from outreach.access.scope import current_assignment, current_enrollment

from .best_way import BestWay, best_ways
from .typed_names import begins_a_word, patterns, plain_names

MOST_FOUND = 8
LATELY = timedelta(days=30)
TRAIL_READ = 60
"""How many of one's own last steps are looked through for recent students."""


@dataclass(frozen=True, slots=True)
class StudentRow:
    """A student whom a contact may be about, as one line to tap."""

    student_id: int
    family_id: int
    family_name: str
    name: str
    """As the student is called, with the surname."""
    grade: str | None
    school: str
    way: BestWay | None
    """None: nobody of the family may be contacted."""


@dataclass(frozen=True, slots=True)
class OwnSection:
    id: int
    title: str
    students: int


def find_students(session: Session, viewer: Viewer, typed: str, now: datetime) -> list[StudentRow]:
    """The students of families that ``viewer`` may see whose own name, or a guardian's, has each word of ``typed`` at
    the beginning of one of its words; at most ``MOST_FOUND``.

    Case, marks and apostrophes do not count, the same on both databases. Those whom the viewer dealt with lately come
    first, then by given name, surname, guardian. Empty for fewer than two letters.
    """
    words = patterns(typed)
    if not words:
        return []
    lately = recent_ids(session, viewer, now)
    matched = and_(*(or_(_own_name(word), _guardian_named(word)) for word in words))
    order = (
        case((Student.id.in_(lately), 0), else_=1),
        case((_first_name(words[0]), 0), (_own_name(words[0]), 1), else_=2),
        func.lower(Student.given_name), func.lower(Student.family_name), Student.id,
    )  # fmt: skip
    return _rows(session, _open_to(viewer).where(matched).order_by(*order).limit(MOST_FOUND), now)


def recent_students(session: Session, viewer: Viewer, now: datetime) -> list[StudentRow]:
    """The students whom the viewer logged a contact about, or whose family the viewer opened, the latest first."""
    ids = recent_ids(session, viewer, now)
    rows = {row.student_id: row for row in _rows(session, _open_to(viewer).where(Student.id.in_(ids)), now)}
    return [rows[each] for each in ids if each in rows][:MOST_FOUND]


def students_taught(session: Session, viewer: Viewer, now: datetime) -> list[StudentRow]:
    """The first few of those the viewer is assigned to, by name: for somebody who has logged nothing yet."""
    by_name = (func.lower(Student.given_name), func.lower(Student.family_name), Student.id)
    mine = _open_to(viewer).where(Student.id.in_(visible_students(viewer))).order_by(*by_name)
    return _rows(session, mine.limit(MOST_FOUND), now)


def own_sections(session: Session, viewer: Viewer) -> list[OwnSection]:
    """The sections that the viewer teaches or helps in today, with how many students each has."""
    rows = session.execute(
        select(Section.id, Section.title, func.count(Student.id.distinct()))
        .join(Assignment, Assignment.section_id == Section.id)
        .join(Enrollment, Enrollment.section_id == Section.id)
        .join(Student, Student.id == Enrollment.student_id)
        .where(current_assignment(viewer), current_enrollment(viewer), Section.active, Student.active)
        .group_by(Section.id, Section.title)
        .order_by(func.lower(Section.title), Section.id)
    )
    return [OwnSection(section_id, title, count) for section_id, title, count in rows]


def students_of_section(session: Session, viewer: Viewer, section_id: int, now: datetime) -> list[StudentRow]:
    """The students of one of the viewer's own sections, by surname; empty for any other section."""
    enrolled = (
        select(Enrollment.student_id)
        .join(Assignment, Assignment.section_id == Enrollment.section_id)
        .where(Enrollment.section_id == section_id, current_assignment(viewer), current_enrollment(viewer))
    )
    by_surname = (func.lower(Student.family_name), func.lower(Student.given_name), Student.id)
    return _rows(session, _open_to(viewer).where(Student.id.in_(enrolled)).order_by(*by_surname), now)


def students_by_id(session: Session, viewer: Viewer, ids: Collection[int], now: datetime) -> list[StudentRow]:
    """These students, where their families are open to the viewer, by surname."""
    by_surname = (func.lower(Student.family_name), func.lower(Student.given_name), Student.id)
    return _rows(session, _open_to(viewer).where(Student.id.in_(ids)).order_by(*by_surname), now)


def recent_ids(session: Session, viewer: Viewer, now: datetime) -> list[int]:
    """Students by their ids, as the viewer's own steps in the trail name them, the latest first."""
    steps = session.execute(
        select(AuditEvent.subject_type, AuditEvent.subject_id)
        .where(
            AuditEvent.account_id == viewer.account_id, AuditEvent.at > now - LATELY,
            AuditEvent.action.in_(("read", "log_contact")), AuditEvent.subject_type.in_(("family", "contact")),
        )
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
        .limit(TRAIL_READ)
    ).all()  # fmt: skip
    of_contact = _students_of(
        session,
        select(ContactStudent.contact_id, ContactStudent.student_id).where(
            ContactStudent.contact_id.in_([number for kind, number in steps if kind == "contact"])
        ),
    )
    of_family = _students_of(
        session,
        select(FamilyMember.family_id, FamilyMember.student_id).where(
            FamilyMember.family_id.in_([number for kind, number in steps if kind == "family"]),
            FamilyMember.until_on.is_(None), FamilyMember.student_id.in_(visible_students(viewer)),
        ),
    )  # fmt: skip
    named = {"contact": of_contact, "family": of_family}
    in_order = [student for kind, number in steps for student in named[kind].get(number or 0, ())]
    return list(dict.fromkeys(in_order))


def _students_of(session: Session, statement: Select[int, int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for number, student_id in session.execute(statement):
        found.setdefault(number, []).append(student_id)
    return found


def _open_to(viewer: Viewer) -> Select[Student, int, str, str]:
    """Present students of families that the viewer may see, with their family and school."""
    return (
        select(Student, Family.id, Family.name, School.name)
        .join(FamilyMember, FamilyMember.student_id == Student.id)
        .join(Family, Family.id == FamilyMember.family_id)
        .join(School, School.id == Student.school_id)
        .where(
            Student.active, FamilyMember.until_on.is_(None), Family.ended_at.is_(None),
            Family.id.in_(visible_families(viewer)),
        )
    )  # fmt: skip


def _rows(session: Session, statement: Select[Student, int, str, str], now: datetime) -> list[StudentRow]:
    found = session.execute(statement).all()
    ways = best_ways(session, [student.id for student, *_ in found], now)
    return [
        StudentRow(
            student.id, family_id, family_name,
            f"{student.preferred_name or student.given_name} {student.family_name}", student.grade, school,
            ways.get(student.id),
        )
        for student, family_id, family_name, school in found
    ]  # fmt: skip


def _first_name(pattern: str) -> ColumnElement[bool]:
    return begins_a_word(plain_names(Student.given_name, Student.preferred_name), pattern)


def _own_name(pattern: str) -> ColumnElement[bool]:
    return begins_a_word(plain_names(Student.given_name, Student.family_name, Student.preferred_name), pattern)


def _guardian_named(pattern: str) -> ColumnElement[bool]:
    names = plain_names(Guardian.given_name, Guardian.family_name, Guardian.preferred_name)
    return (
        select(Guardianship.id)
        .join(Guardian, Guardian.id == Guardianship.guardian_id)
        .where(
            Guardianship.student_id == Student.id, Guardian.active, Guardianship.ended_on.is_(None),
            begins_a_word(names, pattern),
        )
        .exists()
    )  # fmt: skip
