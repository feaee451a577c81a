"""A family asks: opened, joined, answered, closed, reopened, handed over; and what never starts or moves a clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    Authored,
    Calendar,
    Channel,
    Department,
    Initiator,
    Outcome,
    Request,
    RequestEvent,
    RequestEventKind,
    RequestState,
    StaffRole,
)
from outreach.contacts import (
    Fate,
    Question,
    RequestRefused,
    answer_request,
    close_answered,
    close_request,
    enter_closure,
    hand_over,
    open_request,
    receive_question,
    reopen_request,
)
from outreach.contacts.states import MOVES, REFUSALS, REPEATS, move
from tests.contacts.homes import YESTERDAY, Home
from tests.world import NOW, World

TUESDAY = datetime.fromisoformat("2026-11-17T10:00-06:00")


def events_of(session: Session, request: Request) -> list[RequestEvent]:
    statement = select(RequestEvent).where(RequestEvent.request_id == request.id).order_by(RequestEvent.id)
    return list(session.scalars(statement))


def kinds_of(session: Session, request: Request) -> list[str]:
    return [event.kind.value for event in events_of(session, request)]


def receive(delgado: Home, at: datetime, words: str = "And when?", **values: Any) -> Fate:
    asked = Question(
        **{"family_id": delgado.family.id, "guardian_id": delgado.rosa.id, "words": words, "asked_at": at, **values}
    )
    return receive_question(delgado.world.session, asked, at).fate


def test_every_step_from_every_state_is_a_move_a_repeat_or_a_refusal_and_only_one() -> None:
    for step in product(RequestState, RequestEventKind):
        assert [step in MOVES, step in REPEATS, step in REFUSALS].count(True) == 1
        if step in REFUSALS:
            with pytest.raises(RequestRefused):
                move(*step)
        else:
            assert move(*step) is MOVES.get(step)


def test_a_question_has_its_goal_due_time_and_counselors_day(delgado: Home, session: Session) -> None:
    request = delgado.asks(TUESDAY)
    assert request.goal_at == TUESDAY + timedelta(days=1)
    assert request.due_at == request.first_due_at == TUESDAY + timedelta(days=2)
    assert request.counselor_at == TUESDAY + timedelta(days=7)
    assert request.owner_staff_id == delgado.alvarez.id
    assert kinds_of(session, request) == ["opened"]


def test_past_the_calendars_last_day_there_is_no_due_time(delgado: Home) -> None:
    request = delgado.asks(datetime.fromisoformat("2027-05-28T10:00-05:00"))
    assert (request.due_at, request.first_due_at) == (None, None)


def test_a_second_message_joins_the_open_question_and_its_clock_runs_on(delgado: Home, session: Session) -> None:
    request = delgado.asks(TUESDAY)
    due = request.due_at
    assert receive(delgado, YESTERDAY) is Fate.JOINED
    assert (request.due_at, request.question) == (due, "Can Maya retake Friday's test?\n\nAnd when?")
    assert session.scalars(select(Request)).all() == [request]
    with pytest.raises(RequestRefused, match="still open"):
        open_request(
            session,
            Question(family_id=delgado.family.id, guardian_id=delgado.rosa.id, words="?", asked_at=NOW),
            NOW,
        )


def test_the_same_contact_joins_only_once(delgado: Home, session: Session) -> None:
    delgado.writes(TUESDAY)
    again = delgado.writes(YESTERDAY, "And when?")
    request = session.scalars(select(Request)).one()
    assert receive(delgado, YESTERDAY, contact_id=again.id) is Fate.JOINED
    assert kinds_of(session, request) == ["opened", "joined"]


def test_the_other_guardian_has_a_question_of_its_own(delgado: Home, session: Session) -> None:
    mine = delgado.asks(TUESDAY)
    marco = delgado.world.guardian(delgado.maya, given_name="Marco")
    theirs = delgado.asks(YESTERDAY, guardian_id=marco.id)
    assert theirs.id != mine.id


def test_a_question_of_unknown_origin_joins_and_learns_its_guardian(delgado: Home) -> None:
    unknown = delgado.asks(TUESDAY, guardian_id=None)
    assert delgado.asks(YESTERDAY) is unknown
    assert unknown.guardian_id == delgado.rosa.id


def test_thanks_and_automatic_replies_neither_open_nor_reset(delgado: Home, session: Session) -> None:
    assert receive(delgado, TUESDAY, "Gracias!", only_thanks=True) is Fate.NOTHING_ASKED
    assert session.scalars(select(Request)).all() == []
    request = delgado.asks(TUESDAY)
    contact = delgado.log(answers_request_id=request.id)
    assert receive(delgado, NOW, "Thanks!", only_thanks=True) is Fate.NOTHING_ASKED
    assert receive(delgado, NOW, "I am driving", automatic=True) is Fate.NOTHING_ASKED
    assert (request.state, request.answered_by_contact_id) == (RequestState.ANSWERED, contact.id)


def test_writing_again_within_fourteen_days_reopens_with_a_new_due_time_and_the_first_kept(
    delgado: Home, session: Session
) -> None:
    request = delgado.asks(TUESDAY)
    first_due = request.due_at
    delgado.log(now=TUESDAY, occurred_at=TUESDAY, answers_request_id=request.id)
    close_request(session, request.id, TUESDAY + timedelta(hours=1))
    again = TUESDAY + timedelta(days=6)
    assert receive(delgado, again, "He still cannot log in") is Fate.REOPENED
    assert request.state is RequestState.OPEN
    assert (request.first_due_at, request.due_at) == (first_due, datetime.fromisoformat("2026-11-25T10:00-06:00"))
    assert (request.first_response_at, request.answered_at, request.closed_at) == (TUESDAY, None, None)
    assert request.question == "He still cannot log in"
    assert (events_of(session, request)[-1].detail or {})["question_before"] == "Can Maya retake Friday's test?"


def test_later_it_is_a_new_question(delgado: Home, session: Session) -> None:
    request = delgado.asks(TUESDAY)
    close_request(session, request.id, TUESDAY, no_answer_needed="Sent to the wrong school")
    assert receive(delgado, TUESDAY + timedelta(days=15)) is Fate.OPENED
    assert request.state is RequestState.CLOSED


@pytest.mark.parametrize(
    "values",
    [
        {"outcome": Outcome.LEFT_MESSAGE},
        {"channel": Channel.SMS, "outcome": Outcome.SENT},
        {"channel": Channel.SMS, "outcome": Outcome.DELIVERED, "authored": Authored.AUTOMATIC},
        {"channel": Channel.SMS, "outcome": Outcome.DELIVERED, "authored": Authored.APPROVED_IN_BULK},
        {"channel": Channel.SMS, "outcome": Outcome.DELIVERED, "initiator": Initiator.FAMILY},
        {"outcome": Outcome.LEFT_MESSAGE, "initiator": Initiator.FAMILY},
    ],
)
def test_only_a_persons_words_that_came_across_answer(delgado: Home, session: Session, values: dict[str, Any]) -> None:
    request = delgado.asks(TUESDAY)
    contact = delgado.log(**values)
    with pytest.raises(RequestRefused, match="answers its question"):
        answer_request(session, request.id, contact.id, NOW)
    assert request.state is RequestState.OPEN


def test_a_call_in_which_the_family_was_spoken_with_answers_also_where_it_called(
    delgado: Home, session: Session
) -> None:
    request = delgado.asks(TUESDAY)
    contact = delgado.log(initiator=Initiator.FAMILY)
    answer_request(session, request.id, contact.id, NOW, delgado.account.id)
    answer_request(session, request.id, contact.id, NOW, delgado.account.id)
    assert (request.state, request.answered_at) == (RequestState.ANSWERED, YESTERDAY)
    assert kinds_of(session, request) == ["opened", "answered"]


def test_an_open_question_is_closed_only_with_a_reason(delgado: Home, session: Session) -> None:
    request = delgado.asks(TUESDAY)
    with pytest.raises(RequestRefused, match="no answer yet"):
        close_request(session, request.id, NOW)
    with pytest.raises(RequestRefused, match="Say why"):
        close_request(session, request.id, NOW, no_answer_needed="  ")
    close_request(session, request.id, NOW, delgado.account.id, no_answer_needed="She found it herself")
    close_request(session, request.id, NOW, no_answer_needed="again")
    assert (request.state, request.closed_by) == (RequestState.CLOSED, delgado.account.id)
    assert request.no_answer_needed == "She found it herself"
    assert kinds_of(session, request) == ["opened", "no_answer_needed"]


def test_a_person_reopens_within_fourteen_days_and_not_later(delgado: Home, session: Session) -> None:
    request = delgado.asks(TUESDAY)
    close_request(session, request.id, TUESDAY, no_answer_needed="Thought it was spam")
    with pytest.raises(RequestRefused, match="more than 14 days ago"):
        reopen_request(session, request.id, TUESDAY + timedelta(days=15))
    reopen_request(session, request.id, NOW, delgado.account.id, why="It was a question")
    assert (request.state, request.no_answer_needed, request.reopened_at) == (RequestState.OPEN, None, NOW)
    reopen_request(session, request.id, NOW)
    assert kinds_of(session, request) == ["opened", "no_answer_needed", "reopened"]


def test_a_question_is_not_reopened_beside_a_newer_open_one(delgado: Home, session: Session) -> None:
    request = delgado.asks(NOW - timedelta(days=30))
    close_request(session, request.id, NOW - timedelta(days=16), no_answer_needed="spam")
    delgado.asks(YESTERDAY)
    with pytest.raises(RequestRefused, match="newer open question"):
        reopen_request(session, request.id, NOW - timedelta(days=3))


def test_a_department_hands_over_once_then_an_administrator(delgado: Home, session: Session) -> None:
    request = delgado.asks(TUESDAY)
    due = request.due_at
    counselor = delgado.world.staff(delgado.school, role=StaffRole.COUNSELOR)
    colleague = delgado.world.staff(delgado.school)
    hand_over(session, request.id, NOW, delgado.account.id, to_department=Department.COUNSELING, why="About a bully")
    assert (request.department, request.owner_staff_id) == (Department.COUNSELING, counselor.id)
    hand_over(session, request.id, NOW, None, to_staff_id=colleague.id)
    assert (request.department, request.owner_staff_id, request.due_at) == (Department.TEACHING, colleague.id, due)
    with pytest.raises(RequestRefused, match="handed over once already"):
        hand_over(session, request.id, NOW, None, to_department=Department.COUNSELING)
    hand_over(session, request.id, NOW, None, to_department=Department.COUNSELING, as_administrator=True)
    assert request.owner_staff_id == counselor.id


def test_a_hand_over_needs_somebody_else_who_is_there(delgado: Home, session: Session) -> None:
    request = delgado.asks(TUESDAY)
    gone = delgado.world.staff(delgado.school, active=False)
    refusals: tuple[tuple[dict[str, Any], str], ...] = (
        ({}, "Choose the person"),
        ({"to_staff_id": delgado.alvarez.id}, "already there"),
        ({"to_staff_id": gone.id}, "does not work here"),
    )
    for values, sentence in refusals:
        with pytest.raises(RequestRefused, match=sentence):
            hand_over(session, request.id, NOW, None, **values)
    with pytest.raises(RequestRefused, match="does not exist"):
        hand_over(session, 987654, NOW, None, to_staff_id=gone.id)


def test_a_closure_entered_later_moves_the_due_time_and_is_recorded(delgado: Home, session: Session) -> None:
    request = delgado.asks(NOW)
    due, wednesday = request.due_at, NOW.date() + timedelta(days=1)
    assert due == NOW + timedelta(days=2)
    assert enter_closure(session, delgado.school.id, wednesday, "Snow day", NOW) == 1
    assert request.due_at == request.first_due_at == NOW + timedelta(days=3)
    assert enter_closure(session, delgado.school.id, wednesday, "Snow day", NOW) == 0
    event = events_of(session, request)[-1]
    assert event.kind is RequestEventKind.DUE_MOVED
    assert (event.detail or {})["due_at_was"] == due.isoformat() if due else False


def test_a_closure_moves_nothing_else(delgado: Home, session: Session, world: World) -> None:
    other = world.school()
    student = world.student(other)
    elsewhere = delgado.asks(NOW, family_id=world.family(student).id, student_id=student.id, guardian_id=None)
    answered = delgado.asks(TUESDAY)
    delgado.log(answers_request_id=answered.id)
    due = (elsewhere.due_at, answered.due_at)
    assert enter_closure(session, delgado.school.id, NOW.date() + timedelta(days=1), "Snow day", NOW) == 0
    assert (elsewhere.due_at, answered.due_at) == due
    before_the_clock_began = delgado.asks(NOW + timedelta(days=30), words="Next?")
    moved = before_the_clock_began.due_at
    enter_closure(session, delgado.school.id, NOW.date() + timedelta(days=2), "Water main", NOW)
    assert before_the_clock_began.due_at == moved


def test_a_changed_goal_in_the_calendar_page_moves_nothing(delgado: Home, session: Session) -> None:
    """Only open time is carried over: what was given to the family stays given."""
    request = delgado.asks(NOW)
    request.due_at = NOW + timedelta(days=3)
    calendar = session.scalars(select(Calendar)).one()
    assert calendar.school_id == delgado.school.id
    enter_closure(session, delgado.school.id, NOW.date() + timedelta(days=1), "Snow day", NOW)
    assert request.due_at == NOW + timedelta(days=6)


def test_answered_questions_close_after_the_days_in_which_they_could_reopen(delgado: Home, session: Session) -> None:
    request = delgado.asks(TUESDAY)
    delgado.log(now=TUESDAY, occurred_at=TUESDAY, answers_request_id=request.id)
    assert close_answered(session, TUESDAY + timedelta(days=13)) == 0
    assert close_answered(session, TUESDAY + timedelta(days=15)) == 1
    assert (request.state, request.closed_at) == (RequestState.CLOSED, TUESDAY)
    assert close_answered(session, TUESDAY + timedelta(days=16)) == 0
