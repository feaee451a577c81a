"""When a family may expect its answer, in a sentence for the family: most needed where the school is on a break."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from models import Request, RequestState
from outreach.language import _, best_of, month_day, speaking, weekday
from outreach.schooltime import OpenHours, is_school_day, load_hours, next_open, zone_of_school

DAY = timedelta(days=1)
MONTHS_ES = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre",
    "diciembre",
)  # fmt: skip
"""For outreach.planning.drafts."""


@dataclass(frozen=True)
class Expectation:
    """Days by the school's own clock."""

    on_break: bool
    """The school is closed on a day on which it usually is open; a night or a weekend is no break."""
    back_on: date | None
    """The day on which the school opens next; None past the end of its calendar."""
    answer_by: date | None
    """The day of the due time; None past the end of the calendar."""


def answer_expected(session: Session, request: Request, now: datetime) -> Expectation | None:
    """When the family of an open question may expect an answer.

    None where there is nothing to promise: the question is no longer open, or its due time has passed.
    """
    if request.state is not RequestState.OPEN or (request.due_at is not None and request.due_at <= now):
        return None
    zone = zone_of_school(session, request.school_id)
    due = request.due_at.astimezone(zone).date() if request.due_at else None
    hours = load_hours(session, request.school_id, request.department)
    if hours is None:
        return Expectation(False, None, due)
    opens = next_open(hours, now)
    if opens is None:
        return Expectation(True, None, due)
    back_on = opens.astimezone(zone).date()
    return Expectation(_closed_between(hours, now.astimezone(zone).date(), back_on), back_on, due)


def _closed_between(hours: OpenHours, first: date, back_on: date) -> bool:
    """Whether a weekday that usually has school has none, from ``first`` to the day before ``back_on``."""
    days = (first + number * DAY for number in range((back_on - first).days))
    return any(hours.weekly[day.weekday()] and not is_school_day(hours, day) for day in days)


def expectation_words(expected: Expectation, language: str | None) -> str:
    """One sentence for the family, in Spanish where it reads Spanish, else in English."""
    with speaking(best_of([language]) if language else None):
        back, by = (expected.back_on if expected.on_break else None), expected.answer_by
        if back and by:
            return _(
                "The school is closed until %(back)s; you can expect an answer by %(by)s.", back=_day(back), by=_day(by)
            )
        if by:
            return _("You can expect an answer by %(by)s.", by=_day(by))
        return _("The school has not set yet when it opens again; you will hear from us once it does.")


def _day(day: date) -> str:
    return _("%(weekday)s, %(month_day)s", weekday=weekday(day), month_day=month_day(day))
