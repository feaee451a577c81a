"""Who may sign in, as what, and the trail of what they did."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from flask_security.core import RoleMixin, UserMixin
from sqlalchemy import Column, ForeignKey, Index, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .append_only import append_only
from .base import Base, JsonObject


class AccountRole(StrEnum):
    TEACHER = "teacher"
    COUNSELOR = "counselor"
    ADMINISTRATOR = "administrator"
    RECORDER = "recorder"
    DISTRICT_ADMINISTRATOR = "district_administrator"


account_role = Table(
    "account_role",
    Base.metadata,
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", ForeignKey("role.id"), primary_key=True),
)


class Role(Base, RoleMixin):
    __tablename__ = "role"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)  # an AccountRole
    description: Mapped[str | None]


class Account(Base, UserMixin):
    """A sign-in. What it may see follows from its roles and from its staff member's assignments."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    password: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)
    """Changed to end every session of this account."""
    confirmed_at: Mapped[datetime | None]
    last_login_at: Mapped[datetime | None]  # type: ignore[assignment]  # Flask-Security's own hint leaves out None
    current_login_at: Mapped[datetime | None]  # type: ignore[assignment]  # Flask-Security's own hint leaves out None
    last_login_ip: Mapped[str | None]
    current_login_ip: Mapped[str | None]
    login_count: Mapped[int | None]  # type: ignore[assignment]  # Flask-Security's own hint leaves out None
    tf_primary_method: Mapped[str | None]
    tf_totp_secret: Mapped[str | None]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime]
    language: Mapped[str | None]
    """The language that pages and e-mails speak to this person (en, es); None: what the browser asks for."""
    roles: Mapped[list[Role]] = relationship(  # type: ignore[assignment]  # Flask-Security's hint names its own class
        secondary=account_role, lazy="selectin"
    )


class AuditEvent(Base):
    """Who did or read what, when, and why they might. Append-only; never a message's text."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_subject", "subject_type", "subject_id"),
        # outreach.contacts.find: whom this account dealt with lately
        Index("ix_audit_event_account_id_at", "account_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    """None: the system itself, or the command line."""
    action: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[int | None]
    granted_because: Mapped[str | None]
    detail: Mapped[JsonObject | None]


assert isinstance(AuditEvent.__table__, Table)
append_only(AuditEvent.__table__)
