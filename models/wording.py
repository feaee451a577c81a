"""Words that families receive, where a district has changed them on a page."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Table
from sqlalchemy.orm import Mapped, mapped_column

from .append_only import append_only
from .base import Base


class MessageRevision(Base):
    """The words of one form of message in one language, over those of the files. Append-only; the newest of a
    (language, situation, form) is in force."""

    __tablename__ = "message_revision"
    __table_args__ = (
        # outreach.planning.words_in_force: the newest of each
        Index("ix_message_revision_newest", "language", "situation", "form", "id"),
        # outreach.planning.message_revisions: the history of one situation, the newest first
        Index("ix_message_revision_history", "language", "situation", "id"),
        CheckConstraint("bodies IS NULL OR approved_by IS NOT NULL", name="words_have_a_reader"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str]
    """Without region: es."""
    situation: Mapped[str]
    """What the message is for, or ``words``: a word that the templates of this language share."""
    form: Mapped[str]
    """text, email, …; of a shared word its table and key (``steps.math``)."""
    title: Mapped[str | None]
    bodies: Mapped[list[str] | None]
    """They take turns, week by week. None: the file's words again, or none where no file has any."""
    approved_by: Mapped[str | None]
    """Who read the words and stands for them, by name."""
    made_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    made_at: Mapped[datetime]
    why: Mapped[str]


assert isinstance(MessageRevision.__table__, Table)
append_only(MessageRevision.__table__)
