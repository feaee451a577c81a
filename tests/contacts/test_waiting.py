"""What families wait for: sorted by the clock, with its words, for whoever may see it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from models import AccountRole, FamilyMember, OnCall, SafetyAlert, School
from outreach.access.guarded import KEPT
from outreach.contacts import (
    breaches,
    elapsed_words,
    timeline,
    waiting_counts,
    waiting_of_family,
    waiting_on,
    waiting_requests,
)
from outreach.contacts.withheld import ABOUT_ANOTHER
from tests.contacts.homes import Home, counselor_of, home, viewer_of_staff
from tests.world import NOW, World


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}-06:00")


def other_question(world: World, school: School, asked_at: datetime) -> None:
    family = world.family(world.student(school))
    world.request(
        family, school, opened_at=asked_at, due_at=asked_at + timedelta(days=2),
        counselor_at=asked_at + timedelta(days=7),
    )  # fmt: skip


def test_hours_over_and_hours_left_by_the_schools_clock(delgado: Home, session: Session) -> None:
    delgado.asks(local("17T18:12"))
    teacher = viewer_of_staff(delgado.alvarez, delgado.school)
    (row,) = waiting_requests(session, teacher, local("20T10:00"))
    assert (row.clock, row.over, row.minutes_left) == ("2 h over", True, -120)
    assert (row.family_name, row.guardian_name, row.students) == ("Delgado", "Rosa Delgado", ("Maya",))
    assert (row.owner_name, row.mine, row.zone) == ("L. Alvarez", True, "America/Chicago")
    (row,) = waiting_requests(session, teacher, local("19T13:00"))
    assert (row.clock, row.over, row.past_goal) == ("3 h left", False, True)


def test_the_longest_over_comes_first_and_what_has_no_due_time_last(
    delgado: Home, session: Session, world: World
) -> None:
    viewer = counselor_of(world, delgado.school)
    no_due = world.request(world.family(world.student(delgado.school)), delgado.school, due_at=None)
    soon = delgado.asks(local("23T10:00"))
    over = world.request(world.family(world.student(delgado.school)), delgado.school)
    rows = waiting_requests(session, viewer, NOW)
    assert [row.request_id for row in rows] == [over.id, soon.id, no_due.id]
    assert rows[-1].clock.startswith("no due time")
    counts = waiting_counts(rows)
    assert (counts.waiting, counts.over, counts.without_due_time, counts.without_owner, counts.mine) == (3, 1, 1, 2, 0)


def test_a_teacher_sees_those_of_its_families_and_a_counselor_the_schools(
    delgado: Home, session: Session, world: World
) -> None:
    delgado.asks(local("23T10:00"))
    other_question(world, delgado.school, local("16T10:00"))
    elsewhere = world.school()
    other_question(world, elsewhere, local("16T10:00"))
    teacher = viewer_of_staff(delgado.alvarez, delgado.school)
    assert len(waiting_requests(session, teacher, NOW)) == 1
    assert len(waiting_requests(session, counselor_of(world, delgado.school), NOW)) == 2
    district = viewer_of_staff(delgado.alvarez, delgado.school, AccountRole.DISTRICT_ADMINISTRATOR)
    assert len(waiting_requests(session, district, NOW)) == 3
    stranger = viewer_of_staff(world.staff(elsewhere), elsewhere)
    assert waiting_requests(session, stranger, NOW) == []
    assert waiting_of_family(session, stranger, delgado.family.id, NOW) == []


def test_mine_are_those_i_own(delgado: Home, session: Session, world: World) -> None:
    mine = delgado.asks(local("23T10:00"))
    second = home(world)
    teacher = viewer_of_staff(delgado.alvarez, delgado.school)
    second.asks(local("23T10:00"))
    assert [row.request_id for row in waiting_on(session, teacher, NOW)] == [mine.id]
    assert [row.request_id for row in waiting_of_family(session, teacher, delgado.family.id, NOW)] == [mine.id]


def test_the_counselors_list_holds_breaches_past_five_days_first(delgado: Home, session: Session, world: World) -> None:
    other_question(world, delgado.school, local("19T10:00"))
    other_question(world, delgado.school, local("12T10:00"))
    delgado.asks(local("23T10:00"))
    rows = breaches(session, counselor_of(world, delgado.school), NOW)
    assert [(row.over, row.for_counselor) for row in rows] == [(True, True), (True, False)]


def test_words_that_raised_an_alert_are_kept_for_the_on_call_list(
    delgado: Home, session: Session, world: World
) -> None:
    contact = delgado.writes(local("23T10:00"), "dangerous words")
    world.add(SafetyAlert(school_id=delgado.school.id, contact_id=contact.id, raised_at=NOW))
    teacher = viewer_of_staff(delgado.alvarez, delgado.school)
    assert [row.question for row in waiting_requests(session, teacher, NOW)] == [KEPT]
    world.add(OnCall(school_id=delgado.school.id, staff_id=delgado.alvarez.id))
    assert [row.question for row in waiting_requests(session, teacher, NOW)] == ["dangerous words"]


def test_a_question_about_a_brother_is_read_by_who_teaches_him_or_owns_it(
    delgado: Home, session: Session, world: World
) -> None:
    leo = world.student(delgado.school, given_name="Leo")
    world.add(FamilyMember(family_id=delgado.family.id, student_id=leo.id, from_on=date(2026, 8, 17)))
    lowe = world.staff(delgado.school)
    request = delgado.asks(local("23T10:00"), student_id=leo.id, owner_staff_id=lowe.id)
    teacher = viewer_of_staff(delgado.alvarez, delgado.school)
    assert [row.question for row in waiting_requests(session, teacher, NOW)] == [ABOUT_ANOTHER]
    (entry,) = timeline(session, teacher, delgado.family.id, NOW).entries
    assert (entry.words, entry.withheld) == (None, ABOUT_ANOTHER)
    request.owner_staff_id = delgado.alvarez.id
    assert [row.question for row in waiting_requests(session, teacher, NOW)] == [request.question]


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "0 min"), (59, "59 min"), (60, "1 h"), (959, "15 h"), (960, "2 school days"), (2400, "5 school days")],
)
def test_open_time_in_words(minutes: int, words: str) -> None:
    assert elapsed_words(minutes, 480) == words
