"""What time it is at each school, computed once a run: its year, its running term, since when its log means something.

The figures go to the database as rows (:func:`outreach.risk.dialects.table_of`), so that one statement serves schools
in different years, terms and time zones.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.tuning import Risk
from models import Student
from outreach.schooltime import RunningTerm, SchoolYear, local_moment, running_terms, school_years, zones_of_schools

from .log_began import days_on_which_logs_began
from .notices import schools_whose_notices_are_known

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """One school on one day. Dates are local; both ends of a span belong to it."""

    school_id: int
    zone: ZoneInfo
    today: date
    year: SchoolYear
    term: RunningTerm | None
    """None outside every term: then there is no running standing."""
    log_began: date | None
    """From this day on the school's own log is complete enough for silence to mean something; None: not yet."""
    notices_known: bool
    """Whether general notices pass through this log, so that one that is missing is known to be missing."""
    silent_from: date | None
    """Who has counted since this day or longer has had the weeks of grace; None: nobody has, or outside every term."""

    @property
    def school_year(self) -> int:
        """The year in which it ends. Its figures stand, also in the summer after it, until the next begins."""
        return self.year.ends_on.year

    @property
    def year_from_at(self) -> datetime:
        """The year's first moment, in UTC."""
        return local_moment(self.year.starts_on, time(0), self.zone)

    @property
    def base(self) -> date | None:
        """The first day our own log counts for a child enrolled all year; None: unknown, or outside every term."""
        if self.log_began is None or not self.year.in_term:
            return None
        return max(self.year.starts_on, self.log_began)


@dataclass(frozen=True)
class Start:
    """What follows from counting since one day at one school."""

    school_id: int
    day: date
    at: datetime
    """Its first moment, in UTC."""
    goal: float
    """Teacher-initiated contacts that a child should have had by today: the yearly goal times the part of the year."""
    fewest: float
    """Fewer than this are a deficit."""


@dataclass(frozen=True)
class Periods:
    schools: tuple[Period, ...]
    starts: tuple[Start, ...]
    """Every (school, day) since which some child counts."""

    def of(self, school_id: int) -> Period | None:
        return next((period for period in self.schools if period.school_id == school_id), None)


def periods_at(session: Session, now: datetime, risk: Risk, school_ids: Collection[int] | None = None) -> Periods:
    """The periods of all active schools at ``now``, or of ``school_ids``. A school without a year yet is absent."""
    zones = zones_of_schools(session, school_ids)
    by_day: dict[date, list[int]] = defaultdict(list)
    for school_id, zone in zones.items():
        by_day[now.astimezone(zone).date()].append(school_id)
    years: dict[int, SchoolYear] = {}
    terms: dict[int, RunningTerm] = {}
    for day, there in by_day.items():
        years |= school_years(session, day, there)
        terms |= running_terms(session, day, there)
    began = days_on_which_logs_began(session, now, years, zones)
    known = schools_whose_notices_are_known(session, now, years, zones)
    periods = tuple(
        _period(years[school_id], zones[school_id], now, terms.get(school_id), began[school_id], known, risk)
        for school_id in sorted(years)
    )
    return Periods(periods, tuple(_starts(session, periods, risk)))


def _period(
    year: SchoolYear, zone: ZoneInfo, now: datetime, term: RunningTerm | None, log_began: date | None,
    known: Collection[int], risk: Risk,
) -> Period:  # fmt: skip
    today = now.astimezone(zone).date()
    return Period(
        year.school_id, zone, today, year, term, log_began, year.school_id in known,
        _silent_from(year, today, risk.terms.silence_after_school_weeks) if year.in_term else None,
    )  # fmt: skip


def _silent_from(year: SchoolYear, today: date, weeks: float) -> date | None:
    """The latest day of the year since which ``weeks`` school weeks have gone by."""
    days = [year.starts_on + DAY * number for number in range((min(today, year.ends_on) - year.starts_on).days + 1)]
    too_late = bisect_left(days, True, key=lambda day: year.weeks_since(day, today) < weeks)
    return days[too_late - 1] if too_late else None


def _starts(session: Session, periods: Iterable[Period], risk: Risk) -> Iterable[Start]:
    """For each school its own first day, and the later days on which a child was enrolled."""
    bases = {period.school_id: (period, period.base) for period in periods if period.base is not None}
    if not bases:
        return
    enrolled = (
        select(Student.school_id, Student.enrolled_on)
        .where(
            Student.active, Student.school_id.in_(bases), Student.enrolled_on.is_not(None),
            Student.enrolled_on > min(base for _, base in bases.values() if base is not None),
        )
        .distinct()
    )  # fmt: skip
    days: dict[int, set[date]] = {school_id: {base} for school_id, (_, base) in bases.items() if base is not None}
    for school_id, day in session.execute(enrolled):
        base = bases[school_id][1]
        if base is not None and day is not None and base < day <= bases[school_id][0].today:
            days[school_id].add(day)
    for school_id, its in sorted(days.items()):
        period = bases[school_id][0]
        whole_year = period.year.weeks_since(period.year.starts_on, period.year.ends_on + DAY)
        for day in sorted(its):
            share = period.year.weeks_since(day, period.today) / whole_year if whole_year else 0.0
            goal = risk.terms.yearly_goal_per_child * min(1.0, share)
            fewest = goal * risk.terms.deficit_under_share
            yield Start(school_id, day, local_moment(day, time(0), period.zone), goal, fewest)
