"""Every call to a provider, every receipt that comes back, and what holds sending back."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Table, text
from sqlalchemy.orm import Mapped, mapped_column

from .append_only import kept_as_it_came
from .base import Base, JsonObject
from .guardian import Channel


class AttemptResult(StrEnum):
    ACCEPTED = "accepted"
    REFUSED_FOR_GOOD = "refused_for_good"
    REFUSED_FOR_NOW = "refused_for_now"
    TECHNICAL = "technical"
    UNKNOWN = "unknown"
    ABSENT = "absent"
    """Nothing of it ever reached the provider: proved by its lookup, or said by a person."""


class DeliveryAttempt(Base):
    """One call to a provider, written before the call."""

    __tablename__ = "delivery_attempt"
    __table_args__ = (
        # outreach.delivery.breaker: how the calls of the last minutes ended
        Index("ix_delivery_attempt_provider_ended_at", "provider", "ended_at"),
        # outreach.delivery.receipts: the attempt of a receipt that carries only the provider's id
        Index("ix_delivery_attempt_provider_id", "provider_id"),
    )

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
    checked_at: Mapped[datetime | None]
    """When the provider was last asked what became of it."""
    checks: Mapped[int] = mapped_column(default=0)


class DeliveryEvent(Base):
    """Every receipt, kept raw, once, and for good."""

    __tablename__ = "delivery_event"
    __table_args__ = (
        # outreach.delivery.receipts: what is known of an attempt, and of a provider's id
        Index("ix_delivery_event_attempt_id", "attempt_id"),
        Index("ix_delivery_event_provider_id", "provider_id"),
        # outreach.delivery.receipts: those that found no row of ours yet
        Index(
            "ix_delivery_event_unapplied", "received_at",
            sqlite_where=text("applied_at IS NULL"), postgresql_where=text("applied_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str]
    event_key: Mapped[str] = mapped_column(unique=True)
    """The provider's own name for it, or what makes it this event."""
    twin_key: Mapped[str | None] = mapped_column(unique=True)
    """Message, event, time and recipient, where the provider may tell one event under two names."""
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"), index=True)
    attempt_id: Mapped[str | None]
    provider_id: Mapped[str | None]
    event: Mapped[str]
    occurred_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    raw: Mapped[JsonObject]
    applied_at: Mapped[datetime | None]
    """None while no row of ours answers to it yet."""


assert isinstance(DeliveryEvent.__table__, Table)
kept_as_it_came(DeliveryEvent.__table__, "raw")


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


class PauseKind(StrEnum):
    CREDENTIALS = "credentials"
    """It refuses us: a person must mend that and resume."""
    ERRORS = "errors"
    """Too many calls failed: it is tried again by itself, a few messages first."""


class ProviderPause(Base):
    """A provider that refused us, or failed too often: nothing is sent through it until then."""

    __tablename__ = "provider_pause"

    provider: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[PauseKind] = mapped_column(default=PauseKind.CREDENTIALS)
    trips: Mapped[int] = mapped_column(default=1)
    """How often in a row it was paused; each pause for errors is longer than the one before."""
    why: Mapped[str]
    paused_at: Mapped[datetime]
    until_at: Mapped[datetime | None]
    """None: until a person resumes it."""


class SenderPace(Base):
    """When a sender (a provider's number, service or mailbox) is free for its next message, over all workers."""

    __tablename__ = "sender_pace"

    sender: Mapped[str] = mapped_column(primary_key=True)
    free_at: Mapped[datetime]


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
    reply_body: Mapped[str | None]
    """What the far side will write back by itself; None: nothing."""
    reply_at: Mapped[datetime | None]
    """When; None once it has."""
