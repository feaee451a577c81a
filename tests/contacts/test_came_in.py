"""What families said since the school day before, as each reader may read it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from models import (
    AccountRole,
    Calendar,
    CalendarDay,
    Channel,
    Contact,
    Initiator,
    Outcome,
    School,
    StaffRole,
    StaffSchool,
    Student,
)
from outreach.access import viewer_of
from outreach.contacts import came_in
from outreach.schooltime import days_between
from outreach.schooltime.clock import LONGEST_BREAK
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


def closed(world: World, calendar: Calendar, first: date, last: date) -> None:
    for day in days_between(first, last):
        world.add(CalendarDay(calendar_id=calendar.id, day=day, name="Break", entered_at=NOW))


def since(world: World, today: date, *schools: School, role: AccountRole = AccountRole.COUNSELOR) -> date:
    """From which day on somebody who works at ``schools`` reads what came in, on the morning of ``today``."""
    staff = world.staff(schools[0], role=StaffRole.COUNSELOR) if schools else None
    for school in schools[1:]:
        assert staff is not None
        world.add(StaffSchool(staff_id=staff.id, school_id=school.id))
    account = world.account(staff, role)
    morning = datetime(today.year, today.month, today.day, 14, tzinfo=UTC)
    return came_in(world.session, viewer_of(world.session, account, morning), CHICAGO, morning).since


WEEKDAYS = [
    (date(2026, 11, 24), date(2026, 11, 23)), (date(2026, 11, 30), date(2026, 11, 27)),
    (date(2026, 11, 29), date(2026, 11, 27)), (date(2026, 11, 28), date(2026, 11, 27)),
]  # fmt: skip


@pytest.mark.parametrize(("today", "expected"), WEEKDAYS)
def test_a_monday_reads_from_friday_on(world: World, today: date, expected: date) -> None:
    assert since(world, today, world.school()) == expected


@pytest.mark.parametrize(("today", "expected"), WEEKDAYS)
def test_without_a_school_or_its_calendar_weekdays_count(world: World, today: date, expected: date) -> None:
    assert since(world, today, world.school(hours=False)) == expected
    assert since(world, today) == expected
    assert since(world, today, role=AccountRole.DISTRICT_ADMINISTRATOR) == expected


@pytest.mark.parametrize(
    ("first", "last", "today", "expected"),
    [
        # Labor Day, a Monday: Tuesday reads the weekend too.
        (date(2026, 9, 7), date(2026, 9, 7), date(2026, 9, 8), date(2026, 9, 4)),
        # Thanksgiving, Wednesday to Friday: on the Monday after, and on a day of the break itself.
        (date(2026, 11, 25), date(2026, 11, 27), date(2026, 11, 30), date(2026, 11, 24)),
        (date(2026, 11, 25), date(2026, 11, 27), date(2026, 11, 27), date(2026, 11, 24)),
        # Two weeks of winter.
        (date(2026, 12, 21), date(2027, 1, 1), date(2027, 1, 4), date(2026, 12, 18)),
        # A holiday in the middle of a week.
        (date(2026, 11, 11), date(2026, 11, 11), date(2026, 11, 12), date(2026, 11, 10)),
    ],
)
def test_after_a_holiday_or_a_break_one_reads_from_the_last_school_day_on(
    world: World, first: date, last: date, today: date, expected: date
) -> None:  # fmt: skip
    school = world.school(hours=False)
    closed(world, world.calendar(school), first, last)

    assert since(world, today, school) == expected


def test_the_first_school_day_reads_the_summer_too_and_the_second_the_first(world: World) -> None:
    school = world.school(hours=False)
    world.calendar(school, first=date(2026, 8, 17))

    assert since(world, date(2026, 8, 17), school) == date(2026, 8, 17) - timedelta(days=LONGEST_BREAK)
    assert since(world, date(2026, 8, 18), school) == date(2026, 8, 17)


def test_a_calendar_carried_over_the_summer_knows_the_last_day_before_it(world: World) -> None:
    school = world.school(hours=False)
    calendar = world.calendar(school, first=date(2025, 8, 18))
    closed(world, calendar, date(2026, 6, 1), date(2026, 8, 16))

    assert since(world, date(2026, 8, 17), school) == date(2026, 5, 29)


def test_outside_its_calendar_a_school_goes_by_weekdays(world: World) -> None:
    """Nobody reads the whole summer every morning because the next year's days are not entered yet."""
    school = world.school(hours=False)
    world.calendar(school, first=date(2026, 8, 17), last=date(2027, 5, 28))

    assert since(world, date(2026, 7, 21), school) == date(2026, 7, 20)
    assert since(world, date(2027, 6, 21), school) == date(2027, 6, 18)


def test_of_two_schools_the_one_that_was_closed_longer_counts_and_for_the_district_the_other(world: World) -> None:
    open_on_monday, closed_on_monday = world.school(), world.school(hours=False)
    closed(world, world.calendar(closed_on_monday), date(2026, 9, 7), date(2026, 9, 7))
    tuesday = date(2026, 9, 8)

    assert since(world, tuesday, open_on_monday, closed_on_monday) == date(2026, 9, 4)
    assert since(world, tuesday, open_on_monday) == date(2026, 9, 7)
    assert since(world, tuesday, role=AccountRole.DISTRICT_ADMINISTRATOR) == date(2026, 9, 7)


def test_what_came_in_over_a_long_weekend_is_read_on_tuesday(world: World) -> None:
    school = world.school(hours=False)
    closed(world, world.calendar(school), date(2026, 9, 7), date(2026, 9, 7))
    student = world.student(school)
    world.family(student)
    account = world.account(world.staff(school, role=StaffRole.COUNSELOR), AccountRole.COUNSELOR)
    wrote(world, student, at=datetime(2026, 9, 5, 18, tzinfo=UTC), summary="On Saturday")
    wrote(world, student, at=datetime(2026, 9, 4, 4, 30, tzinfo=UTC), summary="On Thursday night")
    tuesday = datetime(2026, 9, 8, 13, tzinfo=UTC)

    read = came_in(world.session, viewer_of(world.session, account, tuesday), CHICAGO, tuesday)
    assert [row.words for row in read.rows] == ["On Saturday"]
    assert read.near


def test_pages_hold_everything_once_also_where_moments_are_equal(world: World) -> None:
    school = world.school()
    student = world.student(school)
    world.family(student)
    account = world.account(world.staff(school, role=StaffRole.COUNSELOR), AccountRole.COUNSELOR)
    made = [wrote(world, student, at=NOW - timedelta(minutes=number // 2)) for number in range(7)]
    viewer = viewer_of(world.session, account, NOW)
    first = came_in(world.session, viewer, CHICAGO, NOW, most=3)
    wrote(world, student, at=NOW)  # while one reads on
    pages, before = [first], first.before
    while before is not None:
        pages.append(came_in(world.session, viewer, CHICAGO, NOW, most=3, before=before))
        before = pages[-1].before

    newest_first = sorted(made, key=lambda one: (one.occurred_at, one.id), reverse=True)
    assert [row.contact_id for page in pages for row in page.rows] == [one.id for one in newest_first]
    assert [len(page.rows) for page in pages] == [3, 3, 1]


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
    assert len(asked) <= 8
