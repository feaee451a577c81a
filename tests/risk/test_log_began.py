"""Since when a school's own log means something, and what time it is at each school."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Calendar, CalendarDay, Contact, Initiator, School, Staff, StaffRole, Student
from outreach.effective import effective_config
from outreach.risk.periods import Period, periods_at
from tests.world import NOW, YEAR_STARTS, World


def period(session: Session, school: School, now: datetime = NOW) -> Period:
    session.flush()
    found = periods_at(session, now, effective_config(session, now).risk).of(school.id)
    assert found is not None
    return found


def logs(world: World, staff: Staff, child: Student, day: date, **values: object) -> Contact:
    at = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=16)
    return world.contact(
        child, **{"initiator": Initiator.TEACHER, "staff_id": staff.id, "occurred_at": at, "recorded_at": at, **values}
    )


def test_what_an_administrator_set_goes_first(world: World, session: Session) -> None:
    school = world.school(log_began=date(2026, 9, 1))
    logs(world, world.staff(school), world.student(school), date(2026, 8, 20), sourced_id="c-1")
    assert period(session, school).log_began == date(2026, 9, 1)


def test_a_day_to_come_is_not_yet(world: World, session: Session) -> None:
    assert period(session, world.school(log_began=date(2026, 11, 25))).log_began is None


def test_else_imported_contacts_begin_it(world: World, session: Session) -> None:
    school, other = world.school(), world.school()
    child, teacher = world.student(school), world.staff(school)
    logs(world, teacher, child, date(2026, 9, 10), sourced_id="c-2")
    logs(world, teacher, child, date(2026, 9, 4), sourced_id="c-1")
    assert period(session, school).log_began == date(2026, 9, 4)
    assert period(session, other).log_began is None


def test_else_four_school_weeks_after_half_the_teachers_have_logged(world: World, session: Session) -> None:
    school = world.school()
    child, teachers = world.student(school), [world.staff(school) for _ in range(3)]
    world.staff(school, role=StaffRole.COUNSELOR)
    logs(world, teachers[0], child, date(2026, 8, 24))
    assert period(session, school).log_began is None, "one of three is less than half"
    logs(world, teachers[1], child, date(2026, 9, 7))
    assert period(session, school).log_began == date(2026, 10, 3), "20 school days from Monday 7 September are over"
    on_the_friday = datetime(2026, 10, 2, 16, tzinfo=UTC)
    assert period(session, school, on_the_friday).log_began is None


def test_a_log_of_last_year_counts_from_this_year_s_start(world: World, session: Session) -> None:
    school = world.school()
    logs(world, world.staff(school), world.student(school), date(2026, 2, 2))
    assert period(session, school).base == YEAR_STARTS


def test_the_weeks_of_grace_leave_out_holidays(world: World, session: Session) -> None:
    school = world.school(log_began=YEAR_STARTS)
    monday = datetime(2026, 9, 14, 16, tzinfo=UTC)
    assert period(session, school, monday).silent_from == YEAR_STARTS
    calendar = session.scalars(select(Calendar).where(Calendar.school_id == school.id)).one()
    world.add(CalendarDay(calendar_id=calendar.id, day=date(2026, 9, 7), name="Labor Day", entered_at=NOW))
    assert period(session, school, monday).silent_from is None


def test_schools_in_two_zones_have_their_own_today(world: World, session: Session) -> None:
    east, west = world.school(timezone="America/New_York"), world.school(timezone="America/Los_Angeles")
    night = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
    assert period(session, east, night).today == date(2026, 11, 24)
    assert period(session, west, night).today == date(2026, 11, 23)


def test_a_school_without_any_term_is_unknown(world: World, session: Session) -> None:
    school = world.school(year=False)
    assert periods_at(session, NOW, effective_config(session, NOW).risk).of(school.id) is None
