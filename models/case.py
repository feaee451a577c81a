"""The counselor's case over a family's risk, every step taken with it, and the queue as somebody likes to see it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Table, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from .append_only import append_only
from .base import Base, JsonObject


class CaseState(StrEnum):
    OPEN = "open"
    RESOLVED = "resolved"


class CaseOutcome(StrEnum):
    """How a person settled a case."""

    SETTLED = "settled"
    """The family was reached, and what troubled it is settled."""
    SUPPORTED = "supported"
    """Support is arranged."""
    NO_CONCERN = "no_concern"
    SOMETHING_ELSE = "something_else"
    """As the words say."""


class Case(Base):
    """A counselor's work item over a family's risk."""

    __tablename__ = "risk_case"
    __table_args__ = (
        Index(
            "uq_risk_case_open", "family_id", unique=True,
            sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'"),
        ),
        # outreach.risk.queue: what was resolved lately
        Index("ix_risk_case_resolved_at", "resolved_at"),
        CheckConstraint("state <> 'resolved' OR resolved_at IS NOT NULL", name="resolved_has_time"),
        CheckConstraint("outcome <> 'something_else' OR resolution IS NOT NULL", name="something_else_has_words"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    family_id: Mapped[int] = mapped_column(ForeignKey("family.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)
    """One more with each step. A form brings the one that its reader saw: nobody's work is overwritten unseen."""
    state: Mapped[CaseState] = mapped_column(default=CaseState.OPEN)
    opened_at: Mapped[datetime]
    reopened_at: Mapped[datetime | None]
    codes: Mapped[list[str]]
    """The reasons at opening, at resolving once resolved."""
    points: Mapped[int]
    """The points at opening, at resolving once resolved."""
    claimed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    claimed_at: Mapped[datetime | None]
    snoozed_until: Mapped[date | None]
    below_since: Mapped[datetime | None]
    """Since when the family has been below elevated; None while it is not."""
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    outcome: Mapped[CaseOutcome | None]
    """None: it closed by itself."""
    resolution: Mapped[str | None]
    """In a person's words, where there are any; a kept sentence where it closed by itself."""


class CaseEventKind(StrEnum):
    OPENED = "opened"
    CLAIMED = "claimed"
    RELEASED = "released"
    ASSIGNED = "assigned"
    SNOOZED = "snoozed"
    WOKEN = "woken"
    NOTED = "noted"
    RESOLVED = "resolved"
    CLOSED = "closed"
    """By itself, long enough below elevated."""
    REOPENED = "reopened"
    UNDONE = "undone"


class CaseEvent(Base):
    """One step taken with a case, or a note on it. Append-only: an undo is a step too."""

    __tablename__ = "case_event"
    __table_args__ = (
        UniqueConstraint("case_id", "version"),
        # outreach.risk.undo: the last act of an account
        Index("ix_case_event_by_id", "by", "id"),
        Index("ix_case_event_act", "act"),
        CheckConstraint("kind <> 'noted' OR words IS NOT NULL", name="note_has_words"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("risk_case.id"))
    version: Mapped[int]
    """Of the case, once this was done."""
    kind: Mapped[CaseEventKind]
    at: Mapped[datetime]
    by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    """None: the night."""
    act: Mapped[str | None]
    """What was done in one go has one, and is undone in one go."""
    words: Mapped[str | None]
    """The note, or how it was resolved, in a person's words."""
    detail: Mapped[JsonObject | None]
    """Figures of the step: ``to`` and ``from`` (staff ids), ``until`` (a date), ``outcome``."""
    undoes: Mapped[int | None] = mapped_column(ForeignKey("case_event.id"), unique=True)
    """The step that this one took back; each is taken back once."""
    before: Mapped[JsonObject | None]
    """The case's own columns as they stood, to be put back by an undo; moments as ISO 8601."""


class QueueView(Base):
    """The queue, narrowed as one person likes to see it. Shared with nobody."""

    __tablename__ = "queue_view"
    __table_args__ = (
        UniqueConstraint("account_id", "name"),
        Index(
            "uq_queue_view_default", "account_id", unique=True,
            sqlite_where=text("opens_first"), postgresql_where=text("opens_first"),
        ),
        CheckConstraint("length(name) BETWEEN 1 AND 60", name="name_is_short"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    name: Mapped[str]
    filters: Mapped[JsonObject]
    """By the names that the queue's address has for them."""
    opens_first: Mapped[bool] = mapped_column(default=False)
    """The queue opens with it; at most one an account."""


assert isinstance(CaseEvent.__table__, Table)
append_only(CaseEvent.__table__)
