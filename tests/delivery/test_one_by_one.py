"""One row that cannot be dealt with is left where it is, in every round anew, and holds up none of the others."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import Channel, DeliveryAttempt, DeliveryEvent, InboundMessage, Message, MessageState, SandboxMessage
from outreach.delivery import Accepted, Outgoing, Providers, deliver_due, sandbox
from outreach.delivery.receipts import apply_waiting
from outreach.delivery.reconcile import reconcile
from tests.delivery.faults import cannot_be_written
from tests.delivery.letters import household, text
from tests.world import NOW, World

S = MessageState
DAY_LATER = NOW + timedelta(hours=25)


class Silent:
    """A provider that cannot be asked what became of a message."""

    name, sender, confirms_opt_out = "silent", "silent", False

    def send(self, outgoing: Outgoing) -> Accepted:
        return Accepted(outgoing.attempt_id)


def three(sessions: sessionmaker[Session], state: MessageState = S.SCHEDULED) -> list[int]:
    """Texts to three families; but for scheduled ones each with an attempt."""
    with sessions.begin() as session:
        world, made = World(session), list[Message]()
        for number in range(3):
            message = text(session, household(world), f"text {number}", body=f"Good news, part {number}.")
            made.append(message)
            if state is S.SCHEDULED:
                continue
            message.state, message.attempt_id, message.sent_at = state, f"{number:032x}", NOW
            session.add(
                DeliveryAttempt(
                    id=message.attempt_id, message_id=message.id, provider="silent", started_at=NOW, deadline_at=NOW
                )
            )
        return [message.id for message in made]


def states(sessions: sessionmaker[Session]) -> list[MessageState]:
    with sessions() as session:
        return list(session.scalars(select(Message.state).order_by(Message.id)))


def test_receipts_that_waited(sessions: sessionmaker[Session]) -> None:
    first = three(sessions, S.ACCEPTED)[0]
    with sessions.begin() as session:
        for number in range(3):
            session.add(
                DeliveryEvent(
                    provider="silent", event_key=f"early {number}", attempt_id=f"{number:032x}", event="delivered",
                    received_at=NOW, raw={},
                )
            )  # fmt: skip
    with cannot_be_written(Message, first):
        assert [apply_waiting(sessions, NOW, limit=1) for _ in range(3)] == [1, 1, 0]
    assert states(sessions) == [S.ACCEPTED, S.DELIVERED, S.DELIVERED]
    assert apply_waiting(sessions, NOW) == 1
    assert states(sessions)[0] is S.DELIVERED


def test_messages_that_a_person_is_asked_about(sessions: sessionmaker[Session]) -> None:
    first = three(sessions, S.UNKNOWN)[0]
    providers = Providers({Channel.SMS: Silent()}, frozenset())
    with cannot_be_written(Message, first):
        assert [reconcile(sessions, providers, lambda: DAY_LATER).asked for _ in range(2)] == [2, 0]
    assert reconcile(sessions, providers, lambda: DAY_LATER).asked == 1


def test_the_sandboxs_receipts_and_replies(sessions: sessionmaker[Session], providers: Providers) -> None:
    with sessions.begin() as session:
        world = World(session)
        for number in range(2):
            text(session, household(world, f"+1500555002{number + 2}"), f"text {number}")
    deliver_due(sessions, providers, lambda: NOW, "w")
    with sessions() as session:
        first = session.scalars(select(SandboxMessage.id).order_by(SandboxMessage.id)).first()
    assert first is not None
    with cannot_be_written(SandboxMessage, first):
        assert sandbox.advance(sessions, NOW + timedelta(minutes=1)) == 3
    assert sorted(states(sessions)) == [S.ACCEPTED, S.DELIVERED]
    with sessions() as session:
        assert len(session.scalars(select(InboundMessage)).all()) == 1
    assert sandbox.advance(sessions, NOW + timedelta(minutes=1)) == 3
