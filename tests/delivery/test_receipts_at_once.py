"""Several webhooks at the same moment, each on its own connection: one row an event, no fault, no crosswise wait."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from models import Contact, DeliveryAttempt, DeliveryEvent, Message, MessageState
from outreach.contacts import log_message_contact
from outreach.delivery import Receipt, ReceiptEvent, receipt_effects
from outreach.delivery.receipts import apply_waiting, receive_receipts
from tests.delivery.letters import household, text
from tests.world import NOW, World

THREADS, MESSAGES = 4, 5


@pytest.fixture
def attempts(sessions: sessionmaker[Session]) -> list[str]:
    """Texts to one family at the provider, each with its attempt."""
    with sessions.begin() as session:
        home = household(World(session))
        for number in range(MESSAGES):
            message = text(session, home, f"text {number}")
            message.state, message.attempt_id, message.sent_at = MessageState.SENDING, f"{number:032x}", NOW
            session.add(
                DeliveryAttempt(
                    id=f"{number:032x}", message_id=message.id, provider="twilio", started_at=NOW,
                    deadline_at=NOW + timedelta(seconds=30),
                )
            )  # fmt: skip
    return [f"{number:032x}" for number in range(MESSAGES)]


def told(attempt_id: str, event: ReceiptEvent, name: str = "") -> Receipt:
    what = f"{attempt_id}|{event}"
    return Receipt(
        provider="twilio", key=f"{what}|{name}", twin_key=what, event=event, provider_id=f"SM{attempt_id}",
        attempt_id=attempt_id, occurred_at=NOW,
    )  # fmt: skip


def test_the_same_events_told_by_all_at_once_are_kept_once_and_move_their_messages_once(
    sessions: sessionmaker[Session], attempts: list[str]
) -> None:
    def bring(number: int) -> int:
        batch = [
            told(attempt, event, str(number % 2))
            for attempt in (attempts if number % 2 else attempts[::-1])
            for event in (ReceiptEvent.SENT, ReceiptEvent.DELIVERED)
        ]
        return receive_receipts(sessions, batch, NOW)

    with ThreadPoolExecutor(THREADS) as threads:
        new = list(threads.map(bring, range(THREADS)))
    assert sum(new) == 2 * MESSAGES
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(DeliveryEvent)) == 2 * MESSAGES
        assert session.scalars(select(DeliveryEvent.id).where(DeliveryEvent.applied_at.is_(None))).all() == []
        assert set(session.scalars(select(Message.state))) == {MessageState.DELIVERED}
        assert session.scalar(select(func.count()).select_from(Contact)) == MESSAGES


def test_different_events_of_one_message_at_once_end_at_the_furthest(
    sessions: sessionmaker[Session], attempts: list[str]
) -> None:
    order = [ReceiptEvent.SENT, ReceiptEvent.DELIVERED, ReceiptEvent.ACCEPTED, ReceiptEvent.FAILED]
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(lambda event: receive_receipts(sessions, [told(attempts[0], event)], NOW), order))
    with sessions() as session:
        message = session.scalars(select(Message).where(Message.attempt_id == attempts[0])).one()
        assert message.state is MessageState.DELIVERED


def test_a_message_that_cannot_be_moved_now_keeps_its_receipt_and_holds_up_no_other(
    sessions: sessionmaker[Session], attempts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:

        def fault(session: Session, *, message: Message, **values: object) -> Contact:
            if message.attempt_id == attempts[0]:
                raise RuntimeError("a fault of ours")
            return log_message_contact(session, message=message, **values)  # type: ignore[arg-type]

        broken.setattr(receipt_effects, "log_message_contact", fault)
        batch = [told(attempt, ReceiptEvent.DELIVERED) for attempt in attempts[:2]]
        assert receive_receipts(sessions, batch, NOW) == 2
    with sessions() as session:
        states = select(Message.attempt_id, Message.state).order_by(Message.id).limit(2)
        assert [state for _, state in session.execute(states)] == [MessageState.SENDING, MessageState.DELIVERED]
    assert apply_waiting(sessions, NOW) == 1
    with sessions() as session:
        assert [state for _, state in session.execute(states)] == [MessageState.DELIVERED] * 2


def test_two_sweeps_at_once_apply_each_receipt_once(sessions: sessionmaker[Session], attempts: list[str]) -> None:
    with sessions.begin() as session:
        for message in session.scalars(select(Message)):
            session.add(
                DeliveryEvent(
                    provider="twilio", event_key=f"early {message.id}", attempt_id=message.attempt_id,
                    event="delivered", received_at=NOW, raw={},
                )
            )  # fmt: skip

    with ThreadPoolExecutor(2) as threads:
        assert sum(threads.map(lambda _: apply_waiting(sessions, NOW), range(2))) == MESSAGES
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Contact)) == MESSAGES
