"""Reasons in words, made when shown: figures from the evidence, elapsed days by the school's own calendar.

A family may read any of it over a shoulder: no word of risk, score or detractor.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Department, District, FamilyMember, JsonObject, Level, Purpose, Student, Subject
from outreach.schooltime import HoursBook, hours_book, named_zone, school_days_between

from .codes import Code

SUBJECTS = {
    Subject.READING: "Reading",
    Subject.MATH: "Math",
    Subject.SOCIAL_STUDIES: "Social studies",
    Subject.SCIENCE: "Science",
    Subject.OTHER: "Other work",
}
LEVELS = {
    Level.FAILING: "failing",
    Level.BELOW_AVERAGE: "below average",
    Level.AVERAGE: "average",
    Level.ABOVE_AVERAGE: "above average",
}
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@dataclass(frozen=True)
class ReasonWords:
    title: str
    """What it is, for a heading: "Request unanswered"."""
    words: str
    """One sentence with its figures: "Asked on 3 Nov, unanswered for 6 school days."."""
    short: str
    """For a chip in the queue: "Math 58%", "Request unanswered 2 days"."""
    student_id: int | None = None
    """The child it is about, so that a page can leave out a child whom its reader does not teach."""


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
    names = {student_id: preferred or given for student_id, preferred, given, _ in found}
    hours = hours_book(session, sorted({school_id for *_, school_id in found}))
    return Reader(now, named_zone(zone) if zone else ZoneInfo("UTC"), names, hours)


def describe(code: str, evidence: JsonObject, reader: Reader) -> ReasonWords:
    """Words for one reason. A code that this version does not know is shown by its name, never an error."""
    try:
        maker = _WORDS[Code(code)]
    except ValueError:
        plain = code.replace("_", " ")
        return ReasonWords(plain.capitalize(), f"{plain.capitalize()}.", plain)
    title, words, short = maker(_Figures(evidence, reader))
    student_id = evidence.get("student_id")
    return ReasonWords(title, words, short, student_id if isinstance(student_id, int) else None)


def day_words(day: date, today: date) -> str:
    """A day as people write it: 9 Nov; with its year where that is not this one."""
    text = f"{day.day} {day:%b}"
    return text if day.year == today.year else f"{text} {day.year}"


def number_words(value: float) -> str:
    """58, 58.4; cut after one decimal rather than rounded, so that 69.96 never reads as 70."""
    cut = int(value * 10 + 1e-6) / 10
    return f"{cut:.0f}" if cut == int(cut) else f"{cut:.1f}"


@dataclass(frozen=True)
class _Figures:
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
        moment, reader = self.text(name), self.reader
        if not moment:
            return ""
        day = self.at_day(moment)
        return day_words(day, reader.today)

    def at_day(self, text: str) -> date:
        if "T" in text:
            return datetime.fromisoformat(text).astimezone(self.reader.zone).date()
        return date.fromisoformat(text)

    @property
    def child(self) -> str:
        return self.reader.names.get(self.count("student_id"), "This child")

    @property
    def percent(self) -> str:
        percent = self.number("percent")
        return "" if percent is None else f"{number_words(percent)}%"


Words = tuple[str, str, str]


def _grade(found: _Figures) -> Words:
    subjects = found.count("subjects")
    over = f"over {NUMBERS[subjects]} core subjects" if 1 < subjects < len(NUMBERS) else "in the one subject with marks"
    return (
        "Grade C or lower", f"{found.child}: {found.percent} {over}, last mark on {found.on('on')}.",
        f"Overall {found.percent}",
    )  # fmt: skip


def _work(found: _Figures) -> Words:
    subject = SUBJECTS[Subject(found.text("subject"))] if found.text("subject") else "Work"
    level = LEVELS[Level(found.text("level"))]
    if not found.percent:
        return f"{subject} {level}", f"{found.child}: {subject} {level} on {found.on('on')}.", f"{subject} {level}"
    return (
        f"{subject} {level}", f"{found.child}: {subject} {found.percent} on {found.on('on')}, {level}.",
        f"{subject} {found.percent}",
    )  # fmt: skip


def _absences(found: _Figures) -> Words:
    days = number_words(found.number("days") or 0)
    return "Days absent", f"{found.child} was absent on {days} days this school year.", f"{days} days absent"


def _silence(found: _Figures) -> Words:
    return (
        "Not reached this year",
        f"Nobody at school has reached the family about {found.child} since {found.on('since')}.",
        "not reached this year",
    )  # fmt: skip


def _no_notice(found: _Figures) -> Words:
    return (
        "No general notices", f"None of the school's general notices has reached the family since {found.on('since')}.",
        "no notices",
    )  # fmt: skip


def _deficit(found: _Figures) -> Words:
    contacts, goal = found.count("contacts"), number_words(found.number("goal") or 0)
    times = f"{contacts} contact{'' if contacts == 1 else 's'}"
    return (
        "Few contacts from teachers",
        f"{times} begun by a teacher about {found.child} since {found.on('since')}; the goal by now is {goal}.",
        f"{contacts} of {goal} teacher contacts",
    )  # fmt: skip


def _request(found: _Figures) -> Words:
    asked, many = found.at("asked_at"), found.count("requests")
    department = Department(found.text("department")) if found.text("department") else None
    days = found.reader.school_days_since(found.count("school_id"), department, asked) if asked else None
    waited = "" if days is None else f" for {days} school day{'' if days == 1 else 's'}"
    more = f" {many - 1} more wait{'s' if many == 2 else ''} too." if many > 1 else ""
    short = "Request unanswered" if many < 2 else f"{many} requests unanswered"
    if days is not None:
        short += f" {days} day{'' if days == 1 else 's'}"
    return "Request unanswered", f"Asked on {found.on('asked_at')}, unanswered{waited}.{more}", short


def _unhelpful(found: _Figures) -> Words:
    what = "an answer" if found.number("request_id") else "a contact"
    return (
        "Did not help", f"The family said on {found.on('at')} that {what} did not help.",
        f"“Not helpful” on {found.on('at')}",
    )  # fmt: skip


def _follow_through(found: _Figures) -> Words:
    raised = "A concern was raised" if found.text("purpose") == Purpose.CONCERN else "Something to improve was raised"
    return (
        "Raised, nothing since",
        f"{raised} about {found.child} on {found.on('at')}; family and school have not spoken since.",
        f"raised {found.on('at')}, nothing since",
    )  # fmt: skip


def _surge(found: _Figures) -> Words:
    times = found.count("contacts")
    return (
        "Writes often, hears little",
        f"In touch {times} times from {found.on('first_at')} to {found.on('last_at')}; nobody at school began one.",
        f"wrote {times} times",
    )  # fmt: skip


def _would_not(found: _Figures) -> Words:
    score = found.count("score")
    return "Would not recommend", f"Answered {score} of 10 on {found.on('at')}.", f"answered {score} of 10"


def _would(found: _Figures) -> Words:
    score = found.count("score")
    return "Would recommend", f"Answered {score} of 10 on {found.on('at')}.", f"answered {score} of 10"


def _unreachable(found: _Figures) -> Words:
    return "Nobody can be reached", f"{_why_unreached(found)}{_last_tried(found)}", "nobody can be reached"


def _why_unreached(found: _Figures) -> str:
    addresses, dead, withdrawn = found.count("addresses"), found.count("dead"), found.count("withdrawn")
    if not found.count("people"):
        return "There is nobody on record who may be told about this family's children."
    if not addresses:
        return "No phone number or e-mail is on record for anybody who may be told."
    parts = []
    if dead:
        parts.append(f"{dead} no longer work{'s' if dead == 1 else ''}")
    if withdrawn:
        parts.append(f"{withdrawn} asked for no more e-mails")
    if other := addresses - dead - withdrawn:
        parts.append(f"{other} would also reach somebody who may not be told")
    on_record = "The one address" if addresses == 1 else f"None of the {addresses} addresses"
    verb = "on record cannot be used" if addresses == 1 else "on record can be used"
    return f"{on_record} {verb}: {', '.join(parts)}."


def _last_tried(found: _Figures) -> str:
    on = found.on("tried_at")
    return f" Last tried on {on}." if on else ""


_WORDS: Mapping[Code, Callable[[_Figures], Words]] = {
    Code.GRADE_C_OR_BELOW: _grade,
    Code.WORK_BELOW_AVERAGE: _work,
    Code.WORK_AVERAGE: _work,
    Code.ABSENCES_6_10: _absences,
    Code.ABSENCES_11_UP: _absences,
    Code.NO_PERSONAL_CONTACT: _silence,
    Code.NO_GENERAL_NOTICE: _no_notice,
    Code.CONTACT_DEFICIT: _deficit,
    Code.UNANSWERED_REQUEST: _request,
    Code.UNHELPFUL_OUTCOME: _unhelpful,
    Code.NO_FOLLOW_THROUGH: _follow_through,
    Code.INBOUND_SURGE: _surge,
    Code.SURVEY_DETRACTOR: _would_not,
    Code.SURVEY_PROMOTER: _would,
    Code.UNREACHABLE: _unreachable,
}
assert set(_WORDS) == set(Code)
