"""The current score of each family, its reasons, what it was before, and the counselor's case over it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, JsonObject


class Band(StrEnum):
    HIGH = "high"
    ELEVATED = "elevated"
    LOW = "low"


class RiskScore(Base):
    __tablename__ = "risk_score"
    __table_args__ = (Index("ix_risk_score_band_points", "band", "points"),)  # outreach.risk.queue

    family_id: Mapped[int] = mapped_column(ForeignKey("family.id"), primary_key=True)
    points: Mapped[int]
    band: Mapped[Band]
    computed_at: Mapped[datetime]
    """When the scoring that gave this began; a score is never overwritten by one that began earlier."""
    config_version: Mapped[str]
    """The digest of the shipped and overridden values, and the revision, that it was computed with."""


class RiskReason(Base):
    """One factor with its points and its evidence as figures; words are made when shown."""

    __tablename__ = "risk_reason"

    family_id: Mapped[int] = mapped_column(ForeignKey("family.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    points: Mapped[int]
    evidence: Mapped[JsonObject]


class RiskHistory(Base):
    """A score as it was, written when points, band or the set of codes change."""

    __tablename__ = "risk_history"
    __table_args__ = (Index("ix_risk_history_family_id_computed_at", "family_id", "computed_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    family_id: Mapped[int] = mapped_column(ForeignKey("family.id"))
    points: Mapped[int]
    band: Mapped[Band]
    codes: Mapped[list[str]]
    computed_at: Mapped[datetime]
    config_version: Mapped[str]


class RiskStage(Base):
    """What one scoring run found, before one short write applies the differences. Empty between runs."""

    __tablename__ = "risk_stage"

    run: Mapped[str] = mapped_column(primary_key=True)
    family_id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    """A factor's code, or '' for a family that was scored, with or without reasons."""
    points: Mapped[int]
    evidence: Mapped[JsonObject | None]


class CaseState(StrEnum):
    OPEN = "open"
    RESOLVED = "resolved"


class Case(Base):
    """A counselor's work item over a family's risk."""

    __tablename__ = "risk_case"
    __table_args__ = (
        Index(
            "uq_risk_case_open", "family_id", unique=True,
            sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'"),
        ),
        CheckConstraint("state <> 'resolved' OR resolved_at IS NOT NULL", name="resolved_has_time"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    family_id: Mapped[int] = mapped_column(ForeignKey("family.id"), index=True)
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
    resolution: Mapped[str | None]
