"""A question goes to another person and back: taken, handed over, given to an administrator; and nobody is overtaken
unseen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Department, Request, RequestEvent, RequestState, StaffRole
from outreach.contacts import (
    MovedOn,
    RequestRefused,
    close_request,
    give_to_administrator,
    hand_over,
    put_on_its_way,
    rehome_requests,
    reopen_request,
    take_back_step,
    take_request,
    versions_of,
)
from tests.contacts.homes import Home
from tests.world import NOW, World


def newest(session: Session, request: Request) -> int:
    return versions_of(session, [request.id])[request.id]


def kinds(session: Session, request: Request) -> list[str]:
    found = session.scalars(select(RequestEvent).where(RequestEvent.request_id == request.id).order_by(RequestEvent.id))
    return [event.kind.value for event in found]


def times(request: Request) -> tuple[object, ...]:
    return request.goal_at, request.due_at, request.counselor_at, request.first_due_at


def test_who_takes_a_question_has_it_and_its_clock_runs_on(delgado: Home, session: Session, world: World) -> None:
    request, lowe = delgado.asks(), world.staff(delgado.school, role=StaffRole.COUNSELOR)
    before = times(request)
    take_request(session, request.id, NOW, delgado.account.id, staff_id=lowe.id)
    assert (request.owner_staff_id, request.department) == (lowe.id, Department.COUNSELING)
    assert times(request) == before
    with pytest.raises(RequestRefused, match="yours already"):
        take_request(session, request.id, NOW, None, staff_id=lowe.id)


def test_taking_uses_up_no_hand_over(delgado: Home, session: Session, world: World) -> None:
    request, ito = delgado.asks(), world.staff(delgado.school)
    take_request(session, request.id, NOW, None, staff_id=ito.id)
    hand_over(session, request.id, NOW, None, to_staff_id=delgado.alvarez.id)
    with pytest.raises(RequestRefused, match="once already"):
        hand_over(session, request.id, NOW, None, to_staff_id=ito.id)


def test_a_hand_over_that_was_taken_back_does_not_count(delgado: Home, session: Session, world: World) -> None:
    request = delgado.asks()
    counselor = world.staff(delgado.school, role=StaffRole.COUNSELOR)
    hand_over(session, request.id, NOW, None, to_department=Department.COUNSELING)
    take_back_step(session, request.id, newest(session, request), NOW, delgado.account.id)
    assert (request.owner_staff_id, request.department) == (delgado.alvarez.id, Department.TEACHING)
    hand_over(session, request.id, NOW, None, to_department=Department.COUNSELING)
    assert request.owner_staff_id == counselor.id


def test_hostile_gives_it_to_an_administrator_and_says_since_when(
    delgado: Home, session: Session, world: World
) -> None:
    request, before = delgado.asks(), times(delgado.asks())
    principal = world.staff(delgado.school, role=StaffRole.ADMINISTRATOR)
    give_to_administrator(session, request.id, NOW, delgado.account.id)
    assert (request.owner_staff_id, request.department) == (principal.id, Department.ADMINISTRATION)
    assert (request.hostile_at, times(request)) == (NOW, before)
    event = session.scalars(select(RequestEvent).order_by(RequestEvent.id.desc())).first()
    assert event is not None
    assert (event.by_account_id, event.at) == (delgado.account.id, NOW)
    with pytest.raises(RequestRefused, match="already"):
        give_to_administrator(session, request.id, NOW, None)
    take_back_step(session, request.id, newest(session, request), NOW, None)
    assert (request.owner_staff_id, request.department, request.hostile_at) == (
        delgado.alvarez.id, Department.TEACHING, None,
    )  # fmt: skip


def test_hostile_goes_to_whoever_stands_in_for_an_administrator_on_leave(
    delgado: Home, session: Session, world: World
) -> None:
    deputy = world.staff(delgado.school, role=StaffRole.COUNSELOR)
    world.staff(
        delgado.school, role=StaffRole.ADMINISTRATOR, leave_from=NOW.date() - timedelta(days=3),
        substitute_id=deputy.id,
    )  # fmt: skip
    request = give_to_administrator(session, delgado.asks().id, NOW, None)
    assert request.owner_staff_id == deputy.id


def test_hostile_at_a_school_without_administrator_is_refused_and_changes_nothing(
    delgado: Home, session: Session
) -> None:
    request = delgado.asks()
    with pytest.raises(RequestRefused, match="no administrator"):
        give_to_administrator(session, request.id, NOW, None)
    assert (request.owner_staff_id, request.hostile_at) == (delgado.alvarez.id, None)


def test_an_administrator_who_has_a_hostile_question_keeps_it(delgado: Home, session: Session, world: World) -> None:
    world.staff(delgado.school, role=StaffRole.ADMINISTRATOR)
    second = world.staff(delgado.school, role=StaffRole.ADMINISTRATOR)
    request = delgado.asks()
    take_request(session, request.id, NOW, None, staff_id=second.id)
    give_to_administrator(session, request.id, NOW, None)
    assert request.owner_staff_id == second.id


def test_a_closing_taken_back_leaves_the_due_times_as_they_were(delgado: Home, session: Session) -> None:
    request = delgado.asks()
    before = times(request)
    close_request(session, request.id, NOW, delgado.account.id, no_answer_needed="By mistake")
    take_back_step(session, request.id, newest(session, request), NOW + timedelta(minutes=1), delgado.account.id)
    assert (request.state, request.no_answer_needed, request.closed_by) == (RequestState.OPEN, None, None)
    assert times(request) == before


def test_a_closing_is_not_taken_back_beside_a_newer_open_question(delgado: Home, session: Session) -> None:
    request = delgado.asks(NOW - timedelta(days=30))
    close_request(session, request.id, NOW - timedelta(days=20), delgado.account.id, no_answer_needed="Spam")
    delgado.asks(NOW)
    with pytest.raises(RequestRefused, match="newer open question"):
        take_back_step(session, request.id, newest(session, request), NOW, delgado.account.id)


@pytest.mark.parametrize("answered", [True, False])
def test_a_reopening_taken_back_restores_what_it_ended(delgado: Home, session: Session, answered: bool) -> None:
    request = delgado.asks()
    if answered:
        contact = delgado.log(answers_request_id=request.id, occurred_at=NOW)
    else:
        close_request(session, request.id, NOW, delgado.account.id, no_answer_needed="She found it")
    stood = (request.state, request.answered_at, request.answered_by_contact_id, request.no_answer_needed)
    before = times(request)
    reopen_request(session, request.id, NOW + timedelta(hours=1), delgado.account.id)
    assert times(request) != before
    take_back_step(session, request.id, newest(session, request), NOW + timedelta(hours=2), delgado.account.id)
    assert (request.state, request.answered_at, request.answered_by_contact_id, request.no_answer_needed) == stood
    assert times(request) == before
    assert kinds(session, request)[-1] == ("answered" if answered else "no_answer_needed")
    if answered:
        assert request.answered_by_contact_id == contact.id


def test_only_the_last_step_is_taken_back_and_only_a_persons(delgado: Home, session: Session, world: World) -> None:
    request, ito = delgado.asks(), world.staff(delgado.school)
    opened = newest(session, request)
    with pytest.raises(RequestRefused, match="cannot be taken back"):
        take_back_step(session, request.id, opened, NOW, None)
    take_request(session, request.id, NOW, None, staff_id=ito.id)
    taken = newest(session, request)
    delgado.asks(NOW, words="And when?")
    with pytest.raises(MovedOn):
        take_back_step(session, request.id, taken, NOW, None)
    assert request.owner_staff_id == ito.id


STEPS: dict[str, Callable[[Session, Request, Home, dict[str, Any]], object]] = {
    "take": lambda session, request, home, seen: take_request(
        session, request.id, NOW, None, staff_id=home.world.staff(home.school).id, **seen
    ),
    "hand over": lambda session, request, home, seen: hand_over(
        session, request.id, NOW, None, to_staff_id=home.world.staff(home.school).id, **seen
    ),
    "hostile": lambda session, request, home, seen: give_to_administrator(session, request.id, NOW, None, **seen),
    "close": lambda session, request, home, seen: close_request(
        session, request.id, NOW, None, no_answer_needed="x", **seen
    ),
    "answer": lambda session, request, home, seen: put_on_its_way(
        session, request.id, NOW, None, outreach_id=7, **seen
    ),
}


@pytest.mark.parametrize("step", STEPS)
def test_no_step_is_taken_with_a_question_that_has_moved_on(
    delgado: Home, session: Session, world: World, step: str
) -> None:
    world.staff(delgado.school, role=StaffRole.ADMINISTRATOR)
    request = delgado.asks()
    seen = {"seen": newest(session, request)}
    delgado.asks(NOW, words="It is urgent.")
    moved = newest(session, request)
    with pytest.raises(MovedOn):
        STEPS[step](session, request, delgado, seen)
    assert newest(session, request) == moved
    STEPS[step](session, request, delgado, {"seen": moved})
    assert newest(session, request) != moved


def test_the_same_answer_sent_twice_is_on_its_way_once(delgado: Home, session: Session) -> None:
    request = delgado.asks()
    seen = newest(session, request)
    for _press in range(2):
        put_on_its_way(session, request.id, NOW, delgado.account.id, outreach_id=7, seen=seen)
    assert kinds(session, request) == ["opened", "on_its_way"]
    assert request.state is RequestState.OPEN
    with pytest.raises(MovedOn):
        put_on_its_way(session, request.id, NOW, delgado.account.id, outreach_id=8, seen=seen)


def test_a_question_taken_by_a_teacher_who_does_not_teach_the_child_stays_there_at_night(
    delgado: Home, session: Session, world: World
) -> None:
    other = world.student(delgado.school, given_name="Leo")
    ito = world.staff(delgado.school)
    world.teaches(ito, world.section(delgado.school), other)
    request = delgado.asks()
    take_request(session, request.id, NOW, None, staff_id=ito.id)
    assert rehome_requests(session, NOW) == 0
    assert request.owner_staff_id == ito.id
