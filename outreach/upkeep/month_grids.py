"""A calendar drawn as months: each day with its shape and its words, so that no day speaks by colour alone."""

from __future__ import annotations

from calendar import Calendar as Weeks
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from outreach.language import _, clock
from outreach.schooltime import OpenHours

SUNDAY = 6
MOST_MONTHS = 24
"""A calendar that was carried on for years is drawn for the year around today alone."""


class DayKind(StrEnum):
    OUTSIDE = "outside"
    """Before the first day or after the last."""
    OFF = "off"
    """A weekday without hours."""
    OPEN = "open"
    CLOSED = "closed"
    SHORT = "short"
    """Other hours than its weekday has."""


@dataclass(frozen=True, slots=True)
class Cell:
    number: int
    kind: DayKind
    words: str
    """For who hears the page, and where the pointer rests; empty for an open day."""
    today: bool


@dataclass(frozen=True, slots=True)
class Month:
    first: date
    weeks: tuple[tuple[Cell | None, ...], ...]
    """Seven days each from Sunday; None lies in another month."""
    closed: int
    """School days on which there is no school."""


def month_grids(hours: OpenHours, today: date) -> list[Month]:
    """The months of a calendar; where it spans more than two years, those of the year from last month on."""
    first, last = hours.first_day.replace(day=1), hours.last_day
    if (last.year - first.year) * 12 + last.month - first.month >= MOST_MONTHS:
        first = max(first, _months_later(today.replace(day=1), -1))
        last = min(last, _months_later(first, MOST_MONTHS // 2))
    months = []
    while first <= last:
        months.append(_month(hours, first, today))
        first = _months_later(first, 1)
    return months


def _month(hours: OpenHours, first: date, today: date) -> Month:
    weeks = Weeks(SUNDAY).monthdatescalendar(first.year, first.month)
    cells = tuple(
        tuple(_cell(hours, day, today) if day.month == first.month else None for day in week) for week in weeks
    )
    closed = sum(cell is not None and cell.kind is DayKind.CLOSED for week in cells for cell in week)
    return Month(first, cells, closed)


def _cell(hours: OpenHours, day: date, today: date) -> Cell:
    kind, words = _kind(hours, day)
    return Cell(day.day, kind, words, day == today)


def _kind(hours: OpenHours, day: date) -> tuple[DayKind, str]:
    if not hours.first_day <= day <= hours.last_day:
        return DayKind.OUTSIDE, ""
    if day in hours.exceptions:
        name = hours.names.get(day, "")
        if not hours.spans_of(day):
            return DayKind.CLOSED, _("closed: %(name)s", name=name)
        return DayKind.SHORT, _(
            "%(hours)s: %(name)s", name=name,
            hours=", ".join(f"{clock(opens)}–{clock(closes)}" for opens, closes in sorted(hours.exceptions[day])),
        )  # fmt: skip
    return (DayKind.OPEN, "") if hours.spans_of(day) else (DayKind.OFF, "")


def _months_later(first: date, months: int) -> date:
    whole = first.year * 12 + first.month - 1 + months
    return date(whole // 12, whole % 12 + 1, 1)
