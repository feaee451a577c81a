"""The made-up school year. It always runs: the day it is made for lies in the year's fifteenth week."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import holidays

WEEKS_GONE = 14
WEEKS = 41
SEMESTER_WEEKS = 20
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
FRIDAY = timedelta(days=4)
SPRING_BREAK_WEEK = 31
EARLY_RELEASE_WEEKS = (6, 12, 24, 34)


@dataclass(frozen=True)
class Year:
    """First and last day of the year; both belong to it."""

    starts_on: date
    ends_on: date

    @property
    def label(self) -> int:
        """The year in which it ends: 2027 for 2026-27."""
        return self.ends_on.year

    def week(self, number: int) -> date:
        """The Monday of a week of the year, counted from 0."""
        return self.starts_on + number * WEEK

    def semesters(self) -> tuple[tuple[date, date], tuple[date, date]]:
        """First and last day of both semesters."""
        second = self.week(SEMESTER_WEEKS)
        return (self.starts_on, second - 3 * DAY), (second, self.ends_on)

    def without_school(self) -> dict[date, str]:
        """Every weekday of the year without school, with the name that a family reads."""
        spring = self.week(SPRING_BREAK_WEEK)
        days = {day: name for day in self._weekdays() if (name := holiday(day))}
        return days | {spring + number * DAY: "Spring break" for number in range(5)}

    def early_release(self) -> list[date]:
        """Wednesdays on which school closes at noon."""
        days = [self.week(number) + 2 * DAY for number in EARLY_RELEASE_WEEKS]
        return [day for day in days if not holiday(day)]

    def school_days(self, until: date) -> list[date]:
        """The school days before ``until``, in order."""
        closed = self.without_school()
        return [day for day in self._weekdays() if day < until and day not in closed]

    def _weekdays(self) -> Iterator[date]:
        day = self.starts_on
        while day <= self.ends_on:
            if day.weekday() < 5:
                yield day
            day += DAY


def year_around(today: date) -> Year:
    """The school year in whose fifteenth week ``today`` lies: 17 August to 28 May around 24 November 2026.

    It keeps the real weekdays and holidays, but not the usual months: a demonstration in July is mid-year too.
    """
    starts_on = today - today.weekday() * DAY - WEEKS_GONE * WEEK
    return Year(starts_on, starts_on + (WEEKS - 1) * WEEK + FRIDAY)


def year_before(year: Year) -> Year:
    return Year(year.starts_on - 52 * WEEK, year.ends_on - 52 * WEEK)


def holiday(day: date) -> str | None:
    """Why there is no school on this day in any year: a federal holiday, the day after Thanksgiving, winter break."""
    federal = _federal(day.year)
    if (day.month, day.day) >= (12, 24) or (day.month, day.day) <= (1, 1):
        return "Winter break"
    if "Thanksgiving" in federal.get(day - DAY, ""):
        return "Thanksgiving break"
    return federal.get(day)


def next_school_day(day: date) -> date:
    """``day`` itself, or the first one after it on which the made-up schools are open in every year."""
    while day.weekday() >= 5 or holiday(day):
        day += DAY
    return day


@cache
def _federal(year: int) -> dict[date, str]:
    return {day: name for day, name in holidays.country_holidays("US", years=year).items() if day.year == year}
