"""A dead number, a landline or a bounce moves on to the same guardian's next address, never to another guardian."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from config.settings import Settings
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
from outreach import store
from outreach.access import viewer_of
from outreach.delivery import Providers, build, drain, record_consent
from outreach.planning import NewMessage, follow_messages, undo, write_by_hand
from outreach.planning.fallback import fall_back
from outreach.planning.people import people_of_students
from tests.planning.scene import Home, Scene
from tests.world import NOW, World

INVALID, OPTED_OUT, NO_MOBILE, NOT_IN_SERVICE = (f"+1500555000{digit}" for digit in (1, 2, 3, 4))
LANDLINE = "+15005550014"
SOON = NOW + timedelta(minutes=1)
WORDS = "Maya asked for help in Algebra, and used it."


@pytest.fixture
def sessions(engine: Engine) -> sessionmaker[Session]:
    return store.session_factory(engine)


@pytest.fixture
def providers(sessions: sessionmaker[Session], database_url: str) -> Providers:
    return build(Settings(database_url=database_url, secret_key=SecretStr("k" * 40)), sessions)


class Post:
    """One district, its sandbox, and the worker's round."""

    def __init__(self, sessions: sessionmaker[Session], providers: Providers) -> None:
        self.sessions, self.providers = sessions, providers

    def write(self, *addresses: str, channel: Channel = Channel.SMS, body: str = WORDS, language: str = "en") -> Home:
        """Rosa with these addresses in order, and a teacher's message to the first of the channel."""
        with self.sessions.begin() as session:
            scene = Scene(session, World(session))
            scene.school.name = "Lakeside High"
            home = scene.home(phone=False, language=language)
            for value in addresses:
                (scene.world.email if "@" in value else scene.world.phone)(home.guardian, value)
            write_by_hand(session, scene.viewer(), _note(home, channel, body), NOW)
        return home

    def round(self, at: datetime = NOW) -> int:
        """Deliver with every receipt, fall back, and let the plan follow; how many moved on."""
        drain(self.sessions, self.providers, lambda: at, "worker-1")
        with self.sessions.begin() as session:
            moved = fall_back(session, at)
            follow_messages(session, at)
        return moved

    def messages(self) -> list[Message]:
        with self.sessions() as session:
            return list(session.scalars(select(Message).order_by(Message.id)))

    def outreach(self) -> Outreach:
        with self.sessions() as session:
            return session.scalars(select(Outreach)).one()


@pytest.fixture
def post(sessions: sessionmaker[Session], providers: Providers) -> Post:
    return Post(sessions, providers)


def _note(home: Home, channel: Channel, body: str) -> NewMessage:
    return NewMessage(
        form_key="f3b1", family_id=home.family.id, guardian_id=home.guardian.id, student_ids=(home.student.id,),
        channel=channel, body=body, title="About Maya" if channel is Channel.EMAIL else None, language_confirmed=True,
    )  # fmt: skip


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
