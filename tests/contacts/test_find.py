"""A teacher finds the student by two letters of any name in the family, and only among families of their own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from models import Enrollment, Student
from outreach.access import Viewer, audit
from outreach.contacts import (
    find_students,
    own_sections,
    recent_students,
    students_by_id,
    students_of_section,
    students_taught,
)
from outreach.contacts.typed_names import patterns
from tests.contacts.homes import Home, counselor_of, viewer_of_staff
from tests.world import NOW


@pytest.fixture
def teacher(delgado: Home) -> Viewer:
    return viewer_of_staff(delgado.alvarez, delgado.school, account_id=delgado.account.id)


def a_student(delgado: Home, given: str, surname: str, parent: str = "Ana Ruiz", **values: object) -> Student:
    """Somebody whom L. Alvarez teaches too, with one guardian."""
    made = delgado.world.student(delgado.school, given_name=given, family_name=surname, **values)
    first, last = parent.split(" ", 1)
    delgado.world.guardian(made, given_name=first, family_name=last)
    delgado.world.family(made)
    delgado.world.teaches(delgado.alvarez, delgado.world.section(delgado.school), made)
    return made


def names(session: Session, viewer: Viewer, typed: str) -> list[str]:
    return [row.name for row in find_students(session, viewer, typed, NOW)]


@pytest.mark.parametrize("typed", ["ma", "MA", "de", "ro", "maya d", "delgado maya", "  ma  ", "rosa del"])
def test_two_letters_of_a_student_s_or_a_parent_s_name_are_enough(
    delgado: Home, teacher: Viewer, session: Session, typed: str
) -> None:
    assert names(session, teacher, typed) == ["Maya Delgado"]


@pytest.mark.parametrize("typed", ["", "m", " m ", "ya", "xx", "maya becker", "%", "_a", "[a", ".*", "\\", "((", "'"])
def test_one_letter_the_middle_of_a_name_or_signs_find_nobody(
    delgado: Home, teacher: Viewer, session: Session, typed: str
) -> None:
    assert names(session, teacher, typed) == []


@pytest.mark.parametrize(
    ("given", "surname", "typed"),
    [
        ("José", "Núñez", "nu"), ("José", "Núñez", "JOSE NUNEZ"), ("Jose", "Nunez", "núñ"), ("Zoë", "Łukasik", "lu"),
        ("Đặng", "Trần", "dang tr"), ("Siobhán", "O'Brien", "obr"), ("Siobhán", "O’Brien", "o'b"),
        ("Ann-Marie", "Fitz Gerald", "mar"), ("Ann-Marie", "Fitz Gerald", "ann-marie ger"),
        ("İbrahim", "Şahin", "ib sa"),
        ("José", "Núñez", "Jose\u0301 nun\u0303"), ("Ольга", "Шевченко", "ше"), ("Ольга", "Шевченко", "ОЛЬ"),
    ],
)  # fmt: skip
def test_case_marks_and_apostrophes_do_not_count_on_either_database(
    delgado: Home, teacher: Viewer, session: Session, given: str, surname: str, typed: str
) -> None:
    a_student(delgado, given, surname)
    assert names(session, teacher, typed) == [f"{given} {surname}"]


def test_a_student_is_found_by_the_name_that_it_goes_by(delgado: Home, teacher: Viewer, session: Session) -> None:
    a_student(delgado, "Alexandra", "Becker", preferred_name="Sasha")
    assert names(session, teacher, "sa") == ["Sasha Becker"]
    assert names(session, teacher, "al") == ["Sasha Becker"]


def test_a_first_name_comes_before_a_surname_and_that_before_a_parent_s(
    delgado: Home, teacher: Viewer, session: Session
) -> None:
    a_student(delgado, "Aaron", "Ito", parent="Lena Ito")
    a_student(delgado, "Ben", "Lehmann")
    a_student(delgado, "Leo", "Zhou")
    assert names(session, teacher, "le") == ["Leo Zhou", "Ben Lehmann", "Aaron Ito"]


def test_whom_one_dealt_with_lately_comes_first(delgado: Home, teacher: Viewer, session: Session) -> None:
    a_student(delgado, "Leo", "Abel")
    late = a_student(delgado, "Leo", "Zhou")
    contact = delgado.log(student_ids=(late.id,), guardian_id=None)
    audit(session, teacher, "log_contact", "contact", contact.id, NOW)
    assert names(session, teacher, "le") == ["Leo Zhou", "Leo Abel"]


def test_families_of_others_and_students_who_left_are_not_found(
    delgado: Home, teacher: Viewer, session: Session
) -> None:
    stranger = delgado.world.student(delgado.school, given_name="Mara", family_name="Hartley")
    delgado.world.family(stranger)
    assert names(session, teacher, "mar") == []
    assert names(session, counselor_of(delgado.world, delgado.school), "mar") == ["Mara Hartley"]
    delgado.maya.active = False
    session.flush()
    assert names(session, counselor_of(delgado.world, delgado.school), "maya") == []


def test_no_more_are_shown_than_fit_a_phone(delgado: Home, teacher: Viewer, session: Session) -> None:
    for number in range(12):
        a_student(delgado, "Kim", f"Adler{chr(97 + number)}")
    assert len(names(session, teacher, "ki")) == 8


def test_lately_are_those_logged_or_opened_the_last_first(delgado: Home, teacher: Viewer, session: Session) -> None:
    leo = a_student(delgado, "Leo", "Zhou")
    a_student(delgado, "Zoe", "Adams")
    contact = delgado.log(student_ids=(leo.id,), guardian_id=None)
    audit(session, teacher, "read", "family", delgado.family.id, NOW - timedelta(hours=3))
    audit(session, teacher, "log_contact", "contact", contact.id, NOW - timedelta(hours=2))
    audit(session, teacher, "read", "family", delgado.family.id, NOW - timedelta(hours=1))
    assert [row.name for row in recent_students(session, teacher, NOW)] == ["Maya Delgado", "Leo Zhou"]
    colleague = viewer_of_staff(delgado.world.staff(delgado.school), delgado.school, account_id=delgado.account.id + 1)
    assert recent_students(session, colleague, NOW) == []
    taught = {row.name for row in students_taught(session, teacher, NOW)}
    assert taught == {"Maya Delgado", "Leo Zhou", "Zoe Adams"}


def test_a_section_of_mine_gives_its_students_and_another_s_gives_none(
    delgado: Home, teacher: Viewer, session: Session
) -> None:
    [algebra] = own_sections(session, teacher)
    assert (algebra.title, algebra.students) == ("Algebra I", 1)
    assert [row.name for row in students_of_section(session, teacher, algebra.id, NOW)] == ["Maya Delgado"]
    theirs = delgado.world.section(delgado.school)
    other = delgado.world.student(delgado.school, given_name="Noah")
    delgado.world.family(other)
    delgado.world.add(Enrollment(sourced_id="e-other", section_id=theirs.id, student_id=other.id))
    assert students_of_section(session, teacher, theirs.id, NOW) == []
    assert [row.name for row in students_by_id(session, teacher, [delgado.maya.id, other.id], NOW)] == ["Maya Delgado"]


def test_a_pattern_holds_nothing_that_was_typed_but_letters() -> None:
    assert patterns("a.b") == patterns("ab")
    assert patterns("a-b") == patterns("a b")
    assert patterns(")(*a b|") == patterns("a b")
    assert patterns("x") == []
