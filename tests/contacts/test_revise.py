"""Correct, undo and restore: what stood is kept, what rested on it is settled anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from models import (
    Audience,
    Channel,
    ContactRevision,
    Department,
    Initiator,
    MessageKind,
    Outcome,
    Purpose,
    Request,
    RequestEvent,
    RequestState,
    RevisionKind,
    RiskReason,
    StaffRole,
)
from outreach.contacts import (
    ContactRefused,
    as_new,
    correct_contact,
    log_message_contact,
    restore_contact,
    revisions_of,
    void_contact,
)
from tests.contacts.homes import YESTERDAY, Home
from tests.contacts.posts import message_to
from tests.world import NOW, World

LATER = NOW + timedelta(minutes=10)


def test_a_correction_keeps_what_stood(delgado: Home, session: Session) -> None:
    contact = delgado.log(summary="Maya is missing two assignments")
    new = replace(as_new(session, contact), outcome=Outcome.LEFT_MESSAGE, purpose=Purpose.CONCERN)
    correct_contact(session, contact.id, new, LATER, delgado.account.id, why="mixed up two calls")
    (kept,) = revisions_of(session, contact.id)
    assert (kept.kind, kept.why, kept.revised_by) == (RevisionKind.CORRECTED, "mixed up two calls", delgado.account.id)
    assert kept.before["outcome"] == "reached"
    assert kept.before["occurred_at"] == YESTERDAY.isoformat()
    assert kept.before["students"] == [delgado.maya.id]
    assert (contact.outcome, contact.purpose) == (Outcome.LEFT_MESSAGE, Purpose.CONCERN)


def test_a_correction_of_nothing_keeps_nothing(delgado: Home, session: Session) -> None:
    contact = delgado.log()
    correct_contact(session, contact.id, as_new(session, contact), LATER, delgado.account.id)
    assert revisions_of(session, contact.id) == []


def test_corrected_students_are_the_contacts_students(delgado: Home, session: Session) -> None:
    contact = delgado.log(guardian_id=None)
    leo = delgado.world.student(delgado.school, given_name="Leo")
    other = delgado.world.family(leo)
    correct_contact(session, contact.id, replace(as_new(session, contact), student_ids=(leo.id,)), LATER, None)
    assert as_new(session, contact).student_ids == (leo.id,)
    scored = set(session.scalars(select(RiskReason.family_id)))
    assert scored <= {delgado.family.id, other.id}


def test_who_began_it_stays_as_it_was_unless_the_person_is_corrected(delgado: Home, session: Session) -> None:
    contact = delgado.log()
    delgado.alvarez.role = StaffRole.COUNSELOR
    correct_contact(session, contact.id, replace(as_new(session, contact), summary="a note"), LATER)
    assert (contact.initiator, contact.department) == (Initiator.TEACHER, Department.TEACHING)
    front = delgado.world.staff(delgado.school, role=StaffRole.FRONT_OFFICE)
    correct_contact(session, contact.id, replace(as_new(session, contact), staff_id=front.id), LATER)
    assert (contact.initiator, contact.department) == (Initiator.SCHOOL, Department.FRONT_OFFICE)


def test_a_correction_is_checked_like_a_new_contact(delgado: Home, session: Session) -> None:
    contact = delgado.log()
    with pytest.raises(ContactRefused, match="in the future"):
        correct_contact(session, contact.id, replace(as_new(session, contact), occurred_at=LATER), NOW)
    with pytest.raises(ContactRefused, match="does not exist"):
        correct_contact(session, 987654, as_new(session, contact), NOW)


def test_an_answer_corrected_to_an_attempt_opens_the_question_again_as_it_was(delgado: Home, session: Session) -> None:
    request = delgado.asks(NOW - timedelta(days=2))
    due = request.due_at
    contact = delgado.log(answers_request_id=request.id)
    correct_contact(session, contact.id, replace(as_new(session, contact), outcome=Outcome.NO_ANSWER), LATER)
    assert (request.state, request.due_at, request.answered_at) == (RequestState.OPEN, due, None)
    assert contact.answers_request_id is None


def test_an_undone_contact_stays_and_counts_nowhere(delgado: Home, session: Session) -> None:
    contact = delgado.log()
    void_contact(session, contact.id, "Logged for the wrong family", LATER, delgado.account.id)
    assert (contact.voided_at, contact.voided_by) == (LATER, delgado.account.id)
    void_contact(session, contact.id, "a second click", LATER)
    assert [kept.kind for kept in revisions_of(session, contact.id)] == [RevisionKind.VOIDED]
    restore_contact(session, contact.id, LATER, delgado.account.id)
    restore_contact(session, contact.id, LATER, delgado.account.id)
    assert (contact.voided_at, contact.void_reason) == (None, None)
    assert [kept.kind for kept in revisions_of(session, contact.id)] == [RevisionKind.VOIDED, RevisionKind.RESTORED]


def test_an_undo_needs_its_reason_and_a_correction_a_living_contact(delgado: Home, session: Session) -> None:
    contact = delgado.log()
    with pytest.raises(ContactRefused, match="Say why"):
        void_contact(session, contact.id, " ", LATER)
    void_contact(session, contact.id, "mistake", LATER)
    with pytest.raises(ContactRefused, match="restore it"):
        correct_contact(session, contact.id, as_new(session, contact), LATER)


def test_undoing_the_answer_opens_the_question_as_it_was_and_restoring_answers_it_again(
    delgado: Home, session: Session
) -> None:
    request = delgado.asks(NOW - timedelta(days=2))
    times = (request.opened_at, request.goal_at, request.due_at, request.counselor_at, request.first_due_at)
    contact = delgado.log(answers_request_id=request.id)
    void_contact(session, contact.id, "Another family's call", LATER)
    assert request.state is RequestState.OPEN
    assert (request.answered_at, request.answered_by_contact_id, request.first_response_at) == (None, None, None)
    assert times == (request.opened_at, request.goal_at, request.due_at, request.counselor_at, request.first_due_at)
    restore_contact(session, contact.id, LATER)
    assert (request.state, request.answered_at) == (RequestState.ANSWERED, YESTERDAY)
    kinds = [event.kind.value for event in session.scalars(select(RequestEvent).order_by(RequestEvent.id))]
    assert kinds == ["opened", "answered", "reopened", "answered"]


def test_where_another_answer_stands_the_question_stays_answered_by_it(delgado: Home, session: Session) -> None:
    request = delgado.asks(NOW - timedelta(days=2))
    first = delgado.log(answers_request_id=request.id)
    second = delgado.log(answers_request_id=request.id, occurred_at=NOW)
    void_contact(session, first.id, "mistake", LATER)
    assert (request.state, request.answered_by_contact_id) == (RequestState.ANSWERED, second.id)
    assert request.first_response_at == NOW


def test_what_the_family_asked_since_joins_the_question_that_is_open_again(delgado: Home, session: Session) -> None:
    request = delgado.asks(NOW - timedelta(days=40))
    answer = delgado.log(now=NOW - timedelta(days=39), occurred_at=NOW - timedelta(days=39),
                         answers_request_id=request.id)  # fmt: skip
    newer = delgado.asks(YESTERDAY, words="And the bus?")
    assert newer.id != request.id
    void_contact(session, answer.id, "mistake", LATER)
    assert (request.state, newer.state) == (RequestState.OPEN, RequestState.CLOSED)
    assert request.question.endswith("And the bus?")
    assert newer.no_answer_needed is not None


def test_undoing_the_contact_that_asked_closes_the_question_without_points(delgado: Home, session: Session) -> None:
    asked = delgado.writes(YESTERDAY)
    request = session.scalars(select(Request)).one()
    void_contact(session, asked.id, "Meant for another family", LATER)
    assert (request.state, request.no_answer_needed) == (RequestState.CLOSED, "The contact that asked was undone.")
    restore_contact(session, asked.id, LATER)
    assert (request.state, request.no_answer_needed, request.closed_at) == (RequestState.OPEN, None, None)


def test_revisions_are_only_ever_added_to(delgado: Home, session: Session) -> None:
    void_contact(session, delgado.log().id, "mistake", LATER)
    for statement in (update(ContactRevision).values(why="nothing"), delete(ContactRevision)):
        with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
            session.execute(statement)
    assert session.scalar(select(func.count()).select_from(ContactRevision)) == 1


def test_the_words_of_a_sent_message_stay_what_they_were(delgado: Home, session: Session, world: World) -> None:
    message = message_to(delgado, kind=MessageKind.TEACHER, audience=Audience.FAMILY)
    contact = log_message_contact(session, message=message, outcome=Outcome.DELIVERED, now=NOW)
    with pytest.raises(ContactRefused, match="a message that was sent"):
        correct_contact(session, contact.id, replace(as_new(session, contact), summary="never said"), LATER)
    correct_contact(session, contact.id, replace(as_new(session, contact), purpose=Purpose.PRAISE), LATER)
    assert (contact.purpose, contact.channel) == (Purpose.PRAISE, Channel.SMS)
