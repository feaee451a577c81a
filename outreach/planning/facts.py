"""What is known of every family that may be planned for: a handful of statements, whatever the number of families."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TypeVarTuple

from sqlalchemy import ColumnElement, Select, and_, case, distinct, func, or_, select
from sqlalchemy.orm import Session

from config.tuning import Tuning
from models import (
    Band,
    Contact,
    ContactStudent,
    Family,
    FamilyMember,
    Incident,
    Initiator,
    JsonObject,
    Outreach,
    Request,
    RequestState,
    RiskReason,
    RiskScore,
    Student,
    Topic,
)
from outreach.insights.terms import personal_contact, teacher_contact
from outreach.schooltime import local_moment

from .exclusions import (
    of_age_undecided,
    on_hold,
    present_member,
    put_aside,
    with_any_guardian,
    with_somebody_to_tell,
)
from .school_days import SchoolDay, by_start
from .states import NOT_LEFT, NOTHING_CAME_OF_IT, ON_ITS_WAY

Columns = TypeVarTuple("Columns")
NEEDS = ("work_below_average", "work_average", "absences_6_10", "absences_11_up", "no_personal_contact")
WEEK = timedelta(days=7)
LATELY = timedelta(days=6)
"""A weekly word may come on the same weekday a few hours earlier than the last."""
INCIDENT_DAYS = 7
KEYS_KEPT = timedelta(days=14)
LASTING_RULES = ("praise", "incident")
"""Rules whose slot is longer than a week."""


@dataclass(frozen=True, slots=True)
class Child:
    student_id: int
    first_name: str
    school_id: int


@dataclass(frozen=True, slots=True)
class OpenRequest:
    request_id: int
    owner_staff_id: int | None
    student_id: int | None
    guardian_id: int | None
    opened_at: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Happening:
    """An incident nobody has spoken to the family about yet."""

    incident_id: int
    student_id: int
    occurred_on: date
    kind: str


@dataclass(slots=True)
class FamilyFacts:
    family_id: int
    owner_staff_id: int | None
    children: list[Child] = field(default_factory=list)
    band: Band = Band.LOW
    points: int = 0
    reasons: dict[str, JsonObject] = field(default_factory=dict)
    heard: int = 0
    """Teacher contacts this school year."""
    heard_at: datetime | None = None
    topics: set[Topic] = field(default_factory=set)
    """What the family heard about from a teacher in the running term."""
    claimed_by: set[int] = field(default_factory=set)
    """Staff who touched, or are about to touch, the family within a week."""
    has_touch: bool = False
    """Something is suggested or under way, or came of a suggestion within the week."""
    request: OpenRequest | None = None
    incident: Happening | None = None


@dataclass(frozen=True, slots=True)
class Known:
    families: Mapping[int, FamilyFacts]
    keys: frozenset[tuple[str, int, str, str]]
    """(rule, family, about, slot) of what was suggested before."""


def gather(session: Session, days: Mapping[int, SchoolDay], tuning: Tuning, now: datetime) -> Known:
    """Everything the rules read about the families of the schools in ``days``."""
    families = _families(session, days, tuning, now)
    _add_scores(session, families)
    _add_contacts(session, families, days)
    _add_topics(session, families, days)
    _add_claims(session, families, now)
    _add_requests(session, families, now)
    _add_incidents(session, families, days)
    return Known(families, _keys(session, now))


def _families(
    session: Session, days: Mapping[int, SchoolDay], tuning: Tuning, now: datetime
) -> dict[int, FamilyFacts]:  # fmt: skip
    day = max(one.day for one in days.values())
    rows = session.execute(
        select(
            Family.id, Family.owner_staff_id, Student.id, func.coalesce(Student.preferred_name, Student.given_name),
            Student.school_id,
        )
        .join(FamilyMember, FamilyMember.family_id == Family.id)
        .join(Student, Student.id == FamilyMember.student_id)
        .where(
            present_member(),
            Student.school_id.in_(days),
            or_(Student.birth_date.is_(None), ~of_age_undecided(day)),
            or_(Student.id.in_(with_somebody_to_tell(day)), Student.id.not_in(with_any_guardian())),
            Family.id.not_in(on_hold(now)),
            Family.id.not_in(put_aside(now, tuning.cadence.planning.not_now_days)),
        )
        .order_by(Family.id, Student.id)
    )  # fmt: skip
    families: dict[int, FamilyFacts] = {}
    for family_id, owner, student_id, name, school_id in rows:
        facts = families.get(family_id)
        if facts is None:
            facts = families[family_id] = FamilyFacts(family_id, owner)
        facts.children.append(Child(student_id, name, school_id))
    return families


def _add_scores(session: Session, families: dict[int, FamilyFacts]) -> None:
    for family_id, band, points in session.execute(select(RiskScore.family_id, RiskScore.band, RiskScore.points)):
        if facts := families.get(family_id):
            facts.band, facts.points = band, points
    reasons = select(RiskReason.family_id, RiskReason.code, RiskReason.evidence).where(RiskReason.code.in_(NEEDS))
    for family_id, code, evidence in session.execute(reasons):
        if facts := families.get(family_id):
            facts.reasons[code] = evidence


def beside_family(statement: Select[*Columns]) -> Select[*Columns]:
    """Contacts joined to the families they belong to now, through the students they are about."""
    return (
        statement.select_from(Contact)
        .join(ContactStudent, ContactStudent.contact_id == Contact.id)
        .join(FamilyMember, and_(FamilyMember.student_id == ContactStudent.student_id, FamilyMember.until_on.is_(None)))
        .join(Student, Student.id == FamilyMember.student_id)
    )


def since(days: Mapping[int, SchoolDay], *, term: bool) -> ColumnElement[bool]:
    """The contact lies in the running year, or term, of the student's school."""
    groups = by_start(days, term=term)
    begins = case(
        *(
            (Student.school_id.in_(schools), local_moment(start, time.min, days[schools[0]].zone))
            for start, schools in groups.items()
        )
    )
    earliest = min(local_moment(start, time.min, days[schools[0]].zone) for start, schools in groups.items())
    return and_(Contact.occurred_at >= earliest, Contact.occurred_at >= begins)


