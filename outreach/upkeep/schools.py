"""The schools as their administrators see them: what the student system owns, and what the district sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Account, AddressHealth, Department, JsonObject, OnCall, School, Staff, StaffRole
from outreach.access import (
    AdministrationRefused,
    ChangedMeanwhile,
    Viewer,
    administered_school,
    administered_schools,
    audit,
)
from outreach.access.staff import has_left, head_count, is_on_leave, present_colleagues
from outreach.language import _, said
from outreach.roster import parse_phone
from outreach.schooltime import OpenHours, UnknownZone, hours_book, named_zone

from .school_checks import CALENDAR_NOTICE_DAYS

ZONES = (
    "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles",
    "America/Anchorage", "America/Adak", "Pacific/Honolulu", "America/Puerto_Rico", "Pacific/Guam", "Pacific/Pago_Pago",
)  # fmt: skip
"""Time zones of the states and territories that a page offers; any other stays once it is set."""


class CalendarState(StrEnum):
    NONE = "none"
    NO_HOURS = "no_hours"
    OVER = "over"
    ENDING = "ending"
    """Within :data:`~outreach.upkeep.school_checks.CALENDAR_NOTICE_DAYS` days."""
    RUNNING = "running"


class FallbackStanding(StrEnum):
    THERE = "there"
    AWAY = "away"
    """On leave."""
    LEFT = "left"
    NO_SIGN_IN = "no_sign_in"
    """Is told by e-mail, and cannot open what is handed on."""


@dataclass(frozen=True, slots=True)
class Fallback:
    """Who takes what has no owner."""

    staff_id: int
    name: str
    standing: FallbackStanding


@dataclass(frozen=True, slots=True)
class SchoolLine:
    school: School
    calendar: CalendarState
    last_day: date | None
    departments: tuple[Department, ...]
    """Those with a calendar of their own."""
    fallback: Fallback | None
    on_call: int
    """How many are on its safety list."""
    staff: Mapping[StaffRole, int]


def school_lines(session: Session, viewer: Viewer) -> list[SchoolLine]:
    """The schools that ``viewer`` administers, by name; a fixed number of statements whatever their number."""
    return _lines(session, viewer, administered_schools(session, viewer))


def school_line(session: Session, viewer: Viewer, school_id: int) -> SchoolLine:
    """One of them. Raises :class:`~outreach.errors.NotFound` for a school that the viewer does not administer."""
    return _lines(session, viewer, [administered_school(session, viewer, school_id)])[0]


def change_school(
    session: Session, viewer: Viewer, school_id: int, now: datetime,
    *, phone: str, timezone: str, fallback_staff_id: int | None, log_began: date | None, seen: str,
) -> School:  # fmt: skip
    """Keep what the district sets for a school: the office's number (empty: none), the time zone (empty: the
    district's), who takes what has no owner, and from when the log counts (None: found out by itself).

    ``seen``: :func:`seen_of` what this person decided upon. Raises :class:`~outreach.access.ChangedMeanwhile` where
    something else stands by now, :class:`AdministrationRefused`, its ``field`` the argument's name; nothing is kept
    then.
    """
    administered_school(session, viewer, school_id)
    school = session.get_one(School, school_id, with_for_update=True, populate_existing=True)
    number = _phone(phone)
    zone = _zone(timezone)
    if fallback_staff_id not in (None, school.fallback_staff_id):
        _check_fallback(session, viewer, school_id, fallback_staff_id)
    if log_began is not None and log_began > viewer.on:
        raise AdministrationRefused(_("The log cannot have begun in the future."), "log_began")
    after: JsonObject = {
        "phone": number, "timezone": zone, "fallback_staff_id": fallback_staff_id,
        "log_began": log_began.isoformat() if log_began else None,
    }  # fmt: skip
    before: JsonObject = {name: _plain(getattr(school, name)) for name in after}
    if before == after:
        return school
    if seen != seen_of(school):
        raise ChangedMeanwhile
    school.phone, school.timezone, school.fallback_staff_id, school.log_began = (
        number,
        zone,
        fallback_staff_id,
        log_began,
    )
    session.flush()
    changed: JsonObject = {name: value for name, value in after.items() if before[name] != value and name != "phone"}
    if before["phone"] != number:
        changed["phone_changed"] = True
    audit(session, viewer, "change_school", "school", school_id, now, detail=changed)
    return school


def seen_of(school: School) -> str:
    """Changes with anything that :func:`change_school` sets: whoever saves over somebody else's change is told."""
    stands = (school.phone, school.timezone, school.fallback_staff_id, school.log_began)
    return "|".join(str(one or "") for one in stands)


