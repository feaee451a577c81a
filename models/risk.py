"""The current score of each family, its reasons, and what it was before."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, JsonObject


class Band(StrEnum):
    HIGH = "high"
    ELEVATED = "elevated"
    LOW = "low"


RANKS = (Band.HIGH, Band.ELEVATED, Band.LOW)
"""The bands as the queue lists them."""
GROUP = 1_000_000
"""The room of one group of the queue, more than any points: its families stand less than half of it from the middle."""


def queue_place(band: Band, points: int, *, mends: bool) -> int:
    """Where such a family stands in the queue, the first with the smallest: by band; in a band those with a reason that
    school can mend today; then by points. ``outreach.risk.apply`` writes the same in SQL."""
    return (2 * RANKS.index(band) + (not mends)) * GROUP - points


def _place_without_reasons(context: DefaultExecutionContext) -> int:
    row = context.get_current_parameters()  # type: ignore[no-untyped-call]  # SQLAlchemy's has no annotations
    return queue_place(Band(row["band"]), row["points"], mends=False)


class RiskScore(Base):
    __tablename__ = "risk_score"
    __table_args__ = (
        Index("ix_risk_score_place_family_id", "place", "family_id"),
    )  # outreach.risk.queue: a page by key

    family_id: Mapped[int] = mapped_column(ForeignKey("family.id"), primary_key=True)
    points: Mapped[int]
    band: Mapped[Band]
    place: Mapped[int] = mapped_column(default=_place_without_reasons)
    """:func:`queue_place` of band, points and reasons, kept so that the queue reads a page by key."""
    computed_at: Mapped[datetime]
    """When the scoring that gave this began; a score is never overwritten by one that began earlier."""
    config_version: Mapped[str]
    """The digest of the shipped and overridden values, and the revision, that it was computed with."""


class RiskReason(Base):
    """One factor with its points and its evidence as figures; words are made when shown."""

    __tablename__ = "risk_reason"
    __table_args__ = (Index("ix_risk_reason_code", "code"),)  # outreach.risk.queue: who cannot be reached

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
