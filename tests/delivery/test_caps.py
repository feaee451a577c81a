"""Nobody is written to too often, however many workers there are, and an answer is never held back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from models import (
    AddressKind,
    Channel,
    ContactPoint,
    InboundMessage,
    Initiator,
    Message,
    MessageKind,
    MessageState,
    SandboxMessage,
)
from outreach.delivery import Providers, deliver_due
from outreach.delivery.caps import Places
from outreach.delivery.pauses import pause_provider
from outreach.effective import effective_config
from tests.delivery.claims import places_of
from tests.delivery.letters import Household, household, intent, text
from tests.world import NOW, World


def test_four_due_at_once_before_four_workers_leave_three(
    sessions: sessionmaker[Session], providers: Providers
) -> None:
    with sessions.begin() as session:
        world = World(session)
        homes = [household(world) for _ in range(8)]
        for number, home in enumerate(homes):
            for which in range(4):
                text(session, home, f"{number}-{which}")

    def work(worker: int) -> None:
        for _ in range(12):
            deliver_due(sessions, providers, lambda: NOW, f"worker-{worker}", limit=3)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))
    with sessions() as session:
        per_phone = session.execute(
            select(SandboxMessage.to_value, func.count()).group_by(SandboxMessage.to_value)
        ).all()
        waiting = session.scalars(select(Message).where(Message.state == MessageState.SCHEDULED)).all()
    assert [count for _, count in per_phone] == [3] * 8
    assert {message.due_at for message in waiting} <= {NOW, NOW + timedelta(days=7)}


def test_a_phone_that_two_families_share_has_one_cap(sessions: sessionmaker[Session], providers: Providers) -> None:
    with sessions.begin() as session:
        world = World(session)
        first, second = household(world), household(world)
        session.add(ContactPoint(guardian_id=second.guardian.id, address_id=first.phone.id))
        session.flush()
        shared = Household(second.school, second.student, second.guardian, second.family, first.phone)
        for which in range(3):
            text(session, first, f"first-{which}")
            text(session, shared, f"second-{which}")
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda one: deliver_due(sessions, providers, lambda: NOW, f"w{one}"), range(2)))
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(SandboxMessage)) == 3


def sent(session: Session, home: Household, key: str, days_ago: float, **values: object) -> Message:
    message = text(session, home, key)
    message.state, message.attempt_id = MessageState.ACCEPTED, key
    message.sent_at = NOW - timedelta(days=days_ago)
    for name, value in values.items():
        setattr(message, name, value)
    session.flush()
    return message


def share(session: Session, message: Message, now: datetime = NOW) -> Places:
    rules = effective_config(session, now).cadence.sending
    return places_of(session, message, now, rules, {Channel.SMS: "twilio", Channel.EMAIL: "sendgrid"})


def counted(session: Session, home: Household) -> int:
    return len(share(session, text(session, home, "fresh")).family)


@pytest.mark.parametrize(
    ("values", "counts"),
    [
        ({}, 1),
        ({"state": MessageState.SENDING}, 1),
        ({"state": MessageState.UNKNOWN}, 1),
        ({"state": MessageState.DELIVERED}, 1),
        ({"state": MessageState.FAILED}, 0),
        ({"state": MessageState.FAILED, "accepted_at": NOW}, 1),
        ({"state": MessageState.SKIPPED, "sent_at": None}, 0),
        ({"kind": MessageKind.HELP}, 0),
        ({"sent_at": NOW - timedelta(days=7)}, 0),
    ],
)
def test_what_counts_is_what_the_provider_took(
    session: Session, world: World, values: dict[str, object], counts: int
) -> None:
    home = household(world)
    sent(session, home, "one", 1, **values)
    assert counted(session, home) == counts


def test_an_answer_to_what_the_family_said_counts_nowhere(session: Session, world: World) -> None:
    home = household(world)
    world.contact(home.student, initiator=Initiator.FAMILY, occurred_at=NOW - timedelta(days=10))
    sent(session, home, "answer", 1, kind=MessageKind.ANSWER)
    assert counted(session, home) == 0
    answer = text(session, home, "another", kind=MessageKind.ANSWER)
    assert share(session, answer).answers_recent
    assert not share(session, answer, NOW + timedelta(days=5)).answers_recent


def test_an_answer_to_a_silent_family_is_a_message_like_any_other(session: Session, world: World) -> None:
    home = household(world)
    sent(session, home, "answer", 1, kind=MessageKind.ANSWER)
    assert counted(session, home) == 1


def test_an_automatic_reply_is_no_person_s_answer(session: Session, world: World) -> None:
    home = household(world)
    world.contact(home.student, initiator=Initiator.FAMILY, occurred_at=NOW - timedelta(days=1))
    sent(session, home, "answer", 1, kind=MessageKind.ANSWER, automated=True)
    assert counted(session, home) == 1


def test_a_text_that_answers_an_inbound_one_is_free_by_that_alone(session: Session, world: World) -> None:
    home = household(world)
    world.add(
        InboundMessage(
            provider="twilio", provider_id="SM9", channel=Channel.SMS, from_value=home.phone.value,
            to_value="+13125550100", body="When is the concert?", raw={}, received_at=NOW - timedelta(days=1),
        )
    )  # fmt: skip
    answer = text(session, home, "reply", kind=MessageKind.ANSWER, answers_inbound="SM9")
    assert share(session, answer).answers_recent


def test_the_last_place_of_a_week_is_the_teacher_s_not_the_survey_s(
    sessions: sessionmaker[Session], providers: Providers
) -> None:
    with sessions.begin() as session:
        home = household(World(session))
        sent(session, home, "a", 2)
        sent(session, home, "b", 1)
        survey = text(session, home, "survey", kind=MessageKind.VERDICT, due_at=NOW - timedelta(hours=1)).id
        text(session, home, "teacher").id  # noqa: B018  # due later, and yet it goes first
        # Another worker holds the teacher's message just now.
        session.scalars(select(Message).where(Message.intent_key == "teacher")).one().lease_until = NOW + timedelta(
            seconds=30
        )
    deliver_due(sessions, providers, lambda: NOW, "other")
    with sessions() as session:
        waits = session.get_one(Message, survey)
        assert waits.state is MessageState.SCHEDULED
        assert waits.state_reason == "A message that matters more to this family goes first."
    later = NOW + timedelta(minutes=2)
    deliver_due(sessions, providers, lambda: later, "other")
    with sessions() as session:
        bodies = session.scalars(select(Message.intent_key).where(Message.sent_at == later)).all()
    assert bodies == ["teacher"]


def test_what_moved_on_counts_at_its_own_address_alone(session: Session, world: World) -> None:
    home = household(world)
    failed = sent(session, home, "one", 1, state=MessageState.FAILED, accepted_at=NOW, automated=True)
    stand_in = text(session, home, "two", automated=True)
    stand_in.fallback_of_id = failed.id
    session.flush()
    for message in (stand_in, text(session, home, "three")):
        shared = share(session, message)
        assert (len(shared.family), len(shared.family_automated)) == (0, 0)
        assert (len(shared.address), len(shared.address_automated)) == (1, 1)
    failed.state = MessageState.DELIVERED  # the carrier's late yes
    session.flush()
    assert len(share(session, stand_in).family) == 1


def test_a_teachers_message_is_waited_for_and_an_answer_that_takes_no_place_is_not(
    session: Session, world: World
) -> None:
    home = household(world)
    survey = text(session, home, "survey", kind=MessageKind.SURVEY)
    text(session, home, "teacher")
    text(session, home, "answer", kind=MessageKind.ANSWER)
    assert share(session, survey).ahead == 2, "an answer to a family that wrote nothing lately takes a place"
    world.contact(home.student, initiator=Initiator.FAMILY, occurred_at=NOW - timedelta(days=10))
    assert share(session, survey).ahead == 1


@pytest.mark.parametrize(
    ("paused", "until", "ahead"),
    [
        ("sendgrid", None, 0),
        ("sendgrid", NOW + timedelta(minutes=5), 0),
        ("sendgrid", NOW, 1),
        ("twilio", None, 1),
    ],
)  # fmt: skip
def test_nobody_waits_for_a_message_whose_provider_is_paused(
    session: Session, world: World, paused: str, until: datetime | None, ahead: int
) -> None:
    home = household(world)
    mailbox = world.email(home.guardian)
    text(
        session, home, "teacher", channel=Channel.EMAIL, to_kind=AddressKind.EMAIL, to_value=mailbox.value,
        address_id=mailbox.id, title="About Maya",
    )  # fmt: skip
    pause_provider(session, paused, "It refuses us.", NOW - timedelta(minutes=1), until)
    assert share(session, text(session, home, "survey", kind=MessageKind.SURVEY)).ahead == ahead


def test_an_intent_without_an_end_becomes_stale_after_three_days(session: Session, world: World) -> None:
    home = household(world)
    message = text(session, home, "one", expires_at=None, school_id=None)
    assert message.expires_at == intent(home).due_at + timedelta(days=3)
    assert message.school_id == home.school.id
