"""The delivery tick: send what is due, let the sandbox's receipts come in, let the plan follow. In every worker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime

from outreach.delivery import Providers, deliver_due, sandbox
from outreach.planning import follow_messages

from .runs import Sessions

LIMIT = 50
"""Messages claimed in one tick; the next comes within seconds."""


@dataclass(frozen=True, slots=True)
class TickFigures:
    claimed: int
    accepted: int
    failed: int
    skipped: int
    unknown: int
    followed: int
    """Outreaches whose state moved with their message."""

    def as_dict(self) -> dict[str, int]:
        return asdict(self)

    @property
    def idle(self) -> bool:
        return not any(asdict(self).values())


def tick(sessions: Sessions, providers: Providers, clock: Callable[[], datetime], worker: str) -> TickFigures:
    """One round. Safe beside any number of others: a message is claimed by one worker only."""
    sent = deliver_due(sessions, providers, clock, worker, limit=LIMIT)
    with sessions.begin() as session:
        sandbox.advance(session, clock())
    with sessions.begin() as session:
        followed = follow_messages(session, clock())
    return TickFigures(sent.claimed, sent.accepted, sent.failed, sent.skipped, sent.unknown, followed)
