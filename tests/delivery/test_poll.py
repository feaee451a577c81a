"""What stays silent is asked about; what families wrote is fetched where nothing brings it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import Contact, DeliveryEvent, InboundMessage, MessageState
from outreach.delivery import Providers, deliver_due
from outreach.delivery.pauses import pause_provider
from outreach.delivery.poll import PollFigures, poll
from outreach.delivery.providers.twilio.webhook import status_receipt
from outreach.delivery.receipts import receive_receipts
from tests.contract.stub import Answer, running
from tests.delivery.letters import household, text
from tests.world import NOW, World

from .wires import Wire, wire

FAMILY, OURS = "+13125550199", "+13125550100"


@pytest.fixture
def line(sessions: sessionmaker[Session]) -> Iterator[Wire]:
    """With a public address, as installations have."""
    with running() as stub:
        yield wire(sessions, stub)


@pytest.fixture
def inside(sessions: sessionmaker[Session]) -> Iterator[Wire]:
    """Without: nothing reaches it from outside."""
    with running() as stub:
        yield wire(sessions, stub, public_url=None)


def asks(line: Wire) -> PollFigures:
    return poll(line.sessions, line.providers, lambda: line.now)


def statuses(line: Wire) -> int:
    """How often one text's status was asked for."""
    return sum(asked.method == "GET" and not asked.path.endswith("Messages.json") for asked in line.stub.asked)


def sent(line: Wire) -> tuple[int, str]:
    message_id = line.text()
    line.deliver()
    assert line.message(message_id).state is MessageState.ACCEPTED
    return message_id, line.message(message_id).provider_id or ""


def test_a_text_that_stays_silent_is_asked_about_and_ends(line: Wire) -> None:
    message_id, sid = sent(line)
    line.stub.texts.stands(sid, "delivered")
    line.after(minutes=9)
    assert (asks(line).asked, statuses(line)) == (0, 0)
    line.after(minutes=1)
    assert asks(line).receipts == 1
    assert line.message(message_id).state is MessageState.DELIVERED
    with line.sessions() as session:
        assert session.scalars(select(Contact.message_id)).all() == [message_id]
    line.after(days=1)
    assert asks(line).asked == 0


