"""A carrier that keeps to a recipient's own hours says so with a receipt, after the text was taken (30610)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from models import AttemptResult, DeliveryAttempt, Message, MessageState
from outreach.delivery import ReceiptEvent, apply_receipt
from outreach.delivery.carrier import OWN_HOURS, TILL_ANOTHER_HOUR
from outreach.delivery.claim import expire_stale
from tests.delivery.letters import household
from tests.delivery.test_receipts import receipt, sending
from tests.world import NOW, World

SENT, TOO_LATE = receipt(ReceiptEvent.SENT, 1), receipt(ReceiptEvent.FAILED, 2, OWN_HOURS)


@pytest.fixture
def message(session: Session, world: World) -> Message:
    """A text at its second try, which Twilio took."""
    made = sending(session, household(world))
    made.state, made.attempts, made.accepted_at, made.lease_until = MessageState.ACCEPTED, 2, NOW, None
    session.get_one(DeliveryAttempt, made.attempt_id).result = AttemptResult.ACCEPTED
    session.flush()
    return made


@pytest.mark.parametrize("told", [(TOO_LATE,), (SENT, TOO_LATE), (TOO_LATE, SENT), (TOO_LATE, TOO_LATE)])
def test_it_waits_for_another_hour_as_where_the_call_is_refused_so(
    session: Session, message: Message, told: tuple[object, ...]
) -> None:
    for one in told:
        apply_receipt(session, one, NOW)  # type: ignore[arg-type]  # a receipt
    assert (message.state, message.due_at) == (MessageState.SCHEDULED, NOW + TILL_ANOTHER_HOUR)
    assert (message.attempts, message.sent_at, message.cost_micros) == (1, None, None), "no try used, in no cap"
    assert "at this hour" in (message.state_reason or "")


def test_one_that_arrived_all_the_same_is_not_sent_again(session: Session, message: Message) -> None:
    apply_receipt(session, TOO_LATE, NOW)
    apply_receipt(session, receipt(ReceiptEvent.DELIVERED, 3), NOW)
    assert message.state is MessageState.DELIVERED


def test_what_is_stale_by_then_expires(session: Session, message: Message) -> None:
    apply_receipt(session, TOO_LATE, NOW)
    assert expire_stale(session, NOW + timedelta(days=4)) == 1


@pytest.mark.parametrize(
    ("result", "state"),
    [
        (AttemptResult.REFUSED_FOR_NOW, MessageState.SCHEDULED),
        (AttemptResult.REFUSED_FOR_GOOD, MessageState.FAILED),
    ],
)
def test_what_a_later_try_was_answered_stands(
    session: Session, message: Message, result: AttemptResult, state: MessageState
) -> None:
    later = DeliveryAttempt(
        id="b" * 32, message_id=message.id, provider="twilio", started_at=NOW + timedelta(hours=2),
        deadline_at=NOW + timedelta(hours=3), ended_at=NOW + timedelta(hours=2), result=result,
    )  # fmt: skip
    session.add(later)
    message.state, message.attempt_id = state, later.id
    apply_receipt(session, TOO_LATE, NOW)
    assert message.state is state
