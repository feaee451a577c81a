"""Why a message did not go is stored once and read by each in their own language; what we do rests on no language."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import (
    Address,
    AddressHealth,
    AddressKind,
    AttemptResult,
    Channel,
    ConsentSource,
    ConsentState,
    DeliveryAttempt,
    Hold,
    HoldReason,
    Message,
    MessageState,
    Student,
)
from outreach.delivery import Providers, Receipt, ReceiptEvent, apply_receipt, deliver_due, record_consent
from outreach.delivery.carrier import OWN_HOURS
from outreach.delivery.claim import expire_stale
from outreach.delivery.errors import ProviderDown
from outreach.delivery.health import note_code
from outreach.delivery.overview import pauses_in_words
from outreach.delivery.result import finish
from outreach.delivery.safety import mistake, telling
from outreach.delivery.segments import Alphabet, segments_of
from outreach.delivery.states import GIVEN_UP
from outreach.delivery.unknown import Became, settle_unknown
from outreach.delivery.wording import too_long, unfinished
from outreach.language import _, said, speaking
from tests.delivery.letters import household, text
from tests.delivery.test_result import begun
from tests.world import NOW, World


@pytest.fixture(params=["en", "es"])
def spoken(request: pytest.FixtureRequest) -> Iterator[str]:
    """Whoever happens to speak where a thing is done: a worker, or an administrator's page."""
    with speaking(request.param):
        yield request.param


def only_message(sessions: sessionmaker[Session]) -> Message:
    with sessions() as session:
        return session.scalars(select(Message)).one()


def test_a_refusal_is_read_in_spanish_by_one_and_in_english_by_another(
    sessions: sessionmaker[Session], providers: Providers, spoken: str
) -> None:
    with sessions.begin() as session:
        world = World(session)
        home = household(world)
        kim = world.staff(home.school, display_name="K. Lowe")
        world.add(
            Hold(
                student_id=home.student.id,
                from_at=NOW - timedelta(days=1),
                ask_staff_id=kim.id,
                reason=HoldReason.COURT,
            )
        )
        text(session, home)
    deliver_due(sessions, providers, lambda: NOW, "w")
    message = only_message(sessions)
    assert message.state is MessageState.SKIPPED
    with speaking("en"):
        assert said(message.state_reason) == "On hold: ask K. Lowe."
    with speaking("es"):
        assert said(message.state_reason) == "En pausa: pregunte a K. Lowe."


def test_what_grew_stale_while_it_waited_says_so_in_either_language(
    sessions: sessionmaker[Session], providers: Providers, spoken: str
) -> None:
    with sessions.begin() as session:
        text(session, household(World(session)), due_at=NOW, expires_at=NOW + timedelta(days=2))
    evening = NOW + timedelta(hours=12)
    deliver_due(sessions, providers, lambda: evening, "w")
    with sessions.begin() as session:
        assert expire_stale(session, NOW + timedelta(days=2)) == 1
    reason = only_message(sessions).state_reason
    with speaking("en"):
        assert said(reason) == (
            "It had become stale before it could leave. "
            "Families are written to between 8 am and 8 pm by their own clock, on school days."
        )
    with speaking("es"):
        assert said(reason) == (
            "Perdió vigencia antes de poder salir. "
            "A las familias se les escribe entre las 8 a.m. y las 8 p.m., según su propia hora, en días de clases."
        )


def test_what_waited_for_no_reason_that_is_known_only_says_that_it_is_stale(session: Session, world: World) -> None:
    message = text(session, household(world), expires_at=NOW)
    message.state_reason = None
    session.flush()
    expire_stale(session, NOW)
    session.refresh(message)
    assert message.state_reason == "It had become stale before it could leave."


@pytest.mark.parametrize("quoted", ['She said "no" \\ twice.', "Años: niña, ¿qué? 🙏"])
def test_a_reason_with_quotes_and_accents_survives_being_quoted_by_the_database(
    session: Session, world: World, quoted: str
) -> None:
    message = text(session, household(world), expires_at=NOW)
    message.state_reason = quoted
    session.flush()
    expire_stale(session, NOW)
    session.refresh(message)
    assert said(message.state_reason) == f"It had become stale before it could leave. {quoted}"


def test_a_provider_s_refusal_is_stored_in_no_language(
    sessions: sessionmaker[Session], providers: Providers, spoken: str
) -> None:
    outgoing, terms = begun(sessions, providers)
    with sessions.begin() as session:
        finish(session, outgoing, ProviderDown("20003", "the credentials are wrong"), terms.rules, NOW)
    reason = only_message(sessions).state_reason
    with sessions() as session, speaking("es"):
        assert pauses_in_words(session, NOW) == [
            "Los mensajes están en pausa: El entorno de pruebas nos rechaza: las credenciales no son correctas."
        ]
        assert said(reason) == ("Todavía no ha salido (las credenciales no son correctas); se intentará de nuevo.")


