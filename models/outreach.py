"""One planned touch, the messages that carry it, and every receipt that comes back."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, JsonObject
from .contact import Authored, Purpose, Topic
from .guardian import AddressKind, Channel
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
    NOTICE = "notice"
    DIGEST = "digest"
    ACCOUNT = "account"


class ConsentCategory(StrEnum):
    SCHOOL = "school"
    SURVEY = "survey"


class Message(Base):
    """The outbox: one intent to reach one address, kept before anything is sent."""

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("channel IN ('sms', 'email')", name="channel_sends"),
        CheckConstraint("audience <> 'family' OR family_id IS NOT NULL", name="family_message_has_family"),
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
    urgent: Mapped[bool] = mapped_column(default=False)
    """May go on a day without school, still inside the window."""
    answers_inbound: Mapped[str | None]
    """The provider's id of the family's message that this answers."""

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
    error_code: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    """When ``sending`` was committed; what the caps count."""
    accepted_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]


class MessageStudent(Base):
    """The students a message is about; the permission for each is needed."""

    __tablename__ = "message_student"

    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), primary_key=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"), primary_key=True)


class AttemptResult(StrEnum):
    ACCEPTED = "accepted"
    REFUSED_FOR_GOOD = "refused_for_good"
    REFUSED_FOR_NOW = "refused_for_now"
    TECHNICAL = "technical"
    UNKNOWN = "unknown"


class DeliveryAttempt(Base):
    """One call to a provider, written before the call."""

    __tablename__ = "delivery_attempt"

    id: Mapped[str] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
    provider: Mapped[str]
    started_at: Mapped[datetime]
    deadline_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    result: Mapped[AttemptResult | None]
    provider_id: Mapped[str | None]
    error_code: Mapped[str | None]
    error: Mapped[str | None]


class DeliveryEvent(Base):
    """Every receipt, kept raw, once."""

    __tablename__ = "delivery_event"
    __table_args__ = (Index("ix_delivery_event_provider_id", "provider_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str]
    event_key: Mapped[str] = mapped_column(unique=True)
    """What makes it this event: provider, id, event, time and recipient."""
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"), index=True)
    attempt_id: Mapped[str | None]
    provider_id: Mapped[str | None]
    event: Mapped[str]
    occurred_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    raw: Mapped[JsonObject]
    applied_at: Mapped[datetime | None]
    """None while no row of ours answers to it yet."""


class InboundState(StrEnum):
    NEW = "new"
    MATCHED = "matched"
    DISMISSED = "dismissed"


class InboundMessage(Base):
    """What a family, or an unknown number, sent to us. Nothing inbound is ever dropped."""

    __tablename__ = "inbound_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str]
    provider_id: Mapped[str] = mapped_column(unique=True)
    channel: Mapped[Channel]
    from_value: Mapped[str]
    to_value: Mapped[str]
    address_id: Mapped[int | None] = mapped_column(ForeignKey("address.id"), index=True)
    guardian_id: Mapped[int | None] = mapped_column(ForeignKey("guardian.id"))
    body: Mapped[str]
    raw: Mapped[JsonObject]
    received_at: Mapped[datetime]
    read_as: Mapped[str | None]
    """What it was taken for: stop, start, help, wrong_number, thanks, automatic, survey, question."""
    state: Mapped[InboundState] = mapped_column(default=InboundState.NEW)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    handled_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    handled_at: Mapped[datetime | None]


class DeliveryStop(Base):
    """Stop everything, for the district (no school) or one school, until resumed."""

    __tablename__ = "delivery_stop"
    __table_args__ = (
        Index(
            "uq_delivery_stop_in_force", text("coalesce(school_id, 0)"), unique=True,
            sqlite_where=text("resumed_at IS NULL"), postgresql_where=text("resumed_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"))
    why: Mapped[str]
    stopped_at: Mapped[datetime]
    stopped_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    resumed_at: Mapped[datetime | None]
    resumed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class ProviderPause(Base):
    """A provider that refused us, or failed too often: nothing is sent through it until then."""

    __tablename__ = "provider_pause"

    provider: Mapped[str] = mapped_column(primary_key=True)
    why: Mapped[str]
    paused_at: Mapped[datetime]
    until_at: Mapped[datetime | None]
    """None: until a person resumes it."""


class SandboxMessage(Base):
    """What the sandbox provider was asked to send: the far side of the wire, shown on its own page."""

    __tablename__ = "sandbox_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[str] = mapped_column(unique=True)
    attempt_id: Mapped[str] = mapped_column(index=True)
    channel: Mapped[Channel]
    to_value: Mapped[str]
    from_value: Mapped[str]
    title: Mapped[str | None]
    body: Mapped[str]
    received_at: Mapped[datetime]
    status: Mapped[str]
    next_status: Mapped[str | None]
    next_at: Mapped[datetime | None]
