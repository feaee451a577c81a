"""When a family is written to: a local intent with its zone, inside every window that must be open, DST or not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from outreach.schooltime import local_moment

from .moment import SendTime

USUAL = time(16, 30)
"""Where the family said nothing: after school, before supper."""
MARGIN = timedelta(minutes=15)
"""Kept from closing time, so that a full outbox does not carry a message over it."""
HALF_HOUR = timedelta(minutes=30)
PARTS_OF_DAY = (
    (re.compile(r"\b(early morning|before work|temprano)\b", re.IGNORECASE), time(8, 0)),
    (re.compile(r"\b(mornings?|ma[nñ]anas?)\b", re.IGNORECASE), time(9, 0)),
    (re.compile(r"\b(lunch\w*|noon|midday|mediod[ií]a)\b", re.IGNORECASE), time(12, 15)),
    (re.compile(r"\b(afternoons?|after school|tardes?)\b", re.IGNORECASE), time(15, 30)),
    (re.compile(r"\b(evenings?|nights?|after work|noches?)\b", re.IGNORECASE), time(18, 0)),
)
CLOCK = r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?\s*(?P<half>[ap]\.?\s?m\b\.?)?"
AFTER = re.compile(rf"\b(?:after|from|since|despu[eé]s de las?|desde las?|a partir de las?)\s+{CLOCK}", re.IGNORECASE)
BEFORE = re.compile(rf"\b(?:before|until|by|antes de las?|hasta las?)\s+{CLOCK}", re.IGNORECASE)
AT = re.compile(rf"\b(?:at|around|about|a las?)\s+{CLOCK}|\b{CLOCK.replace('?P<', '?P<at_')}(?=\s*[-–])", re.IGNORECASE)
FIRST_HOUR_OF_MORNING = 8


def send_time(
    day: date, zones: Sequence[ZoneInfo], best_time: str | None, opens: time, closes: time, *, now: datetime
) -> SendTime | None:
    """A time on ``day`` at which the windows of all ``zones`` are open, near what the family asked for.

    The first zone is the family's own and names the time; a second stands where the number's region says otherwise.
    None where the day's windows have no common time left after ``now``.
    """
    first, last = _common_window(day, zones, opens, closes)
    wanted = local_moment(day, wanted_time(best_time), zones[0])
    earliest = max(first, now + MARGIN) if now + MARGIN > first else first
    if earliest > last:
        return None
    at = min(max(wanted, earliest), last)
    return SendTime(at.astimezone(zones[0]).replace(tzinfo=None, second=0, microsecond=0), zones[0].key, at)


def a_week_later(local: datetime, zone: str) -> SendTime:
    """The same time on the wall seven days on, whatever the clocks did in between."""
    later = local + timedelta(days=7)
    return SendTime(later, zone, local_moment(later.date(), later.time(), ZoneInfo(zone)))


def wanted_time(words: str | None) -> time:
    """The time of day that a guardian's words ask for ("after 5 pm", "mornings", "por la tarde"); else half past four.

    An hour without am or pm is the likelier one: 5 is in the afternoon, 9 in the morning.
    """
    text = words or ""
    if found := AFTER.search(text):
        return _hour(found, timedelta(0))
    if found := BEFORE.search(text):
        return _hour(found, -HALF_HOUR)
    if found := AT.search(text):
        return _hour(found, timedelta(0))
    return next((at for pattern, at in PARTS_OF_DAY if pattern.search(text)), USUAL)


def _hour(found: re.Match[str], shift: timedelta) -> time:
    parts = {name.removeprefix("at_"): value for name, value in found.groupdict().items() if value}
    hour, minute, half = int(parts["hour"]), int(parts.get("minute", "0")), parts.get("half", "").lower()
    if half.startswith("p") and hour < 12:
        hour += 12
    elif half.startswith("a") and hour == 12:
        hour = 0
    elif not half and hour < FIRST_HOUR_OF_MORNING:
        hour += 12
    if hour > 23 or minute > 59:
        return USUAL
    return (datetime.combine(date(2000, 1, 2), time(hour, minute)) + shift).time()


def _common_window(day: date, zones: Sequence[ZoneInfo], opens: time, closes: time) -> tuple[datetime, datetime]:
    return (
        max(local_moment(day, opens, zone) for zone in zones),
        min(local_moment(day, closes, zone) for zone in zones) - MARGIN,
    )
