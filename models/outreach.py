"""One planned touch: suggested, approved, on its way, and what became of it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, JsonObject
from .contact import Authored, Purpose, Topic
from .guardian import Channel
from .student import Subject


class OutreachState(StrEnum):
    SUGGESTED = "suggested"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
    UNKNOWN = "unknown"
    DONE = "done"
    """A call, visit or letter that a person logged."""
    DISMISSED = "dismissed"
    """Not now, with a reason."""


class Outreach(Base):
    """One planned touch: who should hear from whom, about what, how and when, and why."""

    __tablename__ = "outreach"
    __table_args__ = (
        # The same rule never suggests the same thing twice in its period.
        UniqueConstraint("rule", "family_id", "about", "slot"),
        # outreach.planning: a person's open suggestions
        Index("ix_outreach_state_staff_id", "state", "staff_id"),
        Index("ix_outreach_family_id", "family_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    family_id: Mapped[int] = mapped_column(ForeignKey("family.id"))
    student_id: Mapped[int | None] = mapped_column(ForeignKey("student.id"))
    guardian_id: Mapped[int | None] = mapped_column(ForeignKey("guardian.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """Whose touch it is; None stands on the unassigned list that an administrator sees."""
    rule: Mapped[str]
    """Why it was planned: silence, goal, praise, high_risk_weekly, incident, or by_hand."""
    about: Mapped[str] = mapped_column(default="")
    """What it is about, where the rule may hold for several things: a request, contact or incident id."""
    slot: Mapped[str]
    """The rule's own period: 2026-W47, 2026-11-23, once; for by_hand the key of the form."""
    planned_for: Mapped[date | None]
    """The school day whose list it stands on; it takes one of that day's places. None: by hand."""
    evidence: Mapped[JsonObject]
    channel: Mapped[Channel]
    language: Mapped[str | None]
    interpreter: Mapped[bool] = mapped_column(default=False)
    purpose: Mapped[Purpose | None]
    topic: Mapped[Topic | None]
    subject: Mapped[Subject | None]
    address_id: Mapped[int | None] = mapped_column(ForeignKey("address.id"))
    title: Mapped[str | None]
    """The subject line of an e-mail."""
    body: Mapped[str | None]
    body_in_staff_language: Mapped[str | None]
    """The same words for the sender, where the family reads another language."""
    blocked: Mapped[str | None]
    """The placeholder that has no value, in words; the draft cannot be sent until it has."""
    authored: Mapped[Authored] = mapped_column(default=Authored.AUTOMATIC)
    state: Mapped[OutreachState] = mapped_column(default=OutreachState.SUGGESTED)
    state_reason: Mapped[str | None]
    """Why it was skipped, failed or cancelled, in words a teacher reads."""
    created_at: Mapped[datetime]
    local_time: Mapped[str | None]
    """When it should go, as the family's clock shows it: 2026-11-24T17:00."""
    timezone: Mapped[str | None]
    send_at: Mapped[datetime | None]
    """``local_time`` in ``timezone``, recomputed from it."""
    repeats_until: Mapped[str | None]
    """Weekly until this local date (ISO); None: once."""
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    dismissed_at: Mapped[datetime | None]
    dismissed_reason: Mapped[str | None]
    done_by_contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", use_alter=True), index=True)
    """The logged contact that ticked it off. Kept where that contact is undone: put back, it ticks it off again."""
