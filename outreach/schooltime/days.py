"""The days of a calendar that differ from their weekday: holidays, closures, short days; entered and taken away."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models import Calendar, CalendarDay, CalendarHours
from outreach.language import _

from .closures import ClosureRefused
from .hours import Interval, OpenHours
from .plans import wrong_intervals

ONE_DAY = timedelta(days=1)
LONGEST_RANGE = 120
"""Days of one entry; a summer is shorter."""
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class DayRange:
    """School days in a row with one name: a holiday or closure (no intervals), or a day with other hours."""

    first: date
    last: date
    name: str
    """What a family reads: Thanksgiving, snow day."""
    intervals: tuple[Interval, ...] = ()

    @property
    def closed(self) -> bool:
        return not self.intervals


def day_ranges(hours: OpenHours) -> list[DayRange]:
    """The days of a calendar that differ, in order, those in a row with the same name and hours as one. Days on which
    the school is closed anyway part nothing."""
    ranges: list[DayRange] = []
    for day, intervals in sorted(hours.exceptions.items()):
        this = DayRange(day, day, hours.names.get(day, ""), tuple(sorted(intervals)))
        before = ranges[-1] if ranges else None
        same = before is not None and (before.name, before.intervals) == (this.name, this.intervals)
        if before is not None and same and not _school_day_between(hours, before.last, day):
            ranges[-1] = DayRange(before.first, day, this.name, this.intervals)
        else:
            ranges.append(this)
    return ranges


def enter_days(
    session: Session, calendars: Collection[Calendar], entry: DayRange, now: datetime, account_id: int | None = None
) -> int:
    """Enter the days of ``entry`` into each of ``calendars`` that holds them; gives how many days it changed anywhere.

    A day that a calendar knows as closed keeps its name; one with other hours takes what is entered. Days on which
    the weekday is closed anyway are left out, unless hours are entered for that one day. Raises :class:`ClosureRefused`
    for an entry without a name, in the wrong order, too long, with wrong hours, or of which no calendar holds a school
    day.
    """
    _check(entry)
    changed: set[date] = set()
    held = False
    for calendar in calendars:
        days = list(_days_for(session, calendar, entry))
        held = held or bool(days)
        closed = _closed(session, calendar, days)
        fresh = [day for day in days if day not in closed or not entry.closed]
        forget_days(session, [calendar.id], fresh)
        session.add_all(
            CalendarDay(
                calendar_id=calendar.id, day=day, opens_at=opens, closes_at=closes, name=entry.name.strip(),
                entered_at=now, entered_by=account_id,
            )
            for day in fresh
            for opens, closes in entry.intervals or ((None, None),)
        )  # fmt: skip
        changed.update(fresh)
    if not held:
        raise ClosureRefused(
            _("There is no school on these days anyway: they lie outside the calendar, or on days without hours.")
        )
    session.flush()
    return len(changed)


def forget_days(session: Session, calendar_ids: Sequence[int], days: Collection[date]) -> int:
    """These days are as their weekday again; how many rows went."""
    gone = session.execute(
        delete(CalendarDay).where(CalendarDay.calendar_id.in_(calendar_ids), CalendarDay.day.in_(days))
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]  # a DELETE always gives a CursorResult


def days_between(first: date, last: date) -> list[date]:
    return [first + offset * ONE_DAY for offset in range((last - first).days + 1)]


def _check(entry: DayRange) -> None:
    if not entry.name.strip():
        raise ClosureRefused(_("Say why the school is closed; families read it."), "name")
    if len(entry.name.strip()) > LONGEST_NAME:
        raise ClosureRefused(_("At most %(most)s characters; families read it in a text.", most=LONGEST_NAME), "name")
    if entry.last < entry.first:
        raise ClosureRefused(_("The last day lies before the first."), "last")
    if (entry.last - entry.first).days >= LONGEST_RANGE:
        raise ClosureRefused(
            _("More than %(most)s days at once; a year’s end is set by the calendar’s last day.", most=LONGEST_RANGE),
            "last",
        )
    if wrong := wrong_intervals(entry.intervals):
        raise ClosureRefused(wrong, "opens")


def _days_for(session: Session, calendar: Calendar, entry: DayRange) -> Iterator[date]:
    weekdays = set(
        session.scalars(
            select(CalendarHours.weekday)
            .where(CalendarHours.calendar_id == calendar.id, CalendarHours.closes_at > CalendarHours.opens_at)
            .distinct()
        )
    )
    for day in days_between(max(entry.first, calendar.first_day), min(entry.last, calendar.last_day)):
        opens_one = not entry.closed and entry.first == entry.last
        if opens_one or day.weekday() in weekdays:
            yield day


def _closed(session: Session, calendar: Calendar, days: Sequence[date]) -> set[date]:
    return set(
        session.scalars(
            select(CalendarDay.day).where(
                CalendarDay.calendar_id == calendar.id, CalendarDay.day.in_(days), CalendarDay.opens_at.is_(None)
            )
        )
    )


def _school_day_between(hours: OpenHours, first: date, last: date) -> bool:
    return any(hours.weekly[day.weekday()] for day in days_between(first + ONE_DAY, last - ONE_DAY))
