"""What a family wrote reaches its owner within minutes, in working hours; what is due soon is said in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from jobs.reminders import remind
from models import Channel, Initiator, Message, Outcome, Request, RequestEvent, RequestEventKind, SafetyAlert
from tests.jobs.scene import LINK, render
from tests.planning.scene import Scene
from tests.world import NOW, World


@pytest.fixture
def scene(session: Session, world: World) -> Scene:
    return Scene(session, world)


def wrote(scene: Scene, at: datetime = NOW - timedelta(minutes=2), **values: object) -> Request:
    """A family's text that opened a question, with nobody in between."""
    home = scene.home(student={"given_name": "Noor", "family_name": "Haddad"})
    contact = scene.world.contact(
        home.student, initiator=Initiator.FAMILY, channel=Channel.SMS, outcome=Outcome.DELIVERED, occurred_at=at
    )
    request = scene.world.request(
        home.family, scene.school,
        **{
            "student_id": home.student.id, "owner_staff_id": scene.teacher.id, "opened_at": at,
            "due_at": at + timedelta(days=2), "opened_by_contact_id": contact.id, **values,
        },
    )  # fmt: skip
    scene.world.add(RequestEvent(request_id=request.id, kind=RequestEventKind.OPENED, at=at, contact_id=contact.id))
    return request


def mails(session: Session) -> list[Message]:
    return list(session.scalars(select(Message).order_by(Message.id)))


def test_a_familys_message_is_told_to_its_owner_once(session: Session, scene: Scene) -> None:
    request = wrote(scene)
    assert remind(session, render, LINK, NOW) == 1
    assert remind(session, render, LINK, NOW + timedelta(minutes=5)) == 0
    (message,) = mails(session)
    assert (message.to_value, message.due_at, message.title) == (
        scene.teacher.email, NOW, "A family has written to you",
    )  # fmt: skip
    assert f"{LINK}/families/{request.family_id}" in message.body
    assert "Noor" in message.body
    assert "Haddad" not in message.body
    assert "retake" not in message.body


def test_at_night_nobody_is_disturbed_and_in_the_morning_it_is_told(session: Session, scene: Scene) -> None:
    at_night = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
    wrote(scene, at_night)
    assert remind(session, render, LINK, at_night + timedelta(minutes=5)) == 0
    assert remind(session, render, LINK, datetime(2026, 11, 24, 14, 0, tzinfo=UTC)) == 1


def test_a_reminder_goes_to_the_owner_before_the_answer_is_due(session: Session, scene: Scene) -> None:
    wrote(scene, NOW - timedelta(days=5), due_at=NOW + timedelta(hours=3))
    assert remind(session, render, LINK, NOW - timedelta(hours=1, minutes=30)) == 0, "more than four hours are left"
    assert remind(session, render, LINK, NOW) == 1
    assert remind(session, render, LINK, NOW + timedelta(hours=1)) == 0
    (message,) = mails(session)
    assert message.title == "A question is due soon"
    assert "due on Tuesday at 1 pm" in message.body


def test_an_answered_question_needs_no_reminder(session: Session, scene: Scene) -> None:
    wrote(scene, state="answered", answered_at=NOW)
    assert remind(session, render, LINK, NOW) == 0


def test_what_a_safety_alert_was_raised_about_is_told_to_nobody_here(session: Session, scene: Scene) -> None:
    request = wrote(scene, due_at=NOW + timedelta(hours=1))
    scene.world.add(SafetyAlert(school_id=scene.school.id, contact_id=request.opened_by_contact_id, raised_at=NOW))
    assert remind(session, render, LINK, NOW) == 0


def test_what_a_colleague_wrote_down_is_left_to_the_morning(session: Session, scene: Scene) -> None:
    request = wrote(scene)
    from models import Contact  # noqa: PLC0415

    contact = session.get_one(Contact, request.opened_by_contact_id)
    contact.recorded_by = scene.account.id
    session.flush()
    assert remind(session, render, LINK, NOW) == 0


def test_a_reminder_speaks_the_language_of_its_reader(session: Session, scene: Scene) -> None:
    scene.world.account(scene.teacher, language="es")
    wrote(scene, due_at=NOW + timedelta(hours=3))
    assert remind(session, render, LINK, NOW) == 2
    told, due = sorted(mails(session), key=lambda one: one.title or "", reverse=True)
    assert (told.title, due.title) == ("Una pregunta vence pronto", "Una familia le escribió")
    bodies = told.body + due.body
    assert "La familia de Noor escribió y espera una respuesta." in bodies
    assert "La familia de Noor todavía espera su respuesta (plazo: martes, 1 p.m.)." in bodies
    assert "Leer y responder: " in bodies
