"""What a form says of a calendar: its plan, a range of days; and what a change does, in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from werkzeug.datastructures import MultiDict

from outreach import language as spoken
from outreach.errors import NotFound
from outreach.language import _, ngettext
from outreach.schooltime import CalendarPlan, DayRange, Interval
from outreach.schooltime.plans import LONGEST_YEARS, MOST_INTERVALS
from outreach.upkeep.calendars import Effect

from .form import Form

A_MONDAY, ONE_DAY = date(2024, 1, 1), timedelta(days=1)
Times = list[tuple[str, str]]
"""Opening and closing of one weekday as they stand in the form."""


def plan_from(form: Form, times: Sequence[Times]) -> CalendarPlan | None:
    first = form.day("first_day", needed=_("Enter the first school day."))
    last = form.day("last_day", needed=_("Enter the last school day."))
    weekly = tuple(tuple(_intervals(form, f"hours-{weekday}", day, f"{weekday}-")) for weekday, day in enumerate(times))
    return CalendarPlan(first, last, weekly) if first and last and not form.problems else None


def _intervals(form: Form, at: str, day: Times, suffix: str) -> list[Interval]:
    found = []
    for position in range(len(day)):
        opens = form.clock(f"opens-{suffix}{position}", at)
        closes = form.clock(f"closes-{suffix}{position}", at)
        if (opens is None) != (closes is None) and not any(field == at for field, _said in form.problems):
            form.wrong(at, _("Enter both times, or neither."))
        if opens is not None and closes is not None:
            found.append(Interval(opens, closes))
    return found


def entry_from(form: Form) -> DayRange | None:
    first = form.day("first", needed=_("Enter the day, or the first of several."))
    last = form.day("last") or first
    intervals: tuple[Interval, ...] = ()
    if form.text("kind") == "short":
        intervals = tuple(_intervals(form, "opens", [("", "")], "day-"))
        if not intervals and not form.problems:
            form.wrong("opens", _("Enter from when to when there is school."))
    return DayRange(first, last, form.text("name"), intervals) if first and last and not form.problems else None


def entry_of_address(asked: Mapping[str, str]) -> DayRange:
    """The days that a remove button names. Raises :class:`NotFound` where no calendar can hold them."""
    try:
        first, last = date.fromisoformat(asked.get("first", "")), date.fromisoformat(asked.get("last", ""))
    except ValueError:
        raise NotFound(_("There is no such day in this calendar.")) from None
    if not 0 <= (last - first).days <= LONGEST_YEARS * 366:
        raise NotFound(_("There is no such day in this calendar."))
    return DayRange(first, last, asked.get("name", ""))


def typed_times(fields: MultiDict[str, str]) -> list[Times]:
    return [
        [
            (fields.get(f"opens-{weekday}-{position}", ""), fields.get(f"closes-{weekday}-{position}", ""))
            for position in range(MOST_INTERVALS)
            if f"opens-{weekday}-{position}" in fields
        ]
        for weekday in range(7)
    ]


def times_of(plan: CalendarPlan) -> list[Times]:
    return [[(f"{opens:%H:%M}", f"{closes:%H:%M}") for opens, closes in day] for day in plan.weekly]


def with_room(times: Sequence[Times]) -> list[Times]:
    """One empty pair after those of each weekday, so that one more can be entered without any script."""
    filled = [[pair for pair in day if any(pair)] for day in times]
    return [[*day, ("", "")] if len(day) < MOST_INTERVALS else day for day in filled]


def would(of: str, effect: Effect) -> tuple[str, ...]:
    told = []
    if of != "hours":
        told.append(
            ngettext("%(count)s school day changes.", "%(count)s school days change.", effect.days)
            if effect.days else _("No day changes: all of it stands here already.")
        )  # fmt: skip
    if effect.moved:
        told.append(
            ngettext(
                "%(count)s open question becomes due later; it is told in its history.",
                "%(count)s open questions become due later; it is told in their history.", effect.moved,
            )
        )  # fmt: skip
    elif of != "hours":
        told.append(_("No open question becomes due later."))
    if effect.filled:
        told.append(
            ngettext(
                "%(count)s open question without a due time gets one.",
                "%(count)s open questions without a due time get one.", effect.filled,
            )
        )  # fmt: skip
    elif of == "hours":
        told.append(_("No due time changes: what was promised to families stays."))
    return tuple(told)


def did(effect: Effect) -> list[str]:
    done = []
    if effect.moved:
        done.append(
            ngettext(
                "%(count)s open question is due later now.", "%(count)s open questions are due later now.", effect.moved
            )
        )
    if effect.filled:
        done.append(
            ngettext(
                "%(count)s open question has a due time now.", "%(count)s open questions have a due time now.",
                effect.filled,
            )
        )  # fmt: skip
    return done


def weekday_words(weekday: int) -> str:
    """``Monday`` for 0."""
    words = spoken.weekday(A_MONDAY + weekday * ONE_DAY)
    return words[0].upper() + words[1:]


def weekdays() -> list[tuple[str, str]]:
    """The heads of a month's columns from Sunday: two letters and the whole word."""
    return [(weekday_words(weekday)[:2], weekday_words(weekday)) for weekday in (6, 0, 1, 2, 3, 4, 5)]


def month_words(first: date) -> str:
    """``August 2026``."""
    words = spoken.month(first)
    return f"{words[0].upper()}{words[1:]} {first.year}"
