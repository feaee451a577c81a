"""A calendar as a person enters it: first and last day, and the hours of each weekday. Checked whole, kept whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import pairwise

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models import Calendar, CalendarDay, CalendarHours, Department
from outreach.errors import OutreachError
from outreach.language import _

from .hours import WEEKDAYS, Interval, OpenHours

LONGEST_YEARS = 10
"""A calendar is carried on from year to year; longer than this it is a slip of the pen."""
MOST_INTERVALS = 6
"""Intervals of one weekday."""
OPENS, CLOSES = time(8), time(16)
Problem = tuple[str, str]
"""The field (``first_day``, ``last_day``, ``hours-0`` for Monday) and what is wrong with it."""


class CalendarRefused(OutreachError):
    """A calendar that cannot be kept; ``problems`` says what is wrong, field by field."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(sentence for _field, sentence in problems))
        self.problems = list(problems)


@dataclass(frozen=True, slots=True)
class CalendarPlan:
    first_day: date
    last_day: date
    """The last day that belongs to it."""
    weekly: tuple[tuple[Interval, ...], ...]
    """Seven days from Monday, each with its intervals by the clock on the school's wall; an empty day is closed."""


def usual_plan(first_day: date, last_day: date) -> CalendarPlan:
    """Weekdays from 08:00 to 16:00, as an import makes it."""
    return CalendarPlan(
        first_day, last_day, tuple((Interval(OPENS, CLOSES),) if weekday < 5 else () for weekday in WEEKDAYS)
    )


def plan_of(hours: OpenHours) -> CalendarPlan:
    return CalendarPlan(hours.first_day, hours.last_day, tuple(tuple(sorted(day)) for day in hours.weekly))


def check_plan(plan: CalendarPlan) -> list[Problem]:
    """What is wrong with it; nothing where it can be kept."""
    return [*_wrong_days(plan), *_wrong_hours(plan)]


def keep_plan(session: Session, school_id: int, department: Department | None, plan: CalendarPlan) -> Calendar:
    """Make the school's, or the department's, calendar what ``plan`` says; its days that differ stay. Flushed.

    Raises :class:`CalendarRefused`.
    """
    if problems := check_plan(plan):
        raise CalendarRefused(problems)
    calendar = calendar_of(session, school_id, department)
    if calendar is None:
        calendar = Calendar(
            school_id=school_id, department=department, first_day=plan.first_day, last_day=plan.last_day
        )
        session.add(calendar)
        session.flush()
    calendar.first_day, calendar.last_day = plan.first_day, plan.last_day
    session.execute(delete(CalendarHours).where(CalendarHours.calendar_id == calendar.id))
    session.add_all(
        CalendarHours(calendar_id=calendar.id, weekday=weekday, opens_at=opens, closes_at=closes)
        for weekday, day in enumerate(plan.weekly)
        for opens, closes in sorted(day)
    )
    session.flush()
    return calendar


def calendar_of(session: Session, school_id: int, department: Department | None) -> Calendar | None:
    """The school's own calendar, or exactly the department's; held for a change."""
    return session.scalar(
        select(Calendar)
        .where(Calendar.school_id == school_id, Calendar.department.is_not_distinct_from(department))
        .with_for_update()
    )


def copy_days(session: Session, source: Calendar, target: Calendar, now: datetime, account_id: int | None) -> int:
    """Give ``target`` the days that differ of ``source``, where they lie inside it and it has none of its own on them;
    how many days. Flushed."""
    own = set(session.scalars(select(CalendarDay.day).where(CalendarDay.calendar_id == target.id)))
    rows = [
        row
        for row in session.scalars(select(CalendarDay).where(CalendarDay.calendar_id == source.id))
        if row.day not in own and target.first_day <= row.day <= target.last_day
    ]
    session.add_all(
        CalendarDay(
            calendar_id=target.id, day=row.day, opens_at=row.opens_at, closes_at=row.closes_at, name=row.name,
            entered_at=now, entered_by=account_id,
        )
        for row in rows
    )  # fmt: skip
    session.flush()
    return len({row.day for row in rows})


def remove_calendar(session: Session, calendar: Calendar) -> None:
    """The calendar with its hours and days. Flushed."""
    for table in (CalendarHours, CalendarDay):
        session.execute(delete(table).where(table.calendar_id == calendar.id))
    session.delete(calendar)
    session.flush()


def wrong_intervals(day: Sequence[Interval]) -> str | None:
    """What is wrong with the intervals of one day; None: nothing."""
    if any(closes <= opens for opens, closes in day):
        return _("It must close after it opens, on the same day.")
    if any(later.opens < earlier.closes for earlier, later in pairwise(sorted(day))):
        return _("Two of these times overlap.")
    if len(day) > MOST_INTERVALS:
        return _("A day has at most %(most)s open times.", most=MOST_INTERVALS)
    return None


def _wrong_days(plan: CalendarPlan) -> Iterator[Problem]:
    if plan.last_day < plan.first_day:
        yield "last_day", _("The last day lies before the first.")
    elif (plan.last_day - plan.first_day).days > LONGEST_YEARS * 366:
        yield (
            "last_day",
            _("More than %(years)s years is a slip of the pen; give the last day of a year.", years=LONGEST_YEARS),
        )


def _wrong_hours(plan: CalendarPlan) -> Iterator[Problem]:
    if not any(plan.weekly):
        yield "hours-0", _("Enter hours for at least one weekday; without them no question has a due time.")
    for weekday, day in enumerate(plan.weekly):
        if wrong := wrong_intervals(day):
            yield f"hours-{weekday}", wrong