def fallback_choices(session: Session, viewer: Viewer, school_id: int) -> Sequence[Staff]:
    """Who may take what has no owner at a school: present colleagues of the school and of the district office."""
    return present_colleagues(session, [school_id], viewer.on)


def fallback_for(session: Session, staff_id: int) -> Sequence[School]:
    """The schools for which this person takes what has no owner."""
    named = select(School).where(School.fallback_staff_id == staff_id, School.active).order_by(School.name)
    return session.scalars(named).all()


def calendar_state(hours: OpenHours | None, today: date) -> CalendarState:
    if hours is None:
        return CalendarState.NONE
    if not hours.days_a_week():
        return CalendarState.NO_HOURS
    if hours.last_day < today:
        return CalendarState.OVER
    soon = (hours.last_day - today).days < CALENDAR_NOTICE_DAYS
    return CalendarState.ENDING if soon else CalendarState.RUNNING


def _lines(session: Session, viewer: Viewer, schools: Sequence[School]) -> list[SchoolLine]:
    ids = [school.id for school in schools]
    book = hours_book(session, ids).calendars
    counts, fallbacks = head_count(session, ids, viewer.on), _fallbacks(session, schools, viewer.on)
    rows = session.execute(
        select(OnCall.school_id, func.count().label("listed"))
        .where(OnCall.school_id.in_(ids))
        .group_by(OnCall.school_id)
    )
    on_call = {row.school_id: row.listed for row in rows}
    return [
        SchoolLine(
            school, calendar_state(book.get((school.id, None)), viewer.on),
            book[school.id, None].last_day if (school.id, None) in book else None,
            tuple(department for department in Department if (school.id, department) in book),
            fallbacks.get(school.fallback_staff_id), on_call.get(school.id, 0), counts.get(school.id, {}),
        )
        for school in schools
    ]  # fmt: skip


def _fallbacks(session: Session, schools: Sequence[School], on: date) -> dict[int | None, Fallback]:
    named = {school.fallback_staff_id for school in schools}
    signing = set(session.scalars(select(Account.staff_id).where(Account.staff_id.in_(named), Account.active)))
    return {
        staff.id: Fallback(
            staff.id, staff.display_name,
            FallbackStanding.LEFT if has_left(staff, on) else FallbackStanding.AWAY if is_on_leave(staff, on)
            else FallbackStanding.THERE if staff.id in signing else FallbackStanding.NO_SIGN_IN,
        )
        for staff in session.scalars(select(Staff).where(Staff.id.in_(named)))
    }  # fmt: skip


def _phone(text: str) -> str | None:
    words = " ".join(text.split())
    if not words:
        return None
    parsed = parse_phone(words)
    if parsed.health is AddressHealth.DEAD:
        raise AdministrationRefused(
            _("Families could not call this number: %(why)s.", why=said(parsed.reason)), "phone"
        )
    return words


def _zone(name: str) -> str | None:
    if not name.strip():
        return None
    try:
        return named_zone(name.strip()).key
    except UnknownZone as refused:
        raise AdministrationRefused(str(refused), "timezone") from None


def _check_fallback(session: Session, viewer: Viewer, school_id: int, staff_id: int | None) -> None:
    if staff_id not in {one.id for one in fallback_choices(session, viewer, school_id)}:
        raise AdministrationRefused(_("Choose somebody who works at this school."), "fallback_staff_id")


def _plain(value: object) -> str | int | None:
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str | int) else None
