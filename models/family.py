"""A family: the unit of risk. Its id outlives its members; membership is dated."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base


class Family(Base):
    __tablename__ = "family"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    """The students' family names, joined: Nguyen-Ross."""
    household_key: Mapped[str] = mapped_column(index=True)
    """What makes it this family now: the household id, the sorted guardian ids, or the one student."""
    owner_staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    """The one owning counselor, also for a family across schools."""
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """Set when its last student left it; None while it lasts."""
    split_by_hand: Mapped[bool] = mapped_column(default=False)
    """A person drew this family; import leaves its membership alone."""


class MembershipCause(StrEnum):
    IMPORTED = "imported"
    GUARDIANS_CHANGED = "guardians_changed"
    SPLIT_BY_HAND = "split_by_hand"
    JOINED_BY_HAND = "joined_by_hand"
    LEFT_SCHOOL = "left_school"
    UNDONE = "undone"


class FamilyMember(Base):
    """One student in one family, from a day until a day; a student is in one family at a time."""

    __tablename__ = "family_member"
    __table_args__ = (
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="until_after_from"),
        Index(
            "uq_family_member_current", "student_id", unique=True,
            sqlite_where=text("until_on IS NULL"), postgresql_where=text("until_on IS NULL"),
        ),
        # outreach.risk.features: the families' current students
        Index("ix_family_member_family_id", "family_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    family_id: Mapped[int] = mapped_column(ForeignKey("family.id"))
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    cause: Mapped[MembershipCause] = mapped_column(default=MembershipCause.IMPORTED)
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class HoldReason(StrEnum):
    BEREAVEMENT = "bereavement"
    CRISIS = "crisis"
    COURT = "court"
    DISPUTE = "dispute"


class Hold(Base):
    """Stops all that goes out to a student, a family or a school at once; others see "on hold: ask X"."""

    __tablename__ = "hold"
    __table_args__ = (
        CheckConstraint(
            "CASE WHEN student_id IS NULL THEN 0 ELSE 1 END + CASE WHEN family_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN school_id IS NULL THEN 0 ELSE 1 END = 1",
            name="one_target",
        ),
        CheckConstraint("until_at IS NULL OR until_at >= from_at", name="until_after_from"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    student_id: Mapped[int | None] = mapped_column(ForeignKey("student.id"), index=True)
    family_id: Mapped[int | None] = mapped_column(ForeignKey("family.id"), index=True)
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"), index=True)
    reason: Mapped[HoldReason]
    note: Mapped[str | None]
    ask_staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None]
    placed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    ended_at: Mapped[datetime | None]
    """When a person ended it before its time, by setting ``until_at``; None: it runs, or ended by itself."""
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    planned_until_at: Mapped[datetime | None]
    """The ``until_at`` that stood when it was ended, for putting it back."""
