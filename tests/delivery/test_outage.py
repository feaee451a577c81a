"""An hour without the provider, for a message that is alone: it waits, and leaves afterwards. What is refused again and
again while others go through comes to an end all the same."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import cycle

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import Channel, Message, MessageState, ProviderPause
from outreach.delivery import Outgoing, Providers, deliver_due, outbox
from outreach.delivery.errors import NotReached
from outreach.effective import effective_config
from outreach.language import said
from tests.contract.stub import Answer, nobody_listens, running
from tests.delivery.letters import household, text
from tests.world import NOW, World

from .wires import Wire, wire

HOUR = timedelta(hours=1)
PROVED = timedelta(minutes=11)
"""After which a lookup proves absence."""


@pytest.fixture
def line(sessions: sessionmaker[Session]) -> Iterator[Wire]:
    with running() as stub:
        yield wire(sessions, stub)


@pytest.fixture(autouse=True)
def the_shortest_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all that chance allows, those that use tries up fastest."""
    monkeypatch.setattr(random, "uniform", min)


def goes_on(line: Wire, sent: int, *answers: Answer) -> None:
    """Its next try, at the first moment at which there can be one; ``answers`` are for the calls, none for lookups."""
    message = line.message(sent)
    if message.state is MessageState.UNKNOWN:
        line.after(minutes=PROVED / timedelta(minutes=1)).reconcile()
    elif message.due_at > line.now:
        line.after(seconds=(message.due_at - line.now).total_seconds())
    line.stub.will(*answers)
    line.deliver()
    line.stub.answers.clear()


def an_hour_passes(line: Wire, sent: int, *in_turn: Answer) -> None:
    answers, over = cycle(in_turn), line.now + HOUR
    while line.now < over:
        goes_on(line, sent, *[next(answers)] if in_turn else [])
        assert line.message(sent).state in (MessageState.SCHEDULED, MessageState.UNKNOWN)


def leaves(line: Wire, sent: int, within: timedelta) -> None:
    """Once, and no later than so long after the last try in the outage."""
    over = line.now
    goes_on(line, sent)
    assert line.message(sent).state is MessageState.ACCEPTED
    assert line.now - over <= within
    assert len(line.stub.taken) == 1


def test_one_text_outlasts_an_hour_in_which_nobody_listens(line: Wire) -> None:
    there = line.providers
    sent = line.text()
    with nobody_listens() as nowhere:
        line.providers = wire(line.sessions, line.stub, twilio_base_url=nowhere).providers
        an_hour_passes(line, sent)
    assert len(line.attempts(sent)) <= 20, "later each time"
    line.providers = there
    leaves(line, sent, timedelta(minutes=10))
    assert line.message(sent).attempts == 1, "no try was used up"


@pytest.mark.parametrize(
    ("statuses", "within"),
    [((429,), HOUR), ((503,), PROVED), ((503, 429), HOUR)],
    ids=["too many requests", "faults, and the lookup answers", "both in turn"],
)
def test_one_text_outlasts_an_hour_in_which_the_provider_takes_nothing(
    line: Wire, statuses: tuple[int, ...], within: timedelta
) -> None:
    sent = line.text()
    an_hour_passes(line, sent, *[Answer(status=status) for status in statuses])
    assert len(line.attempts(sent)) > 4, "it was tried again and again"
    leaves(line, sent, within)


def test_what_is_refused_again_and_again_ends_while_others_go_through(
    sessions: sessionmaker[Session], providers: Providers
) -> None:
    with sessions.begin() as session:
        limit = effective_config(session, NOW).cadence.sending.retry_limit
        world = World(session)
        slow = text(session, household(world, "+15005550007"), "slow").id
        homes = [household(world) for _ in range(limit)]
    now, taken = NOW, 0
    for home in homes:
        now = max(now, _one(sessions, slow).due_at)
        with sessions.begin() as session:
            text(session, home, f"{home.family.id}", due_at=now)
        taken += deliver_due(sessions, providers, partial(_at, now), "w").accepted
    message = _one(sessions, slow)
    assert (message.state, message.attempts, taken) == (MessageState.FAILED, limit, limit)
    assert said(message.state_reason) == "The provider did not take it, again and again: too many messages."
    assert now - NOW > HOUR


def _at(moment: datetime) -> datetime:
    return moment


def _one(sessions: sessionmaker[Session], message_id: int) -> Message:
    with sessions() as session:
        return session.get_one(Message, message_id)


class Unreachable:
    name, sender, confirms_opt_out = "sandbox", None, False

    def __init__(self) -> None:
        self.calls = 0

    def send(self, outgoing: Outgoing) -> None:
        self.calls += 1
        raise NotReached("connection", "it could not be reached")


@pytest.fixture
def down(sessions: sessionmaker[Session]) -> tuple[Providers, Unreachable]:
    """Thirty messages wait for a provider that is not there."""
    with sessions.begin() as session:
        world = World(session)
        for number in range(30):
            text(session, household(world), f"{number}")
    gone = Unreachable()
    return Providers({Channel.SMS: gone}, frozenset()), gone  # type: ignore[dict-item]  # it never accepts


def test_the_breaker_trips_in_the_midst_of_a_round(
    sessions: sessionmaker[Session], down: tuple[Providers, Unreachable], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "BATCH", 12)
    providers, gone = down
    moment = NOW

    def clock() -> datetime:
        nonlocal moment
        moment += timedelta(seconds=1)
        return moment

    deliver_due(sessions, providers, clock, "w", limit=None, threads=1)
    assert gone.calls == 12, "nothing more is claimed"
    with sessions() as session:
        assert session.scalars(select(ProviderPause.provider)).all() == ["sandbox"]


def test_the_breaker_trips_without_a_worker(
    sessions: sessionmaker[Session], down: tuple[Providers, Unreachable]
) -> None:
    """As for ``outreach deliver``, run by hand or by a timer."""
    providers, gone = down
    for seconds in range(3):
        deliver_due(sessions, providers, partial(_at, NOW + timedelta(seconds=seconds)), "w", limit=12, threads=1)
    assert gone.calls == 12
