"""What a family's score must hear of at once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from outreach.risk import score_families


def rescore(session: Session, now: datetime, family_ids: Collection[int]) -> None:
    """Score these families in the running transaction, so that a page shown after it tells the new reason."""
    if family_ids:
        session.flush()
        score_families(session, now, sorted(set(family_ids)))
