"""Days that differ as they stand in the table, so that what an entry replaced can be put back exactly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime, time
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import CalendarDay

from .days import forget_days


class DayRow(NamedTuple):
    """One interval of a day, or its closure (no times): who entered it and when belongs to it."""

    opens_at: time | None
    closes_at: time | None
    name: str
    entered_at: datetime
    entered_by: int | None


Day = tuple[int, date]
"""Of one calendar."""
Rows = tuple[DayRow, ...]
"""Of one day in order; none: it is as its weekday."""


def day_rows(session: Session, calendar_ids: Collection[int], first: date, last: date) -> dict[Day, Rows]:
    """The days that differ from ``first`` to ``last``, both included, in each of these calendars."""
    found: dict[Day, list[DayRow]] = defaultdict(list)
    rows = session.scalars(
        select(CalendarDay)
        .where(CalendarDay.calendar_id.in_(calendar_ids), CalendarDay.day.between(first, last))
        .order_by(CalendarDay.calendar_id, CalendarDay.day, CalendarDay.opens_at, CalendarDay.id)
    )
    for row in rows:
        found[row.calendar_id, row.day].append(
            DayRow(row.opens_at, row.closes_at, row.name, row.entered_at, row.entered_by)
        )
    return {day: tuple(entered) for day, entered in found.items()}


def put_day_rows(session: Session, days: Mapping[Day, Rows]) -> None:
    """Each of these days is what its rows say, whatever stood there. Flushed."""
    of_calendar: dict[int, set[date]] = defaultdict(set)
    for calendar_id, day in days:
        of_calendar[calendar_id].add(day)
    for calendar_id, which in of_calendar.items():
        forget_days(session, [calendar_id], which)
    session.add_all(
        CalendarDay(calendar_id=calendar_id, day=day, **row._asdict())
        for (calendar_id, day), rows in days.items()
        for row in rows
    )
    session.flush()
