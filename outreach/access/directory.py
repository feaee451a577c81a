"""Find a family among those that a viewer may see, and who is in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from models import (
    AccessNeed,
    Address,
    AddressHealth,
    AddressKind,
    Channel,
    ContactPoint,
    Family,
    FamilyMember,
    Guardian,
    Guardianship,
    Hold,
    School,
    Staff,
    Student,
)

from .scope import visible_families, visible_students
from .viewer import Viewer

PAGE_SIZE = 50
LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True)
class Child:
    id: int
    name: str
    """As the child is called."""
    family_name: str
    grade: str | None
    school: str
    open_to_viewer: bool
    """The viewer may read this child's own school work, not only that it belongs to the family."""


@dataclass(frozen=True, slots=True)
class Reach:
    """One address of a guardian."""

    address_id: int
    kind: AddressKind
    value: str
    health: AddressHealth
    reason: str | None
    texts: bool | None


@dataclass(frozen=True, slots=True)
class Adult:
    id: int
    name: str
    relation: str
    """parent of Maya and Leo; guardian of Maya."""
    language: str | None
    channel: Channel | None
    best_time: str | None
    access_need: AccessNeed | None
    may_contact: bool
    """About at least one of the children."""
    limits: tuple[str, ...]
    """What must be kept in mind, a sentence each; none where nothing is restricted."""
    reach: tuple[Reach, ...] = ()


@dataclass(frozen=True, slots=True)
class FamilyRow:
    """One line of a list of families."""

    id: int
    name: str
    children: tuple[Child, ...]
    adults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    rows: tuple[FamilyRow, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Household:
    """A family as its own page shows it."""

    id: int
    name: str
    children: tuple[Child, ...]
    adults: tuple[Adult, ...]
    holds: tuple[str, ...]
    """On hold: ask so-and-so."""
    owner: str | None
    timezone: str | None


def find_families(session: Session, viewer: Viewer, words: str = "", page: int = 1) -> Found:
    """The families that ``viewer`` may see with a present student, by name; ``words`` (any order) must each occur in
    the name of a child, a guardian or the family. ``page`` counts from 1; 50 a page."""
    statement = select(Family.id, Family.name).where(
        Family.id.in_(visible_families(viewer)), Family.ended_at.is_(None), _has_present_student()
    )
    for word in words[:LONGEST_SEARCH].lower().split():
        statement = statement.where(_named(word))
    total = session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(1, page), pages)
    found = session.execute(
        statement.order_by(func.lower(Family.name), Family.id).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    ).all()
    ids = [family_id for family_id, _ in found]
    children, adults = children_of(session, viewer, ids), _names_of_adults(session, ids)
    rows = tuple(FamilyRow(each, name, children.get(each, ()), adults.get(each, ())) for each, name in found)
    return Found(rows, total, page, pages)


def household(session: Session, viewer: Viewer, family_id: int, now: datetime) -> Household:
    """Who is in the family. Ask :func:`~outreach.access.require` first: this reads whatever it is given."""
    family = session.get_one(Family, family_id)
    owner = session.get(Staff, family.owner_staff_id) if family.owner_staff_id else None
    zone = session.scalar(
        select(School.timezone).join(Student, Student.school_id == School.id).join(*_members([family_id])).limit(1)
    )
    return Household(
        family.id, family.name, children_of(session, viewer, [family_id]).get(family_id, ()),
        adults_of(session, family_id), _holds(session, family_id, now), owner.display_name if owner else None, zone,
    )  # fmt: skip


def children_of(session: Session, viewer: Viewer, family_ids: Collection[int]) -> dict[int, tuple[Child, ...]]:
    """The present children of each family, oldest grade first."""
    open_ids = visible_students(viewer)
    rows = session.execute(
        select(FamilyMember.family_id, Student, School.name, Student.id.in_(open_ids))
        .join(Student, Student.id == FamilyMember.student_id)
        .join(School, School.id == Student.school_id)
        .where(FamilyMember.family_id.in_(family_ids), FamilyMember.until_on.is_(None))
        .order_by(Student.grade.desc(), Student.given_name, Student.id)
    )
    found: dict[int, list[Child]] = defaultdict(list)
    for family_id, student, school, is_open in rows:
        name = student.preferred_name or student.given_name
        found[family_id].append(Child(student.id, name, student.family_name, student.grade, school, bool(is_open)))
    return {family_id: tuple(children) for family_id, children in found.items()}


def adults_of(session: Session, family_id: int) -> tuple[Adult, ...]:
    """The guardians of the family's present children, the primary first, with their addresses in their own order."""
    links = session.execute(
        select(Guardian, Guardianship, Student)
        .join(Guardianship, Guardianship.guardian_id == Guardian.id)
        .join(Student, Student.id == Guardianship.student_id)
        .join(*_members([family_id]))
        .where(Guardian.active, Guardianship.ended_on.is_(None))
        .order_by(Guardianship.is_primary.desc().nulls_last(), Guardian.id, Student.id)
    ).all()
    reach = _reach(session, {guardian.id for guardian, _, _ in links})
    of_guardian: dict[int, list[tuple[Guardian, Guardianship, Student]]] = defaultdict(list)
    for guardian, link, student in links:
        of_guardian[guardian.id].append((guardian, link, student))
    return tuple(_adult(rows, reach.get(guardian_id, ())) for guardian_id, rows in of_guardian.items())


