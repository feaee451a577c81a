"""Find a family among those that a viewer may see: by name, by school, by grade, by the language of the home."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, or_, select, tuple_
from sqlalchemy.orm import Session

from models import Family, FamilyMember, Guardian, Guardianship, School, Student
from outreach.language import SOURCE, language_name

from .scope import visible_families
from .seeing import sees_student
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
class FamilyRow:
    """One line of a list of families."""

    id: int
    name: str
    children: tuple[Child, ...]
    adults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Among:
    """Which families a list holds; all that the viewer may see where nothing is said."""

    school_id: int | None = None
    grade: str | None = None
    """As the SIS writes it: KG, 01 … 12."""
    language: str | None = None
    """Of a guardian: the first part of its tag (es, vi)."""

    def __bool__(self) -> bool:
        return self != Among()


@dataclass(frozen=True, slots=True)
class Found:
    rows: tuple[FamilyRow, ...]
    total: int
    """On all pages."""
    after: int | None
    """What to ask the next page with: the id of the last family shown; None: there are no more."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What :class:`Among` may name, among the families of one viewer."""

    schools: tuple[tuple[int, str], ...]
    grades: tuple[str, ...]
    languages: tuple[tuple[str, str], ...]
    """Tag and name."""


def find_families(
    session: Session, viewer: Viewer, words: str = "", among: Among | None = None, after: int | None = None
) -> Found:
    """The families that ``viewer`` may see with a present student, by name, fifty a page; ``words`` (any order) must
    each occur in the name of a child, a guardian or the family. ``after`` is :attr:`Found.after` of the page before.
    """
    statement = _listed(viewer, among or Among())
    for word in words[:LONGEST_SEARCH].lower().split():
        statement = statement.where(_named(word))
    total = session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    place = tuple_(func.lower(Family.name), Family.id)
    if after is not None:
        last = select(func.lower(Family.name)).where(Family.id == after).scalar_subquery()
        statement = statement.where(place > tuple_(last, after))
    found = session.execute(statement.order_by(func.lower(Family.name), Family.id).limit(PAGE_SIZE + 1)).all()
    shown = found[:PAGE_SIZE]
    ids = [family_id for family_id, _ in shown]
    children, adults = children_of(session, viewer, ids), _names_of_adults(session, ids)
    rows = tuple(FamilyRow(each, name, children.get(each, ()), adults.get(each, ())) for each, name in shown)
    return Found(rows, total, ids[-1] if len(found) > PAGE_SIZE else None)


def choices_among(session: Session, viewer: Viewer) -> Choices:
    """The schools, grades and languages of the families in ``viewer``'s list."""
    members = _members_of(visible_families(viewer))
    students = select(Student.school_id, Student.grade).where(Student.id.in_(members), Student.active).distinct()
    found = session.execute(students).all()
    names = session.execute(select(School.id, School.name).where(School.id.in_({school for school, _ in found})))
    spoken = session.scalars(
        select(Guardian.language)
        .join(Guardianship, Guardianship.guardian_id == Guardian.id)
        .where(Guardianship.student_id.in_(members), Guardianship.ended_on.is_(None), Guardian.language.is_not(None))
        .distinct()
    )
    tags = {_base(tag) for tag in spoken if tag}
    return Choices(
        schools=tuple(sorted(((school_id, name) for school_id, name in names), key=lambda one: one[1].lower())),
        grades=tuple(sorted({grade for _, grade in found if grade})),
        languages=tuple(sorted(((tag, language_name(tag)) for tag in tags), key=lambda one: one[1].lower())),
    )


def children_of(session: Session, viewer: Viewer, family_ids: Collection[int]) -> dict[int, tuple[Child, ...]]:
    """The present children of each family, oldest grade first."""
    rows = session.execute(
        select(FamilyMember.family_id, Student, School.name, sees_student(viewer))
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


def _listed(viewer: Viewer, among: Among) -> Select[int, str]:
    present = [FamilyMember.family_id == Family.id, FamilyMember.until_on.is_(None), Student.active]
    if among.school_id is not None:
        present.append(Student.school_id == among.school_id)
    if among.grade is not None:
        present.append(Student.grade == among.grade)
    a_student = select(FamilyMember.id).join(Student, Student.id == FamilyMember.student_id).where(*present)
    statement = select(Family.id, Family.name).where(
        Family.id.in_(visible_families(viewer)), Family.ended_at.is_(None), a_student.exists()
    )
    if among.language is None:
        return statement
    speaks = func.lower(Guardian.language)
    tag = among.language.lower()
    a_speaker = (
        select(FamilyMember.id)
        .join(Guardianship, Guardianship.student_id == FamilyMember.student_id)
        .join(Guardian, Guardian.id == Guardianship.guardian_id)
        .where(
            FamilyMember.family_id == Family.id, FamilyMember.until_on.is_(None), Guardianship.ended_on.is_(None),
            or_(speaks == tag, speaks.startswith(f"{tag}-", autoescape=True)),
        )
    )  # fmt: skip
    return statement.where(a_speaker.exists())


def _members_of(families: Select[int]) -> Select[int]:
    return select(FamilyMember.student_id).where(FamilyMember.until_on.is_(None), FamilyMember.family_id.in_(families))


def _base(tag: str) -> str:
    return tag.split("-", maxsplit=1)[0].lower() or SOURCE


def _names_of_adults(session: Session, family_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    rows = session.execute(
        select(FamilyMember.family_id, Guardian.id, Guardian.preferred_name, Guardian.given_name, Guardian.family_name)
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
    for family_id, _, preferred, given, family in rows:
        found[family_id].append(f"{preferred or given} {family}")
    return {family_id: tuple(names) for family_id, names in found.items()}


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
