"""The contact strip: a school year, a column a week; who spoke first, who was tried, what is still asked.

Up, the school spoke first: a contact that came across, that we began, that is no general notice and answers no
question. Down, the family spoke first: any contact that it began. Hollow: we tried and did not reach anyone. A ring:
asked and not answered, in the week in which it was asked. Undone contacts count nowhere.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import CompoundSelect, and_, case, func, literal, select, union_all
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
from outreach.schooltime import named_zone, year_spans, zones_of_schools

from .captions import caption, label

WEEK = timedelta(days=7)
DAY = timedelta(days=1)

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


@dataclass(frozen=True)
class _Home:
    """Where a family's year runs."""

    zone: ZoneInfo
    starts_on: date | None
    ends_on: date | None
    children: int


def contact_strips(session: Session, family_ids: Sequence[int], now: datetime) -> dict[int, Strip]:
    """The strip of each family, in the order given: one statement for all that happened, whatever the page's length.

    A family's year and zone are those of the school of its first present student.
    """
    homes = _homes(session, family_ids, now)
    goal = effective_config(session, now).risk.terms.yearly_goal_per_child
    happened: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
    begun = [home.starts_on for home in homes.values() if home.starts_on is not None]
    if begun:
        since = datetime.combine(min(begun) - DAY, time.min, tzinfo=UTC)
        for family_id, kind, at in session.execute(_happenings(family_ids, since)):
            happened[family_id].append((kind, at))
    return {
        family_id: _strip(family_id, homes[family_id], happened[family_id], goal, now)
        for family_id in family_ids
        if family_id in homes
    }


def _happenings(family_ids: Sequence[int], since: datetime) -> CompoundSelect[int, str, datetime]:
    """Every contact (once a family, however many of its students it was about) and every open request."""
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
        select(FamilyMember.family_id, kind.label("kind"), Contact.occurred_at.label("at"), Contact.id)
        .join(ContactStudent, ContactStudent.student_id == FamilyMember.student_id)
        .join(Contact, Contact.id == ContactStudent.contact_id)
        .where(
            FamilyMember.family_id.in_(family_ids), FamilyMember.until_on.is_(None),
            Contact.voided_at.is_(None), Contact.occurred_at >= since,
        )
        .distinct()
        .subquery()
    )  # fmt: skip
    requests = select(
        Request.family_id, literal(OPEN), func.coalesce(Request.reopened_at, Request.opened_at).label("at")
    ).where(Request.family_id.in_(family_ids), Request.state == RequestState.OPEN)
    return union_all(select(contacts.c.family_id, contacts.c.kind, contacts.c.at), requests)


def _homes(session: Session, family_ids: Sequence[int], now: datetime) -> dict[int, _Home]:
    members = session.execute(
        select(FamilyMember.family_id, func.count(), func.min(FamilyMember.student_id))
        .where(FamilyMember.family_id.in_(family_ids), FamilyMember.until_on.is_(None))
        .group_by(FamilyMember.family_id)
    ).all()
    first = {student_id: (family_id, children) for family_id, children, student_id in members}
    schools = session.execute(select(Student.id, Student.school_id).where(Student.id.in_(first))).all()
    ids = {school_id for _, school_id in schools}
    zones = zones_of_schools(session, ids)
    today = min((now.astimezone(zone).date() for zone in zones.values()), default=now.date())
    spans = year_spans(session, today, ids)
    homes = {family_id: _Home(named_zone("UTC"), None, None, 0) for family_id in family_ids}
    for student_id, school_id in schools:
        family_id, children = first[student_id]
        starts_on, ends_on = spans.get(school_id, (None, None))
        homes[family_id] = _Home(zones[school_id], starts_on, ends_on, children)
    return homes


def _strip(family_id: int, home: _Home, happened: Iterable[tuple[str, datetime]], goal: int, now: datetime) -> Strip:
    weeks = _weeks(home)
    counted: Counter[tuple[str, date]] = Counter()
    open_requests = 0
    for kind, at in happened:
        day = at.astimezone(home.zone).date()
        open_requests += kind == OPEN
        if home.starts_on is not None and day >= home.starts_on - timedelta(days=home.starts_on.weekday()):
            counted[kind, day - timedelta(days=day.weekday())] += 1
    columns = tuple(
        StripWeek(
            monday, counted[SCHOOL_FIRST, monday] + counted[TEACHER, monday], counted[FAMILY_FIRST, monday],
            counted[TRIED, monday], counted[OPEN, monday],
        )
        for monday in weeks
    )  # fmt: skip
    totals: Counter[str] = Counter()
    for (kind, _), number in counted.items():
        totals[kind] += number
    facts = {
        "school_first": totals[SCHOOL_FIRST] + totals[TEACHER], "family_first": totals[FAMILY_FIRST],
        "tried": totals[TRIED], "teacher_contacts": totals[TEACHER] + totals[ANSWER],
        "goal": goal * home.children, "open_requests": open_requests,
    }  # fmt: skip
    today = now.astimezone(home.zone).date()
    monday = today - timedelta(days=today.weekday())
    return Strip(
        family_id, columns, weeks.index(monday) if monday in weeks else None, **facts,
        label=label(home.starts_on, reached=facts["teacher_contacts"] + facts["school_first"] > 0, **facts),
        caption=caption(reached=facts["teacher_contacts"] + facts["school_first"] > 0, **facts),
    )  # fmt: skip


def _weeks(home: _Home) -> list[date]:
    """The Mondays of the school year."""
    if home.starts_on is None or home.ends_on is None:
        return []
    monday = home.starts_on - timedelta(days=home.starts_on.weekday())
    return [monday + number * WEEK for number in range((home.ends_on - monday).days // 7 + 1)]
