"""The board: every open question in one section, the longest over first, cut by key, at one cost for any number."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from models import AccountRole, Department, Request, RequestState
from outreach.access.viewer import NotAllowed, Viewer
from outreach.contacts import (
    Board,
    BoardFilter,
    ClockState,
    Whose,
    answers_on_their_way,
    board,
    breaches,
    contact_strips,
    every_past_due,
    past_due,
)
from outreach.errors import NotFound
from tests.contacts.homes import Home, counselor_of, viewer_of_staff
from tests.world import NOW, World

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def question(world: World, home: Home, due: datetime | None, **values: Any) -> Request:
    family = world.family(world.student(home.school))
    opened = values.pop("opened_at", NOW - timedelta(days=10))
    return world.request(family, home.school, due_at=due, opened_at=opened, **values)


def ids(found: Board, state: ClockState) -> list[int]:
    section = next(section for section in found.sections if section.state is state)
    assert section.count >= len(section.rows)
    return [row.request_id for row in section.rows]


def show(session: Session, viewer: Viewer, wanted: BoardFilter | None = None, **values: Any) -> Board:
    return board(session, viewer, NOW, wanted or BoardFilter(), **{"size": 9, **values})


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    told: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        told.append(statement)

    engine = session.get_bind().engine
    event.listen(engine, "before_cursor_execute", listen)
    yield told
    event.remove(engine, "before_cursor_execute", listen)


def test_each_question_stands_in_the_section_of_its_clock(delgado: Home, session: Session, world: World) -> None:
    over = question(world, delgado, NOW - HOUR)
    today = question(world, delgado, NOW + 3 * HOUR, goal_at=NOW + HOUR)
    past_goal = question(world, delgado, NOW + 2 * DAY, goal_at=NOW - HOUR)
    in_time = question(world, delgado, NOW + 2 * DAY, goal_at=NOW + DAY)
    without_goal = question(world, delgado, NOW + 2 * DAY)
    no_due = question(world, delgado, None)
    answered = question(world, delgado, NOW, state=RequestState.ANSWERED, answered_at=NOW - DAY)
    question(world, delgado, NOW, state=RequestState.CLOSED, closed_at=NOW - 15 * DAY)
    found = show(session, counselor_of(world, delgado.school))
    assert ids(found, ClockState.OVER) == [over.id]
    assert ids(found, ClockState.SOON) == [today.id, past_goal.id]
    assert ids(found, ClockState.IN_TIME) == [in_time.id, without_goal.id]
    assert ids(found, ClockState.NO_DUE_TIME) == [no_due.id]
    assert ids(found, ClockState.ENDED) == [answered.id]
    assert (found.open_ones, found.counts.everybody, found.counts.over) == (6, 6, 1)


def test_due_at_this_very_moment_is_not_over(delgado: Home, session: Session, world: World) -> None:
    question(world, delgado, NOW)
    found = show(session, counselor_of(world, delgado.school))
    assert [section.count for section in found.sections] == [0, 1, 0, 0, 0]
    assert found.sections[1].rows[0].over is False


@pytest.mark.parametrize("state", [ClockState.OVER, ClockState.IN_TIME, ClockState.NO_DUE_TIME, ClockState.ENDED])
def test_pages_by_key_hold_every_question_once_also_where_moments_are_equal(
    delgado: Home, session: Session, world: World, state: ClockState
) -> None:
    made = []
    for number in range(7):
        shift = timedelta(minutes=number // 3)  # equal ones among them
        due = {ClockState.OVER: NOW - DAY + shift, ClockState.IN_TIME: NOW + 3 * DAY + shift}.get(state)
        values: dict[str, Any] = {"opened_at": NOW - timedelta(days=10) + shift}
        if state is ClockState.ENDED:
            values |= {"state": RequestState.CLOSED, "closed_at": NOW - DAY - shift}
        made.append(question(world, delgado, due, **values).id)
    viewer, after, seen = counselor_of(world, delgado.school), None, []
    while True:
        section = show(session, viewer, only=state, after=after, size=2).sections[0]
        assert section.count == 7
        seen += [row.request_id for row in section.rows]
        after = section.after
        if after is None:
            break
    assert sorted(seen) == sorted(made)
    assert len(seen) == 7


def test_a_key_that_nobody_gave_is_no_page(delgado: Home, session: Session, world: World) -> None:
    for key in ("x", "20260101T000000.000000-x", "-", "99999999T000000.000000-1"):
        with pytest.raises(NotFound):
            show(session, counselor_of(world, delgado.school), only=ClockState.OVER, after=key)


def test_filters_narrow_what_is_shown_and_leave_the_figures_above(
    delgado: Home, session: Session, world: World
) -> None:
    mine = question(world, delgado, NOW - DAY, owner_staff_id=delgado.alvarez.id, counselor_at=NOW - HOUR)
    nobody = question(world, delgado, NOW - DAY, department=Department.COUNSELING)
    elsewhere = world.school()
    family = world.family(world.student(elsewhere))
    far = world.request(family, elsewhere, due_at=NOW - DAY, owner_staff_id=world.staff(elsewhere).id)
    viewer = viewer_of_staff(delgado.alvarez, delgado.school)
    roles = frozenset({AccountRole.DISTRICT_ADMINISTRATOR})
    district = Viewer(1, delgado.alvarez.id, roles, viewer.school_ids, viewer.on)
    wanted = {
        BoardFilter(): {mine.id, nobody.id, far.id},
        BoardFilter(whose=Whose.MINE): {mine.id},
        BoardFilter(whose=Whose.SCHOOL): {mine.id, nobody.id},
        BoardFilter(whose=Whose.NOBODY): {nobody.id},
        BoardFilter(department=Department.COUNSELING): {nobody.id},
        BoardFilter(school_id=elsewhere.id): {far.id},
        BoardFilter(past_mark=True): {mine.id},
        BoardFilter(whose=Whose.NOBODY, past_mark=True): set(),
    }
    for each, expected in wanted.items():
        found = show(session, district, each)
        assert set(ids(found, ClockState.OVER)) == expected, each
        counts = found.counts
        assert (counts.everybody, counts.mine, counts.school, counts.nobody) == (3, 1, 2, 1)


def test_a_teacher_s_board_holds_the_families_it_teaches_and_no_other(
    delgado: Home, session: Session, world: World
) -> None:
    question(world, delgado, NOW - DAY)
    mine = delgado.asks()
    found = show(session, viewer_of_staff(delgado.alvarez, delgado.school))
    assert found.counts.everybody == 1
    assert [row.request_id for section in found.sections for row in section.rows] == [mine.id]


def test_the_board_costs_as_many_statements_for_many_as_for_few(delgado: Home, session: Session, world: World) -> None:
    viewer = counselor_of(world, delgado.school)

    def cost() -> int:
        with counted(session) as told:
            found = show(session, viewer)
            rows = [row for section in found.sections for row in section.rows]
            answers_on_their_way(session, [(row.request_id, row.family_id) for row in rows])
            contact_strips(session, [row.family_id for row in rows], NOW)
        return len(told)

    question(world, delgado, NOW - DAY)
    question(world, delgado, NOW + 3 * DAY)
    few = cost()
    for number in range(30):
        question(world, delgado, NOW + timedelta(days=number - 9))
    session.flush()
    assert cost() == few
    assert few < 40


def test_past_due_is_one_list_oldest_first_for_those_who_look_after_a_school(
    delgado: Home, session: Session, world: World
) -> None:
    second = question(world, delgado, NOW - 2 * DAY, counselor_at=NOW - HOUR)
    first = question(world, delgado, NOW - 9 * DAY, counselor_at=NOW - 5 * DAY)
    question(world, delgado, NOW + DAY)
    counselor = counselor_of(world, delgado.school)
    page = past_due(session, counselor, NOW, BoardFilter(), size=1)
    assert ([row.request_id for row in page.rows], page.count) == ([first.id], 2)
    again = past_due(session, counselor, NOW, BoardFilter(), size=1, after=page.after)
    assert ([row.request_id for row in again.rows], again.after) == ([second.id], None)
    assert [row.request_id for row in every_past_due(session, counselor, NOW, BoardFilter())] == [first.id, second.id]
    assert [row.for_counselor for row in breaches(session, counselor, NOW)] == [True, True]
    with pytest.raises(NotAllowed):
        past_due(session, viewer_of_staff(delgado.alvarez, delgado.school), NOW, BoardFilter())


def test_a_row_says_how_long_ago_it_was_asked_in_school_days(delgado: Home, session: Session, world: World) -> None:
    question(world, delgado, NOW - DAY, opened_at=NOW - 7 * DAY)
    (row,) = breaches(session, counselor_of(world, delgado.school), NOW)
    assert row.school_days == 5
    assert row.sentence == "8 school hours over"
