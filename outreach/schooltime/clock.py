"""The business clock: time that counts only while the school is open.

A business day is the usual open time of a day (:meth:`OpenHours.usual_day`), so that "two days" asked on a short
Friday are as long as two days asked on a Monday. Moments go in with a zone and come out in UTC; all arithmetic is
done there. Where the calendar ends, the answer is None rather than a guess.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from .hours import OpenHours, Span

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
FRIDAY = 4
LONGEST_BREAK = 120
"""Days; a summer is shorter."""


def add_business_days(hours: OpenHours, start: datetime, days: float) -> datetime | None:
    """The moment at which ``days`` business days of open time have gone by since ``start``.

    Where that is exactly closing time it is closing time, not the next opening. Zero days is the next open moment.
    None past the calendar's last day, or where it has no open weekday. Raises ValueError for a negative number.
    """
    if days < 0:
        raise ValueError(f"{days} business days; only forward")
    return add_open_time(hours, start, hours.usual_day() * days) if hours.usual_day() else None


def add_open_time(hours: OpenHours, start: datetime, amount: timedelta) -> datetime | None:
    """The moment at which ``amount`` of open time has gone by since ``start``; None past the calendar's last day."""
    for begins, ends in _spans_from(hours, start):
        if amount <= ends - begins:
            return begins + amount
        amount -= ends - begins
    return None


def open_time_between(hours: OpenHours, a: datetime, b: datetime) -> timedelta:
    """The open time from ``a`` to ``b``; zero where ``b`` is earlier."""
    total = timedelta()
    for begins, ends in _spans_from(hours, a):
        if begins >= b:
            break
        total += min(ends, b) - begins
    return total


def business_minutes_between(hours: OpenHours, a: datetime, b: datetime) -> int:
    """Whole open minutes from ``a`` to ``b``; negative where ``b`` is earlier."""
    if b < a:
        return -business_minutes_between(hours, b, a)
    return open_time_between(hours, a, b) // MINUTE


def school_days_between(hours: OpenHours, a: datetime, b: datetime) -> int:
    """School days after the local day of ``a``, up to and with that of ``b``: from Monday to Tuesday is one.

    Negative where ``b`` is earlier.
    """
    first, last = a.astimezone(hours.zone).date(), b.astimezone(hours.zone).date()
    if last < first:
        return -school_days_between(hours, b, a)
    return sum(is_school_day(hours, day) for day in _days(hours, first + DAY, last))


def school_weeks_between(hours: OpenHours | None, a: date, b: date) -> float:
    """School weeks from the morning of ``a`` to the morning of ``b``: school days over open weekdays a week.

    A week of holidays is no school week. Without a calendar, or where it does not know every day between, weeks by
    the wall calendar. Never negative.
    """
    if b <= a:
        return 0.0
    if hours is None or a < hours.first_day or b - DAY > hours.last_day or not hours.days_a_week():
        return (b - a).days / 7
    return sum(is_school_day(hours, day) for day in _days(hours, a, b - DAY)) / hours.days_a_week()


def is_school_day(hours: OpenHours, day: date) -> bool:
    """Whether the school is open at all on this local day. Days outside the calendar are none."""
    return bool(hours.spans_of(day))


def school_day_before(hours: OpenHours | None, today: date) -> date:
    """The last school day before ``today``: over a weekend, a holiday, a break.

    What a calendar that knows today does not reach back to counts as a break, and the longest break as
    :data:`LONGEST_BREAK` days. Without a calendar, or where it does not know today or no weekday of it is open, the
    weekday before.
    """
    known = hours is not None and hours.first_day <= today <= hours.last_day and hours.days_a_week() > 0
    for back in range(1, LONGEST_BREAK):
        day = today - back * DAY
        if is_school_day(hours, day) if known and hours is not None else day.weekday() <= FRIDAY:
            return day
    return today - LONGEST_BREAK * DAY


def next_open(hours: OpenHours, at: datetime) -> datetime | None:
    """``at`` itself (in UTC) where the school is open then, else its next opening; None past the calendar."""
    return next((begins for begins, _ in _spans_from(hours, at)), None)


def _spans_from(hours: OpenHours, start: datetime) -> Iterator[Span]:
    """What is left of each open span after ``start``, in order, to the end of the calendar.

    Where every weekday is closed only the days that differ can be open, so that a calendar without hours that runs
    to the year 9999 is as quick as any other.
    """
    start = start.astimezone(UTC)
    today = start.astimezone(hours.zone).date()
    for day in _days(hours, today, hours.last_day):
        for begins, ends in hours.spans_of(day):
            if ends > start:
                yield Span(max(begins, start), ends)


def _days(hours: OpenHours, first: date, last: date) -> Iterator[date]:
    """Every day of the calendar from ``first`` to ``last`` that may be open, in order."""
    first, last = max(first, hours.first_day), min(last, hours.last_day)
    if not hours.days_a_week():
        yield from (day for day in sorted(hours.exceptions) if first <= day <= last)
        return
    for number in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(number)
