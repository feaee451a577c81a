"""What an assignment is to: a student, a class or a caseload, found and checked among the viewer's schools."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import School, Section, Student
from models.plain_letters import plain_letters
from outreach.errors import NotFound
from outreach.language import _

from .administration import AdministrationRefused, administered_school
from .staff import named
from .viewer import Viewer

FOUND = 20
"""Students or classes that a search offers."""
LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True)
class Target:
    """What an assignment is to: exactly one of a student, a class, and a caseload of a school."""

    student_id: int | None = None
    section_id: int | None = None
    school_id: int | None = None
    grade: str | None = None
    surname_from: str | None = None
    surname_to: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    id: int
    words: str
    school: str


def find_students(session: Session, viewer: Viewer, words: str) -> Sequence[Choice]:
    """Present students of the viewer's schools whose name holds each of ``words``; the first twenty by name."""
    if not words.strip():
        return []
    statement = (
        select(Student, School.name)
        .join(School, School.id == Student.school_id)
        .where(Student.active)
        .order_by(Student.plain_surname, plain_letters(Student.given_name), Student.id)
        .limit(FOUND)
    )
    if not viewer.sees_district:
        statement = statement.where(Student.school_id.in_(viewer.school_ids))
    for word in words[:LONGEST_SEARCH].lower().split():
        statement = statement.where(named(word, Student.given_name, Student.family_name, Student.preferred_name))
    return [Choice(student.id, student_words(student), school) for student, school in session.execute(statement)]


def find_sections(session: Session, viewer: Viewer, words: str) -> Sequence[Choice]:
    """Classes of the viewer's schools whose title holds each of ``words``; the first twenty by title."""
    if not words.strip():
        return []
    statement = (
        select(Section.id, Section.title, Section.sourced_id, School.name)
        .join(School, School.id == Section.school_id)
        .where(Section.active)
        .order_by(func.lower(Section.title), School.name, Section.id)
        .limit(FOUND)
    )
    if not viewer.sees_district:
        statement = statement.where(Section.school_id.in_(viewer.school_ids))
    for word in words[:LONGEST_SEARCH].lower().split():
        statement = statement.where(named(word, Section.title, Section.sourced_id))
    return [Choice(number, f"{title} ({key})", school) for number, title, key, school in session.execute(statement)]


def grades_of(session: Session, viewer: Viewer) -> Sequence[str]:
    """The grades in which the viewer's schools have students."""
    statement = select(Student.grade).where(Student.active, Student.grade.is_not(None)).distinct()
    if not viewer.sees_district:
        statement = statement.where(Student.school_id.in_(viewer.school_ids))
    return sorted(grade for grade in session.scalars(statement) if grade)


def student_words(student: Student) -> str:
    """Delgado, Maya: by the name that the student goes by."""
    return f"{student.family_name}, {student.preferred_name or student.given_name}"


def check_target(session: Session, viewer: Viewer, target: Target) -> None:
    """Raises :class:`~outreach.errors.NotFound` for somebody or something at a school that is not the viewer's, or that
    is there no more, :class:`AdministrationRefused` for no target and for letters in the wrong order."""
    if target.student_id is not None:
        student = session.get(Student, target.student_id)
        check_mine(viewer, student.school_id if student is not None and student.active else None)
    elif target.section_id is not None:
        section = session.get(Section, target.section_id)
        check_mine(viewer, section.school_id if section is not None and section.active else None)
    elif target.school_id is not None:
        administered_school(session, viewer, target.school_id)
        _check_letters(session, target)
    else:
        raise AdministrationRefused(_("Choose the student, the class or the school."), "target")


def check_mine(viewer: Viewer, school_id: int | None) -> None:
    """Raises :class:`~outreach.errors.NotFound` for a student or class of a school that is not the viewer's."""
    if not is_mine(viewer, school_id):
        raise NotFound(_("There is no such student or class at a school that you administer."))


def is_mine(viewer: Viewer, school_id: int | None) -> bool:
    return school_id is not None and (viewer.sees_district or school_id in viewer.school_ids)


def _check_letters(session: Session, target: Target) -> None:
    """The first surname stands before the last, as the caseload itself compares them."""
    if not target.surname_from or not target.surname_to:
        return
    first, last = session.execute(
        select(
            plain_letters(func.coalesce(target.surname_from, "")), plain_letters(func.coalesce(target.surname_to, ""))
        )
    ).one()
    if first > last and not first.startswith(last):
        raise AdministrationRefused(_("The first surname stands after the last."), "surname_to")
