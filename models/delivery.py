"""Every call to a provider, every receipt that comes back, and what holds sending back."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, JsonObject
from .guardian import Channel


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
