"""A day without school that nobody foresaw: snow, a burst pipe, an election."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models import Calendar, CalendarDay, Department
from outreach.errors import OutreachError
from outreach.language import _


class ClosureRefused(OutreachError):
    """A closure that no calendar of the school can hold; ``field`` names what is wrong with the entry."""

    def __init__(self, sentence: str, field: str = "first") -> None:
        super().__init__(sentence)
        self.field = field


def record_closure(
    session: Session, school_id: int, day: date, name: str, now: datetime,
    *, account_id: int | None = None, department: Department | None = None,
) -> int:  # fmt: skip
    """Close a school, or one department of it, for a whole local day; ``name`` is what families read.

    Gives the number of calendars that changed: 0 where the day was closed already. Due times of open requests are
    moved by :func:`outreach.contacts.enter_closure`, which calls this. Raises :class:`ClosureRefused` where the name
    is empty or the day lies in no calendar of the school.
    """
    if not name.strip():
        raise ClosureRefused(_("Say why the school is closed; families read it."), "name")
    calendars = _calendars(session, school_id, day, department)
    if not calendars:
        raise ClosureRefused(
            _("%(day)s lies in no calendar of this school; enter the calendar of that year first.", day=str(day))
        )
    closed = set(
        session.scalars(
            select(CalendarDay.calendar_id).where(
                CalendarDay.calendar_id.in_(calendars), CalendarDay.day == day, CalendarDay.opens_at.is_(None)
            )
        )
    )
    changed = [calendar_id for calendar_id in calendars if calendar_id not in closed]
    _forget(session, changed, day)
    session.add_all(
        CalendarDay(calendar_id=calendar_id, day=day, name=name.strip(), entered_at=now, entered_by=account_id)
        for calendar_id in changed
    )
    session.flush()
    return len(changed)


def recall_closure(session: Session, school_id: int, day: date, department: Department | None = None) -> int:
    """Take back a closure entered by mistake: the day is as its weekday again. Gives the calendars that changed.

    Due times that it moved stay where they are: a later time was promised.
    """
    calendars = _calendars(session, school_id, day, department)
    closed = list(
        session.scalars(
            select(CalendarDay.calendar_id).where(
                CalendarDay.calendar_id.in_(calendars), CalendarDay.day == day, CalendarDay.opens_at.is_(None)
            )
        )
    )
    _forget(session, closed, day)
    return len(closed)


def _calendars(session: Session, school_id: int, day: date, department: Department | None) -> list[int]:
    statement = select(Calendar.id).where(
        Calendar.school_id == school_id, Calendar.first_day <= day, Calendar.last_day >= day
    )
    if department is not None:
        statement = statement.where(Calendar.department == department)
    return list(session.scalars(statement.order_by(Calendar.id)))


def _forget(session: Session, calendar_ids: list[int], day: date) -> None:
    session.execute(delete(CalendarDay).where(CalendarDay.calendar_id.in_(calendar_ids), CalendarDay.day == day))
