"""An e-mail that SendGrid answered with a fault: sent again only where its silence is proved to be SendGrid's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session, sessionmaker

from models import AttemptResult, MessageState
from outreach.delivery import Receipt, ReceiptEvent, apply_receipt
from tests.contract.stub import Answer, running

from .wires import Wire, wire

FAULT = Answer(status=503)


@pytest.fixture
def line(sessions: sessionmaker[Session]) -> Iterator[Wire]:
    with running() as stub:
        yield wire(sessions, stub)


def other(line: Wire) -> int:
    """Another e-mail, which SendGrid takes."""
    sent = line.email("other")
    line.deliver()
    assert line.message(sent).state is MessageState.ACCEPTED
    return sent


def faulted(line: Wire) -> int:
    line.stub.will(FAULT)
    sent = line.email("letter")
    line.deliver()
    assert line.message(sent).state is MessageState.UNKNOWN
    return sent


def hears_of(line: Wire, sent: int, event: ReceiptEvent = ReceiptEvent.ACCEPTED) -> None:
    """SendGrid posts an event of this e-mail, and our web server takes it."""
    attempt_id = line.attempts(sent)[0].id
    told = Receipt("sendgrid", f"{attempt_id}|{event}|{line.now}", event, f"mail{sent}", attempt_id, line.now)
    with line.sessions.begin() as session:
        assert apply_receipt(session, told, line.now)


def test_without_an_event_it_is_tried_again_once_those_of_others_came_for_a_quarter_of_an_hour(line: Wire) -> None:
    told, sent = other(line), faulted(line)
    hears_of(line, told)
    assert line.after(minutes=14).reconcile().absent == 0
    assert line.after(minutes=1).reconcile().absent == 1
    assert line.attempts(sent)[0].result is AttemptResult.ABSENT
    line.deliver()
    assert line.message(sent).state is MessageState.ACCEPTED
    assert len(line.stub.taken) == 2


def test_events_that_came_before_it_prove_nothing(line: Wire) -> None:
    hears_of(line, other(line))
    line.after(minutes=1)
    sent = faulted(line)
    assert line.after(hours=2).reconcile().absent == 0
    assert line.after(hours=23).reconcile().asked == 1, "a person is asked after a day"
    assert line.message(sent).state is MessageState.UNKNOWN


def test_once_our_web_server_is_back_its_own_event_is_waited_for_as_long(line: Wire) -> None:
    """SendGrid posts again what nobody took, in no order: the first event of others says nothing of this one yet."""
    told, sent = other(line), faulted(line)
    line.after(hours=3)
    hears_of(line, told)
    assert line.after(minutes=14).reconcile().absent == 0
    hears_of(line, sent, ReceiptEvent.DELIVERED)
    assert line.after(minutes=5).reconcile().absent == 0
    assert (line.message(sent).state, len(line.stub.taken)) == (MessageState.DELIVERED, 1)


@pytest.mark.parametrize("missing", ["sendgrid_webhook_public_key", "public_url"])
def test_where_no_event_can_come_a_person_is_asked(sessions: sessionmaker[Session], missing: str) -> None:
    with running() as stub:
        line = wire(sessions, stub, **{missing: None})
        told, sent = other(line), faulted(line)
        hears_of(line, told)  # kept when there still was a key
        assert line.after(hours=1).reconcile().absent == 0
        assert line.after(hours=24).reconcile().asked == 1
        assert line.message(sent).state is MessageState.UNKNOWN
