"""When families may be written to: within the day's window by every clock that counts, on school days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from config.tuning import SendingRules
from outreach.schooltime import OpenHours, is_school_day, local_moment

DAYS_AHEAD = 120
"""How far the next open window is looked for: longer than any summer."""
SATURDAY = 5
DAY = timedelta(days=1)
MAY_QUEUE = timedelta(minutes=1)
"""The least that a provider's own queue is given: what is handed over later than that before closing may be dropped
there, and waits for the next day with us instead. Twilio advises more than five seconds."""


def next_window(
    zones: Sequence[ZoneInfo], hours: OpenHours | None, earliest: datetime, rules: SendingRules, *, any_day: bool
) -> datetime | None:
    """The first moment (UTC), at or after ``earliest``, that lies in the window of every zone, on a school day.

    The day is the reader's own (the first zone's). A window ends earlier than it closes by as long as the call to the
    provider may take, and by :data:`MAY_QUEUE`. None where no such day comes within :data:`DAYS_AHEAD` days, or the
    windows never meet.
    """
    day = earliest.astimezone(zones[0]).date()
    for _ in range(DAYS_AHEAD):
        if any_day or may_write_on(hours, day):
            for opens, closes in _common(day, zones, rules):
                at = max(opens, earliest.astimezone(UTC))
                if at < closes - MAY_QUEUE:
                    return at
        day += DAY
    return None


def leaves_by(zones: Sequence[ZoneInfo], at: datetime, rules: SendingRules) -> datetime | None:
    """Until when (UTC) what is handed over at ``at`` may leave the provider, counted from the start of the call to it:
    the window's close, less the time that the call may take. None where ``at`` lies in no window."""
    open_now = (
        closes for opens, closes in _common(at.astimezone(zones[0]).date(), zones, rules) if opens <= at < closes
    )
    found = next(open_now, None)
    return found.astimezone(UTC) if found is not None else None


def _common(day: date, zones: Sequence[ZoneInfo], rules: SendingRules) -> Iterator[tuple[datetime, datetime]]:
    """The parts of ``day``'s window in the first zone that lie in a window of each other zone too, in order."""
    parts = [_window(day, zones[0], rules)]
    for zone in zones[1:]:
        # Far away the same moment belongs to the day before or after.
        others = [_window(day + shift, zone, rules) for shift in (-DAY, timedelta(), DAY)]
        parts = [(max(a, c), min(b, d)) for a, b in parts for c, d in others if max(a, c) < min(b, d)]
    yield from sorted(parts)


def _window(day: date, zone: ZoneInfo, rules: SendingRules) -> tuple[datetime, datetime]:
    closes = local_moment(day, rules.window_closes, zone)
    return local_moment(day, rules.window_opens, zone), closes - timedelta(seconds=rules.attempt_deadline_seconds)


def may_write_on(hours: OpenHours | None, day: date) -> bool:
    """A school day by the calendar; where none was entered, a weekday."""
    if hours is None:
        return day.weekday() < SATURDAY
    return is_school_day(hours, day)
