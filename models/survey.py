"""A family's own verdict on the school: 0 to 10, and words."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base


class Segment(StrEnum):
    """Net Promoter's own words: promoter 9-10, passive 7-8, detractor 0-6."""

    PROMOTER = "promoter"
    PASSIVE = "passive"
    DETRACTOR = "detractor"


class SurveyResponse(Base):
    __tablename__ = "survey_response"
    __table_args__ = (
        CheckConstraint("score BETWEEN 0 AND 10", name="score_0_to_10"),
        CheckConstraint(
            "segment = CASE WHEN score >= 9 THEN 'promoter' WHEN score >= 7 THEN 'passive' ELSE 'detractor' END",
            name="segment_of_score",
        ),
        Index("ix_survey_response_family_id_answered_at", "family_id", "answered_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    family_id: Mapped[int] = mapped_column(ForeignKey("family.id"))
    guardian_id: Mapped[int | None] = mapped_column(ForeignKey("guardian.id"))
    score: Mapped[int]
    segment: Mapped[Segment]
    words: Mapped[str | None]
    answered_at: Mapped[datetime]
