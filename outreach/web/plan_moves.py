"""The days and hours among which a form lets choose, and times that one tap stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from models import Outreach, OutreachState
from outreach.language import moment
from outreach.planning import SendTime, Times
from outreach.planning.send_time import USUAL

from . import asking


@dataclass(frozen=True, slots=True)
class Move:
    """A time by the family's clock, as a button."""

    value: str
    """2026-11-25T17:00"""
    words: str

    @classmethod
    def of(cls, when: SendTime) -> Move:
        return cls.at(when.local)

    @classmethod
    def at(cls, local: datetime) -> Move:
        today = asking.now().astimezone(asking.zone()).date()
        return cls(local.isoformat(timespec="minutes"), moment(local, today))


@dataclass(frozen=True, slots=True)
class Moves:
    """What the fields for a time show."""

    zone: str
    other_zone: str | None
    """Of the number's region, where its hours count too."""
    opens: time
    closes: time
    school_days_only: bool
    day: str
    """What the field for the day holds."""
    hour: str
    hours: tuple[time, ...]
    """To choose among, with the one that is chosen."""
    first_day: date
    quick: tuple[Move, ...]
    """The same hour on the next allowed days."""


def moves_of(times: Times, row: Outreach | None, typed: Mapping[str, str]) -> Moves:
    """For the form of a touch, or of a message that is being written (``row`` None)."""
    kept = datetime.fromisoformat(row.local_time) if row is not None and row.local_time else None
    opens, closes = times.window
    days, hours = times.days(), times.hours()
    usual = USUAL if USUAL in hours or not hours else hours[0]
    hour = _read(typed.get("hour")) or (kept.time() if kept else usual)
    day = typed.get("day") or (kept.date().isoformat() if kept else (days[0].isoformat() if days else ""))
    quick = [Move.at(datetime.combine(one, hour)) for one in days if not kept or one != kept.date()]
    now = asking.now().astimezone(times.zone).replace(tzinfo=None).isoformat(timespec="minutes")
    other = times.other_zone
    return Moves(
        times.zone.key, other.key if other else None, opens, closes, times.school_days_only, day,
        hour.isoformat(timespec="minutes"), tuple(sorted({*hours, hour})),
        asking.now().astimezone(times.zone).date(), tuple(one for one in quick if one.value > now)[:3],
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Link:
    """One of a weekly message."""

    outreach_id: int
    state: OutreachState
    words: str


def links_of(series: Sequence[Outreach]) -> list[Link]:
    """Each of a weekly message, with its day and hour by the family's clock."""
    return [
        Link(row.id, row.state, Move.at(datetime.fromisoformat(row.local_time)).words if row.local_time else "")
        for row in series
    ]


def _read(text: str | None) -> time | None:
    """A time of day without zone; None for anything else."""
    try:
        found = time.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is None else None
