"""Calendars of schools and departments as an administrator changes them, with the clocks that follow and the trail.

A closure entered later moves the due times of open questions, and nothing else does: new hours leave them where they
were promised, and only give one to questions that had none for want of a calendar. What a change would do is told
before it is done, by doing it and taking it back (:func:`foresee`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    Department,
    JsonObject,
    Request,
    RequestEventKind,
    RequestState,
)
from outreach.access import AdministrationRefused, Viewer, administered_school, audit
from outreach.contacts import due_times, move_due_times
from outreach.contacts.events import record_event
from outreach.errors import NotFound
from outreach.language import _
from outreach.schooltime import (
    CalendarPlan,
    OpenHours,
    calendar_of,
    copy_days,
    hours_book,
    keep_plan,
    plan_of,
    remove_calendar,
    usual_plan,
    year_spans,
)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change of a calendar does, or would do."""

    moved: int = 0
    """Open questions whose due time moves."""
    filled: int = 0
    """Open questions that get a due time, having had none."""
    days: int = 0
    """Days that change."""
    act: int | None = None
    """The line of the trail by which it is taken back; None where there is nothing to take back."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One calendar as it stands."""

    school_id: int
    department: Department | None
    hours: OpenHours

    @property
    def plan(self) -> CalendarPlan:
        return plan_of(self.hours)

    @property
    def seen(self) -> str:
        """Changes whenever the first or last day or the hours do: whoever saves over somebody else's change is told."""
        plan = self.plan
        hours = ";".join(",".join(f"{opens:%H%M}{closes:%H%M}" for opens, closes in day) for day in plan.weekly)
        return f"{plan.first_day:%Y%m%d}-{plan.last_day:%Y%m%d}-{hours}"


def kept_calendars(session: Session, viewer: Viewer, school_id: int) -> list[Kept]:
    """The school's own calendar first, then its departments'. Raises :class:`~outreach.errors.NotFound`."""
    administered_school(session, viewer, school_id)
    book = hours_book(session, [school_id]).calendars
    order: Sequence[Department | None] = (None, *Department)
    return [Kept(school_id, which, book[school_id, which]) for which in order if (school_id, which) in book]


def kept_calendar(session: Session, viewer: Viewer, school_id: int, department: Department | None) -> Kept | None:
    """Exactly this one; None where it was not entered."""
    found = kept_calendars(session, viewer, school_id)
    return next((one for one in found if one.department is department), None)


def proposed_plan(session: Session, viewer: Viewer, school_id: int) -> CalendarPlan:
    """What a school without a calendar may begin with: the days of its school year, weekdays from 08:00 to 16:00."""
    span = year_spans(session, viewer.on, [school_id]).get(school_id)
    first, last = span or (viewer.on, viewer.on.replace(month=6, day=30, year=viewer.on.year + (viewer.on.month > 6)))
    return usual_plan(first, last)


def foresee(session: Session, act: Callable[[], Effect]) -> Effect:
    """What ``act`` would do: done, counted and taken back. Raises what ``act`` raises."""
    with session.begin_nested() as savepoint:
        effect = act()
        savepoint.rollback()
    session.expire_all()
    return effect


def keep_hours(
    session: Session, viewer: Viewer, school_id: int, department: Department | None, plan: CalendarPlan, now: datetime
) -> Effect:
    """First day, last day and weekly hours. Raises :class:`~outreach.schooltime.CalendarRefused`."""
    administered_school(session, viewer, school_id)
    keep_plan(session, school_id, department, plan)
    filled = _fill_due_times(session, viewer, school_id, now)
    detail = {"first": plan.first_day.isoformat(), "last": plan.last_day.isoformat(), **_of(department)}
    audit(session, viewer, "keep_calendar", "school", school_id, now, detail={**detail})
    return Effect(filled=filled)


def add_department(session: Session, viewer: Viewer, school_id: int, department: Department, now: datetime) -> Effect:
    """A calendar of a department's own, at first the same as the school's. Raises :class:`AdministrationRefused`
    where there is one, or the school has none."""
    own = kept_calendar(session, viewer, school_id, None)
    if own is None:
        raise AdministrationRefused(_("Enter the school’s own calendar first."), "department")
    if calendar_of(session, school_id, department) is not None:
        raise AdministrationRefused(_("This department has a calendar already."), "department")
    made = keep_plan(session, school_id, department, own.plan)
    source = calendar_of(session, school_id, None)
    assert source is not None
    days = copy_days(session, source, made, now, viewer.account_id)
    audit(session, viewer, "add_calendar", "school", school_id, now, detail={**_of(department)})
    return Effect(days=days)


def remove_department(session: Session, viewer: Viewer, school_id: int, department: Department, now: datetime) -> None:
    """The department goes by the school's calendar again; due times stay. Raises :class:`~outreach.errors.NotFound`."""
    administered_school(session, viewer, school_id)
    calendar = calendar_of(session, school_id, department)
    if calendar is None:
        raise NotFound(_("This calendar is no longer here."))
    remove_calendar(session, calendar)
    audit(session, viewer, "remove_calendar", "school", school_id, now, detail={**_of(department)})


def copy_from(
    session: Session, viewer: Viewer, school_id: int, department: Department | None, source_school_id: int,
    now: datetime, *, hours: bool, days: bool,
) -> Effect:  # fmt: skip
    """Take over another school's own calendar: its first and last day with the hours, its days that differ, or both.

    Days that stand here already stay. Raises :class:`AdministrationRefused` where nothing is to be copied or there is
    nothing to copy from.
    """
    source = kept_calendar(session, viewer, source_school_id, None)
    if not (hours or days):
        raise AdministrationRefused(_("Choose what to copy."), "what")
    if source is None or (source_school_id == school_id and department is None):
        raise AdministrationRefused(_("Choose another school that has a calendar."), "source")
    filled = 0
    if hours:
        filled = keep_hours(session, viewer, school_id, department, source.plan, now).filled
    target, from_here = calendar_of(session, school_id, department), calendar_of(session, source_school_id, None)
    if target is None or from_here is None:
        raise AdministrationRefused(_("There is no calendar yet; copy the hours too."), "what")
    before = hours_book(session, [school_id])
    copied = copy_days(session, from_here, target, now, viewer.account_id) if days else 0
    moved = move_due_times(session, school_id, now, before, viewer.account_id) if copied else 0
    detail: JsonObject = {"source": source_school_id, "hours": hours, "days": copied, **_of(department)}
    audit(session, viewer, "copy_calendar", "school", school_id, now, detail=detail)
    return Effect(moved=moved, filled=filled, days=copied)


def _fill_due_times(session: Session, viewer: Viewer, school_id: int, now: datetime) -> int:
    """Give open questions without a due time one, now that a calendar reaches it."""
    waiting = select(Request).where(
        Request.school_id == school_id, Request.state == RequestState.OPEN, Request.due_at.is_(None)
    )
    filled = 0
    for request in session.scalars(waiting.order_by(Request.id)):
        due = due_times(session, school_id, request.department, request.reopened_at or request.opened_at, now)
        if due.due_at is None:
            continue
        request.goal_at, request.due_at, request.counselor_at = due.goal_at, due.due_at, due.counselor_at
        request.first_due_at = request.due_at if request.reopened_at is None else request.first_due_at
        record_event(
            session, request, RequestEventKind.DUE_MOVED, now, account_id=viewer.account_id, detail=due.as_evidence()
        )
        filled += 1
    session.flush()
    return filled


def _of(department: Department | None) -> JsonObject:
    return {"department": department.value if department else None}
