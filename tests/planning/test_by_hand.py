"""A message written by hand: now or at a time, once or weekly until a date."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Authored, Channel, Guardianship, Message, MessageKind, Outreach, OutreachState, SafetyAlert
from outreach.access import NotAllowed
from outreach.errors import NotFound
from outreach.planning import (
    DraftBlocked,
    LanguageNotConfirmed,
    MarkInText,
    NewMessage,
    NoWayToReach,
    WrongTime,
    continue_weekly,
    undo,
    ways_to_reach,
    write_by_hand,
)
from tests.planning.scene import Home, Scene, wall
from tests.world import NOW

UNDO = timedelta(seconds=30)


def note(home: Home, **values: object) -> NewMessage:
    plain = NewMessage(
        form_key="f3b1", family_id=home.family.id, guardian_id=home.guardian.id, student_ids=(home.student.id,),
        channel=Channel.SMS, body="Hello Rosa, Maya asked a great question today.",
    )  # fmt: skip
    return replace(plain, **values)  # type: ignore[arg-type]


def outbox(session: Session) -> list[Message]:
    return list(session.scalars(select(Message).order_by(Message.due_at)))


def test_a_text_for_now_is_the_teachers_own_words(session: Session, scene: Scene) -> None:
    row = write_by_hand(session, scene.viewer(), note(scene.home()), NOW)
    assert (row.rule, row.authored, row.state) == ("by_hand", Authored.WRITTEN, OutreachState.SCHEDULED)
    (message,) = outbox(session)
    assert (message.due_at, message.automated, message.staff_id) == (NOW + UNDO, False, scene.teacher.id)


def test_the_same_form_submitted_twice_is_one_message(session: Session, scene: Scene) -> None:
    home, viewer = scene.home(), scene.viewer()
    first = write_by_hand(session, viewer, note(home), NOW)
    again = write_by_hand(session, viewer, note(home, body="Changed on the way back."), NOW)
    assert first.id == again.id
    assert len(outbox(session)) == 1


def test_an_e_mail_needs_a_subject_line(session: Session, scene: Scene) -> None:
    home = scene.home(phone=False)
    scene.world.email(home.guardian)
    with pytest.raises(DraftBlocked, match="subject line"):
        write_by_hand(session, scene.viewer(), note(home, channel=Channel.EMAIL), NOW)
    write_by_hand(session, scene.viewer(), note(home, channel=Channel.EMAIL, title="A question"), NOW)
    assert outbox(session)[0].title == "A question"


def test_a_time_is_the_familys_own(session: Session, scene: Scene) -> None:
    home = scene.home(timezone="America/Denver")
    write_by_hand(session, scene.viewer(), note(home, local_time=wall(2026, 11, 25, 17)), NOW)
    assert outbox(session)[0].due_at == datetime(2026, 11, 26, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"local_time": wall(2026, 11, 24, 3)}, WrongTime),
        ({"local_time": wall(2026, 11, 20, 12)}, WrongTime),
        ({"weekly_until": date(2026, 11, 20)}, WrongTime),
        ({"weekly_until": date(2029, 1, 1)}, WrongTime),
        ({"body": " "}, DraftBlocked),
        ({"body": "Maya got 58% in math"}, MarkInText),
        ({"channel": Channel.EMAIL, "title": "Hello"}, NoWayToReach),
        ({"channel": Channel.PHONE}, NoWayToReach),
        ({"guardian_id": 99_999}, NoWayToReach),
    ],
)
def test_what_cannot_go_out_is_said_at_once(
    session: Session, scene: Scene, change: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        write_by_hand(session, scene.viewer(), note(scene.home(), **change), NOW)
    assert outbox(session) == []


def test_words_to_a_family_that_reads_another_language_are_confirmed(session: Session, scene: Scene) -> None:
    home = scene.home(language="vi")
    with pytest.raises(LanguageNotConfirmed):
        write_by_hand(session, scene.viewer(), note(home), NOW)
    write_by_hand(session, scene.viewer(), note(home, language_confirmed=True), NOW)
    assert len(outbox(session)) == 1


def test_who_may_not_be_told_is_not_offered_and_refused(session: Session, scene: Scene) -> None:
    home = scene.home()
    assert [way.channel for way in ways_to_reach(session, scene.viewer(), home.family.id, NOW)] == [Channel.SMS]
    row = session.scalars(select(Guardianship).where(Guardianship.guardian_id == home.guardian.id)).one()
    row.holds_rights = False
    session.flush()
    assert ways_to_reach(session, scene.viewer(), home.family.id, NOW) == []
    with pytest.raises(NoWayToReach):
        write_by_hand(session, scene.viewer(), note(home), NOW)


def test_the_form_shows_only_the_end_of_a_number(session: Session, scene: Scene) -> None:
    home = scene.home(phone=False)
    scene.world.phone(home.guardian, "+13125550142")
    scene.world.email(home.guardian, "rosa@example.org")
    shown = [way.shown for way in ways_to_reach(session, scene.viewer(), home.family.id, NOW)]
    assert shown == ["•••• 0142", "r…@example.org"]


def test_nobody_writes_to_a_family_they_do_not_work_with(session: Session, scene: Scene) -> None:
    home = scene.home(taught=False)
    with pytest.raises(NotFound):
        write_by_hand(session, scene.viewer(), note(home), NOW)


def test_words_that_answer_a_question_are_an_answer(session: Session, scene: Scene) -> None:
    home = scene.home()
    request = scene.world.request(home.family, scene.school, owner_staff_id=scene.teacher.id)
    write_by_hand(session, scene.viewer(), note(home, answers_request_id=request.id), NOW)
    assert outbox(session)[0].kind is MessageKind.ANSWER


def test_words_that_the_writer_may_not_read_are_not_answered(session: Session, scene: Scene) -> None:
    home = scene.home()
    contact = scene.heard(home, NOW, summary="dangerous words")
    request = scene.world.request(
        home.family, scene.school, owner_staff_id=scene.teacher.id, opened_by_contact_id=contact.id
    )
    scene.world.add(SafetyAlert(school_id=scene.school.id, contact_id=contact.id, raised_at=NOW))
    with pytest.raises(NotAllowed, match="Kept for the school’s safety list"):
        write_by_hand(session, scene.viewer(), note(home, answers_request_id=request.id), NOW)
    assert outbox(session) == []


def test_weekly_until_a_date_the_nights_add_one_link_after_another(session: Session, scene: Scene) -> None:
    home = scene.home()
    message = note(home, local_time=wall(2026, 11, 24, 17), weekly_until=date(2026, 12, 8))
    write_by_hand(session, scene.viewer(), message, NOW)
    for day in range(40):
        night = NOW + timedelta(days=day, hours=12)
        continue_weekly(session, night)
        continue_weekly(session, night)
    times = [row.local_time for row in session.scalars(select(Outreach).order_by(Outreach.id))]
    assert times == ["2026-11-24T17:00", "2026-12-01T17:00", "2026-12-08T17:00"]
    assert len({one.intent_key for one in outbox(session)}) == 3


def test_a_weekly_message_keeps_its_hour_when_the_clocks_change(session: Session, scene: Scene) -> None:
    autumn = datetime(2026, 10, 27, 15, 0, tzinfo=UTC)
    home = scene.home()
    message = note(home, local_time=wall(2026, 10, 27, 17), weekly_until=date(2026, 11, 3))
    write_by_hand(session, scene.viewer(), message, autumn)
    continue_weekly(session, autumn + timedelta(days=1))
    assert [one.due_at for one in outbox(session)] == [
        datetime(2026, 10, 27, 22, 0, tzinfo=UTC), datetime(2026, 11, 3, 23, 0, tzinfo=UTC),
    ]  # fmt: skip


def test_a_chain_ends_when_it_is_taken_back_or_the_child_leaves(session: Session, scene: Scene) -> None:
    home, other, viewer = scene.home(), scene.home(), scene.viewer()
    first = write_by_hand(session, viewer, note(home, weekly_until=date(2026, 12, 20)), NOW)
    write_by_hand(session, viewer, note(other, form_key="other", weekly_until=date(2026, 12, 20)), NOW)
    assert undo(session, viewer, first.id, NOW).state is OutreachState.CANCELLED
    other.student.active = False
    session.flush()
    assert continue_weekly(session, NOW + timedelta(days=1)) == 0


def test_weeks_missed_while_nothing_ran_are_not_sent_late(session: Session, scene: Scene) -> None:
    message = note(scene.home(), local_time=wall(2026, 11, 24, 17), weekly_until=date(2026, 12, 31))
    write_by_hand(session, scene.viewer(), message, NOW)
    continue_weekly(session, NOW + timedelta(days=17))
    assert [one.due_at.date() for one in outbox(session)] == [date(2026, 11, 24), date(2026, 12, 15)]


def test_of_a_weekly_message_only_the_first_answers_the_question(session: Session, scene: Scene) -> None:
    home = scene.home()
    request = scene.world.request(home.family, scene.school, owner_staff_id=scene.teacher.id)
    weekly = note(home, answers_request_id=request.id, weekly_until=date(2026, 12, 20))
    write_by_hand(session, scene.viewer(), weekly, NOW)
    assert continue_weekly(session, NOW + timedelta(days=1)) == 1
    assert [one.kind for one in outbox(session)] == [MessageKind.ANSWER, MessageKind.TEACHER]


@pytest.mark.parametrize("gone", [{"active": False}, {"left_on": date(2026, 11, 24)}], ids=["inactive", "left"])
def test_a_chain_ends_when_its_sender_has_left(session: Session, scene: Scene, gone: dict[str, object]) -> None:
    row = write_by_hand(session, scene.viewer(), note(scene.home(), weekly_until=date(2026, 12, 20)), NOW)
    row.state = OutreachState.DELIVERED
    for name, value in gone.items():
        setattr(scene.teacher, name, value)
    session.flush()
    assert continue_weekly(session, NOW + timedelta(days=1)) == 0
