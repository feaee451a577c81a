"""Guardians, what each may be told about which student, and the addresses that reach them."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, checked


class Channel(StrEnum):
    PHONE = "phone"
    SMS = "sms"
    EMAIL = "email"
    IN_PERSON = "in_person"
    VIDEO = "video"
    LETTER = "letter"
    APP = "app"


class AccessNeed(StrEnum):
    RELAY_CALL = "relay_call"
    TEXT_ONLY = "text_only"
    LARGE_PRINT = "large_print"


class Guardian(Base):
    __tablename__ = "guardian"

    id: Mapped[int] = mapped_column(primary_key=True)
    sourced_id: Mapped[str | None] = mapped_column(unique=True)
    given_name: Mapped[str]
    family_name: Mapped[str]
    preferred_name: Mapped[str | None]
    language: Mapped[str | None]
    """BCP 47 tag (en, es, vi); None: unknown."""
    channel: Mapped[Channel | None]
    """The channel this person asked for."""
    access_need: Mapped[AccessNeed | None]
    timezone: Mapped[str | None]
    """IANA zone; None: the school's."""
    best_time: Mapped[str | None]
    """In the guardian's words: after 5 pm."""
    active: Mapped[bool] = mapped_column(default=True)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("guardian.id"))


class FactSource(StrEnum):
    ASSUMED = "assumed"
    """Nothing was said; the roster's role (parent, guardian) is all we have."""
    IMPORTED = "imported"
    ENTERED = "entered"
    """By a person here. A restriction entered by hand is never lifted by an import."""


class Guardianship(Base):
    """One guardian and one student. Three separate facts, each dated and sourced."""

    __tablename__ = "guardianship"
    __table_args__ = (UniqueConstraint("student_id", "guardian_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"))
    guardian_id: Mapped[int] = mapped_column(ForeignKey("guardian.id"), index=True)
    relation: Mapped[str | None]
    is_primary: Mapped[bool | None]
    lives_with: Mapped[bool | None]

    may_contact: Mapped[bool] = mapped_column(default=True)
    may_contact_source: Mapped[FactSource] = mapped_column(
        checked(FactSource, "may_contact_source"), default=FactSource.ASSUMED
    )
    may_contact_on: Mapped[date | None]
    holds_rights: Mapped[bool] = mapped_column(default=True)
    """Without education rights a person is never sent anything about this student's school work."""
    holds_rights_source: Mapped[FactSource] = mapped_column(
        checked(FactSource, "holds_rights_source"), default=FactSource.ASSUMED
    )
    holds_rights_on: Mapped[date | None]
    emergency_only: Mapped[bool] = mapped_column(default=False)
    emergency_only_source: Mapped[FactSource] = mapped_column(
        checked(FactSource, "emergency_only_source"), default=FactSource.ASSUMED
    )
    emergency_only_on: Mapped[date | None]
    restriction_note: Mapped[str | None]
    """Why contact or rights are restricted (court order of …); staff only."""

    started_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    """None while it lasts."""


class AddressKind(StrEnum):
    PHONE = "phone"
    EMAIL = "email"
    POSTAL = "postal"


class AddressHealth(StrEnum):
    USABLE = "usable"
    DOUBTFUL = "doubtful"
    """Used only when nothing usable exists; its first receipt decides."""
    DEAD = "dead"


class Address(Base):
    """A normalised phone number (E.164), e-mail (lower case) or postal address; several people may share it."""

    __tablename__ = "address"
    __table_args__ = (UniqueConstraint("kind", "value"), CheckConstraint("value <> ''", name="value_not_empty"))

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[AddressKind]
    value: Mapped[str]
    """Normalised; where that is impossible the words as given, and the address is dead."""
    health: Mapped[AddressHealth] = mapped_column(default=AddressHealth.USABLE)
    health_reason: Mapped[str | None]
    timezone: Mapped[str | None]
    """IANA zone of the number's region, where the numbering plan tells it."""
    last_receipt_at: Mapped[datetime | None]


class ContactPoint(Base):
    """This address reaches this guardian."""

    __tablename__ = "contact_point"
    __table_args__ = (UniqueConstraint("guardian_id", "address_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    guardian_id: Mapped[int] = mapped_column(ForeignKey("guardian.id"))
    address_id: Mapped[int] = mapped_column(ForeignKey("address.id"), index=True)
    texts: Mapped[bool | None]
    """Listed by the SIS as a number for texts; None: unknown."""
    position: Mapped[int] = mapped_column(default=0)
    """The guardian's own order, smallest first."""
    source: Mapped[FactSource] = mapped_column(default=FactSource.ENTERED)
    """An import takes away only what an import brought."""
    active: Mapped[bool] = mapped_column(default=True)


class MergeState(StrEnum):
    PROPOSED = "proposed"
    MERGED = "merged"
    REJECTED = "rejected"


class GuardianMerge(Base):
    """Two guardian rows that may be one person; proposed by import, decided by a person, never merged unseen."""

    __tablename__ = "guardian_merge"
    __table_args__ = (
        UniqueConstraint("kept_id", "other_id"),
        CheckConstraint("kept_id < other_id", name="one_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("guardian.id"))
    other_id: Mapped[int] = mapped_column(ForeignKey("guardian.id"))
    why: Mapped[str]
    state: Mapped[MergeState] = mapped_column(default=MergeState.PROPOSED)
    proposed_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
