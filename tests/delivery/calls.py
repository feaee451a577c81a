"""Calls to Twilio as the breaker finds them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models import AttemptResult, DeliveryAttempt
from tests.delivery.letters import household, text
from tests.world import NOW, World


class Calls:
    """Calls to Twilio, as they stand in the database after they ended."""

    def __init__(self, session: Session) -> None:
        self.session, self.made = session, 0
        self.message = text(session, household(World(session))).id

    def end(self, result: AttemptResult | None, times: int = 1, at: datetime = NOW, code: str | None = None) -> None:
        for _ in range(times):
            self.made += 1
            self.session.add(
                DeliveryAttempt(
                    id=f"{self.made:032x}", message_id=self.message, provider="twilio", started_at=at,
                    deadline_at=at + timedelta(seconds=30), result=result, error_code=code,
                    ended_at=None if result is None else at + timedelta(seconds=1),
                )
            )  # fmt: skip
        self.session.flush()
