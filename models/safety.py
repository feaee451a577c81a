"""Words that may mean danger, who is told, and who has taken it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base


class SafetyOutcome(StrEnum):
    HANDLED = "handled"
    """A person has seen to it."""
    NO_DANGER = "no_danger"
    """The words meant something else: the school's lunch, a book, a game."""


class SafetyAlert(Base):
    """Shown only to the school's on-call list, in no digest, and told again until a person takes it."""

    __tablename__ = "safety_alert"
    __table_args__ = (
        CheckConstraint(
            "inbound_id IS NOT NULL OR contact_id IS NOT NULL OR family_id IS NOT NULL", name="about_something"
        ),
        CheckConstraint("(taken_at IS NULL) = (taken_by IS NULL)", name="taken_by_someone"),
        CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", name="ended_somehow"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_by_someone"),
        # A message or a contact raises one alert, whoever and whatever raises it again.
        Index("uq_safety_alert_inbound_id", "inbound_id", unique=True),
        Index("uq_safety_alert_contact_id", "contact_id", unique=True),
        # outreach.delivery.safety: whose time to be told again has come
        Index(
            "ix_safety_alert_next_alert_at", "next_alert_at",
            sqlite_where=text("next_alert_at IS NOT NULL"), postgresql_where=text("next_alert_at IS NOT NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"), index=True)
    """None: from somebody whom nobody knows yet, in a district of several schools: every list is told."""
    family_id: Mapped[int | None] = mapped_column(ForeignKey("family.id"))
    inbound_id: Mapped[int | None] = mapped_column(ForeignKey("inbound_message.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    found: Mapped[list[str]] = mapped_column(default=list)
    """The listed words that raised it; empty where a person did."""
    raised_at: Mapped[datetime]
    raised_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    """None: by the list of words."""
    alerts: Mapped[int] = mapped_column(default=0)
    """How many rounds the on-call list has been told."""
    next_alert_at: Mapped[datetime | None]
    """None once somebody has taken or ended it."""
    taken_at: Mapped[datetime | None]
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    outcome: Mapped[SafetyOutcome | None]
    note: Mapped[str | None]


class OnCall(Base):
    """Who is told of a safety alert at a school, at any hour."""

    __tablename__ = "on_call"

    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    phone: Mapped[str | None]
    """Where texts go, E.164; None: only their e-mail."""
