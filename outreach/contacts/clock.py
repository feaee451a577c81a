"""The clock of a request: its goal, its due time and the moment at which a counselor hears of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Department, JsonObject, JsonValue, Request, RequestEventKind, RequestState
from outreach.effective import effective_config
from outreach.language import _, ngettext
from outreach.schooltime import (
    HoursBook,
    OpenHours,
    add_business_days,
    add_open_time,
    business_minutes_between,
    hours_book,
    load_hours,
    open_time_between,
    record_closure,
)

from .events import record_event

HOUR = 60


@dataclass(frozen=True)
class DueTimes:
    """Moments in UTC; None past the last day of the calendar, or where no calendar was entered."""

    goal_at: datetime | None
    due_at: datetime | None
    counselor_at: datetime | None

    def as_evidence(self) -> JsonObject:
        return {name: _iso(getattr(self, name)) for name in ("goal_at", "due_at", "counselor_at")}


def due_times(
    session: Session, school_id: int, department: Department, asked_at: datetime, now: datetime
) -> DueTimes:  # fmt: skip
    """When an answer to what was asked at ``asked_at`` is hoped for, due, and a counselor's concern.

    The business days of each are those of ``config/cadence.toml`` in force at ``now``.
    """
    hours = load_hours(session, school_id, department)
    if hours is None:
        return DueTimes(None, None, None)
    rules = effective_config(session, now).cadence.requests
    return DueTimes(
        add_business_days(hours, asked_at, rules.goal_business_days),
        add_business_days(hours, asked_at, rules.due_business_days),
        add_business_days(hours, asked_at, rules.counselor_business_days),
    )


def enter_closure(
    session: Session, school_id: int, day: date, name: str, now: datetime, *, account_id: int | None = None
) -> int:
    """Close a school for a day that nobody foresaw and move the clocks that it stops.

    Gives the number of open requests whose due time moved. Raises
    :class:`outreach.schooltime.ClosureRefused`.
    """
    before = hours_book(session, [school_id])
    if not record_closure(session, school_id, day, name, now, account_id=account_id):
        return 0
    return move_due_times(session, school_id, now, before, account_id)


def move_due_times(
    session: Session, school_id: int, now: datetime, before: HoursBook, account_id: int | None = None
) -> int:  # fmt: skip
    """Move the clocks of a school's open requests from the calendars ``before`` to those kept now; gives how many.

    Each keeps the open time it was given, so that a changed goal in the configuration moves nothing. A due time that
    was empty past the calendar's end is filled once the calendar goes on.
    """
    after = hours_book(session, [school_id])
    moved = 0
    open_ones = select(Request).where(Request.school_id == school_id, Request.state == RequestState.OPEN)
    for request in session.scalars(open_ones.order_by(Request.id)):
        old, new = before.of(school_id, request.department), after.of(school_id, request.department)
        moved += _move(session, request, old, new, now=now, by=account_id)
    return moved


def _move(
    session: Session, request: Request, old: OpenHours | None, new: OpenHours | None, *, now: datetime, by: int | None
) -> bool:
    start = request.reopened_at or request.opened_at
    if new is None:
        return False
    fresh = due_times(session, request.school_id, request.department, start, now)
    detail: dict[str, JsonValue] = {}
    for name in ("goal_at", "due_at", "counselor_at"):
        was: datetime | None = getattr(request, name)
        then = getattr(fresh, name) if was is None or old is None else _shifted(old, new, start, was)
        if then != was:
            setattr(request, name, then)
            detail |= {f"{name}_was": _iso(was), name: _iso(then)}
    if detail:
        request.first_due_at = request.due_at if request.reopened_at is None else request.first_due_at
        record_event(session, request, RequestEventKind.DUE_MOVED, now, account_id=by, detail=detail)
    return bool(detail)


def _shifted(old: OpenHours, new: OpenHours, start: datetime, until: datetime) -> datetime | None:
    return add_open_time(new, start, open_time_between(old, start, until))


@dataclass(frozen=True)
class ClockReading:
    """A request's clock as it stands now, for people."""

    minutes: int | None
    """Open minutes left; negative once over; None where there is no due time."""
    words: str
    """"3 h left", "2 h over", "no due time"."""
    over: bool
    sentence: str
    """The same with the unit in full, where there is room: "3 school hours left"."""


def read_clock(hours: OpenHours | None, due_at: datetime | None, now: datetime) -> ClockReading:
    """How long until ``due_at``, or since, counted in the school's open time."""
    if due_at is None:
        unknown = _("no due time: the school's calendar ends before it")
        return ClockReading(None, unknown, over=False, sentence=unknown)
    over = now > due_at
    if hours is None:
        minutes, usual = int((due_at - now) / timedelta(minutes=1)), 24 * HOUR
    else:
        minutes = business_minutes_between(hours, now, due_at)
        usual = int(hours.usual_day() / timedelta(minutes=1)) or 24 * HOUR
    time = elapsed_words(abs(minutes), usual)
    words = _("%(time)s over", time=time) if over else _("%(time)s left", time=time)
    return ClockReading(minutes, words, over, _over(-minutes, usual) if over else _left(minutes, usual))


def elapsed_words(minutes: int, minutes_a_day: int) -> str:
    """25 min, 3 h, 2 school days: open time in the largest unit of which there is at least one (days: two)."""
    if minutes < HOUR:
        return _("%(count)s min", count=minutes)
    if minutes < 2 * minutes_a_day:
        return _("%(count)s h", count=minutes // HOUR)
    return ngettext("%(count)s school day", "%(count)s school days", minutes // minutes_a_day)


def _over(minutes: int, minutes_a_day: int) -> str:
    if minutes < HOUR:
        return ngettext("%(count)s minute over", "%(count)s minutes over", minutes)
    if minutes < 2 * minutes_a_day:
        return ngettext("%(count)s school hour over", "%(count)s school hours over", minutes // HOUR)
    return ngettext("%(count)s school day over", "%(count)s school days over", minutes // minutes_a_day)


def _left(minutes: int, minutes_a_day: int) -> str:
    if minutes < HOUR:
        return ngettext("%(count)s minute left", "%(count)s minutes left", minutes)
    if minutes < 2 * minutes_a_day:
        return ngettext("%(count)s school hour left", "%(count)s school hours left", minutes // HOUR)
    return ngettext("%(count)s school day left", "%(count)s school days left", minutes // minutes_a_day)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
