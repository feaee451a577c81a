"""The business clock over two years in four zones, with every change of the clocks and every kind of calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from outreach.schooltime import (
    Interval,
    OpenHours,
    add_business_days,
    add_open_time,
    business_minutes_between,
    is_school_day,
    local_moment,
    next_open,
    open_time_between,
    school_days_between,
)

ZONES = [ZoneInfo(name) for name in ("America/Chicago", "America/New_York", "Europe/London", "Australia/Lord_Howe")]
"""The last shifts by half an hour, and in the other half of the year."""
FIRST, LAST = date(2026, 7, 1), date(2028, 6, 30)
BEGIN, END = datetime(2026, 6, 1, tzinfo=UTC), datetime(2028, 7, 31, tzinfo=UTC)

minutes = st.integers(0, 24 * 60 - 1).map(lambda minute: time(minute // 60, minute % 60))
intervals = st.tuples(minutes, minutes).map(lambda pair: Interval(min(pair), max(pair)))
one_day = st.lists(intervals, max_size=3).map(tuple)
moments = st.datetimes(BEGIN.replace(tzinfo=None), END.replace(tzinfo=None)).map(lambda at: at.replace(tzinfo=UTC))
days = st.dates(FIRST, LAST)
calendars = st.builds(
    OpenHours,
    zone=st.sampled_from(ZONES),
    first_day=st.just(FIRST),
    last_day=st.just(LAST),
    weekly=st.tuples(*[one_day] * 7),
    exceptions=st.dictionaries(days, one_day, max_size=12),
)
some_days = st.floats(0.05, 12, allow_nan=False)


@given(calendars, moments, moments, some_days)
def test_who_asks_later_is_never_due_earlier(hours: OpenHours, a: datetime, b: datetime, number: float) -> None:
    early, late = sorted((a, b))
    first, second = add_business_days(hours, early, number), add_business_days(hours, late, number)
    if second is not None:
        assert first is not None
        assert first <= second


@given(calendars, moments, some_days, some_days)
def test_more_days_are_never_due_earlier(hours: OpenHours, at: datetime, a: float, b: float) -> None:
    fewer, more = sorted((a, b))
    first, second = add_business_days(hours, at, fewer), add_business_days(hours, at, more)
    if second is not None:
        assert first is not None
        assert at <= first <= second


@given(calendars, moments, st.integers(1, 2000), st.integers(1, 2000))
def test_adding_twice_is_adding_the_sum(hours: OpenHours, at: datetime, a: int, b: int) -> None:
    halfway = add_open_time(hours, at, timedelta(minutes=a))
    at_once = add_open_time(hours, at, timedelta(minutes=a + b))
    if halfway is None:
        assert at_once is None
    else:
        assert add_open_time(hours, halfway, timedelta(minutes=b)) == at_once


@given(calendars, moments, st.integers(1, 5000))
def test_the_open_time_to_what_was_added_is_what_was_added(hours: OpenHours, at: datetime, number: int) -> None:
    reached = add_open_time(hours, at, timedelta(minutes=number))
    if reached is not None:
        assert open_time_between(hours, at, reached) == timedelta(minutes=number)
        assert business_minutes_between(hours, at, reached) == number


@given(calendars, moments, moments)
def test_adding_the_open_time_between_comes_to_the_same_open_time(hours: OpenHours, a: datetime, b: datetime) -> None:
    early, late = sorted((a, b))
    between = open_time_between(hours, early, late)
    if between:
        reached = add_open_time(hours, early, between)
        assert reached is not None
        assert reached <= late
        assert open_time_between(hours, reached, late) == timedelta()


@given(calendars, st.tuples(moments, moments, moments))
def test_open_time_adds_up_and_never_exceeds_the_time_that_passed(
    hours: OpenHours, three: tuple[datetime, datetime, datetime]
) -> None:
    a, b, c = sorted(three)
    assert open_time_between(hours, a, b) + open_time_between(hours, b, c) == open_time_between(hours, a, c)
    assert timedelta() <= open_time_between(hours, a, c) <= c - a
    assert business_minutes_between(hours, a, c) == -business_minutes_between(hours, c, a)
    assert school_days_between(hours, a, b) + school_days_between(hours, b, c) == school_days_between(hours, a, c)


@given(calendars, moments)
def test_the_next_opening_is_open_and_nothing_before_it_is(hours: OpenHours, at: datetime) -> None:
    opening = next_open(hours, at)
    if opening is None:
        assert open_time_between(hours, at, END) == timedelta()
    else:
        assert opening >= at
        assert open_time_between(hours, at, opening) == timedelta()
        assert next_open(hours, opening) == opening
        assert is_school_day(hours, opening.astimezone(hours.zone).date())


@given(calendars, days)
def test_a_day_lies_inside_itself_its_spans_apart_and_in_order(hours: OpenHours, day: date) -> None:
    spans = hours.spans_of(day)
    for begins, ends in spans:
        assert begins < ends
        assert begins.astimezone(hours.zone).date() == day
        assert (ends - timedelta(microseconds=1)).astimezone(hours.zone).date() == day
    assert all(one.ends < next_one.begins for one, next_one in pairwise(spans))


@given(st.sampled_from(ZONES), days, minutes, minutes)
def test_a_later_time_on_the_wall_is_never_an_earlier_moment(zone: ZoneInfo, day: date, a: time, b: time) -> None:
    early, late = sorted((a, b))
    for last in (False, True):
        assert local_moment(day, early, zone, last=last) <= local_moment(day, late, zone, last=last)
    assert local_moment(day, early, zone) <= local_moment(day, early, zone, last=True)


@given(st.sampled_from(ZONES), days, minutes)
def test_a_time_that_the_clocks_show_comes_back_as_itself(zone: ZoneInfo, day: date, at: time) -> None:
    shown = local_moment(day, at, zone).astimezone(zone)
    skipped = shown.time() != at
    assert shown.date() == day
    if skipped:
        before = shown - timedelta(seconds=1)
        assert shown.astimezone(UTC) - (before.astimezone(UTC)) == timedelta(seconds=1)
        assert (shown.astimezone(UTC) - timedelta(seconds=1)).astimezone(zone).time() < at < shown.time()
