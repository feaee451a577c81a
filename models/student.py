"""A student, and what the school knows of how the year goes: marks, absences, incidents."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base
from .plain_letters import LEFT_TO_THE_DATABASE, kept_plain


class Student(Base):
    __tablename__ = "student"
    __mapper_args__ = LEFT_TO_THE_DATABASE

    id: Mapped[int] = mapped_column(primary_key=True)
    sourced_id: Mapped[str] = mapped_column(unique=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    given_name: Mapped[str]
    family_name: Mapped[str]
    plain_surname: Mapped[str] = mapped_column(kept_plain("family_name"), deferred=True)
    """As caseloads compare it."""
    preferred_name: Mapped[str | None]
    grade: Mapped[str | None]
    """As the SIS writes it: KG, 01 … 12."""
    birth_date: Mapped[date | None]
    household_id: Mapped[str | None]
    """The SIS's own household key, where it gives one."""
    enrolled_on: Mapped[date | None]
    """First day at this school this year; None where the SIS does not say."""
    active: Mapped[bool] = mapped_column(default=True)
    left_on: Mapped[date | None]
    rights_review_at: Mapped[datetime | None]
    """Set once a person decided what happens after the 18th birthday; until then planning stops at 18."""


class Subject(StrEnum):
    READING = "reading"
    MATH = "math"
    SOCIAL_STUDIES = "social_studies"
    SCIENCE = "science"
    OTHER = "other"


CORE_SUBJECTS = (Subject.READING, Subject.MATH, Subject.SOCIAL_STUDIES, Subject.SCIENCE)


class Level(StrEnum):
    ABOVE_AVERAGE = "above_average"
    AVERAGE = "average"
    BELOW_AVERAGE = "below_average"
    FAILING = "failing"


class MarkKind(StrEnum):
    RESULT = "result"
    """One piece of work; a subject's standing is their mean."""
    REPORT_CARD = "report_card"
    """The school's own figure for the term; it replaces the mean."""


class LineItem(Base):
    """A piece of work, or a column of the report card, that results are given for. Kept so that a later delivery of
    results alone can be read."""

    __tablename__ = "line_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    sourced_id: Mapped[str] = mapped_column(unique=True)
    section_id: Mapped[int] = mapped_column(ForeignKey("section.id"), index=True)
    title: Mapped[str]
    kind: Mapped[MarkKind]
    value_min: Mapped[float]
    value_max: Mapped[float | None]
    """The score that is 100 percent; None where the SIS does not say."""
    due_on: Mapped[date | None]
    active: Mapped[bool] = mapped_column(default=True)


class Mark(Base):
    __tablename__ = "mark"
    __table_args__ = (
        CheckConstraint("percent IS NULL OR percent >= 0", name="percent_not_negative"),
        # outreach.risk.features.standing: the running term's marks of every student at once
        Index("ix_mark_marked_on_student_id", "marked_on", "student_id"),
        Index("ix_mark_student_id", "student_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sourced_id: Mapped[str] = mapped_column(unique=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"))
    section_id: Mapped[int | None] = mapped_column(ForeignKey("section.id"))
    kind: Mapped[MarkKind] = mapped_column(default=MarkKind.RESULT)
    subject: Mapped[Subject]
    level: Mapped[Level]
    percent: Mapped[float | None]
    """0 to 100, above it with extra credit; None where the SIS gave only a level."""
    letter: Mapped[str | None]
    title: Mapped[str | None]
    marked_on: Mapped[date]
    active: Mapped[bool] = mapped_column(default=True)


class AbsenceCategory(StrEnum):
    EXCUSED = "excused"
    UNEXCUSED = "unexcused"
    TARDY = "tardy"
    PARTIAL = "partial"


COUNTED_ABSENCES = (AbsenceCategory.EXCUSED, AbsenceCategory.UNEXCUSED)
"""Days absent; tardy and partial do not count (DESIGN §4, Terms)."""


class Absence(Base):
    """Days a student was away: one row a day where the SIS gives dates, else one running count a school year."""

    __tablename__ = "absence"
    __table_args__ = (
        CheckConstraint("days >= 0", name="days_not_negative"),
        CheckConstraint("occurred_on IS NULL OR days <= 1", name="a_date_is_one_day"),
        Index(
            "uq_absence_dated", "student_id", "category", "occurred_on", unique=True,
            sqlite_where=text("occurred_on IS NOT NULL"), postgresql_where=text("occurred_on IS NOT NULL"),
        ),
        Index(
            "uq_absence_counted", "student_id", "category", "school_year", unique=True,
            sqlite_where=text("occurred_on IS NULL"), postgresql_where=text("occurred_on IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"))
    category: Mapped[AbsenceCategory]
    occurred_on: Mapped[date | None]
    school_year: Mapped[int]
    """The year in which the school year ends."""
    days: Mapped[float] = mapped_column(default=1)


class Incident(Base):
    __tablename__ = "incident"

    id: Mapped[int] = mapped_column(primary_key=True)
    sourced_id: Mapped[str] = mapped_column(unique=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"), index=True)
    occurred_on: Mapped[date]
    kind: Mapped[str]
    summary: Mapped[str | None]
