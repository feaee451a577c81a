"""A dead number, a landline or a bounce moves on to the same guardian's next address, never to another guardian."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    Account,
    Channel,
    ConsentSource,
    ConsentState,
    ContactPoint,
    Guardianship,
    Message,
    MessageState,
    Outreach,
    OutreachState,
)
from outreach.access import viewer_of
from outreach.delivery import drain, record_consent
from outreach.planning import fallback, follow_messages, undo, write_by_hand
from outreach.planning.fallback import fall_back
from outreach.planning.people import people_of_students
from tests.delivery.faults import cannot_be_written
from tests.planning.post import LANDLINE, NOT_IN_SERVICE, WORDS, Post, note
from tests.planning.scene import Scene
from tests.world import NOW, World

INVALID, OPTED_OUT, NO_MOBILE = (f"+1500555000{digit}" for digit in (1, 2, 3))
SOON = NOW + timedelta(minutes=1)


@pytest.mark.parametrize("number", [INVALID, NO_MOBILE, LANDLINE, NOT_IN_SERVICE])
def test_a_number_that_gets_no_texts_moves_on_to_the_guardians_other_number(post: Post, number: str) -> None:
    post.write(number, "rosa@example.org", "+13125550142")
    assert post.round() == 1
    first, second = post.messages()
    assert (first.state, second.state) == (MessageState.FAILED, MessageState.SCHEDULED)
    assert (second.to_value, second.channel, second.body) == ("+13125550142", Channel.SMS, WORDS)
    assert (second.fallback_of_id, second.intent_key) == (first.id, f"fallback|{first.id}")
    assert (second.due_at, second.expires_at) == (NOW, first.expires_at)
    assert (second.staff_id, second.kind, second.outreach_id) == (first.staff_id, first.kind, first.outreach_id)
    assert post.outreach().state is OutreachState.SCHEDULED
    assert post.round() == 0
    assert post.outreach().state is OutreachState.DELIVERED


@pytest.mark.parametrize("number", [INVALID, NO_MOBILE, NOT_IN_SERVICE])
def test_without_another_number_it_goes_by_e_mail_with_a_plain_subject_line(post: Post, number: str) -> None:
    post.write(number, "rosa@example.org")
    assert post.round() == 1
    second = post.messages()[1]
    assert (second.channel, second.to_value) == (Channel.EMAIL, "rosa@example.org")
    assert second.title == "A message from L. Alvarez at Lakeside High"
    row = post.outreach()
    assert (row.channel, row.title, row.address_id) == (Channel.EMAIL, second.title, second.address_id)
    post.round()
    assert post.outreach().state is OutreachState.DELIVERED


def test_the_subject_line_is_in_the_familys_language(post: Post) -> None:
    post.write(NOT_IN_SERVICE, "rosa@example.org", language="es-MX")
    post.round()
    assert post.messages()[1].title == "Un mensaje de L. Alvarez, Lakeside High"


@pytest.mark.parametrize("mailbox", ["bounced@sandbox.invalid", "bad-address@sandbox.invalid"])
def test_an_e_mail_that_came_back_becomes_a_text(post: Post, mailbox: str) -> None:
    post.write(mailbox, "+13125550142", channel=Channel.EMAIL)
    assert post.round() == 1
    second = post.messages()[1]
    assert (second.channel, second.to_value, second.title) == (Channel.SMS, "+13125550142", None)


@pytest.mark.parametrize("body", ["Maya told us about the bees she keeps. " * 20, "Maya has 58% in math this term."])
def test_an_e_mail_that_is_long_or_carries_a_mark_is_not_made_into_a_text(post: Post, body: str) -> None:
    post.write("bounced@sandbox.invalid", "+13125550142", channel=Channel.EMAIL, body=body)
    assert post.round() == 0
    assert post.outreach().state is OutreachState.FAILED


def test_who_opted_out_of_texts_is_not_chased_by_e_mail(post: Post) -> None:
    post.write(OPTED_OUT, "rosa@example.org", "+13125550142")
    assert post.round() == 0
    (message,) = post.messages()
    assert (message.state, message.state_reason) == (MessageState.FAILED, "This person has asked not to get texts.")
    row = post.outreach()
    assert (row.state, row.state_reason) == (OutreachState.FAILED, message.state_reason)


def test_who_opted_out_after_the_number_failed_is_not_chased_either(post: Post) -> None:
    post.write(NOT_IN_SERVICE, "rosa@example.org")
    drain(post.sessions, post.providers, lambda: NOW, "worker-1")
    address = post.messages()[0].address_id or 0
    with post.sessions.begin() as session:
        record_consent(session, address, Channel.SMS, ConsentState.OUT, ConsentSource.STAFF, NOW)
    assert post.round(SOON) == 0


def test_an_address_that_opted_out_is_passed_over(post: Post) -> None:
    post.write(NOT_IN_SERVICE, "+13125550142", "rosa@example.org")
    with post.sessions.begin() as session:
        other = session.scalars(select(ContactPoint.address_id).order_by(ContactPoint.id)).all()[1]
        record_consent(session, other, Channel.SMS, ConsentState.OUT, ConsentSource.FAMILY_WROTE, NOW)
    post.round()
    assert post.messages()[1].to_value == "rosa@example.org"


def test_it_goes_on_along_all_addresses_and_then_ends(post: Post) -> None:
    post.write(NOT_IN_SERVICE, NO_MOBILE, "bounced@sandbox.invalid")
    assert [post.round() for _ in range(5)] == [1, 1, 0, 0, 0]
    assert [message.to_value for message in post.messages()] == [NOT_IN_SERVICE, NO_MOBILE, "bounced@sandbox.invalid"]
    row = post.outreach()
    assert row.state is OutreachState.FAILED
    assert row.state_reason == "The e-mail came back: this address does not take it."


def test_a_message_without_another_address_stays_failed_and_says_why(post: Post) -> None:
    post.write(NOT_IN_SERVICE)
    assert post.round() == 0
    assert "not in service" in (post.outreach().state_reason or "")


def test_another_guardian_is_never_written_to_by_itself(post: Post) -> None:
    home = post.write(NOT_IN_SERVICE)
    with post.sessions.begin() as session:
        world = World(session)
        luis = world.guardian(home.student, sourced_id="luis", given_name="Luis")
        world.phone(luis, "+13125550177")
    assert post.round() == 0
    assert len(post.messages()) == 1


def test_what_has_gone_stale_does_not_move_on(post: Post) -> None:
    post.write(NOT_IN_SERVICE, "rosa@example.org")
    drain(post.sessions, post.providers, lambda: NOW, "worker-1")
    expires = post.messages()[0].expires_at
    assert expires is not None
    assert post.round(expires) == 0
    assert post.round(expires - timedelta(seconds=1)) == 1


def test_an_address_shared_with_somebody_barred_is_passed_over(post: Post) -> None:
    home = post.write(NOT_IN_SERVICE, "shared@example.org")
    with post.sessions.begin() as session:
        world = World(session)
        barred = world.guardian(home.student, sourced_id="barred")
        shared = session.scalars(select(ContactPoint.address_id).order_by(ContactPoint.id.desc())).first()
        world.add(ContactPoint(guardian_id=barred.id, address_id=shared))
        session.scalars(select(Guardianship).where(Guardianship.guardian_id == barred.id)).one().may_contact = False
    assert post.round() == 0


@pytest.mark.parametrize("number", [NO_MOBILE, LANDLINE])
def test_a_landline_can_still_be_called_and_is_not_texted_again(post: Post, number: str) -> None:
    post.write(number)
    post.round()
    with post.sessions() as session:
        point = session.scalars(select(ContactPoint)).one()
        assert point.texts is False
        assert _reaches(session) == {frozenset({Channel.PHONE})}


def _reaches(session: Session) -> set[frozenset[Channel]]:
    students = session.scalars(select(Guardianship.student_id)).all()
    people = people_of_students(session, students, NOW.date())
    return {reach.channels for its in people.values() for person in its for reach in person.reaches}


def test_a_late_yes_of_the_carrier_takes_the_second_message_back(post: Post) -> None:
    post.write(NOT_IN_SERVICE, "rosa@example.org")
    post.round()
    with post.sessions.begin() as session:
        first = session.scalars(select(Message).order_by(Message.id)).first()
        assert first is not None
        first.state = MessageState.DELIVERED
    with post.sessions.begin() as session:
        fall_back(session, SOON)
        follow_messages(session, SOON)
    assert [message.state for message in post.messages()] == [MessageState.DELIVERED, MessageState.CANCELLED]
    assert post.outreach().state is OutreachState.DELIVERED


def test_a_teacher_can_take_the_second_message_back(post: Post) -> None:
    post.write(NOT_IN_SERVICE, "rosa@example.org")
    post.round()
    with post.sessions.begin() as session:
        teacher = viewer_of(session, session.scalars(select(Account)).one(), NOW)
        undo(session, teacher, session.scalars(select(Outreach.id)).one(), SOON)
    assert [message.state for message in post.messages()] == [MessageState.FAILED, MessageState.CANCELLED]
    assert post.round(SOON) == 0


def test_workers_at_the_same_moment_send_on_once(post: Post) -> None:
    post.write(NOT_IN_SERVICE, "rosa@example.org", "+13125550142")
    drain(post.sessions, post.providers, lambda: NOW, "worker-1")

    def once(_: int) -> int:
        with post.sessions.begin() as session:
            return fall_back(session, NOW)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(once, range(8))) == 1
    assert len(post.messages()) == 2


def test_one_that_cannot_move_on_holds_up_no_other(
    session: Session, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fallback, "AT_A_TIME", 1)
    failed = []
    for number in range(3):
        home = scene.home()
        scene.world.email(home.guardian)
        row = write_by_hand(session, scene.viewer(), note(home, Channel.SMS, WORDS, f"form {number}"), NOW)
        message = session.scalars(select(Message).where(Message.outreach_id == row.id)).one()
        message.state, message.error_code, message.sent_at = MessageState.FAILED, "30005", NOW
        failed.append(message.id)
    session.flush()
    with cannot_be_written(Message, failed[0]):
        assert [fall_back(session, SOON) for _ in range(3)] == [1, 1, 0]
    assert fall_back(session, SOON) == 1
    stood_in = select(Message.fallback_of_id).where(Message.fallback_of_id.is_not(None)).order_by(Message.id)
    assert session.scalars(stood_in).all() == [failed[1], failed[2], failed[0]]
