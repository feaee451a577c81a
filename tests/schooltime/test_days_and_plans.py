"""Days that differ, as a person enters them, and the hours of a week, checked whole."""

from __future__ import annotations

from datetime import date, time

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Calendar, CalendarDay, CalendarHours, Department, School
from outreach.schooltime import (
    CalendarPlan,
    CalendarRefused,
    ClosureRefused,
    DayRange,
    Interval,
    calendar_of,
    check_plan,
    copy_days,
    day_ranges,
    enter_days,
    keep_plan,
    load_hours,
    remove_calendar,
    usual_plan,
)
from tests.world import NOW, World

FRIDAY, MONDAY = date(2026, 11, 27), date(2026, 11, 30)
MORNING = Interval(time(8), time(12))


@pytest.fixture
def school(world: World) -> School:
    return world.school()


def calendar(session: Session, school: School, department: Department | None = None) -> Calendar:
    found = calendar_of(session, school.id, department)
    assert found is not None
    return found


def ranges(session: Session, school: School) -> list[DayRange]:
    hours = load_hours(session, school.id)
    assert hours is not None
    return day_ranges(hours)


def test_a_break_over_a_weekend_is_one_range(session: Session, school: School) -> None:
    entry = DayRange(FRIDAY, MONDAY, "Break")
    assert enter_days(session, [calendar(session, school)], entry, NOW) == 2
    assert ranges(session, school) == [entry]


def test_two_names_in_a_row_and_a_school_day_between_part_a_range(session: Session, school: School) -> None:
    own = calendar(session, school)
    for first, name in ((FRIDAY, "Break"), (MONDAY, "Training"), (date(2026, 12, 2), "Training")):
        enter_days(session, [own], DayRange(first, first, name), NOW)
    assert [(one.first, one.name) for one in ranges(session, school)] == [
        (FRIDAY, "Break"), (MONDAY, "Training"), (date(2026, 12, 2), "Training"),
    ]  # fmt: skip


def test_a_day_that_is_closed_keeps_its_name_and_a_short_day_takes_the_new_one(
    session: Session, school: School
) -> None:
    own = calendar(session, school)
    enter_days(session, [own], DayRange(FRIDAY, FRIDAY, "Thanksgiving break"), NOW)
    assert enter_days(session, [own], DayRange(FRIDAY, FRIDAY, "Snow"), NOW) == 0
    assert [one.name for one in ranges(session, school)] == ["Thanksgiving break"]
    enter_days(session, [own], DayRange(MONDAY, MONDAY, "Early release", (MORNING,)), NOW)
    assert enter_days(session, [own], DayRange(MONDAY, MONDAY, "Snow"), NOW) == 1
    assert [one.name for one in ranges(session, school)] == ["Thanksgiving break", "Snow"]


def test_hours_open_a_saturday_alone_but_not_inside_a_range(session: Session, school: School) -> None:
    own, saturday = calendar(session, school), date(2026, 12, 5)
    enter_days(session, [own], DayRange(saturday, saturday, "Open house", (MORNING,)), NOW)
    assert [one.first for one in ranges(session, school)] == [saturday]
    enter_days(session, [own], DayRange(date(2026, 12, 11), date(2026, 12, 14), "Exams", (MORNING,)), NOW)
    days = session.scalars(select(CalendarDay.day).where(CalendarDay.name == "Exams")).all()
    assert sorted(days) == [date(2026, 12, 11), date(2026, 12, 14)]


