"""The end of an attempt, where others came first: an older attempt, a receipt, a lease that was over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from models import AttemptResult, DeliveryAttempt, Message, MessageState
from outreach.delivery import Accepted, Outgoing, Providers, Receipt, ReceiptEvent, apply_receipt, attempt, result
from outreach.delivery.claim import claim_due, give_up_lost_attempts
from outreach.delivery.errors import (
    HELD_UP,
    NotReached,
    OutsideWindow,
    ProviderDown,
    ProviderError,
    RefusedForGood,
    RefusedForNow,
    Unclear,
)
from outreach.delivery.terms import Terms, terms_at
from outreach.language import said
from tests.delivery.letters import household, text
from tests.world import NOW, World

MINUTE = timedelta(minutes=1)


def begun(sessions: sessionmaker[Session], providers: Providers) -> tuple[Outgoing, Terms]:
    with sessions.begin() as session:
        text(session, household(World(session)))
    return again(sessions, providers, NOW)


def again(sessions: sessionmaker[Session], providers: Providers, now: object) -> tuple[Outgoing, Terms]:
    with sessions.begin() as session:
        terms = terms_at(session, NOW)
        (claimed,) = claim_due(session, providers, "w", NOW, terms.rules, 1)
        outgoing = attempt.begin(session, claimed, "w", providers, terms, NOW)
    assert outgoing is not None
    return outgoing, terms


def finish(
    sessions: sessionmaker[Session], outgoing: Outgoing, answer: Accepted | ProviderError, terms: Terms
) -> Message:
    with sessions.begin() as session:
        state = result.finish(session, outgoing, answer, terms.rules, NOW + MINUTE)
        row = session.get_one(DeliveryAttempt, outgoing.attempt_id)
        message = session.get_one(Message, row.message_id, populate_existing=True)
        assert message.state is state
    return message


def receipt(outgoing: Outgoing, event: ReceiptEvent) -> Receipt:
    return Receipt(
        provider="sandbox", key=f"{outgoing.attempt_id}|{event}", event=event, provider_id="SB1",
        attempt_id=outgoing.attempt_id, occurred_at=NOW,
    )  # fmt: skip


def test_a_yes_is_written_with_its_attempt(sessions: sessionmaker[Session], providers: Providers) -> None:
    outgoing, terms = begun(sessions, providers)
    message = finish(sessions, outgoing, Accepted("SB1"), terms)
    assert (message.state, message.provider_id, message.accepted_at) == (MessageState.ACCEPTED, "SB1", NOW + MINUTE)
    with sessions() as session:
        row = session.get_one(DeliveryAttempt, outgoing.attempt_id)
        assert (row.result, row.provider_id, row.ended_at) == (AttemptResult.ACCEPTED, "SB1", NOW + MINUTE)


@pytest.mark.parametrize("answer", [Accepted("SB1"), Unclear("time-out", "no answer"), RefusedForNow("429", "busy")])
def test_a_receipt_that_came_first_is_not_undone(
    sessions: sessionmaker[Session], providers: Providers, answer: Accepted | ProviderError
) -> None:
    outgoing, terms = begun(sessions, providers)
    with sessions.begin() as session:
        apply_receipt(session, receipt(outgoing, ReceiptEvent.DELIVERED), NOW)
    message = finish(sessions, outgoing, answer, terms)
    assert message.state is MessageState.DELIVERED


def test_an_answer_after_the_lease_is_still_the_answer(sessions: sessionmaker[Session], providers: Providers) -> None:
    outgoing, terms = begun(sessions, providers)
    with sessions.begin() as session:
        assert give_up_lost_attempts(session, NOW + 5 * MINUTE) == 1
    assert finish(sessions, outgoing, Accepted("SB1"), terms).state is MessageState.ACCEPTED


def two_attempts(sessions: sessionmaker[Session], providers: Providers) -> tuple[Outgoing, Outgoing, Terms]:
    """The first was judged never to have left, and the second is running when the first one's answer comes."""
    first, terms = begun(sessions, providers)
    with sessions.begin() as session:
        message = session.get_one(DeliveryAttempt, first.attempt_id).message_id
        row = session.get_one(Message, message)
        row.state, row.sent_at, row.claimed_by, row.lease_until = MessageState.SCHEDULED, None, None, None
    second, _ = again(sessions, providers, NOW)
    return first, second, terms


@pytest.mark.parametrize(
    "answer", [RefusedForGood("21211", "not a valid number"), RefusedForNow("429", "busy"), Unclear("x", "y")]
)
def test_the_end_of_an_older_attempt_leaves_the_running_one_alone(
    sessions: sessionmaker[Session], providers: Providers, answer: ProviderError
) -> None:
    first, second, terms = two_attempts(sessions, providers)
    message = finish(sessions, first, answer, terms)
    assert (message.state, message.attempt_id) == (MessageState.SENDING, second.attempt_id)
    assert finish(sessions, second, Accepted("SB2"), terms).provider_id == "SB2"


def test_what_the_hour_forbids_uses_no_try_up_and_comes_back_when_told(
    sessions: sessionmaker[Session], providers: Providers
) -> None:
    outgoing, terms = begun(sessions, providers)
    message = finish(sessions, outgoing, OutsideWindow("30610", "at night", timedelta(hours=2)), terms)
    assert (message.state, message.attempts, message.sent_at) == (MessageState.SCHEDULED, 0, None)
    assert message.due_at == NOW + MINUTE + timedelta(hours=2)
    assert message.cost_micros is None


def test_a_provider_that_names_a_wait_gets_at_least_that(sessions: sessionmaker[Session], providers: Providers) -> None:
    outgoing, terms = begun(sessions, providers)
    message = finish(sessions, outgoing, RefusedForNow("429", "busy", timedelta(minutes=30)), terms)
    assert message.due_at == NOW + MINUTE + timedelta(minutes=30)
    assert message.attempts == 1


@pytest.mark.parametrize(
    ("answer", "tries"),
    [
        (RefusedForNow("http-429", "too many requests"), 1),
        (OutsideWindow("30610", "no texts to this number at this hour"), 0),
        (ProviderDown("20003", "the credentials are wrong"), 0),
        (NotReached("connection", "Twilio could not be reached"), 0),
        (NotReached(HELD_UP, "its call was held up"), 0),
    ],
    ids=lambda value: value.code if isinstance(value, ProviderError) else "",
)
def test_a_teacher_reads_why_it_has_not_left_and_only_a_provider_s_own_no_uses_a_try(
    sessions: sessionmaker[Session], providers: Providers, answer: ProviderError, tries: int
) -> None:
    outgoing, terms = begun(sessions, providers)
    message = finish(sessions, outgoing, answer, terms)
    assert (message.state, message.attempts) == (MessageState.SCHEDULED, tries)
    assert said(message.state_reason) == f"It has not left yet ({answer.words}); it is tried again."
