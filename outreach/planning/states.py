"""The states of an outreach as a table: which step leads from where to where, and what else is refused."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CursorResult, and_, case, exists, or_, select, update
from sqlalchemy.orm import Session

from models import Message, MessageState, Outreach, OutreachState
from outreach.language import N_, _

from .errors import NotPossibleNow


class Step(StrEnum):
    APPROVE_TO_SEND = "approve_to_send"
    APPROVE_TO_DO = "approve_to_do"
    CHANGE = "change"
    """Other words, or another time, of what has not left."""
    DONE = "done"
    NOT_DONE = "not_done"
    """The contact that ticked it off was undone; nothing else leads back from there."""
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
    Step.NOT_DONE: {OutreachState.DONE: SUGGESTED},
    Step.DISMISS: dict.fromkeys(NOT_LEFT, OutreachState.DISMISSED),
    Step.UNDO: {APPROVED: SUGGESTED, SCHEDULED: SUGGESTED, OutreachState.DISMISSED: SUGGESTED},
    Step.EXPIRE: {SUGGESTED: OutreachState.EXPIRED, APPROVED: OutreachState.EXPIRED},
    Step.CANCEL: dict.fromkeys(NOT_LEFT, OutreachState.CANCELLED),
}
"""A pair that is absent is either a repeat (the state is the step's aim already), which changes nothing, or refused."""

STANDS = {
    OutreachState.SUGGESTED: N_("This is only a suggestion so far; reload the page to see how it stands."),
    OutreachState.APPROVED: N_("This has been approved; reload the page to see how it stands."),
    OutreachState.SCHEDULED: N_("This is scheduled; reload the page to see how it stands."),
    OutreachState.SENDING: N_("This is leaving this very moment; reload the page to see how it stands."),
    OutreachState.ACCEPTED: N_("This has left; reload the page to see how it stands."),
    OutreachState.DELIVERED: N_("This has arrived; reload the page to see how it stands."),
    OutreachState.FAILED: N_("This could not be delivered; reload the page to see why, and what can be done."),
    OutreachState.EXPIRED: N_("This has expired; reload the page to see how it stands."),
    OutreachState.CANCELLED: N_("This was called off; reload the page to see how it stands."),
    OutreachState.SKIPPED: N_("This was skipped when its time came; reload the page to see why."),
    OutreachState.UNKNOWN: N_(
        "This has left, and nobody knows yet whether it arrived; reload the page to see how it stands."
    ),
    OutreachState.DONE: N_("This is done; reload the page to see how it stands."),
    OutreachState.DISMISSED: N_("This was put aside; reload the page to see how it stands."),
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
    raise NotPossibleNow(_(STANDS[row.state]))


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
