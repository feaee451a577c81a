"""One person's day in words, and whose turn it is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from models import AccountRole, Band, Channel, Incident, OutreachState, Subject
from outreach.planning import Act, approve, approve_all, mark_done, plan_night, plan_page, today
from outreach.planning.today import headline
from tests.planning.scene import NIGHT, Scene
from tests.world import NOW


def test_nothing_today(session: Session, scene: Scene) -> None:
    page = today(session, scene.viewer(), NOW)
    assert (page.headline, page.cards, page.waiting, page.minutes) == ("Nothing today.", (), (), 0)


def test_the_headline_counts_families_and_minutes() -> None:
    assert headline(5, 0, 12) == "Five families would most like to hear from you. About 12 minutes."
    assert headline(1, 2, 2) == "One family would most like to hear from you. About 2 minutes."
    assert headline(0, 2, 0) == "No family is due today. Two questions wait for you."
    assert headline(0, 1, 0) == "No family is due today. One question waits for you."


def test_a_card_says_why_in_words_a_parent_could_hear(session: Session, scene: Scene) -> None:
    home = scene.home(
        Band.HIGH, reasons={"no_personal_contact": {}, "absences_6_10": {"days": 8.0}}, language="es",
        channel=Channel.SMS, best_time="after 5 pm", student={"given_name": "Daniel"},
    )  # fmt: skip
    plan_night(session, NIGHT)
    page = today(session, scene.viewer(), NOW)
    (card,) = page.cards
    assert str(card.why) == "No one has reached this family yet this year. Daniel missed 8 days."
    assert card.why.strong == "No one has reached this family yet"
    assert card.how == "Speaks Spanish, reads texts after 5 pm."
    assert (card.guardian_name, card.relation) == ("Rosa Delgado", "parent or guardian of Daniel, Algebra I")
    assert (card.act, card.act_words) == (Act.READ_AND_SEND, "Read and send")
    assert (card.family_id, page.minutes) == (home.family.id, 2)
    assert card.local_time is not None
    assert card.local_time.hour == 17
    words = f"{page.headline} {card.why} {card.how} {card.body}".lower()
    assert not any(word in words for word in ("risk", "detractor", "score", "high"))


def test_good_news_travels(session: Session, scene: Scene) -> None:
    home = scene.home(student={"given_name": "Kim"})
    scene.kept_up(home)
    scene.rising(home)
    plan_night(session, NIGHT)
    (card,) = today(session, scene.viewer(), NOW).cards
    assert str(card.why) == "Kim rose from 71% to 84% in math. Good news travels: one sentence is enough."


def test_a_question_past_due_asks_for_an_answer(session: Session, scene: Scene) -> None:
    home = scene.home()
    request = scene.world.request(
        home.family, scene.school, owner_staff_id=scene.teacher.id, guardian_id=home.guardian.id
    )
    plan_night(session, NIGHT)
    page = today(session, scene.viewer(), NOW)
    (card,) = page.cards
    assert (card.act, card.request_id) == (Act.ANSWER, request.id)
    assert str(card.why) == "Asked something on November 17 and has no answer after 5 school days."
    assert [one.request_id for one in page.waiting] == [request.id]


def test_a_call_says_what_to_begin_with(session: Session, scene: Scene) -> None:
    scene.home(Band.HIGH, channel=Channel.PHONE, best_time="mornings")
    plan_night(session, NIGHT)
    (card,) = today(session, scene.viewer(), NOW).cards
    assert card.act is Act.CALL
    assert card.phone is not None
    assert card.how.startswith("Takes calls mornings. To begin with: “I am L. Alvarez")


def test_a_card_goes_once_the_family_was_reached(session: Session, scene: Scene) -> None:
    home = scene.home(Band.HIGH)
    plan_night(session, NIGHT)
    scene.heard(home, NOW - timedelta(minutes=5))
    assert today(session, scene.viewer(), NOW).cards == ()


def test_an_approved_message_leaves_the_day_and_stands_under_way(session: Session, scene: Scene) -> None:
    scene.home(Band.HIGH)
    plan_night(session, NIGHT)
    viewer = scene.viewer()
    page = plan_page(session, viewer, NOW)
    assert (page.ready, len(page.suggested), page.suggested[0].day) == (1, 1, date(2026, 11, 24))
    approve(session, viewer, scene.only().id, NOW)
    assert today(session, viewer, NOW).cards == ()
    page = plan_page(session, viewer, NOW)
    assert (page.ready, page.suggested, len(page.under_way)) == (0, (), 1)
    scene.only().state = OutreachState.SKIPPED
    session.flush()
    assert [card.state for card in plan_page(session, viewer, NOW).not_gone] == [OutreachState.SKIPPED]


def test_a_colleague_sees_nothing_of_it(session: Session, scene: Scene) -> None:
    scene.home(Band.HIGH)
    plan_night(session, NIGHT)
    other = scene.viewer(scene.world.staff(scene.school))
    assert today(session, other, NOW).cards == ()
    assert plan_page(session, other, NOW).suggested == ()
    head = scene.viewer(scene.world.staff(scene.school), AccountRole.ADMINISTRATOR)
    assert len(plan_page(session, head, NOW).suggested) == 1


def test_the_teacher_of_the_subject_that_needs_it(session: Session, scene: Scene) -> None:
    home = scene.home(Band.HIGH, reasons={"work_below_average": {"subject": "science", "percent": 55.0}})
    science = scene.world.staff(scene.school, display_name="J. Park")
    section = scene.world.section(scene.school, Subject.SCIENCE, title="Biology")
    scene.world.teaches(science, section, home.student)
    plan_night(session, NIGHT)
    row = scene.only()
    assert row.staff_id == science.id
    assert row.evidence["course"] == "Biology"


def test_else_the_homeroom_teacher(session: Session, scene: Scene) -> None:
    home = scene.home(Band.HIGH)
    homeroom = scene.world.staff(scene.school, display_name="K. Osei")
    section = scene.world.section(scene.school, Subject.OTHER, title="Homeroom", homeroom=True)
    scene.world.teaches(homeroom, section, home.student)
    plan_night(session, NIGHT)
    assert scene.only().staff_id == homeroom.id


def test_a_teacher_on_leave_is_stood_in_for(session: Session, scene: Scene) -> None:
    substitute = scene.world.staff(scene.school)
    scene.teacher.leave_from, scene.teacher.substitute_id = date(2026, 11, 1), substitute.id
    session.flush()
    scene.home(Band.HIGH)
    plan_night(session, NIGHT)
    assert scene.only().staff_id == substitute.id


def test_never_two_teachers_on_one_family_in_a_week(session: Session, scene: Scene) -> None:
    home = scene.home(Band.HIGH, reasons={"work_below_average": {"subject": "science", "percent": 55.0}})
    science = scene.world.staff(scene.school)
    scene.world.teaches(science, scene.world.section(scene.school, Subject.SCIENCE), home.student)
    scene.heard(home, NIGHT - timedelta(days=6, hours=12))
    plan_night(session, NIGHT)
    assert scene.only().staff_id == scene.teacher.id, "who spoke with the family keeps it, whatever the subject"


def test_an_incident_goes_to_who_is_about_to_write_anyway(session: Session, scene: Scene) -> None:
    home = scene.home(Band.HIGH)
    plan_night(session, NIGHT)
    other = scene.world.staff(scene.school)
    scene.world.teaches(other, scene.world.section(scene.school, homeroom=True), home.student)
    scene.world.add(Incident(sourced_id="i", student_id=home.student.id, occurred_on=date(2026, 11, 24), kind="fight"))
    plan_night(session, NIGHT + timedelta(days=1))
    assert [(row.rule, row.staff_id) for row in scene.planned()] == [
        ("silence", scene.teacher.id), ("incident", scene.teacher.id),
    ]  # fmt: skip


def test_over_many_nights_nobody_is_pressed_and_no_family_hears_two_voices(session: Session, scene: Scene) -> None:
    """Three teachers share twelve families for three weeks; every approved message is delivered."""
    homes = [scene.home(Band.HIGH if number % 3 else Band.LOW) for number in range(12)]
    teachers = [scene.teacher, *(scene.world.staff(scene.school) for _ in range(2))]
    for teacher in teachers[1:]:
        scene.world.teaches(teacher, scene.world.section(scene.school), *(home.student for home in homes))
    for day in range(21):
        night = NIGHT + timedelta(days=day)
        plan_night(session, night)
        approve_all(session, None, night)
        for row in scene.planned():
            if row.state in (OutreachState.SCHEDULED, OutreachState.SUGGESTED):
                row.state = OutreachState.DELIVERED
        session.flush()
    rows = scene.planned()
    assert len(rows) > 20
    for teacher in teachers:
        for planned_for in {row.planned_for for row in rows}:
            assert sum(row.staff_id == teacher.id and row.planned_for == planned_for for row in rows) <= 5
    for row in rows:
        for other in rows:
            if row.family_id == other.family_id and abs(row.created_at - other.created_at) < timedelta(days=7):
                assert row.staff_id == other.staff_id


@pytest.mark.parametrize("hour", [6, 16])
def test_a_done_card_stays_done(session: Session, scene: Scene, hour: int) -> None:
    scene.home(Band.HIGH, channel=Channel.PHONE)
    plan_night(session, NIGHT)
    mark_done(session, scene.viewer(), scene.only().id, NOW)
    plan_night(session, datetime(2026, 11, 24, hour, tzinfo=UTC) + timedelta(hours=6))
    assert today(session, scene.viewer(), NOW).cards == ()