def test_it_is_asked_more_and_more_rarely_and_not_for_ever(line: Wire) -> None:
    _, sid = sent(line)
    line.stub.texts.stands(sid, "sent")
    times = []
    for _ in range(60 * 60 // 10):
        before = statuses(line)
        line.after(minutes=10)
        asks(line)
        times += [(line.now - NOW) // timedelta(minutes=1)] * (statuses(line) - before)
    assert times[:6] == [10, 20, 40, 80, 160, 320]
    assert max(times) <= 48 * 60
    assert all(later - sooner <= 360 for sooner, later in pairwise(times))
    with line.sessions() as session:
        assert len(session.scalars(select(DeliveryEvent)).all()) == 1, "told twenty times, it is one event"


def test_a_poll_and_a_callback_of_the_same_status_are_one_event(line: Wire) -> None:
    message_id, sid = sent(line)
    line.stub.texts.stands(sid, "undelivered", 30003)
    line.after(minutes=10)
    asks(line)
    attempt = line.attempts(message_id)[0]
    called_back = status_receipt(
        {"MessageSid": sid, "MessageStatus": "undelivered", "ErrorCode": "30003"}, attempt.id
    )  # fmt: skip
    assert called_back is not None
    assert receive_receipts(line.sessions, [called_back], line.now) == 0
    assert line.message(message_id).state is MessageState.FAILED


def test_a_question_that_fails_is_asked_again_later(line: Wire) -> None:
    message_id, sid = sent(line)
    line.stub.texts.stands(sid, "delivered")
    line.after(minutes=10).stub.will(Answer(status=500))
    asks(line)
    assert line.message(message_id).state is MessageState.ACCEPTED
    line.after(minutes=10)
    asks(line)
    assert line.message(message_id).state is MessageState.DELIVERED


def test_a_text_that_the_provider_has_lost_stays_as_it_is(line: Wire) -> None:
    message_id, _ = sent(line)
    line.after(minutes=10).stub.will(Answer(status=404, code=20404))
    assert asks(line).receipts == 0
    assert line.message(message_id).state is MessageState.ACCEPTED


def test_several_workers_ask_once(line: Wire) -> None:
    sent(line)
    line.after(minutes=10)
    with ThreadPoolExecutor(4) as workers:
        figures = [each.result() for each in [workers.submit(asks, line) for _ in range(4)]]
    assert sum(one.asked for one in figures) == statuses(line) == 1


def test_a_provider_that_is_paused_is_not_asked(line: Wire) -> None:
    sent(line)
    with line.sessions.begin() as session:
        pause_provider(session, "twilio", "The credentials are wrong.", line.now, None)
    line.after(minutes=10)
    asks(line)
    assert line.questions == 0


def test_without_a_public_address_it_is_asked_within_a_minute(inside: Wire) -> None:
    message_id, sid = sent(inside)
    inside.stub.texts.stands(sid, "delivered")
    inside.after(minutes=1)
    asks(inside)
    assert inside.message(message_id).state is MessageState.DELIVERED


def kept(line: Wire) -> list[str]:
    with line.sessions() as session:
        return list(session.scalars(select(InboundMessage.body).order_by(InboundMessage.received_at)))


def test_what_families_wrote_is_fetched_once(inside: Wire) -> None:
    inside.stub.texts.now = NOW - timedelta(hours=3)
    inside.stub.texts.comes_in(FAMILY, OURS, "to whoever had this number before")
    assert asks(inside).heard == 0
    inside.after(hours=3).stub.texts.comes_in(FAMILY, OURS, "while we were down")
    inside.after(hours=1).stub.texts.comes_in(FAMILY, OURS, "¿Cuándo es el examen?", pictures=1)
    assert asks(inside).heard == 2
    inside.after(seconds=29)
    inside.stub.texts.comes_in(FAMILY, OURS, "Gracias")
    assert asks(inside).heard == 0, "half a minute lies between two looks"
    inside.after(seconds=1)
    assert asks(inside).heard == 1
    assert kept(inside) == ["while we were down", "¿Cuándo es el examen?", "Gracias"]


def test_a_look_that_fails_loses_nothing(inside: Wire) -> None:
    asks(inside)
    inside.after(minutes=5).stub.texts.comes_in(FAMILY, OURS, "hello")
    inside.stub.will(Answer(status=500))
    assert asks(inside).heard == 0
    inside.after(hours=2)
    assert asks(inside).heard == 1


def test_several_workers_hear_it_once(inside: Wire) -> None:
    inside.stub.texts.comes_in(FAMILY, OURS, "hello")
    with ThreadPoolExecutor(4) as workers:
        figures = [each.result() for each in [workers.submit(asks, inside) for _ in range(4)]]
    assert sum(one.heard for one in figures) == 1
    assert kept(inside) == ["hello"]


def test_with_a_public_address_what_came_while_we_were_down_is_caught_up(line: Wire) -> None:
    asks(line)
    line.after(hours=2).stub.texts.comes_in(FAMILY, OURS, "while you were down")
    assert asks(line).heard == 1
    line.after(minutes=14)
    before = line.questions
    asks(line)
    assert line.questions == before


def test_in_the_sandbox_what_it_does_not_tell_can_be_asked(
    sessions: sessionmaker[Session], providers: Providers
) -> None:
    with sessions.begin() as session:
        text(session, household(World(session), "+15005550005"))
    deliver_due(sessions, providers, lambda: NOW, "w")
    figures = poll(sessions, providers, lambda: NOW + timedelta(minutes=10))
    assert (figures.asked, figures.heard) == (1, 0)
