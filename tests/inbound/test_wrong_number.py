"""Somebody else has the number: nothing more to it, nothing of theirs in the family's story, and its sender is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from models import (
    Account,
    AccountRole,
    Address,
    AddressHealth,
    Audience,
    Channel,
    ConsentCategory,
    ConsentSource,
    ConsentState,
    Contact,
    InboundReading,
    InboundState,
    InboundWait,
    Message,
    MessageState,
    Outcome,
    Request,
)
from outreach.access import viewer_of
from outreach.contacts import log_message_contact
from outreach.delivery import record_consent
from outreach.delivery.inbound import match
from outreach.delivery.inbound.stopping import WRONG_NUMBER
from outreach.language import speaking
from tests.world import NOW, World

from .mail import Mailroom


def test_a_wrong_number_ends_the_address_and_is_no_question(mailroom: Mailroom) -> None:
    home = mailroom.home()
    waiting = mailroom.waiting(home, due_at=NOW + timedelta(days=1), expires_at=NOW + timedelta(days=4))
    came = mailroom.arrives("Número equivocado")

    (address,) = mailroom.rows(select(Address).where(Address.id == home.phone.id))
    assert (address.health, address.health_reason) == (AddressHealth.DEAD, WRONG_NUMBER)
    assert mailroom.consents(home) == dict.fromkeys(ConsentCategory, ConsentState.OUT)
    (called_off,) = mailroom.rows(select(Message).where(Message.id == waiting.id))
    assert called_off.state is MessageState.SKIPPED
    assert (came.read_as, came.state, came.family_id) == (InboundReading.WRONG_NUMBER, InboundState.DISMISSED, None)
    assert not mailroom.rows(select(Contact))
    assert not mailroom.rows(select(Request))
    assert not mailroom.replies()


def test_what_was_sent_to_it_was_an_attempt_and_its_sender_is_told_with_first_names_only(mailroom: Mailroom) -> None:
    home = mailroom.home()
    teacher = mailroom.build(lambda world: world.staff(world.session.merge(home.school), email="alvarez@example.org"))
    sent = mailroom.sent(home, staff=teacher)
    came = mailroom.arrives("you have the wrong number")

    (ours,) = mailroom.rows(select(Contact).where(Contact.message_id == sent.id))
    (told,) = mailroom.rows(select(Message).where(Message.audience == Audience.STAFF))
    assert ours.outcome is Outcome.WRONG_NUMBER
    assert (came.staff_id, told.to_value) == (teacher.id, "alvarez@example.org")
    assert "Maya" in told.body
    assert "Delgado" not in f"{told.title} {told.body}"
    assert home.phone.value not in told.body


def test_a_wrong_number_that_asks_for_no_more_is_not_the_family_s_unless_a_person_says_so(mailroom: Mailroom) -> None:
    home = mailroom.home()
    teacher = mailroom.build(lambda world: world.staff(world.session.merge(home.school), email="alvarez@example.org"))
    sent = mailroom.sent(home, staff=teacher)
    came = mailroom.arrives("Wrong number, please stop texting me")

    (address,) = mailroom.rows(select(Address).where(Address.id == home.phone.id))
    assert (address.health, address.health_reason) == (AddressHealth.DEAD, WRONG_NUMBER)
    assert (came.read_as, came.state, came.family_id) == (InboundReading.WRONG_NUMBER, InboundState.DISMISSED, None)
    assert mailroom.rows(select(Contact.outcome)) == [Outcome.WRONG_NUMBER]
    assert mailroom.rows(select(Message.to_value).where(Message.audience == Audience.STAFF)) == ["alvarez@example.org"]
    assert not mailroom.replies()

    with mailroom.sessions.begin() as session:
        viewer = viewer_of(session, World(session).account(session.merge(teacher), AccountRole.ADMINISTRATOR), NOW)
        match(session, viewer, came.id, home.family.id, home.guardian.id, mailroom.providers, NOW)
    (ours, theirs) = mailroom.rows(select(Contact).order_by(Contact.id))
    assert (ours.message_id, ours.outcome) == (sent.id, Outcome.REPLIED)
    assert theirs.summary == "Wrong number, please stop texting me"
    assert mailroom.consents(home) == dict.fromkeys(ConsentCategory, ConsentState.OUT), "so it asked"


def test_a_receipt_that_comes_late_makes_no_contact_of_it(mailroom: Mailroom) -> None:
    home = mailroom.home()
    sent = mailroom.sent(home, told=False)
    mailroom.arrives("wrong number")
    with mailroom.sessions.begin() as session:
        log_message_contact(session, message=session.get_one(Message, sent.id), outcome=Outcome.DELIVERED, now=NOW)

    assert [one.outcome for one in mailroom.rows(select(Contact))] == [Outcome.WRONG_NUMBER]


def test_a_wrong_number_that_says_more_waits_for_a_person(mailroom: Mailroom) -> None:
    mailroom.home()
    came = mailroom.arrives("You have the wrong number. Her new one is 312 555 0199 I think")

    assert (came.state, came.waits_because) == (InboundState.NEW, InboundWait.WRONG_NUMBER)


def test_a_family_that_dialled_wrong_itself_asks_a_question(mailroom: Mailroom) -> None:
    home = mailroom.home()
    mailroom.arrives("I called the wrong number earlier, sorry. What time is practice?")

    assert len(mailroom.rows(select(Request))) == 1
    assert mailroom.consents(home) == dict.fromkeys(ConsentCategory)


def test_undone_by_who_places_messages_it_restores_what_stood_before_and_no_more(mailroom: Mailroom) -> None:
    home = mailroom.home()
    recorder = mailroom.build(
        lambda world: world.account(world.staff(world.session.merge(home.school)), AccountRole.RECORDER).id
    )

    def agreed(world: World, state: ConsentState, category: ConsentCategory) -> None:
        record_consent(
            world.session, home.phone.id, Channel.SMS, state, ConsentSource.FAMILY_WROTE, NOW, categories=[category]
        )

    def undo(number: int) -> None:
        with mailroom.sessions.begin() as session:
            viewer = viewer_of(session, session.get_one(Account, recorder), NOW)
            match(session, viewer, number, home.family.id, home.guardian.id, mailroom.providers, NOW)

    mailroom.build(lambda world: agreed(world, ConsentState.IN, ConsentCategory.SURVEY))
    undo(mailroom.arrives("wrong number").id)
    assert mailroom.consents(home) == dict.fromkeys(ConsentCategory, ConsentState.IN), "and the survey it agreed to"

    mailroom.build(lambda world: agreed(world, ConsentState.OUT, ConsentCategory.SCHOOL))
    undo(mailroom.arrives("wrong number", at=NOW + timedelta(minutes=1)).id)
    assert mailroom.consents(home)[ConsentCategory.SCHOOL] is ConsentState.OUT, "it had ended before"
    assert mailroom.consents(home)[ConsentCategory.SURVEY] is ConsentState.IN


def test_a_person_who_knows_better_makes_the_number_work_again(mailroom: Mailroom) -> None:
    home = mailroom.home()
    came = mailroom.arrives("wrong number")
    with mailroom.sessions.begin() as session:
        world = World(session)
        staff = world.staff(session.merge(home.school))
        viewer = viewer_of(session, world.account(staff, AccountRole.ADMINISTRATOR), NOW)
        match(session, viewer, came.id, home.family.id, home.guardian.id, mailroom.providers, NOW)

    (address,) = mailroom.rows(select(Address).where(Address.id == home.phone.id))
    assert address.health is AddressHealth.USABLE
    assert mailroom.consents(home)[ConsentCategory.SCHOOL] is ConsentState.IN
    assert [asked.question for asked in mailroom.rows(select(Request))] == ["wrong number"]


@pytest.mark.parametrize("tag", ["en", "es"])
def test_a_wrong_number_is_taken_back_whatever_language_is_spoken_where_that_is_done(
    mailroom: Mailroom, tag: str
) -> None:
    home = mailroom.home()
    came = mailroom.arrives("wrong number")
    with mailroom.sessions.begin() as session, speaking(tag):
        keeper = World(session).account(World(session).staff(session.merge(home.school)), AccountRole.ADMINISTRATOR)
        viewer = viewer_of(session, keeper, NOW)
        match(session, viewer, came.id, home.family.id, home.guardian.id, mailroom.providers, NOW)
    (address,) = mailroom.rows(select(Address).where(Address.id == home.phone.id))
    assert (address.health, address.health_reason) == (AddressHealth.USABLE, None)


def test_its_sender_is_told_in_the_language_that_they_chose(mailroom: Mailroom) -> None:
    home = mailroom.home()
    teacher = mailroom.build(lambda world: world.staff(world.session.merge(home.school), email="alvarez@example.org"))
    mailroom.build(lambda world: world.account(world.session.merge(teacher), language="es"))
    mailroom.sent(home, staff=teacher)
    mailroom.arrives("you have the wrong number")
    (told,) = mailroom.rows(select(Message).where(Message.audience == Audience.STAFF))
    assert told.title == "Un número de la familia de Maya no es correcto"
    assert "Ya no se le envía nada" in told.body
