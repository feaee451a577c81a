"""The business clock on ordinary days, short days, holidays and the nights when clocks change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from outreach.schooltime import (
    Interval,
    OpenHours,
    add_business_days,
    business_minutes_between,
    is_school_day,
    next_open,
    school_days_between,
    school_weeks_between,
)

CHICAGO = ZoneInfo("America/Chicago")
DAY = (Interval(time(8), time(16)),)
SPLIT = (Interval(time(8), time(12)), Interval(time(13), time(15, 30)))
THANKSGIVING = {date(2026, 11, 26): (), date(2026, 11, 27): ()}


def hours(
    *week: tuple[Interval, ...],
    exceptions: Mapping[date, tuple[Interval, ...]] | None = None,
    last: date = date(2027, 5, 28),
    zone: ZoneInfo = CHICAGO,
) -> OpenHours:
    days = week or (DAY, DAY, DAY, DAY, DAY, (), ())
    return OpenHours(zone, date(2026, 8, 17), last, days, exceptions or {})


def local(day: int, hour: int = 0, minute: int = 0, month: int = 11, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=CHICAGO)


def test_two_business_days_from_tuesday_morning_are_thursday_morning() -> None:
    assert add_business_days(hours(), local(17, 10), 2) == local(19, 10)


def test_the_answer_is_in_utc() -> None:
    due = add_business_days(hours(), local(17, 10), 2)
    assert due is not None
    assert due.tzinfo is UTC


def test_what_is_asked_in_the_evening_counts_from_the_next_opening() -> None:
    assert add_business_days(hours(), local(17, 18, 12), 2) == local(19, 16)
    assert add_business_days(hours(), local(20, 18), 1) == local(23, 16)


def test_holidays_do_not_count() -> None:
    assert add_business_days(hours(exceptions=THANKSGIVING), local(25, 10), 1) == local(30, 10)


def test_a_short_day_gives_only_the_time_it_has() -> None:
    early_release = {date(2026, 11, 18): (Interval(time(8), time(11)),)}
    assert add_business_days(hours(exceptions=early_release), local(17, 10), 1) == local(18, 10)
    assert add_business_days(hours(exceptions=early_release), local(17, 12), 1) == local(19, 9)


def test_a_business_day_is_the_usual_open_time_of_a_day_also_where_friday_is_short() -> None:
    short_friday = hours(DAY, DAY, DAY, DAY, (Interval(time(8), time(12)),), (), ())
    assert short_friday.usual_day() == timedelta(hours=8)
    assert add_business_days(short_friday, local(20, 8), 1) == local(23, 12)


def test_lunch_does_not_count() -> None:
    split = hours(SPLIT, SPLIT, SPLIT, SPLIT, SPLIT, (), ())
    assert split.usual_day() == timedelta(hours=6, minutes=30)
    assert business_minutes_between(split, local(17, 11), local(17, 14)) == 120
    assert add_business_days(split, local(17, 12, 30), 1) == local(18, 12)


def test_overlapping_intervals_count_their_common_time_once() -> None:
    overlap = (Interval(time(8), time(13)), Interval(time(12), time(16)))
    week = hours(overlap, overlap, overlap, overlap, overlap, (), ())
    assert week.usual_day() == timedelta(hours=8)
    assert business_minutes_between(week, local(17), local(18)) == 480


def test_a_zero_length_day_is_no_school_day_and_does_not_hang() -> None:
    nothing = (Interval(time(8), time(8)),)
    week = hours(nothing, DAY, nothing, nothing, nothing, (), ())
    assert not is_school_day(week, date(2026, 11, 16))
    assert add_business_days(week, local(17, 10), 1) == local(24, 10)
    assert add_business_days(hours(*[nothing] * 7), local(17, 10), 1) is None


def test_a_calendar_that_never_opens_is_read_at_once_even_to_the_year_9999() -> None:
    closed = hours((), (), (), (), (), (), (), last=date(9999, 12, 31))
    assert add_business_days(closed, local(17, 10), 2) is None
    assert next_open(closed, local(17, 10)) is None
    assert business_minutes_between(closed, local(17), local(17, year=2900)) == 0


def test_past_the_last_day_of_the_calendar_there_is_no_due_time() -> None:
    assert add_business_days(hours(last=date(2026, 11, 18)), local(17, 10), 2) is None
    assert add_business_days(hours(), local(1, month=6, year=2027), 1) is None


def test_what_is_asked_in_july_counts_from_the_first_day_of_the_calendar() -> None:
    assert add_business_days(hours(), local(10, 10, month=7), 1) == local(17, 16, month=8)


def test_only_forward() -> None:
    with pytest.raises(ValueError, match="only forward"):
        add_business_days(hours(), local(17, 10), -1)


def test_time_backwards_is_negative() -> None:
    assert business_minutes_between(hours(), local(18, 9), local(17, 15)) == -120
    assert school_days_between(hours(), local(18, 9), local(17, 15)) == -1


def test_school_days_are_counted_by_local_days() -> None:
    november = hours(exceptions=THANKSGIVING)
    assert school_days_between(november, local(3, 18), local(11, 9)) == 6
    assert school_days_between(november, local(24, 10), local(30, 8)) == 2
    assert school_days_between(november, local(17, 10), local(17, 23)) == 0
    late_evening_is_tomorrow_in_utc = datetime(2026, 11, 18, 3, 0, tzinfo=UTC)
    assert school_days_between(november, late_evening_is_tomorrow_in_utc, local(18, 9)) == 1


def test_school_weeks_leave_holidays_out() -> None:
    assert school_weeks_between(hours(exceptions=THANKSGIVING), date(2026, 11, 16), date(2026, 11, 30)) == 8 / 5
    assert school_weeks_between(None, date(2026, 11, 16), date(2026, 11, 30)) == 2
    assert school_weeks_between(hours(), date(2026, 11, 30), date(2026, 11, 16)) == 0


def test_the_next_opening() -> None:
    assert next_open(hours(), local(17, 10)) == local(17, 10)
    assert next_open(hours(), local(17, 16)) == local(18, 8)
    assert next_open(hours(exceptions=THANKSGIVING), local(25, 20)) == local(30, 8)


def test_a_day_on_which_the_clocks_change_keeps_its_own_length() -> None:
    """An office that never closes: 25 hours on the day of the autumn change, 23 on that of the spring change."""
    always = tuple((Interval(time(0), time(23, 59, 59, 999999)),) for _ in range(7))
    office = hours(*always)
    autumn = business_minutes_between(office, local(1), local(2))
    spring = business_minutes_between(office, local(14, month=3, year=2027), local(15, month=3, year=2027))
    assert round(autumn / 60) == 25
    assert round(spring / 60) == 23


def test_a_school_day_after_the_change_is_as_long_as_before_it() -> None:
    friday, monday = local(30, 15, month=10), local(2, 9)
    assert business_minutes_between(hours(), friday, monday) == 120
    assert add_business_days(hours(), friday, 1) == local(2, 15)
