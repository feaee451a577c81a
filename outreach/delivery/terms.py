"""What holds for every message of one batch, read once for all of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from threading import Lock
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from config.tuning import SendingRules, SpendingRules
from outreach.effective import effective_config
from outreach.schooltime import OpenHours, UnknownZone, load_hours, zone_of_district, zone_of_school

from .replies import Replies, ask_value, replies_of
from .spending import left_this_month, next_month


@dataclass(slots=True)
class Terms:
    """Rules, calendars, our own words and what is left of the month's money. Several threads may use one: what the
    database must be asked for, one of them asks for all."""

    rules: SendingRules
    prices: SpendingRules
    left: int
    """Of the month's money, in millionths of the currency; counted down as messages leave."""
    resumes_at: datetime
    """When the next month begins by the district's clock."""
    _hours: dict[int, OpenHours | None] = field(default_factory=dict)
    _zones: dict[int | None, ZoneInfo] = field(default_factory=dict)
    _replies: dict[str | None, Replies] = field(default_factory=dict)
    _ask: dict[tuple[int | None, str | None], dict[str, str]] = field(default_factory=dict)
    _reading: Lock = field(default_factory=Lock)
    _lock: Lock = field(default_factory=Lock)

    def hours_of(self, session: Session, school_id: int) -> OpenHours | None:
        """The school's calendar; None where none was entered, or its zone is no zone: then weekdays count."""
        if school_id not in self._hours:
            with self._reading:
                if school_id not in self._hours:
                    self._hours[school_id] = _hours(session, school_id)
        return self._hours[school_id]

    def today(self, session: Session, school_id: int | None, now: datetime) -> date:
        """The date on the school's wall at ``now``; without a school, or where its zone is no zone, the district's."""
        if school_id not in self._zones:
            with self._reading:
                if school_id not in self._zones:
                    self._zones[school_id] = _zone(session, school_id)
        return now.astimezone(self._zones[school_id]).date()

    def replies_of(self, language: str | None) -> Replies:
        """Our own words to a reader of ``language``; see :func:`~outreach.delivery.replies.replies_of`."""
        if language not in self._replies:
            self._replies[language] = replies_of(language)
        return self._replies[language]

    def ask_of(
        self, session: Session, school_id: int | None, language: str | None, public_url: str | None
    ) -> dict[str, str]:  # fmt: skip
        """Where a family finds whom to ask; see :func:`~outreach.delivery.replies.ask_value`."""
        key = school_id, language
        if key not in self._ask:
            with self._reading:
                if key not in self._ask:
                    self._ask[key] = ask_value(session, school_id, language, public_url)
        return self._ask[key]

    def spend(self, micros: int) -> None:
        with self._lock:
            self.left -= micros


def terms_at(session: Session, now: datetime, live: bool = False) -> Terms:
    """The terms in force at ``now``; ``live``: a channel really leaves the machine."""
    cadence = effective_config(session, now).cadence
    left = left_this_month(session, now, cadence.spending, live)
    return Terms(cadence.sending, cadence.spending, left, next_month(session, now))


def _hours(session: Session, school_id: int) -> OpenHours | None:
    try:
        return load_hours(session, school_id)
    except UnknownZone:
        return None


def _zone(session: Session, school_id: int | None) -> ZoneInfo:
    district = zone_of_district(session)
    try:
        return zone_of_school(session, school_id) if school_id is not None else district
    except UnknownZone:
        return district