def _adult(rows: list[tuple[Guardian, Guardianship, Student]], reach: tuple[Reach, ...]) -> Adult:
    guardian = rows[0][0]
    names = [student.preferred_name or student.given_name for _, _, student in rows]
    relation = rows[0][1].relation or "guardian"
    return Adult(
        guardian.id, f"{guardian.preferred_name or guardian.given_name} {guardian.family_name}",
        f"{relation.replace('_', ' ')} of {' and '.join(names)}", guardian.language, guardian.channel,
        guardian.best_time, guardian.access_need, any(link.may_contact for _, link, _ in rows),
        tuple(_limits(rows)), reach,
    )  # fmt: skip


def _limits(rows: Iterable[tuple[Guardian, Guardianship, Student]]) -> Iterable[str]:
    for guardian, link, student in rows:
        who, child = guardian.preferred_name or guardian.given_name, student.preferred_name or student.given_name
        if not link.may_contact:
            yield f"{who} may not be contacted about {child}."
        elif not link.holds_rights:
            yield f"{who} holds no education rights for {child}: nothing about school work."
        if link.emergency_only:
            yield f"{who} is an emergency contact only for {child}."


def _reach(session: Session, guardian_ids: Collection[int]) -> dict[int, tuple[Reach, ...]]:
    rows = session.execute(
        select(ContactPoint.guardian_id, ContactPoint.texts, Address)
        .join(Address, Address.id == ContactPoint.address_id)
        .where(ContactPoint.guardian_id.in_(guardian_ids), ContactPoint.active)
        .order_by(ContactPoint.position, ContactPoint.id)
    )
    found: dict[int, list[Reach]] = defaultdict(list)
    for guardian_id, texts, address in rows:
        found[guardian_id].append(
            Reach(address.id, address.kind, address.value, address.health, address.health_reason, texts)
        )  # fmt: skip
    return {guardian_id: tuple(points) for guardian_id, points in found.items()}


def _holds(session: Session, family_id: int, now: datetime) -> tuple[str, ...]:
    members = select(FamilyMember.student_id).where(
        FamilyMember.family_id == family_id, FamilyMember.until_on.is_(None)
    )
    schools = select(Student.school_id).where(Student.id.in_(members))
    asks = session.scalars(
        select(Staff.display_name)
        .select_from(Hold)
        .outerjoin(Staff, Staff.id == Hold.ask_staff_id)
        .where(
            or_(Hold.family_id == family_id, Hold.student_id.in_(members), Hold.school_id.in_(schools)),
            Hold.from_at <= now,
            or_(Hold.until_at.is_(None), Hold.until_at > now),
        )
    )
    return tuple(f"On hold: ask {name or 'your administrator'} before you write or call." for name in asks)


def _names_of_adults(session: Session, family_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    rows = session.execute(
        select(FamilyMember.family_id, Guardian.id, Guardian.given_name, Guardian.family_name)
        .distinct()
        .join(Guardianship, Guardianship.student_id == FamilyMember.student_id)
        .join(Guardian, Guardian.id == Guardianship.guardian_id)
        .where(
            FamilyMember.family_id.in_(family_ids), FamilyMember.until_on.is_(None), Guardian.active,
            Guardianship.ended_on.is_(None),
        )
        .order_by(Guardian.id)
    )  # fmt: skip
    found: dict[int, list[str]] = defaultdict(list)
    for family_id, _, given, family in rows:
        found[family_id].append(f"{given} {family}")
    return {family_id: tuple(names) for family_id, names in found.items()}


def _members(family_ids: Collection[int]) -> tuple[type[FamilyMember], ColumnElement[bool]]:
    return FamilyMember, and_(
        FamilyMember.student_id == Student.id,
        FamilyMember.until_on.is_(None),
        FamilyMember.family_id.in_(family_ids),
    )


def _has_present_student() -> ColumnElement[bool]:
    return (
        select(FamilyMember.id)
        .join(Student, Student.id == FamilyMember.student_id)
        .where(FamilyMember.family_id == Family.id, FamilyMember.until_on.is_(None), Student.active)
        .exists()
    )


def _named(word: str) -> ColumnElement[bool]:
    child = or_(
        *(
            func.lower(column).contains(word, autoescape=True)
            for column in (Student.given_name, Student.family_name, Student.preferred_name)
        )
    )
    adult = or_(
        *(
            func.lower(column).contains(word, autoescape=True)
            for column in (Guardian.given_name, Guardian.family_name, Guardian.preferred_name)
        )
    )
    members = FamilyMember.family_id == Family.id, FamilyMember.until_on.is_(None)
    return or_(
        func.lower(Family.name).contains(word, autoescape=True),
        select(FamilyMember.id).join(Student, Student.id == FamilyMember.student_id).where(*members, child).exists(),
        select(FamilyMember.id)
        .join(Guardianship, Guardianship.student_id == FamilyMember.student_id)
        .join(Guardian, Guardian.id == Guardianship.guardian_id)
        .where(*members, Guardianship.ended_on.is_(None), adult)
        .exists(),
    )
