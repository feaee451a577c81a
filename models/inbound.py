"""What families, and unknown numbers, send to us. Nothing inbound is ever dropped."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, JsonObject
from .guardian import Channel


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
