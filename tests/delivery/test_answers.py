"""Several answers of a provider, written down in one transaction, beside the calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from threading import Event, Thread

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import AttemptResult, DeliveryAttempt, Message, MessageState
from outreach.delivery import Providers, attempt, steps
from outreach.delivery.answers import Answers, Yes
from outreach.delivery.claim import claim_due
from outreach.delivery.providers.base import Accepted, Outgoing
from outreach.delivery.receipt import Receipt, ReceiptEvent
from outreach.delivery.receipts import receive_receipts
from outreach.delivery.steps import Side, Step
from outreach.delivery.terms import Terms, terms_at
from outreach.store import engine_of
from tests.delivery.letters import household, text
from tests.world import NOW, World

ODD = "SM\ud800"
"""An id that no database can keep."""


@pytest.fixture
def leaving(sessions: sessionmaker[Session], providers: Providers) -> tuple[list[tuple[int, Outgoing]], Terms]:
    """Four messages whose calls have begun."""
    with sessions.begin() as session:
        world = World(session)
        for number in range(4):
            text(session, household(world), f"{number}")
    with sessions.begin() as session:
        terms = terms_at(session, NOW)
        claims = claim_due(session, providers, "w", NOW, terms.rules, 4)
    begun = []
    for claimed in claims:
        with sessions.begin() as session:
            outgoing = attempt.begin(session, claimed, "w", providers, terms, NOW)
        assert outgoing is not None
        begun.append((claimed.id, outgoing))
    return begun, terms


class While:
    """Hands in the others while the first is being written, as threads that call would."""

    def __init__(self, answers: Answers, others: Sequence[Yes]) -> None:
        self.answers, self.others, self.writes = answers, others, Counter[Side]()
        self.handed_in = Event()

    def __call__(self, step: Step, side: Side) -> None:
        self.writes[side] += step is Step.RESULT
        others, self.others = self.others, ()
        for yes in others:
            self.answers.put(yes)
        self.handed_in.set()


@pytest.fixture(autouse=True)
def unwatched() -> Iterator[None]:
    yield
    steps.watch(None)


def write(
    sessions: sessionmaker[Session], leaving: tuple[list[tuple[int, Outgoing]], Terms], *ids: str
) -> tuple[Answers, While]:
    begun, terms = leaving
    all_of_them = [Yes(at, outgoing, Accepted(name), NOW) for (at, outgoing), name in zip(begun, ids, strict=True)]
    with Answers(engine_of(sessions), terms.rules, len(ids)) as answers:
        watched = While(answers, all_of_them[1:])
        steps.watch(watched)
        answers.put(all_of_them[0])
        assert watched.handed_in.wait(10)
    return answers, watched


def states(sessions: sessionmaker[Session]) -> list[tuple[MessageState, str | None]]:
    with sessions() as session:
        rows = session.execute(select(Message.state, Message.provider_id).order_by(Message.id)).all()
    return [(row.state, row.provider_id) for row in rows]


def test_what_comes_while_one_is_written_is_written_together(
    sessions: sessionmaker[Session], leaving: tuple[list[tuple[int, Outgoing]], Terms]
) -> None:
    answers, watched = write(sessions, leaving, "SM1", "SM2", "SM3", "SM4")
    assert watched.writes == {Side.BEFORE: 2, Side.AFTER: 2}
    assert answers.ends == {MessageState.ACCEPTED: 4}
    assert states(sessions) == [(MessageState.ACCEPTED, f"SM{number}") for number in range(1, 5)]
    with sessions() as session:
        attempts = session.scalars(select(DeliveryAttempt)).all()
    assert {one.result for one in attempts} == {AttemptResult.ACCEPTED}
    assert {one.ended_at for one in attempts} == {NOW}


def test_a_receipt_that_came_before_an_answer_holds_up_no_other(
    sessions: sessionmaker[Session], leaving: tuple[list[tuple[int, Outgoing]], Terms]
) -> None:
    early = leaving[0][2][1].attempt_id
    receipt = Receipt("sandbox", f"{early}|delivered", ReceiptEvent.DELIVERED, "SM3", early, NOW)
    receive_receipts(sessions, [receipt], NOW)
    answers, _ = write(sessions, leaving, "SM1", "SM2", "SM3", "SM4")
    assert answers.ends == {MessageState.ACCEPTED: 3, MessageState.DELIVERED: 1}
    assert states(sessions)[2] == (MessageState.DELIVERED, "SM3")


def test_one_that_cannot_be_written_takes_no_other_with_it(
    sessions: sessionmaker[Session], leaving: tuple[list[tuple[int, Outgoing]], Terms]
) -> None:
    answers, _ = write(sessions, leaving, "SM1", "SM2", ODD, "SM4")
    assert answers.ends == {MessageState.ACCEPTED: 3, None: 1}
    assert [state for state, _ in states(sessions)] == [
        MessageState.ACCEPTED, MessageState.ACCEPTED, MessageState.SENDING, MessageState.ACCEPTED,
    ]  # fmt: skip


def test_no_more_wait_to_be_written_than_there_are_threads(
    sessions: sessionmaker[Session], leaving: tuple[list[tuple[int, Outgoing]], Terms]
) -> None:
    begun, terms = leaving
    held, written = Event(), Event()
    put: list[int] = []

    def writes(_step: Step, _side: Side) -> None:
        held.set()
        written.wait(10)

    steps.watch(writes)

    def put_all() -> None:
        for number, (at, outgoing) in enumerate(begun):
            answers.put(Yes(at, outgoing, Accepted(f"SM{number}"), NOW))
            put.append(number)

    with Answers(engine_of(sessions), terms.rules, 2) as answers:
        caller = Thread(target=put_all, daemon=True)
        caller.start()
        try:
            assert held.wait(10)
            caller.join(0.5)
            assert caller.is_alive(), "it waits until one is written"
            assert len(put) <= 2
        finally:
            written.set()
        caller.join(10)
    assert answers.ends == {MessageState.ACCEPTED: 4}
