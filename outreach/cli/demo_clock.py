"""The demonstration's clock: it runs as fast as the real one, and usually ahead of it.

Families are written to after school, and never at night, on a weekend or a holiday; that holds in a demonstration as
in life. So it begins on a school day at the hour when what a teacher approves leaves at once, whatever the hour is.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from outreach.errors import OutreachError
from outreach.generate.frame import DISTRICT_ZONE

ZONE = ZoneInfo(DISTRICT_ZONE)
FROM, UNTIL = time(16, 35), time(18, 30)
"""On the district's clock. At half past four planning sends by itself (``outreach.planning.send_time``); at half past
six the east coast, whose numbers some families kept, still has half an hour."""
NIGHT_AT = time(5, 30)
DAY = timedelta(days=1)
LONGEST_WAIT = 60  # days; winter break has eleven


class DemoClockRefusedError(OutreachError):
    """The demonstration cannot begin at that moment."""


def moment_to_begin(real: datetime, seen: datetime | None, has_school: Callable[[date], bool]) -> datetime:
    """The first moment, not before ``real`` nor before ``seen``, at which families may be written to, in UTC.

    ``seen`` is the latest moment that the database knows, from an earlier run; time never goes back there.
    ``has_school`` says it of a local day. Raises :class:`DemoClockRefusedError` where the school year is over.
    """
    local = max(real, seen or real).astimezone(ZONE)
    if has_school(local.date()) and FROM <= local.time() < UNTIL:
        return local.astimezone(UTC)
    day = local.date() if local.time() < FROM else local.date() + DAY
    for _ in range(LONGEST_WAIT):
        if has_school(day):
            return datetime.combine(day, FROM, tzinfo=ZONE).astimezone(UTC)
        day += DAY
    raise DemoClockRefusedError("The made-up school year is over; begin a new one with: outreach demo --reset")


def night_before(begins: datetime, seen: datetime | None) -> datetime:
    """When the night's work of that day is done: early that morning, or as soon after as time does not go back."""
    morning = datetime.combine(begins.astimezone(ZONE).date(), NIGHT_AT, tzinfo=ZONE).astimezone(UTC)
    return min(begins, max(morning, seen or morning))


def running(ahead: timedelta) -> Callable[[], datetime]:
    """A clock that is ``ahead`` of the real one and runs as fast."""
    return lambda: datetime.now(UTC) + ahead
