"""What stands beside words that are withheld: that a question needed no answer, that something helped, and no word."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from models import FamilyMember, Guardianship, Staff, Student
from outreach.access.viewer import Viewer
from outreach.contacts import (
    BoardFilter,
    Entry,
    EntryKind,
    RequestView,
    WaitingRequest,
    board,
    close_request,
    timeline,
    void_contact,
)
from outreach.contacts.answers import OPENING_UNDONE
from outreach.contacts.withheld import ABOUT_ANOTHER
from tests.contacts.homes import Home, counselor_of, viewer_of_staff
from tests.world import NOW, World

SECRET = "His father drinks."


@pytest.fixture
def leo(delgado: Home, world: World) -> Student:
    """Maya's brother, whom her teacher does not teach."""
    made = world.student(delgado.school, given_name="Leo")
    world.add(FamilyMember(family_id=delgado.family.id, student_id=made.id, from_on=date(2026, 8, 17)))
    world.add(Guardianship(student_id=made.id, guardian_id=delgado.rosa.id))
    return made


@pytest.fixture
def lowe(delgado: Home, world: World) -> Staff:
    return world.staff(delgado.school)


@pytest.fixture
def teacher(delgado: Home) -> Viewer:
    return viewer_of_staff(delgado.alvarez, delgado.school)


def entries(delgado: Home, viewer: Viewer) -> tuple[Entry, ...]:
    return timeline(delgado.world.session, viewer, delgado.family.id, NOW).entries


def question(delgado: Home, viewer: Viewer) -> RequestView:
    (asked,) = [entry.request for entry in entries(delgado, viewer) if entry.request and entry.kind != EntryKind.STEP]
    return asked


def on_the_board(delgado: Home, viewer: Viewer) -> WaitingRequest:
    shown = board(delgado.world.session, viewer, NOW, BoardFilter(), size=9)
    (row,) = [row for section in shown.sections for row in section.rows]
    return row


def test_why_a_withheld_question_needed_no_answer_is_withheld_with_it(
    delgado: Home, session: Session, world: World, leo: Student, lowe: Staff, teacher: Viewer
) -> None:
    request = delgado.asks(student_id=leo.id, owner_staff_id=lowe.id)
    close_request(session, request.id, NOW, delgado.account.id, no_answer_needed=SECRET)

    assert SECRET not in str(entries(delgado, teacher))
    shown = question(delgado, teacher)
    assert (shown.question, shown.unanswered, shown.no_answer_needed) == (ABOUT_ANOTHER, True, None)
    assert on_the_board(delgado, teacher).no_answer_needed is None
    counselor = counselor_of(world, delgado.school)
    assert question(delgado, counselor).no_answer_needed == SECRET
    assert on_the_board(delgado, counselor).no_answer_needed == SECRET


def test_a_reason_of_our_own_tells_nothing_and_is_shown(
    delgado: Home, session: Session, leo: Student, lowe: Staff, teacher: Viewer
) -> None:
    contact = delgado.writes(NOW, student_ids=(leo.id,), staff_id=lowe.id)
    void_contact(session, contact.id, "mistake", NOW)

    shown = question(delgado, teacher)
    assert (shown.question, shown.no_answer_needed) == (ABOUT_ANOTHER, OPENING_UNDONE)
    assert on_the_board(delgado, teacher).no_answer_needed == OPENING_UNDONE


def test_what_a_family_wrote_beside_its_verdict_is_withheld_with_the_contact(
    delgado: Home, world: World, leo: Student, lowe: Staff, teacher: Viewer
) -> None:
    contact = delgado.log(student_ids=(leo.id,), staff_id=lowe.id)
    world.verdict(delgado.family, contact_id=contact.id, guardian_id=delgado.rosa.id, words=SECRET)

    def helped(viewer: Viewer) -> tuple[bool, str | None]:
        (entry,) = entries(delgado, viewer)
        assert entry.helped is not None
        return entry.helped.helped, entry.helped.words

    assert helped(teacher) == (True, None)
    assert helped(counselor_of(world, delgado.school)) == (True, SECRET)
