"""Two at once: the database's own rules decide, on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from models import Contact, InboundMessage, Message, Outcome, Request, RequestState
from outreach.contacts import (
    Fate,
    Question,
    close_request,
    log_contact,
    log_inbound_contact,
    log_message_contact,
    receive_question,
    revisions_of,
    void_contact,
)
from outreach.store import session_factory
from tests.contacts.homes import YESTERDAY, Home, home
from tests.contacts.posts import inbound_from, message_to
from tests.world import NOW, World

AT_ONCE = 4
T = TypeVar("T")


def made(engine: Engine) -> Home:
    """The Delgado family, committed; its rows are read by id from here on."""
    with session_factory(engine)() as session:
        delgado = home(World(session))
        session.commit()
        session.expunge_all()
    return delgado


def at_once(engine: Engine, act: Callable[[Session], T]) -> list[T]:
    """``act`` in several threads that start together, each in a transaction of its own."""
    start = threading.Barrier(AT_ONCE)

    def run(_number: int) -> T:
        start.wait()
        with session_factory(engine)() as session:
            result = act(session)
            session.commit()
        return result

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(AT_ONCE)))


def count(engine: Engine, model: type[Contact] | type[Request]) -> int:
    with session_factory(engine)() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_form_submitted_four_times_at_once_is_one_contact(engine: Engine) -> None:
    delgado = made(engine)
    new = delgado.new(client_key="form-1")
    ids = at_once(engine, lambda session: log_contact(session, new, NOW, delgado.account.id).id)
    assert len(set(ids)) == 1
    assert count(engine, Contact) == 1


def test_four_messages_at_once_are_one_question(engine: Engine) -> None:
    delgado = made(engine)
    asked = Question(family_id=delgado.family.id, guardian_id=delgado.rosa.id, words="When?", asked_at=YESTERDAY)
    fates = at_once(engine, lambda session: receive_question(session, asked, NOW).fate)
    assert sorted(fates) == [Fate.JOINED] * (AT_ONCE - 1) + [Fate.OPENED]
    assert count(engine, Request) == 1


def test_four_receipts_at_once_are_one_contact(engine: Engine) -> None:
    delgado = made(engine)
    with session_factory(engine)() as session:
        message_id = message_to(_in(delgado, session)).id
        session.commit()

    def told(session: Session) -> int:
        message = session.get_one(Message, message_id)
        return log_message_contact(session, message=message, outcome=Outcome.DELIVERED, now=NOW).id

    assert len(set(at_once(engine, told))) == 1
    assert count(engine, Contact) == 1


def test_one_text_handled_four_times_at_once_is_one_contact_and_one_question(engine: Engine) -> None:
    delgado = made(engine)
    with session_factory(engine)() as session:
        inbound_id = inbound_from(_in(delgado, session)).id
        session.commit()

    def arrived(session: Session) -> int:
        inbound = session.get_one(InboundMessage, inbound_id)
        return log_inbound_contact(session, inbound=inbound, family_id=delgado.family.id, now=NOW).contact.id

    assert len(set(at_once(engine, arrived))) == 1
    assert (count(engine, Contact), count(engine, Request)) == (1, 1)


def test_four_who_close_one_question_leave_one_reason(engine: Engine) -> None:
    delgado = made(engine)
    with session_factory(engine)() as session:
        request_id = _in(delgado, session).asks(NOW - timedelta(days=2)).id
        session.commit()
    at_once(engine, lambda session: close_request(session, request_id, NOW, no_answer_needed="Found it").state)
    with session_factory(engine)() as session:
        assert session.get_one(Request, request_id).state is RequestState.CLOSED


def test_four_who_undo_one_contact_keep_one_copy(engine: Engine) -> None:
    delgado = made(engine)
    with session_factory(engine)() as session:
        contact_id = _in(delgado, session).log().id
        session.commit()
    at_once(engine, lambda session: void_contact(session, contact_id, "mistake", NOW).id)
    with session_factory(engine)() as session:
        assert len(revisions_of(session, contact_id)) == 1


def _in(delgado: Home, session: Session) -> Home:
    """The same family, to be acted on in another session."""
    world = World(session)
    world._numbers = delgado.world._numbers
    return Home(
        world, delgado.school, delgado.maya, delgado.rosa, delgado.family, delgado.alvarez, delgado.account
    )  # fmt: skip
