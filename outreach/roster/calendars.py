"""A calendar for each school that has none, from its terms, so that clocks run from the first day.

Weekdays 08:00 to 16:00 in the school's zone; closed on US federal holidays and between the terms of a year. It is a
guess, and the import says so; the calendar's page corrects it, and what stands there is never overwritten. When the
next school year's terms arrive, the calendar is carried on into them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

import holidays
from sqlalchemy import insert, select, update

from models import Calendar, CalendarDay, CalendarHours, OrgKind, School, Student, Term, TermKind
from outreach.language import N_, kept

from .run import Run
from .upsert import Values

OPENS, CLOSES = time(8), time(16)
WEEKDAYS = range(5)
BETWEEN_TERMS = "Between terms"
ONE_DAY = timedelta(days=1)
MARKING_TERMS = (TermKind.SEMESTER, TermKind.TERM)


@dataclass(frozen=True)
class _Span:
    kind: TermKind
    starts_on: date
    ends_on: date
    school_id: int | None


def make_missing_calendars(run: Run) -> int:
    """Default calendars for schools without one, and carried-on ones where a new year has come; how many were made."""
    spans = [
        _Span(*row)
        for row in run.session.execute(
            select(Term.kind, Term.starts_on, Term.ends_on, Term.school_id).where(Term.active)
        )
    ]
    with_calendar = select(Calendar.school_id).where(Calendar.department.is_(None))
    in_use = select(Student.school_id).where(Student.active)
    missing = run.session.execute(
        select(School.id, School.name)
        .where(School.active, School.id.not_in(with_calendar))
        .where((School.kind == OrgKind.SCHOOL) | School.id.in_(in_use))
        .order_by(School.id)
    )
    made = [name for school_id, name in missing if _make(run, school_id, _of_school(spans, school_id))]
    if made:
        run.notes.add(
            "calendars", None,
            kept(
                N_(
                    "%(schools)s: no calendar was here, so one was made from the terms (weekdays 08:00 to 16:00, "
                    "closed on federal holidays and between terms); correct it on its page."
                ),
                schools=f"{', '.join(made[:10])}{' …' if len(made) > 10 else ''}",
            ),
        )  # fmt: skip
    if not spans:
        run.notes.add(
            "academicSessions.csv", None, N_("no terms are known, so schools without a calendar still have none.")
        )
    _carry_on(run, spans)
    return len(made)


def _of_school(spans: Sequence[_Span], school_id: int) -> list[_Span]:
    return [span for span in spans if span.school_id in (None, school_id)]


def _make(run: Run, school_id: int, spans: Sequence[_Span]) -> bool:
    if not spans:
        return False
    first, last = min(span.starts_on for span in spans), max(span.ends_on for span in spans)
    calendar_id = run.session.execute(
        insert(Calendar)
        .values(school_id=school_id, department=None, first_day=first, last_day=last)
        .returning(Calendar.id)
    ).scalar_one()
    run.session.execute(
        insert(CalendarHours),
        [
            {"calendar_id": calendar_id, "weekday": weekday, "opens_at": OPENS, "closes_at": CLOSES}
            for weekday in WEEKDAYS
        ],
    )
    _close(run, calendar_id, spans, first, last)
    return True


def _close(run: Run, calendar_id: int, spans: Sequence[_Span], first: date, last: date) -> None:
    """Closed days from ``first`` to ``last`` that are not there yet: federal holidays, and weekdays inside no term."""
    feasts = holidays.country_holidays("US", years=range(first.year, last.year + 1))
    running = [span for span in spans if span.kind in MARKING_TERMS] or list(spans)
    known = set(run.session.scalars(select(CalendarDay.day).where(CalendarDay.calendar_id == calendar_id)))
    closed: list[Values] = []
    for offset in range((last - first).days + 1):
        day = first + offset * ONE_DAY
        if day.weekday() not in WEEKDAYS or day in known:
            continue
        name = feasts.get(day) or (None if _inside(running, day) else BETWEEN_TERMS)
        if name:
            closed.append({
                "calendar_id": calendar_id, "day": day, "opens_at": None, "closes_at": None, "name": name,
                "entered_at": run.now, "entered_by": None,
            })  # fmt: skip
    if closed:
        run.session.execute(insert(CalendarDay), closed)


def _inside(spans: Sequence[_Span], day: date) -> bool:
    return any(span.starts_on <= day <= span.ends_on for span in spans)


def _carry_on(run: Run, spans: Sequence[_Span]) -> None:
    """Where terms begin after a calendar's last day, carry it on to their end, closed in between."""
    latest = max((span.starts_on for span in spans), default=None)
    if latest is None:
        return
    ending = run.session.execute(
        select(Calendar.id, Calendar.school_id, Calendar.last_day, School.name)
        .join(School, School.id == Calendar.school_id)
        .where(Calendar.last_day < latest, School.active)
    )
    for calendar_id, school_id, last_day, name in ending.all():
        later = [span for span in _of_school(spans, school_id) if span.starts_on > last_day]
        if not later:
            continue
        ends = max(span.ends_on for span in later)
        run.session.execute(update(Calendar).where(Calendar.id == calendar_id).values(last_day=ends))
        _close(run, calendar_id, later, last_day + ONE_DAY, ends)
        run.notes.add(
            "calendars", None,
            kept(
                N_("%(school)s: carried on to %(day)s with the hours it had; correct it on its page."),
                school=name, day=str(ends),
            ),
        )  # fmt: skip
