"""District, schools, their terms, and the calendars that say when a department is open."""

from __future__ import annotations

from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base


class Department(StrEnum):
    TEACHING = "teaching"
    COUNSELING = "counseling"
    ADMINISTRATION = "administration"
    SPECIAL_EDUCATION = "special_education"
    FRONT_OFFICE = "front_office"
    DISTRICT = "district"


class OrgKind(StrEnum):
    SCHOOL = "school"
    DISTRICT = "district"
    DEPARTMENT = "department"


class District(Base):
    """The one district that this database serves (``id`` is always 1)."""

    __tablename__ = "district"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    name: Mapped[str]
    timezone: Mapped[str]
    """IANA zone, used where a school has none of its own."""
    made_up: Mapped[bool] = mapped_column(default=False)
    """True for a generated district; every page says so."""
    consent_basis: Mapped[str | None]
    """The district's own words on why it may write to the addresses families gave it; None until recorded."""
    consent_basis_at: Mapped[datetime | None]
    consent_basis_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", use_alter=True))
    roster_as_of: Mapped[datetime | None]
    """When the newest roster import finished."""


class School(Base):
    """A place that students belong to: a school, or the district office for those whom the SIS lists only there."""

    __tablename__ = "school"

    id: Mapped[int] = mapped_column(primary_key=True)
    sourced_id: Mapped[str] = mapped_column(unique=True)
    code: Mapped[str | None]
    name: Mapped[str]
    kind: Mapped[OrgKind] = mapped_column(default=OrgKind.SCHOOL)
    timezone: Mapped[str | None]
    """IANA zone; None means the district's."""
    active: Mapped[bool] = mapped_column(default=True)
    phone: Mapped[str | None]
    """The office's number as families dial it; HELP and the reply at night name it."""
    log_began: Mapped[date | None]
    """Set by an administrator: from this day the log is complete enough for silence to mean something."""
    sms_live_from: Mapped[date | None]
    email_live_from: Mapped[date | None]
    fallback_staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", use_alter=True))


class TermKind(StrEnum):
    SCHOOL_YEAR = "school_year"
    SEMESTER = "semester"
    TERM = "term"
    GRADING_PERIOD = "grading_period"


class Term(Base):
    __tablename__ = "term"
    __table_args__ = (CheckConstraint("ends_on >= starts_on", name="ends_after_start"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sourced_id: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    kind: Mapped[TermKind]
    school_year: Mapped[int]
    """The year in which the school year ends: 2022 for 2021-22."""
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    """The last day that belongs to the term."""
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("term.id"))
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"))
    """None: every school."""
    active: Mapped[bool] = mapped_column(default=True)


class Calendar(Base):
    """When one school, or one department of it, is open. Local times in the school's zone."""

    __tablename__ = "calendar"
    __table_args__ = (UniqueConstraint("school_id", "department"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    department: Mapped[Department | None]
    """None: the school's own, used by every department without one."""
    first_day: Mapped[date]
    last_day: Mapped[date]
    """Past this day nothing is known, and a due time is left empty."""


class CalendarHours(Base):
    """One open interval of a weekday; several a day are allowed."""

    __tablename__ = "calendar_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("closes_at >= opens_at", name="closes_after_opening"),
        UniqueConstraint("calendar_id", "weekday", "opens_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    calendar_id: Mapped[int] = mapped_column(ForeignKey("calendar.id", ondelete="CASCADE"))
    weekday: Mapped[int]
    """0 is Monday."""
    opens_at: Mapped[time]
    closes_at: Mapped[time]


class CalendarDay(Base):
    """A day that differs from its weekday: a holiday or closure (no times), or one row for each open interval."""

    __tablename__ = "calendar_day"
    __table_args__ = (
        CheckConstraint("(opens_at IS NULL) = (closes_at IS NULL)", name="both_or_neither"),
        CheckConstraint("closes_at IS NULL OR closes_at >= opens_at", name="closes_after_opening"),
        UniqueConstraint("calendar_id", "day", "opens_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    calendar_id: Mapped[int] = mapped_column(ForeignKey("calendar.id", ondelete="CASCADE"))
    day: Mapped[date]
    opens_at: Mapped[time | None]
    closes_at: Mapped[time | None]
    name: Mapped[str]
    """What a family reads: Thanksgiving, snow day."""
    entered_at: Mapped[datetime]
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", use_alter=True))