def _add_contacts(session: Session, families: dict[int, FamilyFacts], days: Mapping[int, SchoolDay]) -> None:
    heard = (
        beside_family(select(FamilyMember.family_id, func.count(distinct(Contact.id)), func.max(Contact.occurred_at)))
        .where(teacher_contact(), since(days, term=False))
        .group_by(FamilyMember.family_id)
    )
    for family_id, number, last in session.execute(heard):
        if facts := families.get(family_id):
            facts.heard, facts.heard_at = number, last


def _add_topics(session: Session, families: dict[int, FamilyFacts], days: Mapping[int, SchoolDay]) -> None:
    topics = (
        beside_family(select(FamilyMember.family_id, Contact.topic))
        .where(teacher_contact(), Contact.topic.is_not(None), since(days, term=True))
        .distinct()
    )
    for family_id, topic in session.execute(topics):
        if facts := families.get(family_id):
            facts.topics |= {topic} if topic else set()


def _add_claims(session: Session, families: dict[int, FamilyFacts], now: datetime) -> None:
    """Never two teachers on one family in a week: who spoke, tried, or is to speak with it."""
    tried = beside_family(select(FamilyMember.family_id, Contact.staff_id)).where(
        Contact.initiator == Initiator.TEACHER, Contact.voided_at.is_(None), Contact.occurred_at > now - WEEK
    )
    planned = select(Outreach.family_id, Outreach.staff_id).where(
        Outreach.staff_id.is_not(None),
        or_(
            Outreach.state.in_((*NOT_LEFT, *ON_ITS_WAY)),
            and_(Outreach.created_at > now - WEEK, Outreach.state.not_in(NOTHING_CAME_OF_IT)),
        ),
    )
    for statement in (tried.distinct(), planned.distinct()):
        for family_id, staff_id in session.execute(statement):
            if (facts := families.get(family_id)) and staff_id is not None:
                facts.claimed_by.add(staff_id)
    touched = or_(
        Outreach.state.in_((*NOT_LEFT, *ON_ITS_WAY)),
        and_(Outreach.created_at > now - LATELY, Outreach.state.not_in(NOTHING_CAME_OF_IT)),
    )
    for family_id in session.scalars(select(Outreach.family_id).where(touched).distinct()):
        if facts := families.get(family_id):
            facts.has_touch = True


def _add_requests(session: Session, families: dict[int, FamilyFacts], now: datetime) -> None:
    """The oldest question of each family that is past due. No other draft goes to who waits for an answer."""
    rows = select(
        Request.family_id, Request.id, Request.owner_staff_id, Request.student_id, Request.guardian_id,
        Request.opened_at, Request.due_at,
    ).where(Request.state == RequestState.OPEN)  # fmt: skip
    newest_first = rows.order_by(Request.due_at.desc(), Request.id.desc())
    for family_id, request, owner, student, guardian, opened_at, due_at in session.execute(newest_first):
        if facts := families.get(family_id):
            facts.request = OpenRequest(request, owner, student, guardian, opened_at, due_at)


def _add_incidents(session: Session, families: dict[int, FamilyFacts], days: Mapping[int, SchoolDay]) -> None:
    """Incidents of the last week, of which the school has not spoken with the family since; an attempt is no talk."""
    latest = max(one.day for one in days.values())
    spoken = (
        select(ContactStudent.student_id)
        .join(Contact, Contact.id == ContactStudent.contact_id)
        .where(
            ContactStudent.student_id == Incident.student_id, personal_contact(), Contact.topic == Topic.BEHAVIOR,
            func.date(Contact.occurred_at) >= Incident.occurred_on,
        )
        .exists()
    )  # fmt: skip
    rows = (
        select(FamilyMember.family_id, Incident.id, Incident.student_id, Incident.occurred_on, Incident.kind)
        .join(FamilyMember, and_(FamilyMember.student_id == Incident.student_id, FamilyMember.until_on.is_(None)))
        .where(
            Incident.occurred_on > latest - timedelta(days=INCIDENT_DAYS), Incident.occurred_on <= latest, ~spoken
        )
        .order_by(Incident.occurred_on, Incident.id)
    )  # fmt: skip
    for family_id, incident, student, occurred_on, kind in session.execute(rows):
        facts = families.get(family_id)
        if facts and any(child.student_id == student for child in facts.children):
            facts.incident = Happening(incident, student, occurred_on, kind)


def _keys(session: Session, now: datetime) -> frozenset[tuple[str, int, str, str]]:
    rows = session.execute(
        select(Outreach.rule, Outreach.family_id, Outreach.about, Outreach.slot).where(
            or_(Outreach.created_at > now - KEYS_KEPT, Outreach.rule.in_(LASTING_RULES))
        )
    )
    return frozenset((rule, family_id, about, slot) for rule, family_id, about, slot in rows)
