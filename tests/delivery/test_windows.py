"""The hours in which families are written to, by clocks far apart and on the nights when clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.delivery.windows import leaves_by, next_window
from tests.delivery.test_gate import RULES

CHICAGO, GUAM, KOLKATA = ZoneInfo("America/Chicago"), ZoneInfo("Pacific/Guam"), ZoneInfo("Asia/Kolkata")
THE_CALL = timedelta(seconds=RULES.attempt_deadline_seconds)
LAST_CALL = THE_CALL + timedelta(minutes=1)
"""What a provider may keep waiting for a minute has gone out by then."""


def test_a_call_that_could_end_just_before_closing_or_later_waits_for_the_morning() -> None:
    closing = datetime(2026, 11, 24, 20, 0, tzinfo=CHICAGO)
    just_before = closing - LAST_CALL - timedelta(seconds=1)
    assert next_window([CHICAGO], None, just_before, RULES, any_day=False) == just_before
    assert next_window([CHICAGO], None, closing - LAST_CALL, RULES, any_day=False) == datetime(
        2026, 11, 25, 8, 0, tzinfo=CHICAGO
    )


def test_clocks_a_day_apart_still_have_hours_in_common() -> None:
    now = datetime(2026, 11, 24, 8, 0, tzinfo=CHICAGO)  # midnight in Guam
    found = next_window([CHICAGO, GUAM], None, now, RULES, any_day=True)
    assert found == datetime(2026, 11, 24, 16, 0, tzinfo=CHICAGO)


@pytest.mark.parametrize("changes", [date(2027, 3, 14), date(2027, 11, 7)])
def test_on_the_day_clocks_change_it_is_eight_by_the_new_clock(changes: date) -> None:
    night = datetime.combine(changes, time(0, 30), tzinfo=CHICAGO)
    assert next_window([CHICAGO], None, night, RULES, any_day=True) == datetime.combine(
        changes, time(8), tzinfo=CHICAGO
    )


@pytest.mark.parametrize(
    ("now", "zones", "closes"),
    [
        (datetime(2026, 11, 24, 8, 0, tzinfo=CHICAGO), [CHICAGO], time(20)),
        (datetime(2026, 11, 24, 19, 58, tzinfo=CHICAGO), [CHICAGO], time(20)),
        (datetime(2026, 11, 24, 18, 0, tzinfo=CHICAGO), [CHICAGO, ZoneInfo("America/New_York")], time(19)),
        (datetime(2026, 11, 24, 20, 0, tzinfo=CHICAGO), [CHICAGO], None),
    ],
    ids=["morning", "evening", "two clocks", "closed"],
)
def test_until_when_it_may_wait_at_its_provider(now: datetime, zones: list[ZoneInfo], closes: time | None) -> None:
    """The provider's clock runs only once it has the message: as late as the call may last."""
    expected = datetime.combine(now.date(), closes, CHICAGO) - THE_CALL if closes else None
    assert leaves_by(zones, now, RULES) == expected


@given(
    now=st.datetimes(datetime(2026, 8, 17), datetime(2028, 8, 17), timezones=st.just(UTC)),  # noqa: DTZ001
    zones=st.lists(st.sampled_from([CHICAGO, GUAM, KOLKATA, ZoneInfo("America/New_York")]), min_size=1, max_size=2),
)
def test_whatever_the_clocks_it_is_day_by_each(now: datetime, zones: list[ZoneInfo]) -> None:
    at = next_window(zones, None, now, RULES, any_day=True)
    assert at is not None, "each two of these days share at least half an hour"
    assert at >= now
    last = leaves_by(zones, at, RULES)
    assert last is not None
    assert last > at + timedelta(minutes=1)
    for zone in zones:
        assert time(8) <= at.astimezone(zone).time()
        assert (last + THE_CALL).astimezone(zone).time() <= time(20)
