"""What families said since the working day before, as each reader may read it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from models import AccountRole, Channel, Contact, Initiator, Outcome, StaffRole, Student
from outreach.access import viewer_of
from outreach.contacts import came_in
from outreach.contacts.came_in import last_working_day
from tests.world import NOW, World

CHICAGO = ZoneInfo("America/Chicago")


@pytest.fixture
def world(session: Session) -> World:
    return World(session)


def wrote(world: World, *students: Student, at: datetime, **values: object) -> Contact:
    return world.contact(
        *students, initiator=Initiator.FAMILY, channel=Channel.SMS, outcome=Outcome.REACHED, occurred_at=at,
        staff_id=None, **values,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 11, 27), date(2026, 11, 26)), (date(2026, 11, 30), date(2026, 11, 27)),
        (date(2026, 11, 29), date(2026, 11, 27)), (date(2026, 11, 28), date(2026, 11, 27)),
    ],
)  # fmt: skip
def test_a_monday_reads_from_friday_on(today: date, expected: date) -> None:
    assert last_working_day(today) == expected


def test_a_teacher_reads_what_families_of_the_students_taught_said_and_nothing_else(world: World) -> None:
    school = world.school()
    taught, other = world.student(school), world.student(school)
    world.family(taught), world.family(other)
    teacher = world.staff(school)
    world.teaches(teacher, world.section(school), taught)
    account = world.account(teacher)
    wrote(world, taught, at=NOW - timedelta(hours=2), summary="Can she retake it?")
    wrote(world, other, at=NOW - timedelta(hours=2), summary="Not yours.")
    world.contact(taught, staff_id=teacher.id, occurred_at=NOW - timedelta(hours=1), summary="We began this one.")

    read = came_in(world.session, viewer_of(world.session, account, NOW), CHICAGO, NOW)

    assert [row.words for row in read.rows] == ["Can she retake it?"]
    assert read.more == 0


def test_what_was_said_before_the_last_working_day_is_no_news(world: World) -> None:
    school = world.school()
    taught = world.student(school)
    world.family(taught)
    counselor = world.staff(school, role=StaffRole.COUNSELOR)
    account = world.account(counselor, AccountRole.COUNSELOR)
    monday = datetime(2026, 11, 30, 14, tzinfo=UTC)
    wrote(world, taught, at=datetime(2026, 11, 27, 6, 30, tzinfo=UTC), summary="Friday, half past midnight in Chicago")
    wrote(world, taught, at=datetime(2026, 11, 27, 5, 30, tzinfo=UTC), summary="Thursday, half past eleven at night")

    read = came_in(world.session, viewer_of(world.session, account, monday), CHICAGO, monday)

    assert read.since == date(2026, 11, 27)
    assert [row.words for row in read.rows] == ["Friday, half past midnight in Chicago"]


def test_what_one_logged_in_person_and_what_was_undone_is_left_out(world: World) -> None:
    school = world.school()
    taught = world.student(school)
    world.family(taught)
    counselor = world.staff(school, role=StaffRole.COUNSELOR)
    account = world.account(counselor, AccountRole.COUNSELOR)
    wrote(world, taught, at=NOW - timedelta(hours=1), recorded_by=account.id)
    wrote(world, taught, at=NOW - timedelta(hours=1), voided_at=NOW, void_reason="mistaken")

    assert came_in(world.session, viewer_of(world.session, account, NOW), CHICAGO, NOW).rows == ()


def test_the_number_of_statements_does_not_grow_with_what_came_in(world: World) -> None:
    school = world.school()
    counselor = world.staff(school, role=StaffRole.COUNSELOR)
    account = world.account(counselor, AccountRole.COUNSELOR)
    viewer = viewer_of(world.session, account, NOW)
    for hours in range(12):
        student = world.student(school)
        world.family(student)
        wrote(world, student, at=NOW - timedelta(hours=1, minutes=hours))
    world.session.flush()
    asked: list[str] = []
    engine = world.session.get_bind()
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    read = came_in(world.session, viewer, CHICAGO, NOW, most=10)

    assert (len(read.rows), read.more) == (10, 2)
    assert len(asked) <= 4
