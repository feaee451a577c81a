"""What the words of a reason are made with: the moment, the clock on the wall, names, calendars, and its figures."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Department, District, FamilyMember, JsonObject, Student
from outreach.language import _, number, short_day
from outreach.schooltime import HoursBook, hours_book, named_zone, school_days_between


@dataclass(frozen=True)
class Reader:
    """What words are made with: the moment, the clock on the wall, the children's names, the schools' calendars."""

    now: datetime
    zone: ZoneInfo
    names: Mapping[int, str] = field(default_factory=dict)
    """First names (the preferred one) by student id."""
    hours: HoursBook = field(default_factory=lambda: HoursBook({}))

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def school_days_since(self, school_id: int, department: Department | None, at: datetime) -> int | None:
        """School days from the day of ``at`` to today; None where no calendar says."""
        hours = self.hours.of(school_id, department)
        return school_days_between(hours, at, self.now) if hours else None


def reader_for(session: Session, now: datetime, family_ids: Collection[int]) -> Reader:
    """A reader of these families' reasons, in the district's zone: a few statements whatever their number."""
    zone = session.scalar(select(District.timezone))
    members = (
        select(Student.id, Student.preferred_name, Student.given_name, Student.school_id)
        .join(FamilyMember, FamilyMember.student_id == Student.id)
        .where(FamilyMember.family_id.in_(family_ids), FamilyMember.until_on.is_(None))
    )
    found = session.execute(members).all()
    names = {student_id: preferred or given for student_id, preferred, given, _school in found}
    hours = hours_book(session, sorted({school_id for *_rest, school_id in found}))
    return Reader(now, named_zone(zone) if zone else ZoneInfo("UTC"), names, hours)


@dataclass(frozen=True)
class Figures:
    """One reason's evidence, read with care: what is missing is left out of the sentence."""

    evidence: JsonObject
    reader: Reader

    def number(self, name: str) -> float | None:
        value = self.evidence.get(name)
        return float(value) if isinstance(value, int | float) else None

    def count(self, name: str) -> int:
        return int(self.number(name) or 0)

    def text(self, name: str) -> str:
        value = self.evidence.get(name)
        return value if isinstance(value, str) else ""

    def at(self, name: str) -> datetime | None:
        text = self.text(name)
        return datetime.fromisoformat(text).astimezone(UTC) if text else None

    def on(self, name: str) -> str:
        """The day in words, whether a date or a moment was kept."""
        kept = self.text(name)
        return short_day(self._day(kept), self.reader.today) if kept else ""

    def _day(self, text: str) -> date:
        if "T" in text:
            return datetime.fromisoformat(text).astimezone(self.reader.zone).date()
        return date.fromisoformat(text)

    @property
    def child(self) -> str:
        return self.reader.names.get(self.count("student_id")) or _("This child")

    @property
    def percent(self) -> str:
        percent = self.number("percent")
        return "" if percent is None else f"{number(percent)}%"
