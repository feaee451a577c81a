"""Who works in the made-up schools, what they teach, and who answers for whom."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import count, cycle
from math import ceil
from random import Random

from models import (
    Assignment,
    AssignmentRole,
    Course,
    Department,
    OnCall,
    Section,
    SectionTerm,
    Staff,
    StaffRole,
    StaffSchool,
    Subject,
)

from .frame import Frame, SchoolClass, SchoolFrame
from .names import BY_LANGUAGE, ENGLISH
from .rows import Rows
from .spread import LANGUAGE, MEAN_CHILDREN, pick
from .year import WEEK

CLASS_SIZE = 22  # at most, by the expected number of children
SECTIONS_A_TEACHER = 5
STUDENTS_A_COUNSELOR = 350
STUDENTS_A_CASE_MANAGER = 160
GRADES_IN_ALL = 13
TEST_PHONE = "+15005550006"  # in a range for tests that nobody can ever have
SURNAME_HALVES = (("A", "L"), ("M", "Z"))
TITLES = {
    Subject.READING: "Reading", Subject.MATH: "Math", Subject.SOCIAL_STUDIES: "Social studies",
    Subject.SCIENCE: "Science", Subject.OTHER: "Art",
}  # fmt: skip
HIGH_TITLES = {
    Subject.READING: "English", Subject.MATH: "Algebra", Subject.SOCIAL_STUDIES: "History",
    Subject.SCIENCE: "Biology", Subject.OTHER: "Music",
}  # fmt: skip


class Staffing:
    """Adds staff, courses, sections and caseloads for the expected number of students."""

    def __init__(self, rows: Rows, rng: Random, frame: Frame, families: int) -> None:
        self._rows, self._rng, self._frame = rows, rng, frame
        self._students_a_grade = families * MEAN_CHILDREN / GRADES_IN_ALL
        self._numbers = count(1)
        self._e_mails: set[str] = set()

    def hire(self) -> None:
        """All of it, into the database's waiting rows and into ``frame.schools``."""
        for school in self._frame.schools:
            self._offices(school)
            courses = self._courses(school)
            if school.plan.code == "WCE":
                self._one_teacher_a_class(school, courses)
            else:
                self._one_teacher_a_subject(school, courses)
        for _ in range(2):
            self._person(StaffRole.DISTRICT, *self._frame.schools)
        self._someone_on_leave(self._frame.schools[1])
        self._someone_beside(self._frame.schools[0])

    def _someone_on_leave(self, school: SchoolFrame) -> None:
        """A teacher who is away for three weeks, and the substitute who has the sections meanwhile."""
        today = self._frame.today
        substitute = self._person(StaffRole.TEACHER, school)
        away = self._person(
            StaffRole.TEACHER, school, leave_from=today - WEEK, leave_until=today + 2 * WEEK, substitute_id=substitute
        )
        section = school.classes[school.plan.grades[0]][0].sections[Subject.OTHER]
        self._rows.add(
            Assignment, staff_id=away, role=AssignmentRole.CO_TEACHER, section_id=section,
            from_on=self._frame.year.starts_on,
        )  # fmt: skip
        self._rows.add(
            Assignment, staff_id=substitute, role=AssignmentRole.SUBSTITUTE, section_id=section,
            from_on=today - WEEK, until_on=today + 2 * WEEK,
        )  # fmt: skip

    def _someone_beside(self, school: SchoolFrame) -> None:
        """An aide in one kindergarten class, and one whose last day at school was two weeks ago."""
        aide, left = self._person(StaffRole.TEACHER, school), self._person(StaffRole.TEACHER, school)
        section = school.classes[school.plan.grades[0]][0].homeroom
        self._rows.add(
            Assignment, staff_id=aide, role=AssignmentRole.AIDE, section_id=section,
            from_on=self._frame.year.starts_on,
        )  # fmt: skip
        self._rows.add(
            Assignment, staff_id=left, role=AssignmentRole.AIDE, section_id=section,
            from_on=self._frame.year.starts_on, until_on=self._frame.today - 2 * WEEK,
        )  # fmt: skip

    def _offices(self, school: SchoolFrame) -> None:
        students = self._students_a_grade * len(school.plan.grades)
        principals = [self._person(StaffRole.ADMINISTRATOR, school) for _ in range(2)]
        counselors = [
            self._person(StaffRole.COUNSELOR, school) for _ in range(max(2, round(students / STUDENTS_A_COUNSELOR)))
        ]
        managers = [
            self._person(StaffRole.SPECIAL_EDUCATION, school)
            for _ in range(max(1, round(students / STUDENTS_A_CASE_MANAGER)))
        ]
        front = [self._person(StaffRole.FRONT_OFFICE, school) for _ in range(2)]
        school.offices = {
            Department.ADMINISTRATION: principals, Department.COUNSELING: counselors,
            Department.SPECIAL_EDUCATION: managers, Department.FRONT_OFFICE: front,
        }  # fmt: skip
        halves = zip(cycle(SURNAME_HALVES), counselors, strict=False)
        for (first, last), counselor in halves:
            self._rows.add(
                Assignment, staff_id=counselor, role=AssignmentRole.COUNSELOR, school_id=school.id,
                surname_from=first, surname_to=last, from_on=self._frame.year.starts_on,
            )  # fmt: skip
        for on_call, phone in ((principals[0], TEST_PHONE), (counselors[0], None)):
            self._rows.add(OnCall, school_id=school.id, staff_id=on_call, phone=phone)

    def _courses(self, school: SchoolFrame) -> dict[tuple[str, Subject], int]:
        titles = HIGH_TITLES if school.plan.code == "MRH" else TITLES
        return {
            (grade, subject): self._rows.add(
                Course, sourced_id=f"course-{grade}-{subject.value}", title=f"{title} {grade.lstrip('0')}",
                code=f"{subject.value[:4].upper()}{grade}", subject=subject,
            )
            for grade in school.plan.grades
            for subject, title in titles.items()
        }  # fmt: skip

    def _one_teacher_a_class(self, school: SchoolFrame, courses: dict[tuple[str, Subject], int]) -> None:
        """Elementary: the homeroom teacher teaches the four core subjects, one art teacher goes round."""
        art = self._person(StaffRole.TEACHER, school)
        for grade, number in self._classes(school):
            own = self._person(StaffRole.TEACHER, school)
            teachers = dict.fromkeys(TITLES, own) | {Subject.OTHER: art}
            self._open(school, grade, number, courses=courses, teachers=teachers, own=own)

    def _one_teacher_a_subject(self, school: SchoolFrame, courses: dict[tuple[str, Subject], int]) -> None:
        """Middle and high: each teacher takes five sections of one subject; homerooms go round among them."""
        busy: dict[Subject, list[int]] = {}
        for place, (grade, number) in enumerate(self._classes(school)):
            if place % SECTIONS_A_TEACHER == 0:
                busy = {subject: [self._person(StaffRole.TEACHER, school)] for subject in TITLES}
            teachers = {subject: its[0] for subject, its in busy.items()}
            own = list(teachers.values())[place % len(teachers)]
            self._open(school, grade, number, courses=courses, teachers=teachers, own=own)

    def _classes(self, school: SchoolFrame) -> Iterator[tuple[str, int]]:
        for grade in school.plan.grades:
            school.classes[grade] = []
            for number in range(ceil(self._students_a_grade / CLASS_SIZE)):
                yield grade, number

    def _open(
        self, school: SchoolFrame, grade: str, number: int, *, courses: dict[tuple[str, Subject], int],
        teachers: dict[Subject, int], own: int,
    ) -> None:  # fmt: skip
        label = f"{grade.lstrip('0')}{letters(number)}"
        homeroom = self._section(school, f"Homeroom {label}", Subject.OTHER, None, own, homeroom=True)
        titles = HIGH_TITLES if school.plan.code == "MRH" else TITLES
        sections = {
            subject: self._section(school, f"{titles[subject]} {label}", subject, courses[grade, subject], teacher)
            for subject, teacher in teachers.items()
        }
        school.classes[grade].append(SchoolClass(homeroom, sections, teachers, own))

    def _section(
        self, school: SchoolFrame, title: str, subject: Subject, course: int | None, teacher: int, *,
        homeroom: bool = False,
    ) -> int:  # fmt: skip
        number = next(self._numbers)
        made = self._rows.add(
            Section, sourced_id=f"section-{number}", school_id=school.id, course_id=course, title=title,
            subject=subject, homeroom=homeroom,
        )  # fmt: skip
        self._rows.add(SectionTerm, section_id=made, term_id=self._frame.semester)
        self._rows.add(
            Assignment, sourced_id=f"teaches-{number}", staff_id=teacher, role=AssignmentRole.TEACHER,
            section_id=made, from_on=self._frame.year.starts_on,
        )  # fmt: skip
        return made

    def _person(self, role: StaffRole, *schools: SchoolFrame, **values: object) -> int:
        names = BY_LANGUAGE.get(pick(self._rng, LANGUAGE) or "en", ENGLISH)
        given, family = self._rng.choice(names.given), self._rng.choice(names.family)
        made = self._rows.add(
            Staff, sourced_id=f"staff-{next(self._numbers)}", given_name=given, family_name=family,
            display_name=f"{given[0]}. {family}", email=self._e_mail(given, family), role=role, **values,
        )  # fmt: skip
        for school in schools:
            self._rows.add(StaffSchool, staff_id=made, school_id=school.id)
        return made

    def _e_mail(self, given: str, family: str) -> str:
        plain = mailbox(f"{given}.{family}")
        return next(
            self._taken(address)
            for number in count(1)
            if (address := f"{plain}{number if number > 1 else ''}@example.org") not in self._e_mails
        )

    def _taken(self, address: str) -> str:
        self._e_mails.add(address)
        return address


def mailbox(words: str) -> str:
    """The words as the part of an e-mail address before the @: ASCII, lower case, no spaces."""
    flat = unicodedata.normalize("NFKD", words.replace("đ", "d").replace("Đ", "D").replace("ı", "i"))
    return "".join(letter for letter in flat.lower() if letter.isascii() and (letter.isalnum() or letter == "."))


def letters(number: int) -> str:
    """A, B … Z, AA, AB …"""
    return (letters(number // 26 - 1) if number >= 26 else "") + chr(ord("A") + number % 26)
