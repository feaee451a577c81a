"""The first text to a number: who writes, how to stop; no mark, no surname."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from config.tuning import SendingRules
from models import AddressKind, Channel, ContactPoint, Message, MessageKind, MessageState, SandboxMessage
from outreach.delivery import DeliveryRefused, Providers, deliver_due
from outreach.delivery.final_words import final_words, words_refused
from outreach.delivery.first_text import is_first_text, names_around, refusal
from outreach.delivery.gate import BARE_REPLIES
from outreach.delivery.links import Links
from outreach.effective import effective_config
from outreach.language import said
from tests.delivery.letters import household, text
from tests.world import NOW, World

LINKS = Links("https://cedar.example.org", "k" * 40)


def rules(session: Session) -> SendingRules:
    return effective_config(session, NOW).cadence.sending


@pytest.mark.parametrize(
    ("body", "surname"),
    [
        ("Maya Delgado did well.", "Delgado"), ("maya hernandez did well.", "Hernández"),
        ("MAYA HERNÁNDEZ did well.", "hernandez"), ("Maya Hernández's work shines.", "Hernandez"),
        ("The García family is invited.", "García López"), ("Maya de la Cruz did well.", "de la Cruz"),
        ("Ms. Smith-Jones, hello.", "Smith-Jones"), ("Hello Mr. O'Brien.", "O'Brien"), ("Sam Price did well.", "Price"),
        ("Hola, Ana Flores va bien.", "Flores"), ("Nguyen is doing well.", "Nguyen"),
    ],
)  # fmt: skip
def test_a_surname_is_found_whatever_its_accents_and_capitals(body: str, surname: str) -> None:
    said = refusal(body, [surname])
    assert said is not None
    assert "surname" in said


@pytest.mark.parametrize(
    ("body", "surname"),
    [
        ("Maya did well.", "Delgado"), ("The price of lunch is the same.", "Price"), ("Las flores rojas.", "Flores"),
        ("Young readers met today.", "Young"), ("Today: Flores y plantas.", "Flores"), ("Do you have time?", "Do"),
        ("Le escribo por Maya.", "Le"), ("He lives de la calle.", "de la Cruz"), ("The Delgados won.", "Delgado"),
        ("Hello.", ""), ("A good day.", "A"),
    ],
)  # fmt: skip
def test_an_ordinary_word_is_no_surname(body: str, surname: str) -> None:
    assert refusal(body, [surname]) is None


def test_names_that_may_stand_do_not_count() -> None:
    said = "This is Ms. Delgado of Delgado Elementary. Santiago did well."
    assert refusal(said, ["Delgado", "Santiago"]) is not None
    assert refusal(said, ["Delgado", "Santiago"], ["Ms. Delgado", "Delgado Elementary", "Santiago"]) is None
    assert refusal(said + " Maya Delgado.", ["Delgado"], ["Ms. Delgado", "Delgado Elementary"]) is not None


def test_a_mark_is_refused_also_where_the_district_allows_them_in_texts() -> None:
    said = refusal("Maya has 85% in math.", [])
    assert said is not None
    assert "mark" in said


def test_the_surnames_are_those_of_the_students_their_guardians_and_whoever_shares_the_number(
    session: Session, world: World
) -> None:
    home = household(world)
    world.guardian(home.student, given_name="Luis", family_name="Paredes")
    sharing = world.guardian(given_name="Ana", family_name="Quintero")
    world.add(ContactPoint(guardian_id=sharing.id, address_id=home.phone.id))
    sender = world.staff(home.school, display_name="Ms. Alvarez")
    names = names_around(session, home.phone.id, [home.student.id], home.family.id, sender.id)
    assert names.surnames == {"Delgado", "Paredes", "Quintero"}
    assert {"Ms. Alvarez", "Lucia Alvarez", "Maya", "Rosa", home.school.name} <= names.allowed
    assert names_around(session, home.phone.id, [], home.family.id, None).surnames == names.surnames


@pytest.mark.parametrize(
    ("state", "still_first"),
    [
        (MessageState.ACCEPTED, False), (MessageState.DELIVERED, False), (MessageState.FAILED, True),
        (MessageState.UNKNOWN, True), (MessageState.SKIPPED, True), (MessageState.SENDING, True),
    ],
)  # fmt: skip
def test_only_a_text_that_the_provider_took_makes_the_next_a_second(
    session: Session, world: World, state: MessageState, still_first: bool
) -> None:
    home = household(world)
    message = text(session, home)
    message.state, message.attempt_id, message.sent_at = state, "a", NOW
    session.flush()
    assert is_first_text(session, home.phone.id) is still_first


@pytest.mark.parametrize("kind", sorted(BARE_REPLIES))
def test_the_system_s_own_reply_introduces_nobody(session: Session, world: World, kind: MessageKind) -> None:
    home = household(world)
    message = text(session, home, kind=kind)
    message.state, message.sent_at = MessageState.DELIVERED, NOW
    session.flush()
    assert is_first_text(session, home.phone.id)
    assert final_words(session, text(session, home, key="next", kind=kind), LINKS).preface is None


def test_an_e_mail_is_no_first_text(session: Session, world: World) -> None:
    home = household(world)
    box = world.email(home.guardian)
    message = text(
        session,
        home,
        channel=Channel.EMAIL,
        to_kind=AddressKind.EMAIL,
        to_value=box.value,
        address_id=box.id,
        title="Hi",
    )
    message.state, message.sent_at = MessageState.DELIVERED, NOW
    session.flush()
    assert is_first_text(session, home.phone.id)


def test_the_first_text_leaves_behind_its_preface_and_the_second_without(
    sessions: sessionmaker[Session], providers: Providers
) -> None:
    with sessions.begin() as session:
        home = household(World(session))
        sender = World(session).staff(home.school, display_name="Ms. Okafor")
        text(session, home, staff_id=sender.id)
    deliver_due(sessions, providers, lambda: NOW, "worker-1")
    with sessions.begin() as session:
        text(session, home, key="two", staff_id=sender.id)
    deliver_due(sessions, providers, lambda: NOW, "worker-1")
    with sessions() as session:
        first, second = session.scalars(select(Message).order_by(Message.id))
        assert first.preface is not None
        assert all(words in first.preface for words in ("Ms. Okafor", home.school.name, "Lakeside Schools", "STOP"))
        assert second.preface is None
        left = session.scalars(select(SandboxMessage.body).order_by(SandboxMessage.id)).all()
        assert left == [f"{first.preface}\n{first.body}", second.body]


def test_the_preface_is_in_the_family_s_language(session: Session, world: World) -> None:
    message = text(session, household(world), language="es-MX")
    words = final_words(session, message, LINKS)
    assert words.preface is not None
    assert "responda STOP" in words.preface
    assert words.body == f"{words.preface}\n{message.body}"


def test_a_family_s_e_mail_leaves_over_its_footer_and_staff_s_without(session: Session, world: World) -> None:
    home = household(world)
    box = world.email(home.guardian)
    message = text(
        session,
        home,
        channel=Channel.EMAIL,
        to_kind=AddressKind.EMAIL,
        to_value=box.value,
        address_id=box.id,
        title="Hi",
    )
    link = LINKS.unsubscribe(box.id)
    assert link is not None
    assert link in final_words(session, message, LINKS).body
    assert final_words(session, message, Links()).body == message.body, "no public address, no link to give"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("Maya has 85% now.", "mark"), ("Maya Delgado did well.", "surname"), ("a" * 460, "at most 3"),
    ],
)  # fmt: skip
def test_the_gate_s_last_look_refuses_what_was_let_through_before(
    session: Session, world: World, body: str, says: str
) -> None:
    assert says in said(words_refused(session, text(session, household(world), body=body), rules(session)))


def test_a_later_text_may_carry_a_surname_and_a_mark_where_the_district_allows_it(
    session: Session, world: World
) -> None:
    home = household(world)
    before = text(session, home)
    before.state, before.sent_at = MessageState.DELIVERED, NOW
    session.flush()
    later = text(session, home, key="two", body="Maya Delgado has 85% now.")
    allowed = rules(session).model_copy(update={"grades_in_texts": True})
    assert words_refused(session, later, allowed) is None
    assert words_refused(session, later, rules(session)) is not None


def test_an_intent_with_a_gap_is_not_kept(session: Session, world: World) -> None:
    home = household(world)
    with pytest.raises(DeliveryRefused, match="own words"):
        text(session, home, body="Maya did well in [the subject].")
    with pytest.raises(DeliveryRefused, match="own words"):
        text(session, home, title="About {student}")
    assert text(session, home, key="ours", kind=MessageKind.HELP, body="Ours [name]").id


def test_a_first_text_leads_to_the_school_s_directory_and_the_next_does_not(session: Session, world: World) -> None:
    home = household(world)
    message = text(session, home)
    assert "https://cedar.example.org" not in final_words(session, message, LINKS).body, "nobody is listed yet"
    world.whom_to_ask(home.school)
    assert f"https://cedar.example.org/ask/school-{home.school.id}" in final_words(session, message, LINKS).body
    assert "/ask" not in final_words(session, message, Links()).body, "no public address is set"
    message.state, message.sent_at = MessageState.DELIVERED, NOW
    session.flush()
    assert "/ask" not in final_words(session, text(session, home, key="next"), LINKS).body


def test_what_leaves_by_the_outbox_carries_the_directory_too(
    sessions: sessionmaker[Session], providers: Providers
) -> None:
    with sessions.begin() as session:
        home = household(World(session))
        World(session).whom_to_ask(home.school)
        text(session, home)
    deliver_due(sessions, replace(providers, links=LINKS), lambda: NOW, "worker-1")
    with sessions() as session:
        assert f"/ask/school-{home.school.id}" in session.scalars(select(SandboxMessage)).one().body
