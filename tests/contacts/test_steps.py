"""A question's story: every step in words with who and when, in the reader's language, and no words that are kept."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    Authored,
    Channel,
    Department,
    FamilyMember,
    Outcome,
    Request,
    RequestEventKind,
    SafetyAlert,
    StaffRole,
)
from outreach.access.guarded import KEPT
from outreach.contacts import (
    Side,
    close_request,
    enter_closure,
    give_to_administrator,
    hand_over,
    put_on_its_way,
    reopen_request,
    steps_of,
    take_back_step,
    take_request,
    versions_of,
)
from outreach.contacts.step_words import SENTENCES
from outreach.contacts.withheld import ABOUT_ANOTHER
from outreach.language import speaking
from tests.contacts.homes import YESTERDAY, Home, counselor_of, viewer_of_staff
from tests.world import NOW, World


def test_every_kind_of_step_has_its_sentence() -> None:
    assert set(SENTENCES) == set(RequestEventKind)


def told(session: Session, home: Home, request: Request) -> list[str]:
    return [step.sentence for step in steps_of(session, counselor_of(home.world, home.school), request)]


def test_the_story_is_told_in_order_with_who_did_what(delgado: Home, session: Session, world: World) -> None:
    lowe = world.staff(delgado.school, role=StaffRole.COUNSELOR, display_name="K. Lowe")
    world.staff(delgado.school, role=StaffRole.ADMINISTRATOR, display_name="P. Ortiz")
    by = delgado.account.id
    delgado.writes(YESTERDAY)
    request = session.scalars(select(Request)).one()
    hand_over(session, request.id, NOW, by, to_department=Department.COUNSELING, why="About a bully")
    take_request(session, request.id, NOW, by, staff_id=delgado.alvarez.id)
    take_back_step(session, request.id, versions_of(session, [request.id])[request.id], NOW, by)
    give_to_administrator(session, request.id, NOW, by)
    enter_closure(session, delgado.school.id, NOW.date() + timedelta(days=1), "Snow day", NOW)
    close_request(session, request.id, NOW, by, no_answer_needed="Found it")
    reopen_request(session, request.id, NOW, by)
    put_on_its_way(session, request.id, NOW, by, outreach_id=1)
    delgado.log(occurred_at=NOW, answers_request_id=request.id)
    who = "L. Alvarez"
    assert told(session, delgado, request) == [
        f"Rosa Delgado asked; {who} wrote it down.",
        f"{who} handed it over to K. Lowe (Counseling).",
        f"{who} took it.",
        f"{who} took that back; K. Lowe has it again.",
        f"{who} gave it to P. Ortiz because of how it is written; nothing was sent.",
        "The school’s calendar changed: it is due Thu 26 Nov, 10 am now.",
        f"{who} closed it: no answer is needed.",
        f"{who} opened it again with a new due time.",
        f"{who} wrote an answer; once it arrives, the question is answered.",
        f"{who} answered.",
    ]
    steps = steps_of(session, counselor_of(world, delgado.school), request)
    assert (steps[0].words, steps[0].side, steps[0].channel) == (
        "Can Maya retake Friday's test?", Side.FAMILY, Channel.SMS,
    )  # fmt: skip
    assert (steps[1].words, steps[6].words) == ("About a bully", "Found it")
    assert lowe.id != request.owner_staff_id


def test_the_story_speaks_the_readers_language(delgado: Home, session: Session) -> None:
    request = delgado.asks()
    with speaking("es"):
        assert told(session, delgado, request) == ["Rosa Delgado preguntó."]


def test_what_was_tried_in_between_stands_there_too(delgado: Home, session: Session) -> None:
    request = delgado.asks()
    delgado.log(outcome=Outcome.LEFT_MESSAGE, occurred_at=NOW - timedelta(hours=1), summary="Please call back.")
    delgado.log(outcome=Outcome.LEFT_MESSAGE, occurred_at=NOW - timedelta(days=30))
    delgado.log(channel=Channel.SMS, outcome=Outcome.DELIVERED, occurred_at=NOW, authored=Authored.AUTOMATIC)
    steps = steps_of(session, viewer_of_staff(delgado.alvarez, delgado.school), request)
    assert [(step.sentence, step.outcome, step.attempt) for step in steps[1:]] == [
        ("L. Alvarez tried to reach the family.", Outcome.LEFT_MESSAGE, True)
    ]


def test_only_what_happened_meanwhile(delgado: Home, session: Session, world: World) -> None:
    request, ito = delgado.asks(), world.staff(delgado.school, display_name="K. Ito")
    seen = versions_of(session, [request.id])[request.id]
    viewer = viewer_of_staff(delgado.alvarez, delgado.school)
    assert steps_of(session, viewer, request, after=seen) == []
    take_request(session, request.id, NOW, None, staff_id=ito.id)
    assert [step.sentence for step in steps_of(session, viewer, request, after=seen)] == ["K. Ito took it."]


def test_words_kept_for_the_safety_list_stand_in_no_story(delgado: Home, session: Session, world: World) -> None:
    contact = delgado.writes(YESTERDAY, "dangerous words")
    request = session.scalars(select(Request)).one()
    world.add(SafetyAlert(school_id=delgado.school.id, contact_id=contact.id, raised_at=NOW))
    (step,) = steps_of(session, viewer_of_staff(delgado.alvarez, delgado.school), request)
    assert (step.words, step.withheld) == (None, KEPT)


@pytest.mark.parametrize("by_contact", [True, False])
def test_words_about_a_brother_stand_in_no_story_of_who_does_not_teach_him(
    delgado: Home, session: Session, world: World, by_contact: bool
) -> None:
    leo = world.student(delgado.school, given_name="Leo")
    world.add(FamilyMember(family_id=delgado.family.id, student_id=leo.id, from_on=date(2026, 8, 17)))
    counselor = counselor_of(world, delgado.school)
    values = {"student_id": leo.id, "words": "Why was Leo sent home?", "owner_staff_id": counselor.staff_id}
    if by_contact:
        contact = delgado.log(
            guardian_id=None, student_ids=(leo.id,), staff_id=counselor.staff_id, summary="Why was Leo sent home?"
        )
        values["contact_id"] = contact.id
    request = delgado.asks(YESTERDAY, **values)
    (step,) = steps_of(session, viewer_of_staff(delgado.alvarez, delgado.school), request)
    assert (step.words, step.withheld) == (None, ABOUT_ANOTHER)
