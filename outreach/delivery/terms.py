"""What holds for every message of one batch, read once for all of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from threading import Lock
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from config.tuning import SendingRules, SpendingRules
from outreach.effective import effective_config
from outreach.schooltime import OpenHours, UnknownZone, load_hours, zone_of_school

from .spending import left_this_month, next_month, zone_of_district


@dataclass(slots=True)
class Terms:
    """Rules, calendars and what is left of the month's money. Several threads may use one."""

    rules: SendingRules
    prices: SpendingRules
    left: int
    """Of the month's money, in millionths of the currency; counted down as messages leave."""
    resumes_at: datetime
    """When the next month begins by the district's clock."""
    _hours: dict[int, OpenHours | None] = field(default_factory=dict)
    _zones: dict[int | None, ZoneInfo] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def hours_of(self, session: Session, school_id: int) -> OpenHours | None:
        """The school's calendar; None where none was entered, or its zone is no zone: then weekdays count."""
        if school_id not in self._hours:
            try:
                self._hours[school_id] = load_hours(session, school_id)
            except UnknownZone:
                self._hours[school_id] = None
        return self._hours[school_id]

    def today(self, session: Session, school_id: int | None, now: datetime) -> date:
        """The date on the school's wall at ``now``; without a school, or where its zone is no zone, the district's."""
        if school_id not in self._zones:
            district = zone_of_district(session)
            try:
                zone = zone_of_school(session, school_id) if school_id is not None else district
            except UnknownZone:
                zone = district
            self._zones[school_id] = zone
        return now.astimezone(self._zones[school_id]).date()

    def spend(self, micros: int) -> None:
        with self._lock:
            self.left -= micros


def terms_at(session: Session, now: datetime, live: bool = False) -> Terms:
    """The terms in force at ``now``; ``live``: a channel really leaves the machine."""
    cadence = effective_config(session, now).cadence
    left = left_this_month(session, now, cadence.spending, live)
    return Terms(cadence.sending, cadence.spending, left, next_month(session, now))
