"""From the intent to the timeline, on a database of its own, with the sandbox as the provider."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from models import (
    Address,
    AddressHealth,
    Channel,
    Consent,
    ConsentSource,
    ConsentState,
    Contact,
    ContactPoint,
    Guardianship,
    Hold,
    HoldReason,
    Initiator,
    Message,
    MessageState,
    Outcome,
    ProviderPause,
    SandboxMessage,
)
from outreach.delivery import (
    DeliveryRefused,
    Outgoing,
    Providers,
    attempt,
    cancel,
    deliver_due,
    drain,
    record_consent,
    resume,
    sandbox,
    stop_everything,
)
from outreach.delivery.claim import claim_due
from outreach.delivery.errors import Unclear
from outreach.delivery.terms import terms_at
from outreach.effective import effective_config
from tests.delivery.letters import Household, household, text
from tests.world import NOW, World

LATER = NOW + timedelta(minutes=5)


def only_message(sessions: sessionmaker[Session]) -> Message:
    with sessions() as session:
        return session.scalars(select(Message)).one()


def put(sessions: sessionmaker[Session], home: Household, key: str = "one", **values: object) -> int:
    with sessions.begin() as session:
        return text(session, home, key, **values).id


def send(sessions: sessionmaker[Session], providers: Providers, now: datetime = NOW) -> object:
    return deliver_due(sessions, providers, lambda: now, "worker-1")


def prepared(sessions: sessionmaker[Session], number: str | None = None) -> Household:
    with sessions.begin() as session:
        return household(World(session), number)


def test_a_text_leaves_arrives_and_stands_in_the_timeline_once(
    sessions: sessionmaker[Session], providers: Providers
) -> None:
    home = prepared(sessions)
    put(sessions, home)
    figures = drain(sessions, providers, lambda: NOW, "worker-1")
    assert (figures.claimed, figures.accepted) == (1, 1)
    with sessions.begin() as session:
        message = session.scalars(select(Message)).one()
        assert message.state is MessageState.DELIVERED
        assert message.provider == "sandbox"
        contact = session.scalars(select(Contact)).one()
        assert (contact.message_id, contact.outcome) == (message.id, Outcome.DELIVERED)
        assert contact.initiator is Initiator.SCHOOL
        assert contact.channel is Channel.SMS
    assert sandbox.advance(sessions, LATER, settle=True) == 0
    assert drain(sessions, providers, lambda: LATER, "worker-1").claimed == 0


def test_receipts_come_when_the_sandbox_says_so(sessions: sessionmaker[Session], providers: Providers) -> None:
    home = prepared(sessions)
    put(sessions, home)
    send(sessions, providers)
    states = []
    for seconds in (1, 2, 4, 5):
        sandbox.advance(sessions, NOW + timedelta(seconds=seconds))
        states.append(only_message(sessions).state)
    assert states == [MessageState.ACCEPTED, MessageState.ACCEPTED, MessageState.ACCEPTED, MessageState.DELIVERED]


def test_the_same_intent_is_one_message(sessions: sessionmaker[Session]) -> None:
    home = prepared(sessions)
    assert put(sessions, home) == put(sessions, home)


def test_the_same_intent_at_the_same_moment_is_one_message(sessions: sessionmaker[Session]) -> None:
    home = prepared(sessions)
    with ThreadPoolExecutor(6) as pool:
        ids = list(pool.map(lambda _: put(sessions, home), range(12)))
    assert len(set(ids)) == 1


@pytest.mark.parametrize(
    ("number", "state", "words"),
    [
        ("+15005550001", MessageState.FAILED, "not a valid number"),
        ("+15005550002", MessageState.FAILED, "asked not to get texts"),
        ("+15005550003", MessageState.FAILED, "not a mobile number"),
        ("+15005550004", MessageState.FAILED, "not in service"),
        ("+15005550005", MessageState.ACCEPTED, None),
        ("+15005550006", MessageState.DELIVERED, None),
        ("+15005550007", MessageState.SCHEDULED, "tried again"),
        ("+15005550008", MessageState.DELIVERED, None),
        ("+15005550009", MessageState.UNKNOWN, "do not know"),
        ("+15005550010", MessageState.SCHEDULED, "tried again"),
    ],
)
def test_each_magic_number_ends_as_the_table_says(
    sessions: sessionmaker[Session], providers: Providers, number: str, state: MessageState, words: str | None
) -> None:
    put(sessions, prepared(sessions, number))
    drain(sessions, providers, lambda: NOW, "worker-1")
    message = only_message(sessions)
    assert message.state is state
    assert (words in (message.state_reason or "")) if words else message.state_reason is None


def test_an_opt_out_that_the_provider_knows_is_kept_and_holds(
    sessions: sessionmaker[Session], providers: Providers
) -> None:
    home = prepared(sessions, "+15005550002")
    put(sessions, home)
    send(sessions, providers)
    put(sessions, home, "two")
    send(sessions, providers)
    with sessions() as session:
        assert session.scalars(select(Consent.state)).all() == [ConsentState.OUT, ConsentState.OUT]
        second = session.scalars(select(Message).where(Message.intent_key == "two")).one()
        assert second.state is MessageState.SKIPPED
        assert "no more messages" in (second.state_reason or "")


def test_a_dead_number_is_not_written_to_again(sessions: sessionmaker[Session], providers: Providers) -> None:
    home = prepared(sessions, "+15005550004")
    put(sessions, home)
    drain(sessions, providers, lambda: NOW, "worker-1")
    with sessions() as session:
        assert session.get_one(Address, home.phone.id).health is AddressHealth.DEAD


def test_wrong_credentials_stop_the_provider_until_a_person_resumes_it(
    sessions: sessionmaker[Session], providers: Providers
) -> None:
    put(sessions, prepared(sessions, "+15005550010"))
    send(sessions, providers)
    with sessions() as session:
        assert session.scalars(select(ProviderPause.provider)).all() == ["sandbox"]
    assert deliver_due(sessions, providers, lambda: NOW + timedelta(days=1), "worker-1").claimed == 0


def test_a_busy_provider_is_asked_again_later_and_not_for_ever(
    sessions: sessionmaker[Session], providers: Providers
) -> None:
    put(sessions, prepared(sessions, "+15005550007"), expires_at=None)
    now, tries = NOW, 0
    while only_message(sessions).state is MessageState.SCHEDULED and tries < 20:
        send(sessions, providers, now)
        tries += 1
        now = max(now, only_message(sessions).due_at)
    assert only_message(sessions).state is MessageState.FAILED
    with sessions() as session:
        assert only_message(sessions).attempts == effective_config(session, NOW).cadence.sending.retry_limit


def test_a_family_that_opted_out_gets_nothing_more(sessions: sessionmaker[Session], providers: Providers) -> None:
    home = prepared(sessions)
    put(sessions, home)
    with sessions.begin() as session:
        record_consent(session, home.phone.id, Channel.SMS, ConsentState.OUT, ConsentSource.FAMILY_WROTE, NOW)
    send(sessions, providers)
    assert only_message(sessions).state is MessageState.SKIPPED
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(SandboxMessage)) == 0


def test_a_hold_placed_after_approval_stops_what_was_to_go(
    sessions: sessionmaker[Session], providers: Providers
) -> None:
    home = prepared(sessions)
    put(sessions, home)
    with sessions.begin() as session:
        session.add(Hold(student_id=home.student.id, reason=HoldReason.BEREAVEMENT, from_at=NOW - timedelta(hours=1)))
    send(sessions, providers)
    assert only_message(sessions).state is MessageState.SKIPPED
    assert "On hold" in (only_message(sessions).state_reason or "")


def test_a_number_shared_with_somebody_barred_is_not_used(
    sessions: sessionmaker[Session], providers: Providers
) -> None:
    home = prepared(sessions)
    with sessions.begin() as session:
        world = World(session)
        other = world.guardian(given_name="Ivan", sourced_id="ivan")
        world.add(Guardianship(student_id=home.student.id, guardian_id=other.id, may_contact=False))
        world.add(ContactPoint(guardian_id=other.id, address_id=home.phone.id))
    put(sessions, home)
    send(sessions, providers)
    assert only_message(sessions).state is MessageState.SKIPPED


def test_at_night_it_waits_for_the_morning_and_then_leaves(
    sessions: sessionmaker[Session], providers: Providers
) -> None:
    home = prepared(sessions)
    night = NOW + timedelta(hours=12)
    put(sessions, home, due_at=night)
    send(sessions, providers, night)
    waiting = only_message(sessions)
    assert waiting.state is MessageState.SCHEDULED
    assert waiting.due_at == NOW.replace(hour=14) + timedelta(days=1)  # 08:00 in Chicago
    send(sessions, providers, waiting.due_at)
    assert only_message(sessions).state is MessageState.ACCEPTED


def test_what_has_gone_stale_is_expired_and_never_sent(sessions: sessionmaker[Session], providers: Providers) -> None:
    put(sessions, prepared(sessions))
    send(sessions, providers, NOW + timedelta(days=6))
    assert only_message(sessions).state is MessageState.EXPIRED


def test_a_message_taken_back_never_leaves(sessions: sessionmaker[Session], providers: Providers) -> None:
    message_id = put(sessions, prepared(sessions))
    with sessions.begin() as session:
        assert cancel(session, message_id, "The teacher took it back.", NOW)
    assert deliver_due(sessions, providers, lambda: NOW, "worker-1").claimed == 0
    with sessions.begin() as session:
        assert not cancel(session, message_id, "again", NOW)


def test_stop_everything_holds_back_until_resumed(sessions: sessionmaker[Session], providers: Providers) -> None:
    home = prepared(sessions)
    put(sessions, home)
    with sessions.begin() as session:
        stop_everything(session, home.school.id, "A wrong list.", NOW)
        stop_everything(session, home.school.id, "A wrong list.", NOW)
    assert deliver_due(sessions, providers, lambda: NOW, "worker-1").claimed == 0
    with sessions.begin() as session:
        assert resume(session, home.school.id, NOW)
        assert not resume(session, home.school.id, NOW)
    assert deliver_due(sessions, providers, lambda: NOW, "worker-1").accepted == 1


def test_two_workers_never_send_the_same_message(sessions: sessionmaker[Session], providers: Providers) -> None:
    home = prepared(sessions)
    for number in range(12):
        put(sessions, home, f"m{number}")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: drain(sessions, providers, lambda: NOW, f"worker-{name}"), range(4)))
    with sessions() as session:
        sent = session.scalars(select(SandboxMessage.attempt_id)).all()
        assert len(sent) == 3  # the cap of a family; the rest wait
        assert len(set(sent)) == 3
        waiting = session.scalar(
            select(func.count()).select_from(Message).where(Message.state != MessageState.DELIVERED)
        )
        assert waiting == 9


def test_a_crash_after_the_call_leaves_it_unknown_and_it_is_never_sent_again(
    sessions: sessionmaker[Session], providers: Providers
) -> None:
    put(sessions, prepared(sessions))
    with sessions.begin() as session:
        terms = terms_at(session, NOW)
        (claimed,) = claim_due(session, providers, "dies", NOW, terms.rules, 10)
    with sessions.begin() as session:
        outgoing = attempt.begin(session, claimed, "dies", providers, terms, NOW)
    assert outgoing is not None
    providers.of(Channel.SMS).send(outgoing)  # and the process dies here
    assert deliver_due(sessions, providers, lambda: NOW + timedelta(seconds=60), "other").claimed == 0
    assert only_message(sessions).state is MessageState.SENDING
    assert deliver_due(sessions, providers, lambda: LATER, "other").unknown == 1
    assert only_message(sessions).state is MessageState.UNKNOWN
    # The receipt carries the attempt's id, and so proves that it had left.
    sandbox.advance(sessions, LATER)
    assert only_message(sessions).state is MessageState.DELIVERED
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(SandboxMessage)) == 1


def test_a_crash_before_sending_was_committed_frees_the_message(
    sessions: sessionmaker[Session], providers: Providers
) -> None:
    put(sessions, prepared(sessions))
    with sessions.begin() as session:
        assert len(claim_due(session, providers, "dies", NOW, terms_at(session, NOW).rules, 10)) == 1
    assert deliver_due(sessions, providers, lambda: NOW, "other").claimed == 0
    assert deliver_due(sessions, providers, lambda: LATER, "other").accepted == 1


def test_a_lost_answer_is_not_an_absent_message(sessions: sessionmaker[Session], providers: Providers) -> None:
    put(sessions, prepared(sessions, "+15005550008"))
    send(sessions, providers)
    assert only_message(sessions).state is MessageState.UNKNOWN
    sandbox.advance(sessions, LATER)
    assert only_message(sessions).state is MessageState.DELIVERED


def test_an_unforeseen_fault_in_a_provider_is_unclear(sessions: sessionmaker[Session], providers: Providers) -> None:
    class Faulty:
        name, sender, confirms_opt_out = "faulty", "faulty", False

        def send(self, outgoing: object) -> object:
            raise ZeroDivisionError

    broken = Providers({Channel.SMS: Faulty(), Channel.EMAIL: Faulty()}, frozenset())  # type: ignore[dict-item]  # it only fails
    put(sessions, prepared(sessions))
    assert deliver_due(sessions, broken, lambda: NOW, "worker-1").unknown == 1
    assert isinstance(attempt.call(broken, _outgoing()), Unclear)


def _outgoing() -> Outgoing:
    return Outgoing("a" * 32, Channel.SMS, "+13125550100", None, "words", None, NOW)


def test_an_intent_without_words_is_refused_with_a_sentence(sessions: sessionmaker[Session]) -> None:
    home = prepared(sessions)
    with sessions.begin() as session, pytest.raises(DeliveryRefused, match="no words yet"):
        text(session, home, body="  ")
