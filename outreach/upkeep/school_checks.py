"""What can be told of each school: its calendar, its year, and who is named for what has nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from config.settings import Settings
from models import Calendar, CalendarHours, District, OnCall, OrgKind, School, Staff, Term, TermKind
from outreach.language import _

from .finding import Finding, advice, named, ok, wrong

CALENDAR_NOTICE_DAYS = 30
IS_SCHOOL = and_(School.active, School.kind == OrgKind.SCHOOL)


def check_schools(
    session: Session, settings: Settings, now: datetime, school_ids: frozenset[int] | None = None
) -> Iterator[Finding]:  # fmt: skip
    """Calendars, school years and people of every school, or of ``school_ids`` alone."""
    district = session.get(District, 1)
    if district is None:
        return
    schools = Schools(session, school_ids)
    today = now.astimezone(zone_of(district)).date()
    yield from _calendars(schools, today)
    yield _school_years(schools, today)
    yield from _people(schools, settings)


@dataclass(frozen=True)
class Schools:
    """The schools that are looked at."""

    session: Session
    only: frozenset[int] | None = None

    def where(self, condition: ColumnElement[bool]) -> list[str]:
        """The names of those of which ``condition`` holds."""
        statement = select(School.name).where(IS_SCHOOL, condition).order_by(School.name)
        return list(self.session.scalars(statement if self.only is None else statement.where(School.id.in_(self.only))))


def _calendars(schools: Schools, today: date) -> Iterator[Finding]:
    """Each school's own calendar (not a department's): there, with hours, and not running out."""
    own = and_(Calendar.school_id == School.id, Calendar.department.is_(None))
    without = schools.where(~select(Calendar.id).where(own).exists())
    no_hours = schools.where(
        select(Calendar.id)
        .where(own, ~select(CalendarHours.id).where(CalendarHours.calendar_id == Calendar.id).exists())
        .exists(),
    )
    ended = schools.where(select(Calendar.id).where(own, Calendar.last_day < today).exists())
    soon = today + timedelta(days=CALENDAR_NOTICE_DAYS)
    ending = schools.where(
        select(Calendar.id).where(own, Calendar.last_day >= today, Calendar.last_day < soon).exists()
    )
    if without:
        yield wrong("calendars", _("No calendar, so no question has a due time: %(names)s.", names=named(without)))
    if no_hours:
        yield wrong("calendar_hours", _("The calendar has no open hours: %(names)s.", names=named(no_hours)))
    if ended:
        yield wrong("calendars_ended", _("The calendar is over; enter the next one: %(names)s.", names=named(ended)))
    if ending:
        yield advice(
            "calendars_ending",
            _("The calendar ends within %(days)s days: %(names)s.", days=CALENDAR_NOTICE_DAYS, names=named(ending)),
        )
    if not (without or no_hours or ended or ending):
        yield ok("calendars", _("Every school has a calendar that goes on."))


def _school_years(schools: Schools, today: date) -> Finding:
    running = select(Term.id).where(
        or_(Term.school_id.is_(None), Term.school_id == School.id),
        Term.active,
        Term.kind == TermKind.SCHOOL_YEAR,
        Term.starts_on <= today,
        Term.ends_on >= today,
    )
    outside = schools.where(~running.exists())
    if outside:
        return advice(
            "school_year", _("No school year is running, so silence is not counted: %(names)s.", names=named(outside))
        )
    return ok("school_year", _("A school year is running in every school."))


def _people(schools: Schools, settings: Settings) -> Iterator[Finding]:
    matters = wrong if settings.any_live else advice
    on_call = (
        select(OnCall.staff_id)
        .join(Staff, Staff.id == OnCall.staff_id)
        .where(OnCall.school_id == School.id, Staff.active)
    )
    nobody = schools.where(~on_call.exists())
    if nobody:
        yield matters(
            "on_call", _("Nobody is told of words of danger: %(names)s; enter an on-call list.", names=named(nobody))
        )
    else:
        yield ok("on_call", _("Every school has an on-call list."))
    fallback = select(Staff.id).where(Staff.id == School.fallback_staff_id, Staff.active)
    without = schools.where(~fallback.exists())
    if without:
        yield matters(
            "who_to_ask",
            _("Nobody takes what has no owner (who to ask): %(names)s; name a fallback.", names=named(without)),
        )
    else:
        yield ok("who_to_ask", _("Every school names who takes what has no owner."))


def zone_of(district: District) -> ZoneInfo:
    """The district's zone; UTC where what is kept is none."""
    return ZoneInfo(district.timezone if district.timezone in available_timezones() else "UTC")
