"""Eighteen days in rounds: to which moment the clock is set, how many processes die there, and at which points."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from .homes import BEGINS, CLOSED, EAST, FRIDAY, MONDAY, SATURDAY, THURSDAY, WEDNESDAY


class Deaths(StrEnum):
    """At which points processes are told to die in a round."""

    SENDING = "sending"
    LOOKUPS = "lookups"
    """And at those of sending, where a lookup has set a message free."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Round:
    at: datetime
    deaths: Deaths = Deaths.NONE
    share: float = 0.0
    """Of all kills."""
    leave: bool = False
    """Families withdraw in the middle of it."""
    kind: bool = False
    """The provider takes everything: things settle."""
    checkpoint: bool = False
    """Afterwards whatever could leave has left."""
    persons: bool = False
    """Afterwards a person answers for the e-mails that nothing can tell about."""


def story() -> Iterator[Round]:
    """The rounds in order of time."""
    # A worker that dies takes its claims along until their lease is over: so in steps, a little longer than a lease.
    for number in range(6):
        yield Round(BEGINS + number * timedelta(minutes=3), Deaths.SENDING, 0.06, leave=number in (0, 3))
    yield from _evening()
    yield from _friday()
    yield Round(_east(FRIDAY, 23, 30), Deaths.LOOKUPS, 0.03, persons=True)
    for hour in (12, 15):  # noon in the East, and in the West: answers go on a Saturday, too
        yield Round(_east(SATURDAY, hour, 1), Deaths.SENDING, 0.02)
    yield from _settle(_east(SATURDAY, 15, 20), persons=True)
    yield Round(_east(date(2026, 11, 1), 13))
    yield Round(_east(MONDAY, 8, 1), Deaths.LOOKUPS, 0.03)
    for hour in (10, 13):  # ten o'clock in the East, and in the West, when more is due
        yield Round(_east(MONDAY, hour, 1), Deaths.SENDING, 0.07, leave=True)  # whoever had no link to click by then
    yield Round(_east(MONDAY, 13, 14), Deaths.LOOKUPS, 0.05)
    yield from _settle(_east(MONDAY, 13, 30), persons=True)
    yield Round(_east(CLOSED, 14), persons=True)  # no school, and letters that are due
    yield from _settle(_east(WEDNESDAY, 13), persons=True)
    yield Round(_east(date(2026, 11, 5), 21), Deaths.SENDING, 0.06)
    yield Round(_east(date(2026, 11, 6), 12), Deaths.SENDING, 0.06)
    yield from _settle(_east(date(2026, 11, 6), 13, 45), persons=True)
    yield Round(_east(date(2026, 11, 9), 14), Deaths.SENDING, 0.05)
    yield from _settle(_east(date(2026, 11, 10), 15), persons=True)
    yield Round(_east(date(2026, 11, 18), 12), kind=True)


def _evening() -> Iterator[Round]:
    """The window closes in zone after zone; what was cut off waits for lookups, and for the morning."""
    yield Round(_east(THURSDAY, 19, 58, 45), Deaths.SENDING, 0.03)
    yield Round(_east(THURSDAY, 19, 59, 26), Deaths.SENDING, 0.02)
    yield Round(_east(THURSDAY, 20, 0, 1), Deaths.SENDING, 0.02)
    yield Round(_east(THURSDAY, 20, 16), Deaths.LOOKUPS, 0.06)
    for hour in (20, 21, 22):
        yield Round(_east(THURSDAY, hour, 59, 26), Deaths.SENDING, 0.02)
        yield Round(_east(THURSDAY, hour + 1, 16), Deaths.LOOKUPS, 0.04)


def _friday() -> Iterator[Round]:
    yield Round(_east(FRIDAY, 7, 59, 30))
    for hour, minute in ((8, 1), (8, 17), (9, 31), (11, 1)):
        yield Round(_east(FRIDAY, hour, minute), Deaths.LOOKUPS, 0.03)
    yield Round(_east(FRIDAY, 12, 31), Deaths.SENDING, 0.09, leave=True)
    yield Round(_east(FRIDAY, 12, 44), Deaths.LOOKUPS, 0.04)
    yield from _settle(_east(FRIDAY, 13))


def _settle(begins: datetime, *, persons: bool = False) -> Iterator[Round]:
    """Nobody dies and nothing is refused, for as long as leases, lookups and second tries need."""
    yield Round(begins, kind=True, persons=persons)
    yield Round(begins + timedelta(minutes=13), kind=True)
    yield Round(begins + timedelta(minutes=30), kind=True, checkpoint=True)


def _east(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute, second), ZoneInfo(EAST)).astimezone(UTC)
