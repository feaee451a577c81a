"""The school day that a night plans for: each school's own, on its own calendar and clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from outreach.schooltime import (
    HoursBook,
    OpenHours,
    RunningTerm,
    SchoolYear,
    hours_book,
    is_school_day,
    local_moment,
    running_terms,
    school_years,
    zones_of_schools,
)

NOON = time(12)
CLOSES = time(16)
"""Where no calendar was entered: Monday to Friday until four in the afternoon."""
FIRST_DAY_OF_WEEKEND = 5


@dataclass(frozen=True, slots=True)
class SchoolDay:
    school_id: int
    zone: ZoneInfo
    day: date
    """The school day to come, or the one still running."""
    year: SchoolYear
    term: RunningTerm | None

    @property
    def week(self) -> str:
        """2026-W48: the slot of what may happen once a week."""
        year, week, _ = self.day.isocalendar()
        return f"{year}-W{week:02d}"

    @property
    def turn(self) -> int:
        """The number of the week: templates with several bodies take turns by it."""
        return self.day.isocalendar().week

    @property
    def term_began(self) -> date:
        return self.term.starts_on if self.term else self.year.starts_on


def school_days(session: Session, now: datetime) -> dict[int, SchoolDay]:
    """The day each active school is to be planned for at ``now``; absent where that is no school day of a term.

    Until noon that is today; later today as long as the school is open, then tomorrow. So a night before a Saturday,
    a holiday or the summer plans nothing. Without a calendar Monday to Friday count.
    """
    zones, book = zones_of_schools(session), hours_book(session)
    days = {school_id: day_ahead(book, school_id, zone, now) for school_id, zone in zones.items()}
    found: dict[int, SchoolDay] = {}
    for on in set(days.values()) - {None}:
        assert on is not None
        years, terms = school_years(session, on), running_terms(session, on)
        for school_id, day in days.items():
            year = years.get(school_id)
            if day == on and year is not None and year.in_term:
                found[school_id] = SchoolDay(school_id, zones[school_id], on, year, terms.get(school_id))
    return found


def day_ahead(book: HoursBook, school_id: int, zone: ZoneInfo, now: datetime) -> date | None:
    """The school day that ``now`` is the night before, or the running one; None where the next day is none."""
    local, hours = now.astimezone(zone), book.of(school_id)
    day = local.date()
    if local.time() >= NOON and now >= _closes(hours, day, zone):
        day += timedelta(days=1)
    return day if open_on(hours, day) else None


def next_school_day(hours: OpenHours | None, after: date) -> date | None:
    """The first school day after ``after``; None past the calendar. Without a calendar the next weekday."""
    for step in range(1, 120):
        day = after + timedelta(days=step)
        if hours is not None and day > hours.last_day:
            return None
        if open_on(hours, day):
            return day
    return None


def open_on(hours: OpenHours | None, day: date) -> bool:
    return day.weekday() < FIRST_DAY_OF_WEEKEND if hours is None else is_school_day(hours, day)


def _closes(hours: OpenHours | None, day: date, zone: ZoneInfo) -> datetime:
    """When the school closes that day; noon, where it is closed all day."""
    if hours is None:
        return local_moment(day, CLOSES, zone)
    spans = hours.spans_of(day)
    return spans[-1].ends if spans else datetime.combine(day, NOON, zone).astimezone(UTC)


def by_start(days: Mapping[int, SchoolDay], *, term: bool) -> dict[date, list[int]]:
    """First day of the running term (else of the year) to the schools it holds for: few groups, for set-based SQL."""
    groups: dict[date, list[int]] = {}
    for school_id, day in days.items():
        groups.setdefault(day.term_began if term else day.year.starts_on, []).append(school_id)
    return groups
