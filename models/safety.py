"""Words that may mean danger, and who was told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base


class SafetyAlert(Base):
    """Shown only to the school's on-call list, in no digest, and repeated until a person takes it."""

    __tablename__ = "safety_alert"
    __table_args__ = (
        CheckConstraint("inbound_id IS NOT NULL OR contact_id IS NOT NULL", name="about_something"),
        CheckConstraint("(taken_at IS NULL) = (taken_by IS NULL)", name="taken_by_someone"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    inbound_id: Mapped[int | None] = mapped_column(ForeignKey("inbound_message.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    raised_at: Mapped[datetime]
    raised_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    """None: by the list of words."""
    next_alert_at: Mapped[datetime | None]
    taken_at: Mapped[datetime | None]
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    note: Mapped[str | None]


class OnCall(Base):
    """Who is told of a safety alert at a school, at any hour."""

    __tablename__ = "on_call"

    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    phone: Mapped[str | None]
