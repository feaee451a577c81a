"""Calendars as the database keeps them: departments, closures entered later, school years and terms."""

from __future__ import annotations

from datetime import date, time
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import CalendarDay, CalendarHours, Department, TermKind
from outreach.schooltime import (
    ClosureRefused,
    is_school_day,
    load_hours,
    recall_closure,
    record_closure,
    running_terms,
    school_years,
    year_spans,
)
from tests.world import NOW, World

SNOW = date(2026, 12, 3)


def test_a_department_with_its_own_calendar_uses_it_and_others_the_schools(session: Session, world: World) -> None:
    school = world.school()
    world.calendar(school, Department.COUNSELING, opens=time(10), closes=time(18))
    counseling = load_hours(session, school.id, Department.COUNSELING)
    teaching = load_hours(session, school.id, Department.TEACHING)
    assert counseling is not None
    assert teaching is not None
    assert counseling.weekly[0][0].opens == time(10)
    assert teaching.weekly[0][0].opens == time(8)


def test_a_school_without_a_calendar_has_no_hours(session: Session, world: World) -> None:
    assert load_hours(session, world.school(hours=False).id) is None


def test_several_intervals_and_a_day_of_other_hours(session: Session, world: World) -> None:
    school = world.school(hours=False)
    calendar = world.calendar(school, opens=time(8), closes=time(12))
    world.add(CalendarHours(calendar_id=calendar.id, weekday=0, opens_at=time(13), closes_at=time(15)))
    for opens, closes in ((time(9), time(10)), (time(11), time(12))):
        world.add(
            CalendarDay(
                calendar_id=calendar.id, day=SNOW, opens_at=opens, closes_at=closes, name="Late start", entered_at=NOW
            )
        )
    hours = load_hours(session, school.id)
    assert hours is not None
    assert len(hours.spans_of(date(2026, 11, 23))) == 2
    assert [span.begins.astimezone(ZoneInfo("America/Chicago")).hour for span in hours.spans_of(SNOW)] == [9, 11]
    assert hours.names[SNOW] == "Late start"


def test_a_closure_closes_every_department_once(session: Session, world: World) -> None:
    school = world.school()
    world.calendar(school, Department.COUNSELING)
    assert record_closure(session, school.id, SNOW, " Snow day ", NOW) == 2
    assert record_closure(session, school.id, SNOW, "Snow day", NOW) == 0
    hours = load_hours(session, school.id)
    assert hours is not None
    assert not is_school_day(hours, SNOW)
    assert set(session.scalars(select(CalendarDay.name))) == {"Snow day"}


def test_a_closure_replaces_the_other_hours_of_that_day_and_can_be_recalled(session: Session, world: World) -> None:
    school = world.school(hours=False)
    calendar = world.calendar(school)
    world.add(
        CalendarDay(
            calendar_id=calendar.id, day=SNOW, opens_at=time(9), closes_at=time(10), name="Late", entered_at=NOW
        )
    )
    record_closure(session, school.id, SNOW, "Snow day", NOW)
    hours = load_hours(session, school.id)
    assert hours is not None
    assert not is_school_day(hours, SNOW)
    assert recall_closure(session, school.id, SNOW) == 1
    hours = load_hours(session, school.id)
    assert hours is not None
    assert is_school_day(hours, SNOW)


@pytest.mark.parametrize(
    ("day", "name", "sentence"),
    [(SNOW, "  ", "Say why"), (date(2031, 1, 1), "Snow day", "no calendar of this school")],
)
def test_a_closure_that_no_calendar_holds_is_refused(
    session: Session, world: World, day: date, name: str, sentence: str
) -> None:
    school = world.school()
    with pytest.raises(ClosureRefused, match=sentence):
        record_closure(session, school.id, day, name, NOW)


def test_the_school_year_with_its_weeks_gone_and_its_share(session: Session, world: World) -> None:
    school = world.school()
    year = school_years(session, date(2026, 8, 17))[school.id]
    assert (year.weeks_gone, year.share_gone, year.in_term) == (0, 0, True)
    later = school_years(session, date(2026, 9, 14))[school.id]
    assert later.weeks_gone == 4
    assert 0.09 < later.share_gone < 0.11
    assert later.weeks_since(date(2026, 9, 7), date(2026, 9, 14)) == 1


def test_in_summer_the_last_year_stands_whole_and_outside_every_term(session: Session, world: World) -> None:
    school = world.school()
    summer = school_years(session, date(2027, 7, 1))[school.id]
    assert (summer.in_term, summer.share_gone, summer.ends_on) == (False, 1.0, date(2027, 5, 28))
    assert school.id not in school_years(session, date(2026, 8, 1))


def test_yearly_figures_start_again_with_the_new_year(session: Session, world: World) -> None:
    school = world.school()
    world.school_year(school, date(2027, 8, 16), date(2028, 5, 26))
    assert school_years(session, date(2027, 8, 16))[school.id].starts_on == date(2027, 8, 16)
    assert school_years(session, date(2027, 8, 15))[school.id].starts_on == date(2026, 8, 17)


def test_a_schools_own_year_goes_before_the_districts(session: Session, world: World) -> None:
    school, other = world.school(year=False), world.school(year=False)
    world.school_year(None, date(2026, 8, 10), date(2027, 6, 4))
    world.school_year(school)
    spans = year_spans(session, date(2026, 11, 24))
    assert spans == {
        school.id: (date(2026, 8, 17), date(2027, 5, 28)),
        other.id: (date(2026, 8, 10), date(2027, 6, 4)),
    }


def test_without_a_school_year_the_terms_stand_for_it(session: Session, world: World) -> None:
    school = world.school(year=False)
    world.term(school, date(2026, 8, 17), date(2026, 12, 18))
    world.term(school, date(2027, 1, 5), date(2027, 5, 28))
    year = school_years(session, date(2026, 12, 25))[school.id]
    assert (year.starts_on, year.ends_on, year.in_term) == (date(2026, 8, 17), date(2027, 5, 28), False)


def test_marks_count_to_the_shortest_semester_around_the_day_and_its_grading_periods_with_it(
    session: Session, world: World
) -> None:
    school = world.school()
    fall = world.term(school, date(2026, 8, 17), date(2026, 12, 18))
    period = world.term(school, date(2026, 8, 17), date(2026, 10, 9), TermKind.GRADING_PERIOD)
    running = running_terms(session, date(2026, 9, 1))[school.id]
    assert (running.starts_on, running.ends_on) == (fall.starts_on, fall.ends_on)
    assert running.term_ids == tuple(sorted((fall.id, period.id)))
    assert running_terms(session, date(2027, 2, 1))[school.id].title == "2026-2027"
    assert running_terms(session, date(2027, 7, 1)) == {}
