"""The hours a school, or one department of it, is open: weekly hours, and the days that differ from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Calendar, CalendarDay, CalendarHours, Department

from .moments import local_moment, zones_of_schools

WEEKDAYS = range(7)
SOME_DAY = date(2000, 1, 1)


class Interval(NamedTuple):
    """Open from ``opens`` until ``closes``, by the clock on the school's wall. Equal times: no time at all."""

    opens: time
    closes: time

    @property
    def length(self) -> timedelta:
        opens, closes = datetime.combine(SOME_DAY, self.opens), datetime.combine(SOME_DAY, self.closes)
        return max(closes - opens, timedelta())


class Span(NamedTuple):
    """Open from one moment until another, both in UTC."""

    begins: datetime
    ends: datetime


@dataclass(frozen=True)
class OpenHours:
    """One calendar, read whole. Nothing is known before ``first_day`` and after ``last_day``; both belong to it."""

    zone: ZoneInfo
    first_day: date
    last_day: date
    weekly: tuple[tuple[Interval, ...], ...]
    """Seven days from Monday, each with its intervals; an empty day is closed."""
    exceptions: Mapping[date, tuple[Interval, ...]] = field(default_factory=dict)
    """Days that differ from their weekday; an empty one is a holiday or closure."""
    names: Mapping[date, str] = field(default_factory=dict)
    """What a family reads about such a day: Thanksgiving, snow day."""
    _spans: dict[date, tuple[Span, ...]] = field(default_factory=dict, compare=False, repr=False)

    def usual_day(self) -> timedelta:
        """The open time of a usual day: the median over the weekdays that are open at all; zero where none is."""
        lengths = [open_time for day in self.weekly if (open_time := _open_time(day)) > timedelta()]
        return timedelta(seconds=median(length.total_seconds() for length in lengths)) if lengths else timedelta()

    def days_a_week(self) -> int:
        """How many weekdays are open at all."""
        return sum(_open_time(day) > timedelta() for day in self.weekly)

    def spans_of(self, day: date) -> tuple[Span, ...]:
        """The open spans of one local day in order, none empty, none touching the next; none outside the calendar."""
        known = self._spans.get(day)
        if known is None:
            known = self._spans[day] = self._spans_by_the_clock(day)
        return known

    def _spans_by_the_clock(self, day: date) -> tuple[Span, ...]:
        if not self.first_day <= day <= self.last_day:
            return ()
        spans: list[Span] = []
        for opens, closes in sorted(self.exceptions.get(day, self.weekly[day.weekday()])):
            begins, ends = local_moment(day, opens, self.zone), local_moment(day, closes, self.zone, last=True)
            if closes <= opens or ends <= begins:
                continue
            if spans and begins <= spans[-1].ends:
                spans[-1] = Span(spans[-1].begins, max(spans[-1].ends, ends))
            else:
                spans.append(Span(begins, ends))
        return tuple(spans)


def _open_time(day: Collection[Interval]) -> timedelta:
    """The open time of a day by the wall's clock; where intervals overlap, their common time counts once."""
    total, until = timedelta(), time.min
    for opens, closes in sorted(day):
        total += Interval(max(opens, until), closes).length
        until = max(until, closes)
    return total


@dataclass(frozen=True)
class HoursBook:
    """The calendars of many schools at once, for a page or a job that needs several."""

    calendars: Mapping[tuple[int, Department | None], OpenHours]

    def of(self, school_id: int, department: Department | None = None) -> OpenHours | None:
        """The department's own calendar, else the school's; None where neither was entered."""
        return self.calendars.get((school_id, department)) or self.calendars.get((school_id, None))


def load_hours(session: Session, school_id: int, department: Department | None = None) -> OpenHours | None:
    """The calendar of a school's department, else the school's own; None where neither was entered."""
    return hours_book(session, [school_id]).of(school_id, department)


def hours_book(session: Session, school_ids: Collection[int] | None = None) -> HoursBook:
    """Every calendar, or those of ``school_ids``, in four statements whatever their number."""
    calendars = select(Calendar)
    if school_ids is not None:
        calendars = calendars.where(Calendar.school_id.in_(school_ids))
    ids = calendars.with_only_columns(Calendar.id)
    weekly: dict[tuple[int, int], list[Interval]] = defaultdict(list)
    for hours in session.scalars(select(CalendarHours).where(CalendarHours.calendar_id.in_(ids))):
        weekly[hours.calendar_id, hours.weekday].append(Interval(hours.opens_at, hours.closes_at))
    differing: dict[int, dict[date, list[Interval]]] = defaultdict(lambda: defaultdict(list))
    names: dict[int, dict[date, str]] = defaultdict(dict)
    for day in session.scalars(select(CalendarDay).where(CalendarDay.calendar_id.in_(ids))):
        intervals = differing[day.calendar_id][day.day]
        names[day.calendar_id][day.day] = day.name
        if day.opens_at is not None and day.closes_at is not None:
            intervals.append(Interval(day.opens_at, day.closes_at))
    zones = zones_of_schools(session, school_ids)
    return HoursBook({
        (kept.school_id, kept.department): OpenHours(
            zone=zones[kept.school_id], first_day=kept.first_day, last_day=kept.last_day,
            weekly=tuple(tuple(weekly[kept.id, weekday]) for weekday in WEEKDAYS),
            exceptions={day: tuple(intervals) for day, intervals in differing[kept.id].items()},
            names=names[kept.id],
        )
        for kept in session.scalars(calendars)
    })  # fmt: skip
