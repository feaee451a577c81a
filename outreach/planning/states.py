"""The states of an outreach as a table: which step leads from where to where, and what else is refused."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CursorResult, and_, case, exists, or_, select, update
from sqlalchemy.orm import Session

from models import Message, MessageState, Outreach, OutreachState

from .errors import NotPossibleNow


class Step(StrEnum):
    APPROVE_TO_SEND = "approve_to_send"
    APPROVE_TO_DO = "approve_to_do"
    CHANGE = "change"
    """Other words, or another time, of what has not left."""
    DONE = "done"
    DISMISS = "dismiss"
    UNDO = "undo"
    EXPIRE = "expire"
    CANCEL = "cancel"


SUGGESTED, APPROVED, SCHEDULED = OutreachState.SUGGESTED, OutreachState.APPROVED, OutreachState.SCHEDULED
NOT_LEFT = (SUGGESTED, APPROVED, SCHEDULED)
ON_ITS_WAY = (SCHEDULED, OutreachState.SENDING, OutreachState.ACCEPTED, OutreachState.UNKNOWN)
UNDER_WAY = (APPROVED, *ON_ITS_WAY)
MAY_STILL_TURN = (OutreachState.DELIVERED, OutreachState.FAILED)
LATE_RECEIPTS = timedelta(days=4)
"""A bounce after delivery, or a carrier's late yes, comes within days."""
NOTHING_CAME_OF_IT = (
    OutreachState.EXPIRED, OutreachState.CANCELLED, OutreachState.SKIPPED, OutreachState.DISMISSED,
    OutreachState.FAILED,
)  # fmt: skip

MOVES: dict[Step, dict[OutreachState, OutreachState]] = {
    Step.APPROVE_TO_SEND: {SUGGESTED: SCHEDULED},
    Step.APPROVE_TO_DO: {SUGGESTED: APPROVED},
    Step.CHANGE: {state: state for state in NOT_LEFT},
    Step.DONE: {SUGGESTED: OutreachState.DONE, APPROVED: OutreachState.DONE},
    Step.DISMISS: dict.fromkeys(NOT_LEFT, OutreachState.DISMISSED),
    Step.UNDO: {APPROVED: SUGGESTED, SCHEDULED: SUGGESTED, OutreachState.DISMISSED: SUGGESTED},
    Step.EXPIRE: {SUGGESTED: OutreachState.EXPIRED, APPROVED: OutreachState.EXPIRED},
    Step.CANCEL: dict.fromkeys(NOT_LEFT, OutreachState.CANCELLED),
}
"""A pair that is absent is either a repeat (the state is the step's aim already), which changes nothing, or refused."""

WORDS = {
    OutreachState.SUGGESTED: "is only a suggestion so far",
    OutreachState.APPROVED: "has been approved",
    OutreachState.SCHEDULED: "is scheduled",
    OutreachState.SENDING: "is leaving this very moment",
    OutreachState.ACCEPTED: "has left",
    OutreachState.DELIVERED: "has arrived",
    OutreachState.FAILED: "could not be delivered",
    OutreachState.EXPIRED: "has expired",
    OutreachState.CANCELLED: "was cancelled",
    OutreachState.SKIPPED: "was skipped when its time came",
    OutreachState.UNKNOWN: "has left, and nobody knows yet whether it arrived",
    OutreachState.DONE: "is done",
    OutreachState.DISMISSED: "was put aside",
}


def take(session: Session, row: Outreach, step: Step, **values: object) -> bool:
    """Move ``row`` by ``step`` and set ``values``, by compare-and-set. True where this call moved it.

    False on a repeat: it stands where the step leads already, and nothing is changed. Raises
    :class:`NotPossibleNow` where the step leads nowhere from the state it is in.
    """
    moves = MOVES[step]
    seen = row.state
    if seen in moves and _moved(session, row, seen, {**values, "state": moves[seen]}):
        session.refresh(row)
        return True
    session.refresh(row)
    if row.state in moves and row.state is not seen:
        return take(session, row, step, **values)
    if row.state in moves.values():
        return False
    raise NotPossibleNow(f"This {WORDS[row.state]}; reload the page to see how it stands.")


def _moved(session: Session, row: Outreach, seen: OutreachState, values: dict[str, object]) -> bool:
    result = session.execute(update(Outreach).where(Outreach.id == row.id, Outreach.state == seen).values(values))
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


def follow_messages(session: Session, now: datetime) -> int:
    """Each outreach under way takes the state of its message, and the reason; how many changed. One statement.

    Of several the newest counts, since it stands in for the others; but one that arrived outweighs all. The loop
    closes through the database: delivery knows messages, the plan reads how they fared.
    """
    arrived = case((Message.state == MessageState.DELIVERED, 0), else_=1)
    that = select(Message.id).where(Message.outreach_id == Outreach.id).order_by(arrived, Message.id.desc()).limit(1)
    its = that.correlate(Outreach).scalar_subquery()
    state = select(Message.state).where(Message.id == its).correlate(Outreach).scalar_subquery()
    reason = select(Message.state_reason).where(Message.id == its).correlate(Outreach).scalar_subquery()
    differs = exists().where(
        Message.id == its,
        Message.outreach_id == Outreach.id,
        or_(Message.state != Outreach.state, Message.state_reason.is_distinct_from(Outreach.state_reason)),
    )
    lately_ended = and_(Outreach.state.in_(MAY_STILL_TURN), Outreach.send_at > now - LATE_RECEIPTS)
    result = session.execute(
        update(Outreach)
        .where(or_(Outreach.state.in_(ON_ITS_WAY), lately_ended), differs.correlate(Outreach))
        .values(state=state, state_reason=reason)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(result, CursorResult)
    return result.rowcount


assert {state.value for state in MessageState} <= {state.value for state in OutreachState}
