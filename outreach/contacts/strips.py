"""The contact strip: a school year, a column a week; who spoke first, who was tried, what is still asked.

Up, the school spoke first: a contact that came across, that we began, that is no general notice and answers no
question. Down, the family spoke first: any contact that it began. Hollow: we tried and did not reach anyone. A ring:
asked and not answered, in the week in which it was asked. Undone contacts count nowhere.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Integer, Select, SQLColumnExpression, and_, case, func, literal, select, union_all
from sqlalchemy.orm import Session

from models import (
    CONTACT_OUTCOMES,
    GENERAL_NOTICES,
    Contact,
    ContactStudent,
    FamilyMember,
    Initiator,
    Request,
    RequestState,
    Student,
)
from outreach.effective import effective_config
from outreach.schooltime import local_moment, named_zone, year_spans, zones_of_schools

from .captions import caption, label

WEEK = timedelta(days=7)
BEFORE = -1
"""The week of what happened before the school year. After its last week comes one more, which is in no column."""

SCHOOL_FIRST, FAMILY_FIRST, TRIED, OPEN, TEACHER, ANSWER = "school", "family", "tried", "open", "teacher", "answer"


@dataclass(frozen=True)
class StripWeek:
    """One column: the week from ``starts_on``, a Monday, by the school's clock."""

    starts_on: date
    school: int
    family: int
    tried: int
    open_requests: int


@dataclass(frozen=True)
class Strip:
    """One family's school year as it stands."""

    family_id: int
    weeks: tuple[StripWeek, ...]
    """From the week of the first school day to that of the last; empty where no school year is known."""
    this_week: int | None
    """The index of the running week in ``weeks``; None outside the year."""
    school_first: int
    family_first: int
    tried: int
    teacher_contacts: int
    """Contacts that came across which a teacher began, answers among them: what the yearly goal counts."""
    goal: int
    """Teacher contacts hoped for this year: the goal a child, times the children."""
    open_requests: int
    label: str
    """The same facts in a sentence, for those who do not see the picture."""
    caption: str
    """A few words under it."""

    @property
    def busy_weeks(self) -> tuple[StripWeek, ...]:
        """The weeks in which anything happened, the newest first: the picture as a table."""
        return tuple(
            week for week in reversed(self.weeks) if week.school or week.family or week.tried or week.open_requests
        )