def test_a_range_that_sticks_out_of_the_calendar_counts_inside_it(session: Session, school: School) -> None:
    own = calendar(session, school)
    assert enter_days(session, [own], DayRange(own.last_day, date(2027, 6, 30), "Early summer"), NOW) == 1


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        (DayRange(FRIDAY, FRIDAY, "  "), "name"),
        (DayRange(FRIDAY, FRIDAY, "x" * 81), "name"),
        (DayRange(MONDAY, FRIDAY, "Break"), "last"),
        (DayRange(date(2026, 9, 1), date(2027, 1, 1), "Break"), "last"),
        (DayRange(date(2026, 11, 28), date(2026, 11, 29), "Weekend"), "first"),
        (DayRange(date(2030, 1, 7), date(2030, 1, 7), "Beyond"), "first"),
        (DayRange(FRIDAY, FRIDAY, "None", (Interval(time(8), time(8)),)), "opens"),
        (DayRange(FRIDAY, FRIDAY, "Overlap", (MORNING, Interval(time(11), time(13)))), "opens"),
    ],
)
def test_an_entry_that_cannot_be_names_its_field(session: Session, school: School, entry: DayRange, field: str) -> None:
    with pytest.raises(ClosureRefused) as refused:
        enter_days(session, [calendar(session, school)], entry, NOW)
    assert refused.value.field == field
    assert session.scalars(select(CalendarDay)).all() == []


def test_a_plan_replaces_the_hours_and_keeps_the_days(session: Session, school: School) -> None:
    own = calendar(session, school)
    enter_days(session, [own], DayRange(FRIDAY, FRIDAY, "Break"), NOW)
    plan = CalendarPlan(own.first_day, own.last_day, ((MORNING,), *((),) * 6))
    keep_plan(session, school.id, None, plan)
    kept = session.scalars(select(CalendarHours)).all()
    assert [(one.weekday, one.opens_at, one.closes_at) for one in kept] == [(0, time(8), time(12))]
    assert [one.name for one in ranges(session, school)] == ["Break"]


def test_intervals_that_touch_are_two_and_ones_that_overlap_are_refused(session: Session, school: School) -> None:
    first, last = date(2026, 8, 17), date(2027, 5, 28)
    touching = CalendarPlan(first, last, ((MORNING, Interval(time(12), time(16))), *((),) * 6))
    assert check_plan(touching) == []
    overlapping = CalendarPlan(first, last, ((MORNING, Interval(time(11, 59), time(16))), *((),) * 6))
    with pytest.raises(CalendarRefused) as refused:
        keep_plan(session, school.id, None, overlapping)
    assert [field for field, _sentence in refused.value.problems] == ["hours-0"]


def test_a_plan_is_told_all_that_is_wrong_with_it_at_once() -> None:
    wrong = CalendarPlan(date(2027, 5, 28), date(2026, 8, 17), ((), (Interval(time(9), time(9)),), *((),) * 5))
    assert [field for field, _sentence in check_plan(wrong)] == ["last_day", "hours-1"]
    empty = CalendarPlan(date(2026, 8, 17), date(2027, 5, 28), ((),) * 7)
    assert [field for field, _sentence in check_plan(empty)] == ["hours-0"]


def test_copied_days_keep_what_stands_and_fall_inside_the_calendar(
    session: Session, world: World, school: School
) -> None:
    short = world.school(hours=False)
    target = keep_plan(session, short.id, None, usual_plan(date(2026, 8, 17), date(2026, 11, 29)))
    source = calendar(session, school)
    enter_days(session, [source], DayRange(FRIDAY, MONDAY, "Break"), NOW)
    enter_days(session, [target], DayRange(FRIDAY, FRIDAY, "Ours"), NOW)
    assert copy_days(session, source, target, NOW, None) == 0
    assert [one.name for one in ranges(session, short)] == ["Ours"]


def test_a_calendar_goes_with_its_hours_and_days(session: Session, world: World, school: School) -> None:
    theirs = world.calendar(school, Department.COUNSELING)
    enter_days(session, [theirs], DayRange(FRIDAY, FRIDAY, "Break"), NOW)
    remove_calendar(session, theirs)
    assert session.scalars(select(CalendarDay)).all() == []
    assert {one.calendar_id for one in session.scalars(select(CalendarHours))} == {calendar(session, school).id}
