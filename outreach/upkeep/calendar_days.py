"""Days that differ, entered and removed by an administrator, and taken back: the trail keeps what stood before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEvent, Calendar, Department, JsonObject, JsonValue
from outreach.access import AdministrationRefused, ChangedMeanwhile, Viewer, administered_school, audit
from outreach.contacts import move_due_times
from outreach.errors import NotFound
from outreach.language import _
from outreach.schooltime import DayRange, enter_days, hours_book
from outreach.schooltime.day_rows import Day, DayRow, Rows, day_rows, put_day_rows

from .calendars import Effect

ENTER, REMOVE = "enter_days", "remove_days"
CHANGED = "changed"
"""In the trail: each calendar and day that changed, with its rows before and after."""


def enter_school_days(
    session: Session, viewer: Viewer, school_id: int, department: Department | None, entry: DayRange, now: datetime
) -> Effect:
    """Holidays, a closure or short days: of the whole school with its departments, or of one department alone. Clocks
    that they stop move on. Raises :class:`~outreach.schooltime.ClosureRefused`."""
    calendars = _calendars(session, viewer, school_id, department)
    if not calendars:
        raise AdministrationRefused(_("There is no calendar yet; enter the first and last day and the hours first."))
    before, stood = hours_book(session, [school_id]), _rows(session, calendars, entry)
    days = enter_days(session, calendars, entry, now, viewer.account_id)
    moved = move_due_times(session, school_id, now, before, viewer.account_id) if days else 0
    changes = {
        day: (stood.get(day, ()), rows)
        for day, rows in _rows(session, calendars, entry).items() if rows != stood.get(day, ())
    }  # fmt: skip
    act = _leave_trace(session, viewer, ENTER, school_id, entry, now, department=department, changes=changes)
    return Effect(moved=moved, days=days, act=act if changes else None)


def remove_school_days(
    session: Session, viewer: Viewer, school_id: int, department: Department | None, entry: DayRange, now: datetime
) -> int | None:
    """These days are as their weekday again, wherever they stand under this name; gives the line of the trail, for
    undo (None: there were none). Due times that they moved stay: a later time was promised."""
    calendars = _calendars(session, viewer, school_id, department)
    stands = _rows(session, calendars, entry)
    named = {day: rows for day, rows in stands.items() if any(row.name == entry.name for row in rows)}
    if not named:
        return None
    put_day_rows(session, dict.fromkeys(named, ()))
    changes: dict[Day, tuple[Rows, Rows]] = {day: (rows, ()) for day, rows in named.items()}
    return _leave_trace(session, viewer, REMOVE, school_id, entry, now, department=department, changes=changes)


def take_back_days(session: Session, viewer: Viewer, school_id: int, act: int, now: datetime) -> None:
    """Put back what stood before the days of line ``act`` of the trail were entered, or removed. What somebody changed
    since stays. Due times stay where they are.

    Raises :class:`~outreach.errors.NotFound` where the line is none of this school's,
    :class:`~outreach.access.ChangedMeanwhile` where nothing stands any more as it was left.
    """
    calendars = _calendars(session, viewer, school_id, None)
    line = session.get(AuditEvent, act)
    if line is None or (line.subject_type, line.subject_id) != ("school", school_id) or line.action not in (
        ENTER, REMOVE,
    ):  # fmt: skip
        raise NotFound(_("There is no such day in this calendar."))
    detail = line.detail or {}
    here = {calendar.id for calendar in calendars}
    changes = {day: change for day, change in _changes_of(detail).items() if day[0] in here}
    entry = DayRange(date.fromisoformat(str(detail["first"])), date.fromisoformat(str(detail["last"])), "")
    stands = _rows(session, calendars, entry)
    back = {day: before for day, (before, after) in changes.items() if stands.get(day, ()) == after}
    if not back:
        raise ChangedMeanwhile
    put_day_rows(session, back)
    audit(session, viewer, f"take_back_{line.action}", "school", school_id, now, detail={"line": act})


def _calendars(session: Session, viewer: Viewer, school_id: int, department: Department | None) -> Sequence[Calendar]:
    """The department's calendar, or every calendar of the school; held, so that what stands is what is changed."""
    administered_school(session, viewer, school_id)
    statement = select(Calendar).where(Calendar.school_id == school_id).order_by(Calendar.id).with_for_update()
    if department is not None:
        statement = statement.where(Calendar.department == department)
    return session.scalars(statement).all()


def _rows(session: Session, calendars: Sequence[Calendar], entry: DayRange) -> dict[Day, Rows]:
    return day_rows(session, [calendar.id for calendar in calendars], entry.first, entry.last)


def _leave_trace(
    session: Session, viewer: Viewer, action: str, school_id: int, entry: DayRange, now: datetime,
    *, department: Department | None, changes: dict[Day, tuple[Rows, Rows]],
) -> int:  # fmt: skip
    detail: JsonObject = {
        "first": entry.first.isoformat(), "last": entry.last.isoformat(),
        "department": department.value if department else None,
        CHANGED: [
            [calendar_id, day.isoformat(), _written(before), _written(after)]
            for (calendar_id, day), (before, after) in changes.items()
        ],
    }  # fmt: skip
    return audit(session, viewer, action, "school", school_id, now, detail=detail).id


def _written(rows: Rows) -> list[JsonValue]:
    return [
        [
            row.opens_at.isoformat() if row.opens_at else None, row.closes_at.isoformat() if row.closes_at else None,
            row.name, row.entered_at.isoformat(), row.entered_by,
        ]
        for row in rows
    ]  # fmt: skip


_Written = list[tuple[str | None, str | None, str, str, int | None]]


def _changes_of(detail: JsonObject) -> dict[Day, tuple[Rows, Rows]]:
    written = cast("list[tuple[int, str, _Written, _Written]]", detail.get(CHANGED, []))
    return {
        (calendar_id, date.fromisoformat(day)): (_read(before), _read(after))
        for calendar_id, day, before, after in written
    }


def _read(written: _Written) -> Rows:
    return tuple(
        DayRow(
            time.fromisoformat(opens) if opens else None, time.fromisoformat(closes) if closes else None, name,
            datetime.fromisoformat(entered_at), entered_by,
        )
        for opens, closes, name, entered_at, entered_by in written
    )  # fmt: skip
