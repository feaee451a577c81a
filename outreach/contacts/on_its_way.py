"""Answers that somebody has written and that have not arrived yet: the next reader should not write a second one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Channel, Outreach, OutreachState, Request, Staff

STANDS = (
    OutreachState.SCHEDULED, OutreachState.SENDING, OutreachState.ACCEPTED, OutreachState.UNKNOWN,
    OutreachState.FAILED, OutreachState.EXPIRED, OutreachState.SKIPPED,
)  # fmt: skip
"""What a reader of the question must know of: what may still arrive, and what did not."""
NOT_GONE = (OutreachState.FAILED, OutreachState.EXPIRED, OutreachState.SKIPPED)


@dataclass(frozen=True, slots=True)
class OnItsWay:
    """The newest answer to one open question."""

    request_id: int
    outreach_id: int
    by: str | None
    channel: Channel
    state: OutreachState
    state_reason: str | None
    send_at: datetime | None
    words: str

    @property
    def not_gone(self) -> bool:
        """It did not leave, or did not arrive: the question waits for another."""
        return self.state in NOT_GONE


def answers_on_their_way(session: Session, requests: Collection[tuple[int, int]]) -> dict[int, OnItsWay]:
    """By request, the newest answer that has not arrived; one statement. ``requests``: their ids, each with its
    family's."""
    asked = Outreach.evidence["request_id"].as_integer()
    rows = session.execute(
        select(asked, Outreach, Staff.display_name)
        .join(Request, Request.id == asked)
        .outerjoin(Staff, Staff.id == Outreach.staff_id)
        .where(
            Outreach.family_id.in_({family_id for _request, family_id in requests}),
            asked.in_({request_id for request_id, _family in requests}), Outreach.state.in_(STANDS),
            Outreach.created_at >= Request.opened_at,
        )
        .order_by(Outreach.id)
    ).all()  # fmt: skip
    return {
        request_id: OnItsWay(
            request_id, row.id, by, row.channel, row.state, row.state_reason, row.send_at, row.body or ""
        )
        for request_id, row, by in rows
    }  # fmt: skip