@dataclass(frozen=True)
class _Year:
    """Where a family's year runs; families of one school share it."""

    zone: ZoneInfo
    starts_on: date | None
    ends_on: date | None

    @property
    def mondays(self) -> list[date]:
        """The Mondays of the school year; none where it is not known."""
        if self.starts_on is None or self.ends_on is None:
            return []
        monday = self.starts_on - timedelta(days=self.starts_on.weekday())
        return [monday + number * WEEK for number in range((self.ends_on - monday).days // 7 + 1)]


UNKNOWN_YEAR = _Year(named_zone("UTC"), None, None)


@dataclass(frozen=True)
class _Home:
    year: _Year
    children: int


Happened = tuple[str, int, int]
"""Kind, week of the year, how often."""


def contact_strips(session: Session, family_ids: Sequence[int], now: datetime) -> dict[int, Strip]:
    """The strip of each family, in the order given: one statement for all that happened, whatever the page's length,
    which counts by week in the database, however much did.

    A family's year and zone are those of the school of its first present student.
    """
    homes = _homes(session, family_ids, now)
    goal = effective_config(session, now).risk.terms.yearly_goal_per_child
    happened: dict[int, list[Happened]] = defaultdict(list)
    counts = list(_happenings(homes))
    if counts:
        for family_id, kind, week, often in session.execute(union_all(*counts)):
            happened[family_id].append((kind, week, often))
    return {
        family_id: _strip(family_id, homes[family_id], happened[family_id], goal, now)
        for family_id in family_ids
        if family_id in homes
    }


def _happenings(homes: dict[int, _Home]) -> Iterator[Select[int, str, int, int]]:
    """Every contact of the year (once a family, however many of its students it was about) and every open request,
    counted by week; one part for each school year that the families have."""
    by_year: dict[_Year, list[int]] = defaultdict(list)
    for family_id, home in homes.items():
        by_year[home.year].append(family_id)
    for year, family_ids in by_year.items():
        if year.mondays:
            yield _contacts(year, family_ids)
        yield _requests(year, family_ids)


def _contacts(year: _Year, family_ids: Collection[int]) -> Select[int, str, int, int]:
    came_across = and_(Contact.outcome.in_(CONTACT_OUTCOMES), Contact.authored.not_in(GENERAL_NOTICES))
    kind = case(
        (Contact.initiator == Initiator.FAMILY, FAMILY_FIRST),
        (and_(came_across, Contact.answers_request_id.is_not(None), Contact.initiator == Initiator.TEACHER), ANSWER),
        (and_(came_across, Contact.answers_request_id.is_(None), Contact.initiator == Initiator.TEACHER), TEACHER),
        (and_(came_across, Contact.answers_request_id.is_(None)), SCHOOL_FIRST),
        (and_(Contact.outcome.not_in(CONTACT_OUTCOMES), Contact.authored.not_in(GENERAL_NOTICES)), TRIED),
        else_="",
    )
    contacts = (
        select(
            FamilyMember.family_id, Contact.id, kind.label("kind"),
            _week(Contact.occurred_at, year).label("week"),
        )
        .join(ContactStudent, ContactStudent.student_id == FamilyMember.student_id)
        .join(Contact, Contact.id == ContactStudent.contact_id)
        .where(
            FamilyMember.family_id.in_(family_ids), FamilyMember.until_on.is_(None),
            Contact.voided_at.is_(None), Contact.occurred_at >= _moments(year)[0],
        )
        .distinct()
        .subquery()
    )  # fmt: skip
    return select(contacts.c.family_id, contacts.c.kind, contacts.c.week, func.count()).group_by(
        contacts.c.family_id, contacts.c.kind, contacts.c.week
    )


def _requests(year: _Year, family_ids: Collection[int]) -> Select[int, str, int, int]:
    asked = func.coalesce(Request.reopened_at, Request.opened_at)
    week = (_week(asked, year) if year.mondays else literal(BEFORE, Integer)).label("week")
    its = select(Request.family_id, week).where(Request.family_id.in_(family_ids), Request.state == RequestState.OPEN)
    rows = its.subquery()
    return select(rows.c.family_id, literal(OPEN), rows.c.week, func.count()).group_by(rows.c.family_id, rows.c.week)


def _moments(year: _Year) -> list[datetime]:
    """When each week of the year begins, and when the last one ends."""
    mondays = year.mondays
    return [local_moment(monday, time.min, year.zone) for monday in [*mondays, mondays[-1] + WEEK]]


def _week(at: SQLColumnExpression[datetime], year: _Year) -> ColumnElement[int]:
    """The number of the week of the year in which something happened, by halves: six comparisons find it among forty
    weeks, and clocks that change in between need no arithmetic."""
    begins = _moments(year)

    def among(first: int, last: int) -> ColumnElement[int]:
        """The week in which it is, where it is one of these."""
        if first == last:
            return literal(first, Integer)
        middle = (first + last + 1) // 2
        return case((at < begins[middle], among(first, middle - 1)), else_=among(middle, last))

    weeks = len(begins) - 1
    return case((at < begins[0], BEFORE), (at >= begins[weeks], weeks), else_=among(0, weeks - 1))


def _homes(session: Session, family_ids: Sequence[int], now: datetime) -> dict[int, _Home]:
    members = session.execute(
        select(FamilyMember.family_id, func.count(), func.min(FamilyMember.student_id))
        .where(FamilyMember.family_id.in_(family_ids), FamilyMember.until_on.is_(None))
        .group_by(FamilyMember.family_id)
    ).all()
    first = {student_id: (family_id, children) for family_id, children, student_id in members}
    schools = session.execute(select(Student.id, Student.school_id).where(Student.id.in_(first))).all()
    ids = {school_id for _student, school_id in schools}
    zones = zones_of_schools(session, ids)
    today = min((now.astimezone(zone).date() for zone in zones.values()), default=now.date())
    spans = year_spans(session, today, ids)
    homes = {family_id: _Home(UNKNOWN_YEAR, 0) for family_id in family_ids}
    for student_id, school_id in schools:
        family_id, children = first[student_id]
        starts_on, ends_on = spans.get(school_id, (None, None))
        homes[family_id] = _Home(_Year(zones[school_id], starts_on, ends_on), children)
    return homes


def _strip(family_id: int, home: _Home, happened: Iterable[Happened], goal: int, now: datetime) -> Strip:
    mondays = home.year.mondays
    counted: Counter[tuple[str, int]] = Counter()
    totals: Counter[str] = Counter()
    open_requests = 0
    for kind, week, often in happened:
        open_requests += often if kind == OPEN else 0
        if week != BEFORE:
            counted[kind, week] += often
            totals[kind] += often
    columns = tuple(
        StripWeek(
            monday, counted[SCHOOL_FIRST, week] + counted[TEACHER, week], counted[FAMILY_FIRST, week],
            counted[TRIED, week], counted[OPEN, week],
        )
        for week, monday in enumerate(mondays)
    )  # fmt: skip
    facts = {
        "school_first": totals[SCHOOL_FIRST] + totals[TEACHER], "family_first": totals[FAMILY_FIRST],
        "tried": totals[TRIED], "teacher_contacts": totals[TEACHER] + totals[ANSWER],
        "goal": goal * home.children, "open_requests": open_requests,
    }  # fmt: skip
    today = now.astimezone(home.year.zone).date()
    monday = today - timedelta(days=today.weekday())
    reached = facts["teacher_contacts"] + facts["school_first"] > 0
    return Strip(
        family_id, columns, mondays.index(monday) if monday in mondays else None, **facts,
        label=label(home.year.starts_on, reached=reached, **facts), caption=caption(reached=reached, **facts),
    )  # fmt: skip
