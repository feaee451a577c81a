"""The outbox: one intent to reach one address, kept before anything is sent."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base
from .consent import ConsentCategory
from .guardian import AddressKind, Channel


class MessageState(StrEnum):
    SCHEDULED = "scheduled"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
    UNKNOWN = "unknown"


class Audience(StrEnum):
    FAMILY = "family"
    """Passes the gate."""
    STAFF = "staff"
    """Digests and alerts."""
    ACCOUNT = "account"
    """Invitation and reset: at once."""


class MessageKind(StrEnum):
    """What a message is, in the order in which it takes a scarce slot."""

    SAFETY = "safety"
    OPT_OUT_CONFIRMATION = "opt_out_confirmation"
    HELP = "help"
    ANSWER = "answer"
    TEACHER = "teacher"
    VERDICT = "verdict"
    SURVEY = "survey"
    OPT_IN_CONFIRMATION = "opt_in_confirmation"
    """That messages begin again: it waits for the window as any other."""
    NOTICE = "notice"
    DIGEST = "digest"
    ACCOUNT = "account"


UNSETTLED = "state IN ('scheduled', 'sending', 'unknown', 'accepted')"


class Message(Base):
    """The outbox: one intent to reach one address, kept before anything is sent."""

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("channel IN ('sms', 'email')", name="channel_sends"),
        # The three replies that go at once may answer a number that we do not know.
        CheckConstraint(
            "audience <> 'family' OR family_id IS NOT NULL OR kind IN ('opt_out_confirmation', 'help', 'safety')",
            name="family_message_has_family",
        ),
        CheckConstraint("audience <> 'family' OR address_id IS NOT NULL", name="family_message_has_address"),
        CheckConstraint("state <> 'sending' OR attempt_id IS NOT NULL", name="sending_has_attempt"),
        # outreach.delivery.outbox.claim_due
        Index(
            "ix_message_due", "due_at",
            sqlite_where=text("state = 'scheduled'"), postgresql_where=text("state = 'scheduled'"),
        ),
        # outreach.delivery.gate: what went to a family or an address lately
        Index("ix_message_family_id_sent_at", "family_id", "sent_at"),
        Index("ix_message_address_id_sent_at", "address_id", "sent_at"),
        # outreach.delivery.spending: what left this month
        Index("ix_message_sent_at", "sent_at"),
        # outreach.delivery.reconcile and poll: what is unknown, or was accepted and has told nothing since;
        # outreach.delivery.overview.queue_figures: what has not come to an end
        Index(
            "ix_message_unsettled", "state", "sent_at",
            sqlite_where=text(UNSETTLED), postgresql_where=text(UNSETTLED),
        ),
        # outreach.delivery.overview.outbox_page: the newest in one state
        Index("ix_message_state_id", "state", "id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    intent_key: Mapped[str] = mapped_column(unique=True)
    """One intent is one message, whoever asks for it and however often (DESIGN §7.1)."""
    outreach_id: Mapped[int | None] = mapped_column(ForeignKey("outreach.id"), index=True)
    audience: Mapped[Audience]
    kind: Mapped[MessageKind]
    category: Mapped[ConsentCategory] = mapped_column(default=ConsentCategory.SCHOOL)
    automated: Mapped[bool] = mapped_column(default=False)
    """No person chose this message for this family."""
    channel: Mapped[Channel]
    to_kind: Mapped[AddressKind]
    to_value: Mapped[str]
    address_id: Mapped[int | None] = mapped_column(ForeignKey("address.id"))
    family_id: Mapped[int | None] = mapped_column(ForeignKey("family.id"))
    guardian_id: Mapped[int | None] = mapped_column(ForeignKey("guardian.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """The sender for a family's message, the reader for a digest."""
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"))
    language: Mapped[str | None]
    about_school_work: Mapped[bool] = mapped_column(default=True)
    title: Mapped[str | None]
    body: Mapped[str]
    body_html: Mapped[str | None]
    preface: Mapped[str | None]
    """What went before the words because it was the first text to this address: who writes, and how to stop it."""
    urgent: Mapped[bool] = mapped_column(default=False)
    """May go on a day without school, still inside the window."""
    answers_inbound: Mapped[str | None]
    """The provider's id of the family's message that this answers."""
    fallback_of_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"), unique=True)
    """The message that this one stands in for, at the next address of the same guardian."""

    state: Mapped[MessageState] = mapped_column(default=MessageState.SCHEDULED)
    state_reason: Mapped[str | None]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    """What has not left by then is stale and is never sent."""
    claimed_by: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    attempt_id: Mapped[str | None] = mapped_column(unique=True)
    """The running or last attempt; carried by the provider's receipts."""
    provider: Mapped[str | None]
    provider_id: Mapped[str | None] = mapped_column(index=True)
    segments: Mapped[int | None]
    cost_micros: Mapped[int | None]
    """What it was taken to cost when it left, in millionths of the district's currency; None: it has not left."""
    error_code: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    """When ``sending`` was committed; what the caps count."""
    accepted_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    person_asked_at: Mapped[datetime | None]
    """Since when a person is asked what became of it: nothing at the provider can prove it any more."""


class MessageStudent(Base):
    """The students a message is about; the permission for each is needed."""

    __tablename__ = "message_student"

    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), primary_key=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"), primary_key=True)
