"""A school's who-to-ask directory: for what a family turns to whom. Office contacts only, for everybody to read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, JsonObject
from .school import Department


class WhoToAsk(Base):
    """One line of the directory."""

    __tablename__ = "who_to_ask"
    __table_args__ = (
        CheckConstraint("phone IS NOT NULL OR email IS NOT NULL", name="can_be_asked"),
        CheckConstraint("extension IS NULL OR phone IS NOT NULL", name="extension_of_a_phone"),
        # outreach.contacts.who_to_ask: a school's directory in its order
        Index(
            "ix_who_to_ask_school_id_place", "school_id", "place",
            sqlite_where=text("removed_at IS NULL"), postgresql_where=text("removed_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    place: Mapped[int]
    """Where it stands among the school's lines; the lowest first. Only the order means something."""
    what_en: Mapped[str]
    """For what one asks here, in English: School bus, late or lost things."""
    what_es: Mapped[str]
    who: Mapped[str]
    """The office or person, as families read it."""
    phone: Mapped[str | None]
    """E.164."""
    extension: Mapped[str | None]
    """Digits, dialed after the number."""
    email: Mapped[str | None]
    department: Mapped[Department | None]
    """Whose questions these are, where a question is handed over by this line."""
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """Who answers them here; None: whoever the department names."""
    hours_en: Mapped[str | None]
    """When somebody is there, in words: School days 7:15 to 4:30."""
    hours_es: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)
    """Counts its changes; a form names the one it was made from."""
    before: Mapped[JsonObject | None]
    """Its words before the last change, for the undo; None where it was never changed."""
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    removed_at: Mapped[datetime | None]
