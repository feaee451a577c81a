"""The whole path through the real SDK to a provider of our own: what it took is what counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import (
    Consent,
    ConsentState,
    DeliveryAttempt,
    Message,
    MessageState,
    ProviderPause,
)
from outreach.delivery import Providers, build, deliver_due, drain
from outreach.language import said
from tests.contract.lines import settings
from tests.contract.stub import Answer, Stub, running
from tests.delivery.letters import household, text
from tests.world import NOW, World

LONG_AFTER = NOW + timedelta(hours=2)


@pytest.fixture
def stub() -> Iterator[Stub]:
    with running() as made:
        yield made


@pytest.fixture
def lines(stub: Stub, sessions: sessionmaker[Session]) -> Providers:
    return build(settings(stub.url), sessions, deadline=timedelta(seconds=1))


def one_text(sessions: sessionmaker[Session], **school: object) -> int:
    with sessions.begin() as session:
        home = household(World(session))
        for name, value in {"sms_live_from": NOW.date(), **school}.items():
            setattr(home.school, name, value)
        return text(session, home).id


def message(sessions: sessionmaker[Session]) -> Message:
    with sessions() as session:
        return session.scalars(select(Message)).one()


def test_a_text_is_taken_once_with_its_attempt(sessions: sessionmaker[Session], lines: Providers, stub: Stub) -> None:
    one_text(sessions)
    assert drain(sessions, lines, lambda: NOW, "w").accepted == 1
    sent = message(sessions)
    (asked,) = stub.taken
    assert asked.form["StatusCallback"].endswith(f"attempt={sent.attempt_id}")
    assert (sent.state, sent.provider, sent.provider_id) == (MessageState.ACCEPTED, "twilio", f"SM{1:032x}")
    drain(sessions, lines, lambda: LONG_AFTER, "w")
    assert len(stub.taken) == 1


@pytest.mark.parametrize(
    "answer", [Answer(status=500), Answer(closes=True), Answer(hangs=True)], ids=["500", "closes", "hangs"]
)
def test_what_may_have_been_taken_is_never_asked_again(
    sessions: sessionmaker[Session], lines: Providers, stub: Stub, answer: Answer
) -> None:
    one_text(sessions)
    stub.will(answer)
    assert deliver_due(sessions, lines, lambda: NOW, "w").unknown == 1
    drain(sessions, lines, lambda: LONG_AFTER, "w")
    assert len(stub.asked) == 1
    assert message(sessions).state is MessageState.UNKNOWN


def test_a_busy_provider_gets_it_later_and_once(sessions: sessionmaker[Session], lines: Providers, stub: Stub) -> None:
    one_text(sessions)
    stub.will(Answer(status=429, code=20429), Answer(status=429))
    assert deliver_due(sessions, lines, lambda: NOW, "w").postponed == 1
    waits = message(sessions)
    assert (waits.state, waits.sent_at) == (MessageState.SCHEDULED, None)
    for minutes in (5, 15):
        deliver_due(sessions, lines, lambda at=NOW + timedelta(minutes=minutes): at, "w")  # type: ignore[misc]  # a bound default
    assert (len(stub.asked), len(stub.taken)) == (3, 1)
    with sessions() as session:
        attempts = session.scalars(select(DeliveryAttempt.error_code).order_by(DeliveryAttempt.started_at)).all()
    assert attempts == ["20429", "http-429", None]


def test_an_opt_out_known_to_the_provider_stands_in_the_ledger(
    sessions: sessionmaker[Session], lines: Providers, stub: Stub
) -> None:
    one_text(sessions)
    stub.will(Answer(status=400, code=21610))
    deliver_due(sessions, lines, lambda: NOW, "w")
    with sessions() as session:
        assert set(session.scalars(select(Consent.state))) == {ConsentState.OUT}
    assert message(sessions).state_reason == "This person has asked not to get texts."


def test_wrong_credentials_stop_the_channel(sessions: sessionmaker[Session], lines: Providers, stub: Stub) -> None:
    one_text(sessions)
    stub.will(Answer(status=401, code=20003))
    deliver_due(sessions, lines, lambda: NOW, "w")
    drain(sessions, lines, lambda: LONG_AFTER, "w")
    assert len(stub.asked) == 1
    with sessions() as session:
        assert said(session.scalars(select(ProviderPause.why)).one()) == "Twilio refuses us: the credentials are wrong."


@pytest.mark.parametrize("live_from", [None, NOW.date() + timedelta(days=20)])
def test_a_school_that_is_not_live_yet_sends_nothing(
    sessions: sessionmaker[Session], lines: Providers, stub: Stub, live_from: object
) -> None:
    one_text(sessions, sms_live_from=live_from)
    drain(sessions, lines, lambda: NOW, "w")
    assert stub.asked == []
    assert message(sessions).state is MessageState.SKIPPED
