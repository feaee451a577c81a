"""When a provider is asked again about one attempt, and by whom: one worker at a time, later each time."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, or_, update
from sqlalchemy.orm import Session

from models import DeliveryAttempt

DOUBLINGS = 10


def due_again(now: datetime, first: timedelta, longest: timedelta) -> ColumnElement[bool]:
    """Never asked about yet; or long enough ago: after ``first``, then twice as long each time, up to ``longest``."""
    asked = DeliveryAttempt.checked_at
    waits = [
        and_(DeliveryAttempt.checks <= count, asked <= now - min(first * 2 ** max(count - 1, 0), longest))
        for count in range(DOUBLINGS + 1)
    ]
    return or_(asked.is_(None), *waits, asked <= now - longest)


def take_turn(session: Session, due: Select[str], still: ColumnElement[bool], now: datetime) -> str | None:
    """Take the first attempt of ``due`` (its id) for one question; None where there is none. Does not commit.

    Compare-and-set: of several workers one gets it, and whoever dies with it only makes the next question come later.
    """
    first = due.limit(1).with_for_update(skip_locked=True, of=DeliveryAttempt).cte("first")
    return session.scalar(
        update(DeliveryAttempt)
        .where(DeliveryAttempt.id.in_(first.select()), still)
        .values(checked_at=now, checks=DeliveryAttempt.checks + 1)
        .returning(DeliveryAttempt.id)
        .execution_options(synchronize_session=False)
    )