def test_what_a_person_gave_up_stays_given_up_whatever_language_they_speak(
    session: Session, world: World, spoken: str
) -> None:
    message = text(session, household(world))
    message.state, message.attempt_id, message.person_asked_at = MessageState.UNKNOWN, "a1", NOW
    message.sent_at = NOW - timedelta(hours=30)
    world.add(
        DeliveryAttempt(
            id="a1", message_id=message.id, provider="twilio", started_at=message.sent_at,
            deadline_at=message.sent_at, result=AttemptResult.UNKNOWN,
        )
    )  # fmt: skip
    settle_unknown(session, None, message.id, "a1", Became.GIVE_UP, NOW)
    assert message.state_reason == GIVEN_UP
    apply_receipt(session, Receipt("twilio", "k1", ReceiptEvent.FAILED, "SM1", "a1", NOW, error_code=OWN_HOURS), NOW)
    assert (message.state, message.state_reason) == (MessageState.FAILED, GIVEN_UP), "it is not tried at another hour"


def test_what_a_code_said_of_a_number_is_taken_back_whatever_language_is_spoken(
    session: Session, world: World, spoken: str
) -> None:
    home = household(world)
    note_code(session, home.phone, "30005", NOW)
    assert (home.phone.health, home.phone.health_reason) == (AddressHealth.DEAD, "the number is not in service")
    message = text(session, home)
    message.state, message.attempt_id, message.provider = MessageState.ACCEPTED, "a1", "twilio"
    world.add(DeliveryAttempt(id="a1", message_id=message.id, provider="twilio", started_at=NOW, deadline_at=NOW))
    failed = Receipt("twilio", "k1", ReceiptEvent.FAILED, "SM1", "a1", NOW, error_code="30005")
    apply_receipt(session, failed, NOW)
    apply_receipt(session, Receipt("twilio", "k2", ReceiptEvent.DELIVERED, "SM1", "a1", NOW), NOW)
    session.refresh(home.phone)
    assert (home.phone.health, home.phone.health_reason) == (AddressHealth.USABLE, None)


def test_an_e_mail_that_came_back_and_then_arrived_makes_its_address_usable_again(
    session: Session, world: World, spoken: str
) -> None:
    home = household(world)
    box = world.email(home.guardian)
    message = text(
        session, home, channel=Channel.EMAIL, to_kind=AddressKind.EMAIL, to_value=box.value, address_id=box.id
    )
    message.state, message.attempt_id, message.attempts = MessageState.ACCEPTED, "a2", 2
    for one in ("a1", "a2"):
        world.add(DeliveryAttempt(id=one, message_id=message.id, provider="sendgrid", started_at=NOW, deadline_at=NOW))
    apply_receipt(session, Receipt("sendgrid", "k1", ReceiptEvent.BOUNCED, "p1", "a1", NOW), NOW)
    assert session.get_one(Address, box.id).health_reason == "e-mail came back"
    apply_receipt(session, Receipt("sendgrid", "k2", ReceiptEvent.DELIVERED, "p2", "a2", NOW), NOW)
    assert session.get_one(Address, box.id).health is AddressHealth.USABLE


def test_a_no_that_stands_is_told_to_each_in_their_language(
    sessions: sessionmaker[Session], providers: Providers
) -> None:
    with sessions.begin() as session:
        home = household(World(session))
        text(session, home)
        record_consent(session, home.phone.id, Channel.SMS, ConsentState.OUT, ConsentSource.STAFF, NOW)
        session.get_one(Student, home.student.id).birth_date = date(2015, 1, 1)
    deliver_due(sessions, providers, lambda: NOW, "w")
    with speaking("es"):
        assert said(only_message(sessions).state_reason) == (
            "Esta familia pidió no recibir más mensajes en esta dirección."
        )


def test_what_is_wrong_with_words_is_said_to_the_writer_at_once() -> None:
    with speaking("es"):
        assert unfinished("Hola [nombre], todo bien.") == "Reemplace primero “[nombre]” con sus propias palabras."
        assert "como máximo" in (too_long("Maya did well. " * 40, 3) or "")
    assert unfinished("Hola [la materia], todo bien.") is not None, "a gap of a draft that a Spanish reader was shown"


def test_no_letter_of_a_safety_text_in_spanish_halves_what_it_holds() -> None:
    for sentence in (telling.FOUND, telling.FOUND_AGAIN, telling.WORRIED, telling.WORRIED_AGAIN, mistake.MISTAKE):
        with speaking("es"):
            assert segments_of(_(sentence, place="Lakeside", link="x")).alphabet is Alphabet.GSM_7
