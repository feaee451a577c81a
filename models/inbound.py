"""What families, and unknown numbers, send to us. Nothing inbound is ever dropped."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Table, text
from sqlalchemy.orm import Mapped, mapped_column

from .append_only import kept_as_it_came
from .base import Base, JsonObject
from .guardian import Channel


class InboundState(StrEnum):
    NEW = "new"
    MATCHED = "matched"
    DISMISSED = "dismissed"


class InboundReading(StrEnum):
    """What a family's message was taken for. Only a question asks for a person's answer."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    WRONG_NUMBER = "wrong_number"
    SURVEY = "survey"
    """A figure in answer to a survey."""
    VERDICT = "verdict"
    """Yes or no, in answer to whether something helped."""
    THANKS = "thanks"
    AUTOMATIC = "automatic"
    """Out of office, away while driving, a mail server's own words."""
    QUESTION = "question"


class InboundWait(StrEnum):
    """Why a message waits for a person."""

    UNKNOWN_SENDER = "unknown_sender"
    SHARED_ADDRESS = "shared_address"
    """Several families have this address, and it is not certain which of them wrote."""
    OTHER_ADDRESS = "other_address"
    """It answers a message of ours, from an address that this was not sent to."""
    UNPROVED_SENDER = "unproved_sender"
    """The mail server that brought it does not vouch for its sender."""
    WRONG_NUMBER = "wrong_number"
    """Whoever has this number now wrote more than that."""
    UNREADABLE = "unreadable"
    """Reading it failed again and again."""


class InboundMessage(Base):
    """What a family, or an unknown number, sent to us. Nothing inbound is ever dropped: no row is deleted, and none
    loses what came."""

    __tablename__ = "inbound_message"
    __table_args__ = (
        CheckConstraint("state <> 'matched' OR family_id IS NOT NULL", name="matched_has_family"),
        # outreach.delivery.inbound: what came in and was not read yet
        Index(
            "ix_inbound_message_unread", "received_at",
            sqlite_where=text("read_at IS NULL"), postgresql_where=text("read_at IS NULL"),
        ),
        # outreach.delivery.inbound: the inbox of unknown senders; what one address wrote
        Index("ix_inbound_message_state", "state"),
        Index("ix_inbound_message_from_value_received_at", "from_value", "received_at"),
        # outreach.access.guarded: the message that a contact was made of, and whether its words are kept
        Index(
            "ix_inbound_message_contact_id", "contact_id",
            sqlite_where=text("contact_id IS NOT NULL"), postgresql_where=text("contact_id IS NOT NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str]
    provider_id: Mapped[str] = mapped_column(unique=True)
    channel: Mapped[Channel]
    from_value: Mapped[str]
    to_value: Mapped[str]
    address_id: Mapped[int | None] = mapped_column(ForeignKey("address.id"), index=True)
    guardian_id: Mapped[int | None] = mapped_column(ForeignKey("guardian.id"))
    """Who wrote, where that is certain; a phone that several people share leaves it open."""
    family_id: Mapped[int | None] = mapped_column(ForeignKey("family.id"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """To whom it was given: the last sender to that address; None: the school's inbox."""
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"))
    answers_message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    """Our message that it replies to."""
    title: Mapped[str | None]
    """An e-mail's subject line."""
    body: Mapped[str]
    """What the person wrote: of an e-mail without what it quotes."""
    pictures: Mapped[int] = mapped_column(default=0)
    """Pictures and files that came with it; they are not fetched, only noted."""
    raw: Mapped[JsonObject]
    """Everything as it came."""
    received_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    """When it was taken for what it is and given its place; None: not yet, and the worker tries again."""
    reads: Mapped[int] = mapped_column(default=0)
    """How often reading it was tried."""
    tried_at: Mapped[datetime | None]
    """When reading it last failed."""
    read_as: Mapped[InboundReading | None]
    state: Mapped[InboundState] = mapped_column(default=InboundState.NEW)
    waits_because: Mapped[InboundWait | None]
    """Why no family was found by itself; kept when a person has decided."""
    note: Mapped[str | None]
    """Why it was set aside, in the words of whoever did."""
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    added_point_id: Mapped[int | None] = mapped_column(ForeignKey("contact_point.id"))
    """The address given to a guardian when a person matched it; taken away again when that is undone."""
    handled_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    handled_at: Mapped[datetime | None]


assert isinstance(InboundMessage.__table__, Table)
kept_as_it_came(InboundMessage.__table__, "raw")
