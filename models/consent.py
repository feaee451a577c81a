"""Who agreed to what: an append-only ledger per address, channel and category."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Table
from sqlalchemy.orm import Mapped, mapped_column

from .append_only import append_only
from .base import Base
from .guardian import Channel


class ConsentCategory(StrEnum):
    SCHOOL = "school"
    SURVEY = "survey"


class ConsentState(StrEnum):
    IN = "in"
    OUT = "out"


class ConsentSource(StrEnum):
    GIVEN_TO_SCHOOL = "given_to_school"
    OPT_OUT_LIST = "opt_out_list"
    FAMILY_WROTE = "family_wrote"
    STAFF = "staff"
    PROVIDER = "provider"
    UNSUBSCRIBE_LINK = "unsubscribe_link"


class Consent(Base):
    """One entry; the newest of an address, channel and category stands. Append-only."""

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_address_id_channel_category", "address_id", "channel", "category"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    address_id: Mapped[int] = mapped_column(ForeignKey("address.id"))
    channel: Mapped[Channel]
    category: Mapped[ConsentCategory]
    state: Mapped[ConsentState]
    source: Mapped[ConsentSource]
    at: Mapped[datetime]
    by_account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    note: Mapped[str | None]
    inbound_id: Mapped[int | None] = mapped_column(ForeignKey("inbound_message.id"))
    """The family's own message that it rests on."""


assert isinstance(Consent.__table__, Table)
append_only(Consent.__table__)
