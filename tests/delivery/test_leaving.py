"""What a message carries when it leaves, what it is taken to cost, and what its words may stop at the last moment."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import (
    AddressHealth,
    AddressKind,
    Channel,
    ConfigRevision,
    ConsentSource,
    ConsentState,
    ContactPoint,
    InboundMessage,
    Initiator,
    Message,
    MessageKind,
    MessageState,
)
from outreach.delivery import Accepted, Outgoing, Providers, deliver_due, record_consent
from outreach.delivery.links import Links
from outreach.delivery.segments import segments_of
from outreach.language import said
from tests.delivery.letters import Household, household, text
from tests.world import NOW, World

LINKS = Links("https://outreach.example.org", "k" * 40, "reply.example.org")


class Keeps:
    """A provider that keeps what it was handed."""

    name, sender, confirms_opt_out = "keeps", "keeps", False

    def __init__(self) -> None:
        self.took: list[Outgoing] = []

    def send(self, outgoing: Outgoing) -> Accepted:
        self.took.append(outgoing)
        return Accepted(f"id-{outgoing.attempt_id}")


@pytest.fixture
def keeps() -> Keeps:
    return Keeps()


@pytest.fixture
def lines(keeps: Keeps) -> Providers:
    return Providers({Channel.SMS: keeps, Channel.EMAIL: keeps}, frozenset(), LINKS)


def send(sessions: sessionmaker[Session], lines: Providers, days: float = 0) -> object:
    return deliver_due(sessions, lines, lambda: NOW + timedelta(days=days), "w", threads=1)


def messages(sessions: sessionmaker[Session]) -> list[Message]:
    with sessions() as session:
        return list(session.scalars(select(Message).order_by(Message.id)))


def home_with_sender(session: Session) -> tuple[Household, int]:
    world = World(session)
    home = household(world)
    return home, world.staff(home.school).id


def test_the_first_text_to_a_phone_says_who_writes_and_the_second_does_not(
    sessions: sessionmaker[Session], lines: Providers, keeps: Keeps
) -> None:
    with sessions.begin() as session:
        home, sender = home_with_sender(session)
        text(session, home, "one", staff_id=sender)
        text(session, home, "two", staff_id=sender, due_at=NOW + timedelta(days=1), body="Maya led her group today.")
    send(sessions, lines)
    send(sessions, lines, days=1)
    first, second = messages(sessions)
    assert first.preface is not None
    for word in ("Lakeside Schools", "L. Alvarez", "STOP"):
        assert word in first.preface
    assert [one.body for one in keeps.took] == [f"{first.preface}\n{first.body}", second.body]
    assert second.preface is None
    assert first.segments == segments_of(keeps.took[0].body).count
    assert second.segments == 1


def test_a_first_text_with_a_surname_is_refused_and_the_teacher_reads_why(
    sessions: sessionmaker[Session], lines: Providers, keeps: Keeps
) -> None:
    with sessions.begin() as session:
        home, sender = home_with_sender(session)
        text(session, home, staff_id=sender, body="A word about the Delgado family.")
    send(sessions, lines)
    (message,) = messages(sessions)
    assert (message.state, keeps.took) == (MessageState.SKIPPED, [])
    assert "surname" in said(message.state_reason)


@pytest.mark.parametrize(
    ("body", "words"), [("Hello [name], Maya did well.", "[name]"), ("Maya did well. " * 40, "at most 3")]
)
def test_unfinished_and_overlong_words_never_leave(
    sessions: sessionmaker[Session], lines: Providers, keeps: Keeps, body: str, words: str
) -> None:
    with sessions.begin() as session:
        home, _ = home_with_sender(session)
        text(session, home).body = body  # as if it had been kept before this was looked at
    send(sessions, lines)
    (message,) = messages(sessions)
    assert (message.state, keeps.took) == (MessageState.SKIPPED, [])
    assert words in said(message.state_reason)


def test_a_text_costs_its_segments_as_sent_and_an_email_its_own_price(
    sessions: sessionmaker[Session], lines: Providers
) -> None:
    with sessions.begin() as session:
        home, _ = home_with_sender(session)
        email = World(session).email(home.guardian)
        text(session, home, "sms")
        text(session, home, "mail", channel=Channel.EMAIL, to_kind=AddressKind.EMAIL, to_value=email.value,
             address_id=email.id, title="About Maya")  # fmt: skip
        prices = {"cadence.spending.text_segment_price": 0.01, "cadence.spending.email_price": 0.002}
        session.add(ConfigRevision(in_force_from=NOW, made_at=NOW, changes=dict(prices)))
    send(sessions, lines)
    sms, mail = messages(sessions)
    assert sms.segments is not None
    assert sms.cost_micros == 10_000 * sms.segments
    assert mail.cost_micros == 2_000


def test_an_email_to_a_family_can_be_answered_and_ended_and_one_to_staff_not(
    sessions: sessionmaker[Session], lines: Providers, keeps: Keeps
) -> None:
    with sessions.begin() as session:
        home, _ = home_with_sender(session)
        email = World(session).email(home.guardian)
        text(session, home, channel=Channel.EMAIL, to_kind=AddressKind.EMAIL, to_value=email.value,
             address_id=email.id, title="About Maya")  # fmt: skip
        link = LINKS.unsubscribe(email.id)
    send(sessions, lines)
    (outgoing,) = keeps.took
    assert outgoing.reply_to == f"reply+{outgoing.attempt_id}@reply.example.org"
    assert outgoing.unsubscribe_url == link
    assert link is not None
    assert link in outgoing.body


def test_past_the_month_s_limit_a_teacher_s_text_is_not_sent_and_an_answer_is(
    sessions: sessionmaker[Session], lines: Providers, keeps: Keeps
) -> None:
    with sessions.begin() as session:
        home, _ = home_with_sender(session)
        world = World(session)
        text(session, home, "teacher")
        world.contact(home.student, initiator=Initiator.FAMILY, occurred_at=NOW - timedelta(days=1))
        text(session, home, "answer", kind=MessageKind.ANSWER, body="Yes, on Friday.")
        session.add(ConfigRevision(in_force_from=NOW, made_at=NOW, changes={"cadence.spending.monthly_limit": 0}))
    send(sessions, lines)
    teacher, answer = messages(sessions)
    assert (teacher.state, answer.state) == (MessageState.SKIPPED, MessageState.ACCEPTED)
    assert "spending limit" in (teacher.state_reason or "")


def test_the_money_of_one_batch_is_counted_down_as_it_leaves(
    sessions: sessionmaker[Session], lines: Providers, keeps: Keeps
) -> None:
    with sessions.begin() as session:
        world = World(session)
        for number in range(4):
            text(session, household(world), f"{number}")
        limit = {"cadence.spending.monthly_limit": 0.02, "cadence.spending.text_segment_price": 0.01}
        session.add(ConfigRevision(in_force_from=NOW, made_at=NOW, changes=dict(limit)))
    send(sessions, lines)
    sent = [one for one in messages(sessions) if one.state is MessageState.ACCEPTED]
    before_the_last = sum(one.cost_micros or 0 for one in sent[:-1])
    assert before_the_last < 20_000 <= sum(one.cost_micros or 0 for one in sent)


def shared_phone(session: Session) -> tuple[Household, Household]:
    """Two guardians of two families behind one phone."""
    world = World(session)
    first, second = household(world), household(world)
    session.add(ContactPoint(guardian_id=second.guardian.id, address_id=first.phone.id))
    session.flush()
    return first, Household(second.school, second.student, second.guardian, second.family, first.phone)


def test_a_shared_phone_gets_the_very_same_words_once(
    sessions: sessionmaker[Session], lines: Providers, keeps: Keeps
) -> None:
    with sessions.begin() as session:
        first, second = shared_phone(session)
        text(session, first, "one", body="No school on Friday.")
        text(session, second, "two", body="No school on Friday.", due_at=NOW + timedelta(days=1))
        text(session, second, "three", body="The concert is on Monday.", due_at=NOW + timedelta(days=1))
    send(sessions, lines)
    send(sessions, lines, days=1)
    _, again, other = messages(sessions)
    assert (again.state, other.state) == (MessageState.SKIPPED, MessageState.ACCEPTED)
    assert again.state_reason == "This phone or mailbox is shared, and has these words already."
    assert len(keeps.took) == 2


def test_the_same_words_to_the_same_person_again_are_somebody_s_choice(
    sessions: sessionmaker[Session], lines: Providers, keeps: Keeps
) -> None:
    with sessions.begin() as session:
        home, _ = home_with_sender(session)
        text(session, home, "one", body="Please sign the form.")
        text(session, home, "two", body="Please sign the form.", due_at=NOW + timedelta(days=1))
    send(sessions, lines)
    send(sessions, lines, days=1)
    assert len(keeps.took) == 2


def opted_out_reply(session: Session, home: Household, key: str = "reply", **values: object) -> Message:
    record_consent(session, home.phone.id, Channel.SMS, ConsentState.OUT, ConsentSource.FAMILY_WROTE, NOW)
    return text(
        session, home, key, **{
            "kind": MessageKind.OPT_OUT_CONFIRMATION, "automated": True, "answers_inbound": "SM1",
            "body": "You will get no more texts from Lakeside Schools.", **values,
        }
    )  # fmt: skip


def test_who_wrote_stop_is_told_once_that_it_was_heard(
    sessions: sessionmaker[Session], lines: Providers, keeps: Keeps
) -> None:
    with sessions.begin() as session:
        home, _ = home_with_sender(session)
        session.add(
            InboundMessage(
                provider="twilio", provider_id="SM1", channel=Channel.SMS, from_value=home.phone.value,
                to_value="+13125550100", body="STOP", raw={}, received_at=NOW,
            )
        )  # fmt: skip
        opted_out_reply(session, home)
        opted_out_reply(session, home, "reply again")
        text(session, home, "teacher")
    send(sessions, lines, days=0.5)  # ten in the evening
    reply, again, teacher = messages(sessions)
    assert [reply.state, again.state, teacher.state] == [
        MessageState.ACCEPTED, MessageState.SKIPPED, MessageState.SKIPPED,
    ]  # fmt: skip
    assert [one.body for one in keeps.took] == [reply.body]  # a reply introduces nobody


def test_a_number_that_is_nobody_s_can_be_told_too(
    sessions: sessionmaker[Session], lines: Providers, keeps: Keeps
) -> None:
    with sessions.begin() as session:
        home, _ = home_with_sender(session)
        opted_out_reply(session, home, family_id=None, guardian_id=None, school_id=None, student_ids=())
    send(sessions, lines)
    assert len(keeps.took) == 1


def test_a_reply_never_goes_to_a_dead_number(sessions: sessionmaker[Session], lines: Providers, keeps: Keeps) -> None:
    with sessions.begin() as session:
        home, _ = home_with_sender(session)
        opted_out_reply(session, home)
        home.phone.health = AddressHealth.DEAD
    send(sessions, lines)
    (message,) = messages(sessions)
    assert (message.state, message.state_reason) == (MessageState.SKIPPED, "This address no longer works.")
    assert keeps.took == []
