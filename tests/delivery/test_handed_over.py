"""The family is told who has its question: by the way it asked, in its language, once, and not where it was undone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import (
    Authored,
    Channel,
    ConsentSource,
    ConsentState,
    Contact,
    ContactPoint,
    FamilyMember,
    Guardianship,
    Hold,
    HoldReason,
    Message,
    MessageKind,
    MessageState,
    Outcome,
    Request,
    RequestState,
    SandboxMessage,
    School,
)
from outreach.contacts import (
    close_request,
    hand_over,
    log_message_contact,
    take_back_step,
    take_request,
    versions_of,
)
from outreach.delivery import Providers, drain, record_basis
from outreach.delivery.consent import record_consent
from outreach.delivery.handed_over import TELL_AFTER, tell_who_has_it, unsay_who_has_it
from outreach.language import said
from tests.contacts.homes import Home, home
from tests.contacts.posts import inbound_from
from tests.world import NOW, World


@pytest.fixture
def delgado(world: World) -> Home:
    made = home(world)
    record_basis(world.session, "Families agreed on the enrollment form.", NOW, None)
    return made


def question(session: Session) -> Request:
    return session.scalars(select(Request)).one()


def newest(session: Session, request: Request) -> int:
    return versions_of(session, [request.id])[request.id]


def handed(delgado: Home) -> Message | None:
    ito = delgado.world.staff(delgado.school, display_name="K. Ito")
    request = delgado.world.session.scalar(select(Request)) or delgado.asks()
    hand_over(delgado.world.session, request.id, NOW, None, to_staff_id=ito.id)
    return tell_who_has_it(delgado.world.session, request, NOW)


def test_it_says_who_has_it_and_by_when_an_answer_comes(delgado: Home) -> None:
    phone = delgado.world.phone(delgado.rosa)
    told = handed(delgado)
    assert told is not None
    assert (told.address_id, told.channel, told.kind) == (phone.id, Channel.SMS, MessageKind.NOTICE)
    assert "K. Ito" in told.body
    assert "by Wednesday, November 25" in told.body
    assert told.due_at == NOW + TELL_AFTER
    assert told.about_school_work is False


def test_it_speaks_spanish_to_who_reads_spanish(delgado: Home) -> None:
    delgado.rosa.language = "es-MX"
    delgado.world.phone(delgado.rosa)
    told = handed(delgado)
    assert told is not None
    assert "la tiene ahora K. Ito" in told.body
    assert "a más tardar el miércoles 25 de noviembre" in told.body
    assert told.language == "es"


def test_it_goes_to_the_address_that_asked_and_counts_as_a_person_s_answer(delgado: Home, session: Session) -> None:
    delgado.world.phone(delgado.rosa)
    mail = delgado.world.email(delgado.rosa)
    inbound = inbound_from(delgado, channel=Channel.EMAIL, address_id=mail.id, from_value=mail.value)
    delgado.writes(inbound.received_at)
    contact = session.scalars(select(Contact)).one()
    inbound.contact_id = contact.id
    told = handed(delgado)
    assert told is not None
    assert (told.address_id, told.answers_inbound) == (mail.id, inbound.provider_id)
    assert told.automated is False, "no cap holds back what a family asked for"


def test_an_address_that_opted_out_is_never_told(delgado: Home, session: Session) -> None:
    phone, mail = delgado.world.phone(delgado.rosa), delgado.world.email(delgado.rosa)
    record_consent(session, phone.id, Channel.SMS, ConsentState.OUT, ConsentSource.FAMILY_WROTE, NOW)
    told = handed(delgado)
    assert told is not None
    assert (told.address_id, told.channel) == (mail.id, Channel.EMAIL)
    assert told.title == f"Your question to {delgado.school.name}"


def test_where_nobody_may_be_written_to_nobody_is(delgado: Home, session: Session) -> None:
    assert handed(delgado) is None
    assert session.scalars(select(Message)).all() == []


def test_told_twice_it_is_one_message(delgado: Home, session: Session) -> None:
    delgado.world.phone(delgado.rosa)
    first = handed(delgado)
    assert tell_who_has_it(session, question(session), NOW) is first


def test_what_was_taken_back_in_time_is_not_told(delgado: Home, session: Session) -> None:
    delgado.world.phone(delgado.rosa)
    told = handed(delgado)
    assert told is not None
    request = question(session)
    step = newest(session, request)
    take_back_step(session, request.id, step, NOW, None)
    assert unsay_who_has_it(session, request, step, NOW) is True
    assert told.state is MessageState.CANCELLED


def test_what_has_left_is_not_unsaid(delgado: Home, session: Session) -> None:
    delgado.world.phone(delgado.rosa)
    told = handed(delgado)
    assert told is not None
    told.state, told.sent_at = MessageState.DELIVERED, NOW + TELL_AFTER
    request = question(session)
    assert unsay_who_has_it(session, request, newest(session, request), NOW + timedelta(minutes=5)) is False


def test_a_later_step_taken_back_in_time_is_not_told_although_an_earlier_one_was(
    delgado: Home, session: Session, world: World
) -> None:
    world.phone(delgado.rosa)
    first = handed(delgado)
    assert first is not None
    first.state, first.sent_at = MessageState.DELIVERED, NOW + TELL_AFTER
    request, bell = question(session), world.staff(delgado.school, display_name="P. Bell")
    later = NOW + timedelta(days=1)
    hand_over(session, request.id, later, None, to_staff_id=bell.id, as_administrator=True)
    second, step = tell_who_has_it(session, request, later), newest(session, request)
    assert second is not None
    take_back_step(session, request.id, step, later, None)
    assert unsay_who_has_it(session, request, step, later) is True, "the family knows what stands"
    assert (first.state, second.state) == (MessageState.DELIVERED, MessageState.CANCELLED)


def test_the_notice_is_no_contact_of_a_teacher_s_and_answers_nothing(delgado: Home, session: Session) -> None:
    delgado.world.phone(delgado.rosa)
    told = handed(delgado)
    assert told is not None
    told.state, told.sent_at = MessageState.DELIVERED, NOW + TELL_AFTER
    contact = log_message_contact(session, message=told, outcome=Outcome.DELIVERED, now=NOW + TELL_AFTER)
    assert (contact.authored, contact.answers_request_id) == (Authored.AUTOMATIC, None)
    assert question(session).state is RequestState.OPEN


def bond(session: Session) -> Guardianship:
    return session.scalars(select(Guardianship)).one()


@pytest.mark.parametrize("fact", ["may_contact", "emergency_only"])
def test_a_guardian_who_may_not_be_written_to_about_the_student_is_never_told(
    delgado: Home, session: Session, fact: str
) -> None:
    delgado.world.phone(delgado.rosa)
    delgado.world.email(delgado.rosa)
    setattr(bond(session), fact, fact == "emergency_only")
    session.flush()
    assert handed(delgado) is None
    assert session.scalars(select(Message)).all() == [], "so a person is asked to say it"


def test_a_guardian_barred_from_one_of_the_children_is_not_told_of_a_question_about_all(
    delgado: Home, session: Session, world: World
) -> None:
    leo = world.student(delgado.school, given_name="Leo")
    world.add(FamilyMember(family_id=delgado.family.id, student_id=leo.id, from_on=NOW.date()))
    world.add(Guardianship(student_id=leo.id, guardian_id=delgado.rosa.id, may_contact=False))
    world.phone(delgado.rosa)
    delgado.asks(student_id=None)
    assert handed(delgado) is None


def test_an_address_that_also_reaches_somebody_barred_gives_way_to_the_guardian_s_own(
    delgado: Home, world: World
) -> None:
    shared, own = world.phone(delgado.rosa), world.email(delgado.rosa)
    luis = world.guardian(given_name="Luis")
    world.add(Guardianship(student_id=delgado.maya.id, guardian_id=luis.id, may_contact=False))
    world.add(ContactPoint(guardian_id=luis.id, address_id=shared.id))
    told = handed(delgado)
    assert told is not None
    assert told.address_id == own.id
    assert [message.address_id for message in world.session.scalars(select(Message))] == [own.id]


def test_a_family_on_hold_is_not_told(delgado: Home, session: Session, world: World) -> None:
    world.phone(delgado.rosa)
    world.add(Hold(family_id=delgado.family.id, reason=HoldReason.BEREAVEMENT, from_at=NOW - timedelta(days=1)))
    assert handed(delgado) is None


def test_a_school_that_does_not_send_yet_tells_nobody(delgado: Home, session: Session, world: World) -> None:
    world.phone(delgado.rosa)
    request, ito = delgado.asks(), world.staff(delgado.school)
    hand_over(session, request.id, NOW, None, to_staff_id=ito.id)
    assert tell_who_has_it(session, request, NOW, {Channel.SMS}) is None
    assert tell_who_has_it(session, request, NOW) is not None


SINCE: dict[str, tuple[Callable[[Session, Request], object], str]] = {
    "closed": (
        lambda session, request: close_request(session, request.id, NOW, None, no_answer_needed="She found it"),
        "answered or closed",
    ),
    "taken": (
        lambda session, request: take_request(
            session, request.id, NOW, None, staff_id=World(session).staff(session.get_one(School, 1)).id
        ),
        "Somebody else",
    ),
}


@pytest.mark.parametrize("step", SINCE)
def test_what_is_not_so_any_more_when_its_turn_comes_is_skipped_with_its_reason(
    sessions: sessionmaker[Session], providers: Providers, step: str
) -> None:
    happens, why = SINCE[step]
    with sessions.begin() as session:
        delgado = home(World(session))
        record_basis(session, "Families agreed on the enrollment form.", NOW, None)
        delgado.world.phone(delgado.rosa)
        assert handed(delgado) is not None
        happens(session, question(session))
    drain(sessions, providers, lambda: NOW + TELL_AFTER, "worker-1")
    with sessions() as session:
        told = session.scalars(select(Message)).one()
        assert told.state is MessageState.SKIPPED
        assert why in said(told.state_reason)


def test_what_is_still_so_leaves_once_and_a_second_run_sends_nothing(
    sessions: sessionmaker[Session], providers: Providers
) -> None:
    with sessions.begin() as session:
        delgado = home(World(session))
        record_basis(session, "Families agreed on the enrollment form.", NOW, None)
        delgado.world.phone(delgado.rosa)
        assert handed(delgado) is not None
    figures = [drain(sessions, providers, lambda: NOW + TELL_AFTER, "worker-1") for _run in range(2)]
    assert [one.accepted for one in figures] == [1, 0]
    with sessions() as session:
        (sent,) = session.scalars(select(SandboxMessage)).all()
        assert "K. Ito" in sent.body
