"""Staff, the sections they teach, who is enrolled, and who answers for whom."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base
from .plain_letters import LEFT_TO_THE_DATABASE, kept_plain
from .school import Department
from .student import Subject


class StaffRole(StrEnum):
    TEACHER = "teacher"
    COUNSELOR = "counselor"
    ADMINISTRATOR = "administrator"
    SPECIAL_EDUCATION = "special_education"
    FRONT_OFFICE = "front_office"
    DISTRICT = "district"


DEPARTMENT_OF_ROLE = {
    StaffRole.TEACHER: Department.TEACHING,
    StaffRole.COUNSELOR: Department.COUNSELING,
    StaffRole.ADMINISTRATOR: Department.ADMINISTRATION,
    StaffRole.SPECIAL_EDUCATION: Department.SPECIAL_EDUCATION,
    StaffRole.FRONT_OFFICE: Department.FRONT_OFFICE,
    StaffRole.DISTRICT: Department.DISTRICT,
}


class Staff(Base):
    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    sourced_id: Mapped[str | None] = mapped_column(unique=True)
    given_name: Mapped[str]
    family_name: Mapped[str]
    display_name: Mapped[str]
    """How families and colleagues read it: L. Alvarez, or what the person chose; no title is ever guessed."""
    email: Mapped[str | None]
    role: Mapped[StaffRole]
    timezone: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    left_on: Mapped[date | None]
    leave_from: Mapped[date | None]
    leave_until: Mapped[date | None]
    substitute_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    digest_hour: Mapped[int] = mapped_column(default=7)
    """Local hour of the morning e-mail."""
    digest_off: Mapped[bool] = mapped_column(default=False)


class StaffSchool(Base):
    __tablename__ = "staff_school"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), primary_key=True, index=True)


class Course(Base):
    __tablename__ = "course"

    id: Mapped[int] = mapped_column(primary_key=True)
    sourced_id: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    code: Mapped[str | None]
    subject: Mapped[Subject]
    active: Mapped[bool] = mapped_column(default=True)


class Section(Base):
    """One class of one course, as the SIS schedules it."""

    __tablename__ = "section"

    id: Mapped[int] = mapped_column(primary_key=True)
    sourced_id: Mapped[str] = mapped_column(unique=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"))
    title: Mapped[str]
    subject: Mapped[Subject]
    homeroom: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)


class SectionTerm(Base):
    __tablename__ = "section_term"

    section_id: Mapped[int] = mapped_column(ForeignKey("section.id"), primary_key=True)
    term_id: Mapped[int] = mapped_column(ForeignKey("term.id"), primary_key=True, index=True)


class Enrollment(Base):
    __tablename__ = "enrollment"

    id: Mapped[int] = mapped_column(primary_key=True)
    sourced_id: Mapped[str] = mapped_column(unique=True)
    section_id: Mapped[int] = mapped_column(ForeignKey("section.id"), index=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"), index=True)
    begins_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    """The first day no longer enrolled, as OneRoster has it; None while it lasts."""
    active: Mapped[bool] = mapped_column(default=True)


class AssignmentRole(StrEnum):
    TEACHER = "teacher"
    CO_TEACHER = "co_teacher"
    CASE_MANAGER = "case_manager"
    COUNSELOR = "counselor"
    INTERPRETER = "interpreter"
    AIDE = "aide"
    SUBSTITUTE = "substitute"


class Assignment(Base):
    """A staff member to one student, one section, or a caseload (school, grade, surname range).

    Access, ownership and routing read it and nothing else.
    """

    __tablename__ = "assignment"
    __mapper_args__ = LEFT_TO_THE_DATABASE
    __table_args__ = (
        CheckConstraint(
            "CASE WHEN student_id IS NULL THEN 0 ELSE 1 END + CASE WHEN section_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN school_id IS NULL THEN 0 ELSE 1 END = 1",
            name="one_target",
        ),
        CheckConstraint(
            "school_id IS NOT NULL OR (grade IS NULL AND surname_from IS NULL AND surname_to IS NULL)",
            name="caseload_of_a_school",
        ),
        UniqueConstraint("sourced_id"),
        # outreach.access: what a staff member may see; outreach.planning: who teaches a student
        Index("ix_assignment_staff_id", "staff_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sourced_id: Mapped[str | None]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    role: Mapped[AssignmentRole]
    student_id: Mapped[int | None] = mapped_column(ForeignKey("student.id"), index=True)
    section_id: Mapped[int | None] = mapped_column(ForeignKey("section.id"), index=True)
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"), index=True)
    grade: Mapped[str | None]
    surname_from: Mapped[str | None]
    surname_to: Mapped[str | None]
    plain_from: Mapped[str] = mapped_column(kept_plain("surname_from"), deferred=True)
    plain_to: Mapped[str] = mapped_column(kept_plain("surname_to"), deferred=True)
    """Both ends as they are compared; empty where the range is open."""
    from_on: Mapped[date | None]
    until_on: Mapped[date | None]
    """The first day it no longer holds; None while it lasts."""
    active: Mapped[bool] = mapped_column(default=True)
